"""Statements about areas and counts, sorted into true and false ones (Section 3.1).

Areas are compared with multiples of ``questions.area_grid`` (10 % of a patch, 144,000 m²).
"""

import math
from functools import cache

from bentxt.errors import InputError
from bentxt.nomenclature import PATCH_AREA, PIXELS

#: Units of areas; questions give percent twice as often as square metres.
METRIC_UNITS = (" m2", " m^2", " sqm", " square meters")
PERCENT_SHARE = 2 / 3

#: Number words of counts, from one.
NUMBERS = ("one", "two", "three", "four")

#: The greatest count that options of multiple-choice questions give as a digit.
MOST = 5

#: The bounds of one statement about an area in grid lines: one, two or none.
Bounds = tuple[int, ...]

#: How much more four options weigh for each 10 % of the patch that they cover: 8 to 5. Options are then 10,
#: 20, 30 and 40 % wide in 46, 29, 17 and 8 of 100 (the release: 47, 26, 16 and 11; with equal weights 57,
#: 27, 12, 5).
WIDER = (8, 5)

#: Widest range of a binary area question, in shares of the patch.
WIDEST = 0.5


def check_grid(grid: int) -> int:
    """Refuse an area grid that does not divide the patch, or is too coarse or fine for four options."""
    if not isinstance(grid, int) or grid not in (5, 10, 20):
        raise InputError(
            f"questions.area_grid is {grid!r}; allowed: 5, 10 or 20 (%)", item="questions.area_grid"
        )
    return grid


def position(pixels: int, grid: int) -> int:
    """Return where an area lies on the grid.

    Parameters
    ----------
    pixels : int
        0–14,400.
    grid : int
        Step in percent.

    Returns
    -------
    int
        Twice the number of the grid line for an area right on it; one more between it and the next.
    """
    step = PIXELS * grid // 100
    line, rest = divmod(pixels, step)
    return 2 * line + (rest > 0)


def bound_text(line: int, grid: int, unit: str) -> str:
    """Return a threshold in words: ``bound_text(3, 10, "%")`` is ``30%``, in metres ``432000 sqm``."""
    return f"{line * grid}%" if unit == "%" else f"{line * grid * PATCH_AREA // 100}{unit}"


def range_text(low: int, high: int, grid: int, unit: str) -> str:
    """Return a range as options give it: ``10 to 40%``, ``144000 to 576000 sqm``."""
    if unit == "%":
        return f"{low * grid} to {high * grid}%"
    return f"{low * grid * PATCH_AREA // 100} to {high * grid * PATCH_AREA // 100}{unit}"


def pick_unit(draw: float) -> str:
    """Return ``%`` or one of :data:`METRIC_UNITS` for a draw from [0, 1)."""
    if draw < PERCENT_SHARE:
        return "%"
    return METRIC_UNITS[int((draw - PERCENT_SHARE) / (1 - PERCENT_SHARE) * len(METRIC_UNITS))]


@cache
def area_statements(
    where: int, truth: bool, grid: int, exhaustive: bool = False
) -> tuple[tuple[str, tuple[tuple[Bounds, ...], ...]], ...]:
    """Return the statements that are true, or false, of a present class's area.

    ``at least`` and ``at most`` are inclusive, ``more than`` and ``less than`` strict. A range never has
    the area on one of its ends, for whether ``between`` includes its ends is open.

    Parameters
    ----------
    where : int
        :func:`position` of the area, above 0.
    truth : bool
        Whether true statements are wanted.
    grid : int
        Step in percent.
    exhaustive : bool
        Also bounds that hold for every present class or for none, as ``at least 0%``, and ranges wider than
        half a patch: the benchmark split of the release has them.

    Returns
    -------
    tuple
        ``(statement, groups)``: what is said, and groups of bounds in grid lines, a tuple each. A statement
        is drawn first, then a group, then the bounds. The groups of ``between`` hold ranges of one width,
        which says nothing about the answer. ``whole`` and ``others`` have the empty bounds.
    """
    lines = 100 // grid
    full = 2 * lines

    def single(holds, first, last):
        return [tuple((line,) for line in range(first, last + 1) if holds(2 * line) is truth)]

    def ranges():
        for width in range(1, lines if exhaustive else int(WIDEST * lines) + 1):
            yield tuple(
                (low, low + width)
                for low in range(lines - width + 1)
                if where not in (2 * low, 2 * (low + width))
                and (2 * low < where < 2 * (low + width)) is truth
            )

    statements = {
        "at least": single(lambda line: where >= line, 0 if exhaustive else 1, lines - 1),
        "at most": single(lambda line: where <= line, 1, lines if exhaustive else lines - 1),
        "more than": single(lambda line: where > line, 0, lines - 1),
        "less than": single(lambda line: where < line, 1, lines if exhaustive else lines - 1),
        "between": list(ranges()),
        "whole": [((),)] if (where == full) is truth else [],
        "others": [((),)] if (where < full) is truth else [],
    }
    kept = ((name, tuple(group for group in groups if group)) for name, groups in statements.items())
    return tuple((name, groups) for name, groups in kept if groups)


@cache
def count_statements(
    count: int, truth: bool, exhaustive: bool = False
) -> tuple[tuple[str, tuple[int | None, ...]], ...]:
    """Return the statements that are true, or false, of the number of instances of a present class.

    Parameters
    ----------
    count : int
        1 or more; beyond the number words all counts are alike.
    truth : bool
        Whether true statements are wanted.
    exhaustive : bool
        Also ``at least one``, which holds for any present class, and ``at most one``: the benchmark split
        of the release has them.

    Returns
    -------
    tuple
        ``(statement, numbers)``; the numbers, 1–4, are None for ``single`` and ``multiple``. Statements that
        hold for any present class, or for none, as ``one or more``, are left out but where all are wanted.
    """
    words = range(1, len(NUMBERS) + 1)
    least = 1 if exhaustive else 2
    statements: dict[str, list[int | None]] = {
        "exactly": [n for n in words if (count == n) is truth],
        "at least": [n for n in words if n >= least and (count >= n) is truth],
        "at most": [n for n in words if n >= least and (count <= n) is truth],
        "more than": [n for n in words if (count > n) is truth],
        "fewer than": [n for n in words if n > 1 and (count < n) is truth],
        "single": [None] if (count == 1) is truth else [],
        "multiple": [None] if (count > 1) is truth else [],
    }
    return tuple((name, tuple(numbers)) for name, numbers in statements.items() if numbers)


def amount_is_singular(statement: str, number: int | None) -> bool:
    """Return whether the noun and the verb of an amount are singular: ``more than one continuous area``."""
    return statement == "single" or (statement in ("exactly", "more than") and number == 1)


@cache
def range_layouts(
    where: int, grid: int, narrowest: float, widest: float
) -> tuple[list[tuple[tuple[int, int], ...]], list[int]]:
    """Return how four ranges that do not overlap can lie on the grid with the area in just one of them.

    Parameters
    ----------
    where : int
        :func:`position` of the area, above 0.
    grid : int
        Step in percent.
    narrowest, widest : float
        Least and greatest width of a range in percent.

    Returns
    -------
    layouts : list of tuple
        Four ``(low, high)`` in grid lines; the first holds the area, strictly inside but for a full patch.
    cumulated : list of int
        Cumulated weights. A layout weighs the inverse of its first range's width: over all areas each of
        the four ranges is then equally often the right one, so that a wide option is no hint. It weighs more,
        the more of the patch its ranges cover, which makes options as wide as the release's.

    Raises
    ------
    InputError
        If four ranges do not fit.
    """
    lines = 100 // grid
    widths = range(max(1, math.ceil(narrowest / grid)), int(widest // grid) + 1)
    common = 1
    for width in widths:
        common *= width
    layouts: list[tuple[tuple[int, int], ...]] = []
    cumulated: list[int] = []
    total = 0
    for ranges in _disjoint_ranges(0, lines, 4, widths):
        covered = sum(high - low for low, high in ranges) * grid // 10
        wider = 1000 * WIDER[0] ** covered // WIDER[1] ** covered
        for right in ranges:
            low, high = 2 * right[0], 2 * right[1]
            if low < where < high or where == high == 2 * lines:
                layouts.append((right, *(other for other in ranges if other != right)))
                total += common // (right[1] - right[0]) * wider
                cumulated.append(total)
    if not layouts:
        raise InputError(
            f"four ranges of {narrowest} to {widest} % do not fit on a grid of {grid} %",
            item="questions.area_range_width",
        )
    return layouts, cumulated


def _disjoint_ranges(start, lines, count, widths):
    """Yield tuples of ``count`` ranges, ascending, that may touch but not overlap."""
    if count == 0:
        yield ()
        return
    for low in range(start, lines):
        for width in widths:
            if low + width <= lines:
                for rest in _disjoint_ranges(low + width, lines, count - 1, widths):
                    yield ((low, low + width), *rest)
