"""Referring detection: instances named by a point or by a referring expression (Section 3.3)."""

from collections import Counter
from dataclasses import dataclass
from operator import attrgetter

from bentxt.nomenclature import PIXELS
from bentxt.patches.patch_attributes import Instance, PatchAttributes
from bentxt.questions.box_notation import box_text, point_text
from bentxt.questions.question_rows import QuestionRow
from bentxt.randomness import generator

_PIXELS_OF = attrgetter("pixels")


@dataclass(frozen=True)
class BoxSettings:
    """The config's ``questions``, as far as points and referring expressions use them.

    Attributes
    ----------
    point_min_share : float
        Least share of the patch that an instance of a point question covers, %.
    reference_share : tuple of float
        Least and greatest share of the patch that an instance of an expression covers, %.
    reference_min_fill : float
        Least share of its bounding box that it fills, %.
    """

    point_min_share: float
    reference_share: tuple
    reference_min_fill: float


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

    def __init__(self, seed, settings, templates, wording):
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
        rows, templates, lower = [], self._templates, self._lower
        for (instance, point), draw in zip(points, draws, strict=False):
            template = templates.pick("point", draw)
            text = template.render({"point": point})
            index = instance.class_index
            rows.append(QuestionRow("point", text, box_text(*instance.box), template.id, [index]))
        for (instance, extreme), draw in zip(references, draws[len(points) :], strict=True):
            template = templates.pick("reference", draw, "extreme" if extreme else "single")
            index = instance.class_index
            text = template.render({"lower": lower[index], "extreme": extreme})
            rows.append(QuestionRow("reference", text, box_text(*instance.box), template.id, [index]))
        return rows

    def points(self, patch: PatchAttributes) -> list[tuple[Instance, str]]:
        """Return the targets of point questions: :func:`point_targets` with this maker's settings."""
        return point_targets(patch, self._point_min_share)

    def references(self, patch: PatchAttributes) -> list[tuple[Instance, str]]:
        """Return the targets of expressions: :func:`reference_targets` with this maker's settings."""
        return reference_targets(patch, self._reference_share, self._min_fill)


def point_targets(patch: PatchAttributes, min_share: float) -> list[tuple[Instance, str]]:
    """Return the instances that a point can name, each with its point.

    They contain their centroid and are not tiny; a patch of one class has none. Two instances whose
    points are written alike have none either, for the point would not say which one is meant.

    Parameters
    ----------
    patch : bentxt.patches.patch_attributes.PatchAttributes
    min_share : float
        Least share of the patch that an instance covers, %.

    Returns
    -------
    list of tuple
        The :class:`Instance`, and the point as the release writes it.
    """
    if len(patch.classes) < 2:
        return []
    least = min_share * PIXELS
    found = [
        (instance, point_text(*instance.centroid))
        for instance in patch.instances
        if instance.centroid_inside and instance.pixels * 100 >= least
    ]
    points = [point for _, point in found]
    # Hardly a patch has points that are written alike: the others need no counting.
    if len(set(points)) == len(points):
        return found
    written = Counter(points)
    return [(instance, point) for instance, point in found if written[point] == 1]


def reference_targets(
    patch: PatchAttributes, shares: tuple[float, float], min_fill: float
) -> list[tuple[Instance, str]]:
    """Return the instances that an expression can name, each with ``largest``, ``smallest`` or ``""``.

    A class's only instance, or its largest and its smallest one where no other is as large or small;
    each only if it covers neither too much nor too little of the patch, and enough of its box.

    Parameters
    ----------
    patch : bentxt.patches.patch_attributes.PatchAttributes
    shares : tuple of float
        Least and greatest share of the patch, %.
    min_fill : float
        Least share of its bounding box, %.

    Returns
    -------
    list of tuple
        The :class:`Instance`, and the word.
    """
    found = []
    for own in patch.instances_by_class().values():
        if len(own) == 1:
            found.append((own[0], ""))
            continue
        own.sort(key=_PIXELS_OF)
        smallest, next_smallest, *_ = own
        *_, next_largest, largest = own
        if largest.pixels > next_largest.pixels:
            found.append((largest, "largest"))
        if smallest.pixels < next_smallest.pixels:
            found.append((smallest, "smallest"))
    least, greatest = shares[0] * PIXELS, shares[1] * PIXELS
    return [
        (instance, extreme)
        for instance, extreme in found
        if least <= instance.pixels * 100 <= greatest and _fills_its_box(instance, min_fill)
    ]


def _fills_its_box(instance, min_fill):
    x_min, y_min, x_max, y_max = instance.box
    return instance.pixels * 100 >= min_fill * (x_max - x_min) * (y_max - y_min)
