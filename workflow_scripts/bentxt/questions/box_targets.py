"""Which instances of a patch a point or a referring expression can name (Section 3.1)."""

from collections import Counter
from dataclasses import dataclass
from operator import attrgetter

from bentxt.nomenclature import PIXELS
from bentxt.patches.patch_attributes import Instance, PatchAttributes
from bentxt.questions.box_notation import point_text

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
    found: list[tuple[Instance, str]] = []
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
