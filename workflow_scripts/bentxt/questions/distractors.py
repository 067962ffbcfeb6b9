"""Wrong options and untrue statements: absent classes, pairs that do not touch, near climate zones."""

from collections.abc import Iterable, Sequence
from itertools import combinations

from bentxt.nomenclature import CLASSES
from bentxt.questions.similar_classes import Tiers, most_similar
from bentxt.randomness import pick

# Official names that begin alike come in the same order in every form of the names.
_RANK = {index: rank for rank, index in enumerate(sorted(range(len(CLASSES)), key=CLASSES.__getitem__))}
_ALL = frozenset(range(len(CLASSES)))


def alphabetical(first: int, second: int) -> tuple[int, int]:
    """Return two class indices in the alphabetical order of their names."""
    return (first, second) if _RANK[first] <= _RANK[second] else (second, first)


def absent_classes(classes: Iterable[int]) -> frozenset[int]:
    """Return the set of the classes that are not among those of a patch."""
    return _ALL.difference(classes)


def pair_apart(
    classes: list[int],
    refused: set[tuple[int, int]],
    similar: tuple[Tiers, ...],
    draws: Sequence[float],
    kinds: Iterable[str] = ("present", "mixed", "absent"),
) -> tuple[int, int] | None:
    """Draw two classes that do not touch.

    Parameters
    ----------
    classes : list of int
        Of the patch, ascending.
    refused : set of tuple of int
        Pairs (first < second) not to draw, the touching ones among them.
    similar : tuple
        Of :func:`bentxt.questions.similar_classes.load_similar_classes`.
    draws : sequence of float
        Five draws from [0, 1).
    kinds : tuple of str
        What may be drawn: two present classes (``present``), a present one and an absent one that is similar
        to a present one (``mixed``), two absent ones that are each similar to a present one (``absent``).

    Returns
    -------
    tuple of int or None
        Class indices, first < second; None where no pair of these kinds is left.
    """
    kinds = list(kinds)
    which, of_first, of_absent, of_second, of_similar = draws
    while kinds:
        kind = kinds.pop(int(which * len(kinds)))
        if kind == "present":
            pairs = [pair for pair in combinations(classes, 2) if pair not in refused]
            if pairs:
                return pick(pairs, of_first)
            continue
        absent = absent_classes(classes)
        present = pick(classes, of_first)
        first = most_similar(similar[present], absent, of_absent) if kind == "absent" else present
        if first is None:
            continue
        allowed = absent.difference(*(pair for pair in refused if first in pair), (first,))
        second = most_similar(similar[pick(classes, of_second)], allowed, of_similar)
        if second is not None:
            return min(first, second), max(first, second)
    return None


def near_zones(zone: str, zones: Sequence[str], least: int = 6) -> tuple[str, ...]:
    """Return the climate zones that are most like one, at least ``least`` of them.

    Two names are as unlike as the number of their comma-separated parts that differ: main group,
    precipitation, temperature.

    Parameters
    ----------
    zone : str
    zones : sequence of str
        All names of the legend.
    least : int
        Names as unlike as the last one taken are taken too.

    Returns
    -------
    tuple of str
        In the legend's order.
    """
    parts = zone.split(", ")

    def unlike(name):
        other = name.split(", ")
        longest = max(len(parts), len(other))
        return sum(a != b for a, b in zip(_pad(parts, longest), _pad(other, longest), strict=True))

    others = [name for name in zones if name != zone]
    reach = sorted(map(unlike, others))[min(least, len(others)) - 1]
    return tuple(name for name in others if unlike(name) <= reach)


def _pad(parts, length):
    return [*parts, *[""] * (length - len(parts))]
