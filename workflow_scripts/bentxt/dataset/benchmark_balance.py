"""How even a benchmark split is: answers, classes, countries, seasons, zones."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from bentxt.atomic import write_text
from bentxt.nomenclature import CLASSES
from bentxt.release import ANSWERS

BALANCE_COLUMNS = ("type", "category", "balance", "item", "available", "asked", "taken", "residual")

#: A line of the balance table, in the order of :data:`BALANCE_COLUMNS`.
BalanceLine = tuple[str, str, str, str, int, float, int, float]


def effective_number(counts: Sequence[float] | np.ndarray) -> float:
    """Return ``(sum n)² / sum n²``: 19 where 19 classes are equally frequent, 1 where there is but one."""
    counts = np.asarray(counts, np.float64)
    return float(counts.sum() ** 2 / np.square(counts).sum()) if counts.any() else 0.0


def patch_balance(about: np.ndarray, chosen: np.ndarray) -> list[BalanceLine]:
    """Return how many of the chosen patches have questions about each class, next to the even number."""
    counts = about[chosen].sum(axis=0)
    lines: list[BalanceLine] = [("", "patches", "patches", "", len(about), len(chosen), len(chosen), 0)]
    available = about.sum(axis=0)
    even = counts.sum() / max(1, (available > 0).sum())
    for index, name in enumerate(CLASSES):
        asked = round(float(even), 1) if available[index] else 0
        lines.append(_line("", "patches", "class", name, int(available[index]), asked, int(counts[index])))
    return lines


def row_balance(
    key: tuple[str, str], answers: list[str], groups: list[str], taken: list[int], asked: int
) -> list[BalanceLine]:
    """Return the lines of one type and category: rows, answers and groups, next to the even numbers."""
    lines = [_line(*key, "rows", "", len(answers), asked, len(taken))]
    labels = ANSWERS.get(key[0], ())
    for balance, values, items in (
        ("answer", answers, labels),
        ("group", groups, sorted(set(groups)) if key[0] != "captioning" else ()),
    ):
        available, found = Counter(values), Counter(values[row] for row in taken)
        for item in items:
            even = round(len(taken) / len(items), 1)
            lines.append(_line(*key, balance, item, available[item], even, found[item]))
    return lines


def _line(
    annotation_type: str, category: str, balance: str, item: str, available: int, asked: float, taken: int
) -> BalanceLine:
    residual = round(taken - asked, 1)
    return annotation_type, category, balance, item, available, asked, taken, residual


def write_balance(path: Path | str, lines: Iterable[BalanceLine]) -> None:
    """Write the balance table as CSV, atomically.

    ``asked`` is the number of rows wanted, or the even share of the rows taken; ``residual`` is ``taken``
    minus ``asked``, what the choice could not balance.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(BALANCE_COLUMNS)
    writer.writerows(lines)
    write_text(path, text.getvalue())
