"""Classes that are easily confused, for wrong answers that are not easily told (Section 3.1)."""

from collections.abc import Iterable
from pathlib import Path

from bentxt.errors import InputError
from bentxt.nomenclature import CLASS_INDEX, CLASSES
from bentxt.randomness import pick_or_none
from bentxt.resources import RESOURCES, load_yaml

SIMILAR_CLASSES = RESOURCES / "similar_classes.yaml"

#: The tiers of similar classes of one class, as class indices, the most similar ones first.
Tiers = tuple[tuple[int, ...], ...]


def load_similar_classes(path: Path | str = SIMILAR_CLASSES) -> tuple[Tiers, ...]:
    """Read the neighbours of each class in CORINE's hierarchy.

    Parameters
    ----------
    path : str or Path
        YAML: official name to ``level_2`` and ``level_1``, lists of official names.

    Returns
    -------
    tuple of tuple of tuple of int
        For each of the 19 classes three tiers of class indices: same level-2 group, same level-1 group,
        all others. The tiers are disjoint and together hold the other 18 classes.

    Raises
    ------
    InputError
        If a class is missing, unknown, or given twice.
    """
    content = load_yaml(path)
    if not isinstance(content, dict) or set(content) != set(CLASSES):
        raise InputError("the 19 official class names are expected as keys", file=path)
    similar = []
    for index, name in enumerate(CLASSES):
        groups = content[name]
        if not isinstance(groups, dict) or set(groups) != {"level_2", "level_1"}:
            raise InputError("a class has the lists level_2 and level_1", file=path, item=name)
        tiers = []
        for level in ("level_2", "level_1"):
            unknown = [other for other in groups[level] if other not in CLASS_INDEX]
            if unknown:
                raise InputError(f"unknown class {unknown[0]!r} under {level}", file=path, item=name)
            tiers.append(tuple(CLASS_INDEX[other] for other in groups[level]))
        named = [*tiers[0], *tiers[1]]
        if index in named or len(set(named)) != len(named):
            raise InputError("a class lists itself, or another class twice", file=path, item=name)
        rest = tuple(other for other in range(len(CLASSES)) if other != index and other not in named)
        similar.append((*tiers, rest))
    return tuple(similar)


def similar_absent_classes(classes: Iterable[int], similar: tuple[Tiers, ...]) -> list[int]:
    """Return the absent classes that are most like a present one.

    Parameters
    ----------
    classes : iterable of int
        Present classes.
    similar : tuple
        Of :func:`load_similar_classes`.

    Returns
    -------
    list of int
        Ascending: for each present class the absent ones in its nearest tier that has any.
    """
    absent = frozenset(range(len(CLASSES))).difference(classes)
    return sorted({index for one in classes for index in nearest_classes(similar[one], absent)})


def nearest_classes(tiers: Tiers, allowed: set[int] | frozenset[int]) -> list[int]:
    """Return the classes of the nearest tier that has any of those allowed.

    Parameters
    ----------
    tiers : tuple of tuple of int
        One class's entry of :func:`load_similar_classes`.
    allowed : set of int
        Class indices to choose from.

    Returns
    -------
    list of int
        Class indices in the tier's order; empty if no other class is allowed.
    """
    for tier in tiers:
        if candidates := [index for index in tier if index in allowed]:
            return candidates
    return []


def most_similar(tiers: Tiers, allowed: set[int] | frozenset[int], draw: float) -> int | None:
    """Pick a class among those allowed in the nearest tier that has any.

    Parameters
    ----------
    tiers : tuple of tuple of int
        One class's entry of :func:`load_similar_classes`.
    allowed : set of int
        Class indices to pick from.
    draw : float
        Uniform in [0, 1).

    Returns
    -------
    int or None
        A class index; None if no other class is allowed.
    """
    return pick_or_none(nearest_classes(tiers, allowed), draw)
