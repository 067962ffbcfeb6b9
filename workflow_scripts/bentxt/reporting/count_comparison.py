"""How many annotations of each category this run has, next to the release's rates and with sampling errors.

Shares are in %, rows per patch are means over patches. What a number follows from says what a difference
means: a ``rule`` of the generation leaves no room for one, a ``draw`` differs by its sampling error, the
``landscape`` of other maps may differ by any amount, a ``split`` is published with the patches or set in
the config, the benchmark's ``selection`` follows quotas.
"""

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from bentxt.dataset.annotation_counts import SPLITS, UNITS, DatasetCounts
from bentxt.questions.categories import CATEGORY_TABLE
from bentxt.release import ADJACENT, ANSWERS, BENCH, BOXES, CATEGORIES, TYPE_CATEGORIES
from bentxt.reporting.release_counts import OUTSIDE, ReleaseCounts
from bentxt.reporting.tables import RUN_REMARKS, csv_text

COLUMNS = (
    "quantity",
    "type",
    "category",
    "answer",
    "split",
    "items",
    "value",
    "expected",
    "standard_error",
    "deviation",
    "follows_from",
    "basis",
    "run",
    "note",
)

#: Basis of what the specification draws uniformly; nobody has published the release's own shares.
UNIFORM = "uniform draw; the release's share is not known"

#: Basis of the four spellings of square metres.
ALIKE = "uniform draw; the release's four spellings are reported to be alike"

#: Basis of a category that the release does not have.
OWN = "no such category in the release"


def share_error(share: float, items: int) -> float:
    """Return the standard error of a share of so many independent items: √(p(1−p)/n)."""
    return math.sqrt(share * (1 - share) / items)


def mean_and_error(histogram: Mapping[int, int]) -> tuple[float, float]:
    """Return mean and standard error of numbers given as {number: how often}; the error is NaN for one."""
    items = sum(histogram.values())
    mean = sum(number * often for number, often in histogram.items()) / items
    if items < 2:
        return mean, math.nan
    squares = sum(often * (number - mean) ** 2 for number, often in histogram.items())
    return mean, math.sqrt(squares / (items - 1) / items)


def yes_share_error(adjacent: float, patches: int) -> float:
    """Return the standard error of the share of yes among adjacency questions.

    Every patch has one no, and a share ``adjacent`` of the patches one yes: the rows are not independent,
    the patches are. The share is a/(1+a), and so the error is that of a divided by (1+a)².
    """
    return share_error(adjacent, patches) / (1 + adjacent) ** 2


def count_rows(counts: DatasetCounts, release: ReleaseCounts, run: str) -> list[dict[str, Any]]:
    """Compare a data set with the release.

    Parameters
    ----------
    counts : bentxt.dataset.annotation_counts.DatasetCounts
    release : ReleaseCounts
    run : str
        ``mini`` or ``paper``.

    Returns
    -------
    list of dict
        Columns :data:`COLUMNS`: ``items`` patches or rows that ``value`` is over, ``expected`` the release's
        figure, or the specification's where ``basis`` says so, ``deviation`` in standard errors. None where
        there is no number.

    Raises
    ------
    InputError
        If ``release`` lacks a number.
    """
    rows = [
        *_rows_per_patch(counts, release),
        *_yes_shares(counts, release),
        *_letters(counts),
        *_units(counts, release),
        *_widths(counts, release),
        *_patches_with(counts, release),
        *_splits(counts, release),
        *_benchmark(counts, release),
        *_most_in_bench(counts, release),
    ]
    return [dict.fromkeys(COLUMNS) | {"note": ""} | row | {"run": RUN_REMARKS[run]} for row in rows]


def _rows_per_patch(counts, release):
    for annotation_type, category in TYPE_CATEGORIES:
        histogram = counts.histograms[annotation_type, category]
        value, error = mean_and_error(histogram)
        row = {
            "quantity": "rows per patch",
            "type": annotation_type,
            "category": category,
            "split": OUTSIDE,
            "items": counts.patches_outside,
            "value": value,
            "expected": None,
            "basis": "derived",
        }
        rule = CATEGORY_TABLE[annotation_type, category].rows_per_patch
        if not release.has(annotation_type, category):
            follows = "landscape" if rule is None else "rule"
            yield row | {"basis": OWN, "follows_from": follows, "standard_error": error}
            continue
        row["expected"] = release.rows_per_patch(annotation_type, category)
        if rule is None:
            yield row | {"follows_from": "landscape"} | _compared(value, row["expected"], error)
            continue
        others = counts.patches_outside - histogram[rule]
        note = f"{others} patches have another number than {rule}" if others else ""
        yield row | {"follows_from": "rule", "standard_error": 0.0, "note": note}


def _yes_shares(counts, release):
    for category in CATEGORIES["binary"]:
        yes, no = (counts.answers["binary", category, answer] for answer in ANSWERS["binary"])
        row = {"quantity": "share of answer", "type": "binary", "category": category, "answer": "yes"}
        row |= {"split": OUTSIDE, "items": yes + no, "basis": "derived"}
        # Of two rows that each patch has by rule one is yes.
        if CATEGORY_TABLE["binary", category].rows_per_patch == 2:
            row |= {"expected": 50.0, "follows_from": "rule", "standard_error": 0.0}
            row["note"] = f"{yes} yes, {no} no" if yes != no else ""
        elif not release.has("binary", category):
            row |= {"expected": None, "basis": OWN, "follows_from": "landscape", "standard_error": None}
        else:
            adjacent = _adjacent_share(release)
            row |= {"expected": 100 * adjacent / (1 + adjacent), "follows_from": "landscape"}
            row["standard_error"] = 100 * yes_share_error(adjacent, counts.patches_outside)
        yield _share(row, yes)


def _adjacent_share(release):
    return release.number("rows", OUTSIDE, *ADJACENT) / release.number("patches", OUTSIDE)


def _letters(counts):
    letters = ANSWERS["mcq"]
    for category in CATEGORIES["mcq"]:
        items = sum(counts.answers["mcq", category, letter] for letter in letters)
        for letter in letters:
            row = {"quantity": "share of right option", "type": "mcq", "category": category, "answer": letter}
            row |= {"split": OUTSIDE, "items": items, "expected": 100 / len(letters), "basis": UNIFORM}
            yield _share(row | {"follows_from": "draw"}, counts.answers["mcq", category, letter])


def _units(counts, release):
    for annotation_type in ANSWERS:
        key = ("percent of thresholds in metres", "", annotation_type, "area")
        percent, *metric = (counts.units[annotation_type, unit] for unit in UNITS)
        row = {"type": annotation_type, "category": "area", "split": OUTSIDE, "follows_from": "draw"}
        in_percent = {"quantity": "share of thresholds in percent", "items": percent + sum(metric)}
        in_percent |= {"expected": 100 - release.number(*key), "basis": release.basis(*key)}
        yield _share(row | in_percent, percent)
        for unit, number in zip(UNITS[1:], metric, strict=True):
            spelled = {"quantity": f"share of thresholds in metres as {unit}", "items": sum(metric)}
            yield _share(row | spelled | {"expected": 100 / len(metric), "basis": ALIKE}, number)


def _widths(counts, release):
    """Compare widths; options of one question depend on each other, so the error is over questions."""
    key = ("percent of options of a width", "", "mcq", "area")
    for width in release.answers(*key):
        histogram: Counter[int] = Counter()
        for widths, questions in counts.widths.items():
            histogram[widths.count(int(width))] += questions
        options = sum(len(widths) * questions for widths, questions in counts.widths.items())
        row: dict[str, Any] = {
            "quantity": f"share of options {width} % wide",
            "type": "mcq",
            "category": "area",
        }
        row |= {"split": OUTSIDE, "items": options, "expected": release.number(*key, width)}
        row |= {"basis": release.basis(*key, width), "follows_from": "draw"}
        if not options:
            yield _share(row, 0)
            continue
        mean, error = mean_and_error(histogram)
        share = 100 / (options / sum(counts.widths.values()))
        yield row | {"value": mean * share} | _compared(mean * share, row["expected"], error * share)


def _patches_with(counts, release):
    patches = release.number("patches", OUTSIDE)
    position = release.number("rows", OUTSIDE, "mcq", "relative pos")
    boxes = ("percent of patches with a row", "", *BOXES)
    for annotation_type, category, key, expected, basis in (
        ("binary", "adjacency", ADJACENT, 100 * _adjacent_share(release), "derived"),
        ("mcq", "relative pos", ("mcq", "relative pos"), 100 * position / patches, "derived"),
        (*BOXES, "", BOXES, release.number(*boxes), release.basis(*boxes)),
    ):
        row: dict[str, Any] = {
            "quantity": "share of patches with a row",
            "type": annotation_type,
            "category": category,
            "answer": "yes" if key == ADJACENT else "",
            "split": OUTSIDE,
            "items": counts.patches_outside,
        }
        row |= {"expected": float(expected), "basis": basis, "follows_from": "landscape"}
        row = _share(row, counts.patches_outside - counts.histograms[key][0])
        if basis == "rounded":
            row |= {"deviation": None, "note": "about; too rough a figure for a deviation"}
        yield row


def _splits(counts, release):
    for unit, numbers in (("patches", counts.patches), ("rows", counts.rows)):
        for split in SPLITS:
            row: dict[str, Any] = {
                "quantity": f"share of {unit}",
                "split": split,
                "items": sum(numbers.values()),
            }
            row["expected"] = 100 * release.number(unit, split) / release.number(unit)
            row |= {"basis": release.basis(unit, split), "follows_from": "split", "standard_error": None}
            yield _share(row, numbers[split])


def _benchmark(counts, release):
    cells, items, published = counts.cells[BENCH], counts.rows[BENCH], release.number("rows", BENCH)
    # Questions of one category are published together, binary and multiple-choice ones.
    questions = dict.fromkeys(
        category for name in ANSWERS for category in CATEGORIES[name] if release.has(name, category)
    )
    shares = [(name, "") for name in CATEGORIES]
    shares += [("", name) for name in questions]
    shares += [key for key in TYPE_CATEGORIES if key[0] in BOXES]
    for annotation_type, category in shares:
        key = ("rows", BENCH, annotation_type, category)
        row: dict[str, Any] = {
            "quantity": "share of rows",
            "type": annotation_type,
            "category": category,
            "split": BENCH,
        }
        row |= {"items": items, "expected": 100 * release.number(*key) / published}
        row |= {"basis": release.basis(*key), "follows_from": "selection", "standard_error": None}
        taken = sum(
            number
            for cell, number in cells.items()
            if (annotation_type or cell[0], category or cell[1]) == cell
        )
        row = _share(row, taken)
        difference = taken - items * row["expected"] / 100
        yield row | {"note": f"{difference:+.1f} rows"}


def _most_in_bench(counts, release):
    unit = "most rows of a patch"
    for annotation_type, category in TYPE_CATEGORIES:
        row = {"quantity": unit, "type": annotation_type, "category": category, "split": BENCH}
        row |= {"items": counts.patches[BENCH], "value": counts.most_in_bench[annotation_type, category]}
        row |= {"standard_error": None, "follows_from": "selection"}
        if not release.has(annotation_type, category):
            yield row | {"expected": None, "basis": OWN}
            continue
        key = (unit, BENCH, annotation_type, category)
        seen = release.number(*key)
        note = f"{row['value'] - seen:+d} rows" if row["value"] != seen else ""
        yield row | {"expected": seen, "basis": release.basis(*key), "note": note}


def _share(row, hits):
    """Return a row with the share of ``hits`` among its items, in %, and its error unless it has one."""
    items = row["items"]
    if not items:
        return row | {"value": None, "standard_error": None, "note": "no such row in this run"}
    value = 100 * hits / items
    if "standard_error" in row:
        error = row["standard_error"]
    else:
        error = 100 * share_error(row["expected"] / 100, items)
    if not error:
        return row | {"value": value, "standard_error": error}
    return row | {"value": value} | _compared(value, row["expected"], error)


def _compared(value, expected, error):
    """Return error and deviation; without a spread in the run there is neither."""
    if not error > 0:
        note = "no spread in this run, so no error"
        return {"standard_error": None, "deviation": None, "note": note}
    return {"standard_error": error, "deviation": (value - expected) / error}


def counts_csv(rows: list[dict[str, Any]]) -> str:
    """Return the rows as CSV: value, expected and error with four decimals, the deviation with two."""
    fine = ("value", "expected", "standard_error")
    written = [row | {name: f"{row[name]:.4f}" for name in fine if row[name] is not None} for row in rows]
    return csv_text(COLUMNS, written)
