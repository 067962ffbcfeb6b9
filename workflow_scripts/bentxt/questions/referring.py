"""Referring detection: instances named by a point or by a referring expression (Section 3.1)."""

from collections.abc import Sequence

from bentxt.class_wording import ClassWording
from bentxt.patches.patch_attributes import Instance, PatchAttributes
from bentxt.questions.box_notation import box_text
from bentxt.questions.box_targets import BoxSettings, point_targets, reference_targets
from bentxt.questions.question_rows import QuestionRow
from bentxt.questions.templates import TemplateSet
from bentxt.randomness import generator


class BoxQuestions:
    """Maker of the bounding box questions of a patch.

    Parameters
    ----------
    seed : int
        The run's seed.
    settings : BoxSettings
    templates : TemplateSet
        Of type ``bounding box``.
    wording : tuple of ClassWording
    """

    #: What the questions need of instances: everything.
    instance_fields: tuple[str, ...] = Instance._fields

    def __init__(
        self, seed: int, settings: BoxSettings, templates: TemplateSet, wording: Sequence[ClassWording]
    ) -> None:
        self._seed = seed
        self._point_min_share = settings.point_min_share
        self._reference_share = settings.reference_share
        self._min_fill = settings.reference_min_fill
        self._templates = templates
        self._lower = [forms.lower for forms in wording]

    def rows(self, patch: PatchAttributes) -> list[QuestionRow]:
        """Return the rows of one patch: points, then references.

        Parameters
        ----------
        patch : PatchAttributes

        Returns
        -------
        list of QuestionRow
        """
        points, references = self.points(patch), self.references(patch)
        if not points and not references:
            return []
        random = generator(self._seed, "bounding box questions", patch.patch_id)
        draws = random.random(len(points) + len(references)).tolist()
        rows = [self.point_row(*target, draw) for target, draw in zip(points, draws, strict=False)]
        others = zip(references, draws[len(points) :], strict=True)
        return rows + [self.reference_row(*target, draw) for target, draw in others]

    def point_row(self, instance: Instance, point: str, draw: float) -> QuestionRow:
        """Return the question about a target of :meth:`points`.

        Parameters
        ----------
        instance : Instance
        point : str
            As the target has it.
        draw : float
            From [0, 1), for the template.
        """
        template = self._templates.pick("point", draw)
        text = template.render({"point": point})
        return QuestionRow("point", text, box_text(*instance.box), template.id, [instance.class_index])

    def reference_row(self, instance: Instance, extreme: str, draw: float) -> QuestionRow:
        """Return the question about a target of :meth:`references`; parameters as of :meth:`point_row`."""
        template = self._templates.pick("reference", draw, "extreme" if extreme else "single")
        index = instance.class_index
        text = template.render({"lower": self._lower[index], "extreme": extreme})
        return QuestionRow("reference", text, box_text(*instance.box), template.id, [index])

    def points(self, patch: PatchAttributes) -> list[tuple[Instance, str]]:
        """Return the targets of point questions: :func:`point_targets` with this maker's settings."""
        return point_targets(patch, self._point_min_share)

    def references(self, patch: PatchAttributes) -> list[tuple[Instance, str]]:
        """Return the targets of expressions: :func:`reference_targets` with this maker's settings."""
        return reference_targets(patch, self._reference_share, self._min_fill)
