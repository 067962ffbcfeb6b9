"""How even a benchmark split is: rows, answers, classes and values, and what limited them (Section 3.3)."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from bentxt.atomic import write_text
from bentxt.dataset.benchmark_candidates import LABELS, Candidates
from bentxt.dataset.benchmark_objective import Cells
from bentxt.release import TYPE_CATEGORIES

BALANCE_COLUMNS = (
    "type",
    "category",
    "answer",
    "balance",
    "item",
    "available",
    "asked",
    "target",
    "taken",
    "residual",
    "limited_by",
)

#: A line of the balance table, in the order of :data:`BALANCE_COLUMNS`.
BalanceLine = tuple[str, str, str, str, str, int, float, int, int, float, str]


def balance_lines(
    candidates: Candidates, cells: Cells, chosen: np.ndarray, rows: np.ndarray
) -> list[BalanceLine]:
    """Return how even a selection is.

    Parameters
    ----------
    candidates : Candidates
    cells : Cells
        Of ``candidates``.
    chosen, rows : numpy.ndarray
        int64: the patches and the rows that were selected.

    Returns
    -------
    list of tuple
        A line for the patches, one for each type, category and answer, and one for each of its cells.
    """
    patches = len(chosen)
    lines: list[BalanceLine] = [
        ("", "patches", "", "patches", "", int(candidates.patch.max()) + 1, patches, patches, patches, 0, "")
    ]
    pool = np.bincount(cells.group_of_row, minlength=len(cells.groups))
    taken = np.bincount(cells.group_of_row[rows], minlength=len(cells.groups))
    counts = cells.count(rows)
    for number, (key, label) in enumerate(cells.groups):
        name, answer = TYPE_CATEGORIES[key], LABELS[TYPE_CATEGORIES[key]][label]
        quota, found = int(cells.quotas[number]), int(taken[number])
        limit = "" if found == quota else "pool" if pool[number] < quota else "patches"
        available = int(pool[number])
        lines.append((*name, answer, "rows", "", available, quota, quota, found, found - quota, limit))
        for cell, (group, balance, item) in enumerate(cells.names):
            if group == (key, label) and quota:
                lines.append(_cell_line(cells, cell, (*name, answer, balance, item), int(counts[cell])))
    return lines


def _cell_line(cells, cell, name, taken):
    """Return the line of a cell; what kept it from its even share, if something did."""
    even, target = round(float(cells.even[cell]), 1), int(cells.targets[cell])
    limit = ""
    if taken < int(even):
        limit = "pool" if target < int(even) else "other balances"
    return (*name, int(cells.available[cell]), even, target, taken, round(taken - even, 1), limit)


def shortfalls(lines: Iterable[BalanceLine]) -> list[str]:
    """Return the quotas that were not filled, in words: both numbers, and what limited it."""
    return [
        f"{' '.join(filter(None, line[:3]))}: {line[8]} of {line[6]} rows, limited by the {line[10]}"
        for line in lines
        if line[3] == "rows" and line[10]
    ]


def write_balance(path: Path | str, lines: Iterable[BalanceLine]) -> None:
    """Write the balance table as CSV, atomically.

    ``available`` counts the questions of the pool; ``asked`` is the number of rows wanted, or a cell's even
    share of them; ``target`` is what of it the pool lets, those of the others raised; ``residual`` is
    ``taken`` minus ``asked``. ``limited_by`` names what kept a number down: the ``pool``, the ``patches``
    that were chosen, or the ``other balances`` that a row counts in.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(BALANCE_COLUMNS)
    writer.writerows(lines)
    write_text(path, text.getvalue())
