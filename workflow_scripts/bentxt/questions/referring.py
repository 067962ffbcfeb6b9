"""Referring detection: instances named by a point or by a referring expression (Section 3.3)."""

from collections import Counter
from dataclasses import dataclass

from bentxt.nomenclature import PIXELS
from bentxt.questions.box_notation import box_text, point_text
from bentxt.randomness import generator


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

    def __init__(self, seed, settings, templates, wording):
        self._seed = seed
        self._point_min_share = settings.point_min_share
        self._reference_share = settings.reference_share
        self._min_fill = settings.reference_min_fill
        self._templates = templates
        self._lower = [forms.lower for forms in wording]

    def rows(self, patch):
        """Return the rows of one patch: points, then references.

        Parameters
        ----------
        patch : Patch

        Returns
        -------
        list of tuple
            ``(category, input, output, template identifier, classes, reserve)``.
        """
        points, references = self.points(patch), self.references(patch)
        if not points and not references:
            return []
        random = generator(self._seed, "bounding box questions", patch.patch_id)
        draws = random.random(len(points) + len(references)).tolist()
        rows = []
        for (instance, point), draw in zip(points, draws, strict=False):
            template = self._templates.pick("point", draw)
            text = template.render({"point": point})
            rows.append(("point", text, box_text(*instance[2:6]), template.id, [instance[0]], False))
        for (instance, extreme), draw in zip(references, draws[len(points) :], strict=True):
            template = self._templates.pick("reference", draw, "extreme" if extreme else "single")
            text = template.render({"lower": self._lower[instance[0]], "extreme": extreme})
            rows.append(("reference", text, box_text(*instance[2:6]), template.id, [instance[0]], False))
        return rows

    def points(self, patch):
        """Return the targets of point questions: :func:`point_targets` with this maker's settings."""
        return point_targets(patch, self._point_min_share)

    def references(self, patch):
        """Return the targets of expressions: :func:`reference_targets` with this maker's settings."""
        return reference_targets(patch, self._reference_share, self._min_fill)


def point_targets(patch, min_share):
    """Return the instances that a point can name, each with its point.

    They contain their centroid and are not tiny; a patch of one class has none. Two instances whose
    points are written alike have none either, for the point would not say which one is meant.

    Parameters
    ----------
    patch : bentxt.patches.patch_attributes.Patch
    min_share : float
        Least share of the patch that an instance covers, %.

    Returns
    -------
    list of tuple
        Row of ``patch.instances``, and the point as the release writes it.
    """
    if len(patch.classes) < 2:
        return []
    found = [
        (row, point_text(row[6], row[7]))
        for row in patch.instances
        if row[8] and row[1] * 100 >= min_share * PIXELS
    ]
    written = Counter(point for _, point in found)
    return [(row, point) for row, point in found if written[point] == 1]


def reference_targets(patch, shares, min_fill):
    """Return the instances that an expression can name, each with ``largest``, ``smallest`` or ``""``.

    A class's only instance, or its largest and its smallest one where no other is as large or small;
    each only if it covers neither too much nor too little of the patch, and enough of its box.

    Parameters
    ----------
    patch : bentxt.patches.patch_attributes.Patch
    shares : tuple of float
        Least and greatest share of the patch, %.
    min_fill : float
        Least share of its bounding box, %.

    Returns
    -------
    list of tuple
        Row of ``patch.instances``, and the word.
    """
    found = []
    instances = {index: [] for index in patch.classes}
    for row in patch.instances:
        instances[row[0]].append(row)
    for own in instances.values():
        if len(own) == 1:
            found.append((own[0], ""))
            continue
        own.sort(key=lambda row: row[1])
        if own[-1][1] > own[-2][1]:
            found.append((own[-1], "largest"))
        if own[0][1] < own[1][1]:
            found.append((own[0], "smallest"))
    return [(row, extreme) for row, extreme in found if _can_be_referred_to(row, shares, min_fill)]


def _can_be_referred_to(instance, shares, min_fill):
    _, pixels, x_min, y_min, x_max, y_max = instance[:6]
    least, greatest = shares
    if not least * PIXELS <= pixels * 100 <= greatest * PIXELS:
        return False
    return pixels * 100 >= min_fill * (x_max - x_min) * (y_max - y_min)
