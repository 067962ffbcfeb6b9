"""What a data set holds, counted in one pass: rows and answers, and how many rows each patch has."""

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bentxt.errors import InputError
from bentxt.nomenclature import PATCH_AREA
from bentxt.program.progress_bars import progress
from bentxt.questions.quantities import METRIC_UNITS
from bentxt.release import ADJACENT, ANSWERS, BENCH, BOXES, CATEGORIES, TASKS, TYPE_CATEGORIES
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_streams import TableStream

#: Splits of the data set, the benchmark split last.
SPLITS = ("train", "validation", "test", BENCH)

#: Rows read at a time; without effect on the result.
BLOCK = 1 << 17

_TYPES = tuple(CATEGORIES)
_CATEGORIES = tuple(dict.fromkeys(category for _, category in TYPE_CATEGORIES))
_WORDS = tuple(word for words in ANSWERS.values() for word in words)
_CELL = np.full((len(_TYPES), len(_CATEGORIES)), -1)
for _number, (_type, _category) in enumerate(TYPE_CATEGORIES):
    _CELL[_TYPES.index(_type), _CATEGORIES.index(_category)] = _number
_ASKED = np.array([name in ANSWERS for name, _ in TYPE_CATEGORIES])
# Whether an answer (last: none of the words) may stand in a row of a cell.
_ALLOWED = np.array(
    [[word in ANSWERS.get(name, ()) for word in (*_WORDS, None)] for name, _ in TYPE_CATEGORIES]
)
_ALLOWED[:, -1] = ~_ASKED
_HISTOGRAMS = (*TYPE_CATEGORIES, ADJACENT, BOXES)
_AREAS = [number for number, (_, category) in enumerate(TYPE_CATEGORIES) if category == "area"]
#: Units of areas as the release spells them; all but the first are square metres.
UNITS = ("%", *(unit.strip() for unit in METRIC_UNITS))
_UNIT_PATTERNS = [r"\d%", *(rf"\d{re.escape(unit)}\b" for unit in METRIC_UNITS)]
_RANGE = re.compile(rf"\b(\d+) to (\d+)(%|{'|'.join(map(re.escape, METRIC_UNITS))})")
_COLUMNS = ["ID", "patch_id", "type", "category", "split", "output", "input"]


@dataclass
class DatasetCounts:
    """Numbers of a data set.

    Attributes
    ----------
    rows, patches : dict of str to int
        By split.
    cells : dict of str to collections.Counter
        ``outside bench`` and ``bench`` to rows by (type, category).
    answers : collections.Counter
        Rows outside bench by (type, category, answer), for the types in :data:`ANSWERS`.
    units : collections.Counter
        Rows about areas outside bench by (type, one of :data:`UNITS`); rows without a unit are in none.
    widths : collections.Counter
        Multiple-choice rows about areas outside bench by the widths of their options in percent of the patch,
        ascending; options that are no range of areas are left out.
    histograms : dict of tuple to collections.Counter
        What patches outside bench hold: number of rows to number of patches, for each of
        ``TYPE_CATEGORIES``, for ``ADJACENT`` and for ``BOXES`` (points and references together).
    most_in_bench : dict of tuple to int
        The largest number of rows in one patch of bench, for each of ``TYPE_CATEGORIES``.
    """

    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SPLITS, 0))
    patches: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SPLITS, 0))
    cells: dict[str, Counter[tuple[str, str]]] = field(
        default_factory=lambda: {"outside bench": Counter(), BENCH: Counter()}
    )
    answers: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    units: Counter[tuple[str, str]] = field(default_factory=Counter)
    widths: Counter[tuple[int, ...]] = field(default_factory=Counter)
    histograms: dict[tuple[str, ...], Counter[int]] = field(
        default_factory=lambda: {key: Counter() for key in _HISTOGRAMS}
    )
    most_in_bench: dict[tuple[str, str], int] = field(
        default_factory=lambda: dict.fromkeys(TYPE_CATEGORIES, 0)
    )

    @property
    def patches_outside(self) -> int:
        """Number of patches outside the benchmark split."""
        return sum(count for split, count in self.patches.items() if split != BENCH)


def count_dataset(path: Path | str, block: int = BLOCK) -> DatasetCounts:
    """Count a data set, a block of rows at a time.

    Parameters
    ----------
    path : str or Path
        ``BigEarthNet.txt.parquet``, rows in patch order.
    block : int
        Rows in memory at a time.

    Returns
    -------
    DatasetCounts

    Raises
    ------
    InputError
        If the file is unreadable or unsorted, a row is of an unknown type, category or split, a yes-no or
        multiple-choice question has another answer, a patch is in two splits, or all are in one of them.
    """
    stream = TableStream(path, DATASET, "patch_id", _COLUMNS)
    counter = _Counter(path)
    with progress(total=stream.rows, desc="counting", unit=" rows") as bar:
        while len(rows := stream.take(block)):
            counter.add(rows.combine_chunks())
            bar.update(len(rows))
    counts = counter.finish()
    if not counts.patches_outside or not counts.patches[BENCH]:
        raise InputError(
            f"{counts.patches_outside} patches outside the benchmark split, {counts.patches[BENCH]} in it, "
            "expected both",
            file=path,
        )
    return counts


class _Counter:
    """Adds up blocks; the rows of a block's last patch may go on in the next one."""

    def __init__(self, path):
        self._path = path
        self._counts = DatasetCounts()
        self._patch = self._split = None
        self._tally = np.zeros((0, len(self._counts.histograms)), np.int64)

    def add(self, rows):
        """Add a block of rows, none of them seen before."""
        cell, answer, split = self._codes(rows)
        bench = split == SPLITS.index(BENCH)
        self._add_rows(rows, cell, answer, split, bench)
        self._add_patches(rows, cell, answer, split)

    def finish(self):
        """Return the counts, with the last patch."""
        self._close(self._tally, np.array([] if self._split is None else [self._split], np.int64))
        return self._counts

    def _codes(self, rows):
        """Return numbers in place of type and category, answer, and split of each row."""
        annotation_type, category, split, answer = (
            pc.fill_null(pc.index_in(rows[name], value_set=pa.array(known)), -1).to_numpy()
            for name, known in (
                ("type", _TYPES),
                ("category", _CATEGORIES),
                ("split", SPLITS),
                ("output", _WORDS),
            )
        )
        unknown = (annotation_type < 0) | (category < 0)
        cell = np.where(unknown, -1, _CELL[annotation_type, category])
        self._refuse(rows, annotation_type < 0, "type", "type")
        self._refuse(rows, cell < 0, "category", "category of its type")
        self._refuse(rows, split < 0, "split", "split")
        # A caption may read like an answer.
        answer = np.where(_ASKED[cell], answer, -1)
        self._refuse(rows, ~_ALLOWED[cell, answer], "output", "answer to a question of its type")
        return cell, answer, split

    def _refuse(self, rows, wrong, column, what):
        if wrong.any():
            row = rows.slice(int(wrong.argmax()), 1).select(["ID", "patch_id", column]).to_pylist()[0]
            raise InputError(
                f"{row[column]!r} is no known {what} ({np.count_nonzero(wrong)} such rows from here on)",
                file=self._path,
                item=f"ID {row['ID']}, patch {row['patch_id']}",
                remedy="see docs/data_model.md for the columns of the data set",
            )

    def _add_rows(self, rows, cell, answer, split, bench):
        counts = self._counts
        for name, number in zip(SPLITS, np.bincount(split, minlength=len(SPLITS)).tolist(), strict=True):
            counts.rows[name] += number
        for scope, own in (("outside bench", ~bench), (BENCH, bench)):
            numbers = np.bincount(cell[own], minlength=len(TYPE_CATEGORIES)).tolist()
            counts.cells[scope].update(dict(zip(TYPE_CATEGORIES, numbers, strict=True)))
        known = ~bench & (answer >= 0)
        numbers = np.bincount(cell[known] * len(_WORDS) + answer[known])
        for place in np.flatnonzero(numbers):
            key = (*TYPE_CATEGORIES[place // len(_WORDS)], _WORDS[place % len(_WORDS)])
            counts.answers[key] += int(numbers[place])
        for number in _AREAS:
            text = rows["input"].filter(pa.array(~bench & (cell == number)))
            annotation_type = TYPE_CATEGORIES[number][0]
            for unit, pattern in zip(UNITS, _UNIT_PATTERNS, strict=True):
                found = pc.match_substring_regex(text, pattern)
                counts.units[annotation_type, unit] += pc.sum(found).as_py() or 0
            if annotation_type == TASKS["mcq"]:
                counts.widths.update(map(_widths, text.to_pylist()))

    def _add_patches(self, rows, cell, answer, split):
        names = rows["patch_id"].combine_chunks()
        first = np.append(True, pc.not_equal(names[1:], names[:-1]).to_numpy(zero_copy_only=False))
        going_on = names[0].as_py() == self._patch
        patch = np.cumsum(first) - 1
        splits = split[first]
        if going_on:
            splits[0] = self._split
        self._refuse(
            rows, split != splits[patch], "split", "split of a patch whose other rows are in another"
        )
        tally = np.zeros((len(splits), self._tally.shape[1]), np.int64)
        shape = len(splits), len(TYPE_CATEGORIES)
        cells = np.bincount(patch * shape[1] + cell, minlength=math.prod(shape))
        tally[:, : shape[1]] = cells.reshape(shape)
        adjacent = (cell == TYPE_CATEGORIES.index(ADJACENT[:2])) & (answer == _WORDS.index(ADJACENT[2]))
        tally[:, shape[1]] = np.bincount(patch[adjacent], minlength=len(splits))
        boxes = [number for number, (name, _) in enumerate(TYPE_CATEGORIES) if name in BOXES]
        tally[:, shape[1] + 1] = tally[:, boxes].sum(axis=1)
        if going_on:
            tally[0] += self._tally[0]
        elif self._patch is not None:
            self._close(self._tally, np.array([self._split]))
        self._close(tally[:-1], splits[:-1])
        self._patch, self._split, self._tally = names[-1].as_py(), int(splits[-1]), tally[-1:]

    def _close(self, tally, splits):
        """Add patches whose rows are all counted."""
        for name, number in zip(SPLITS, np.bincount(splits, minlength=len(SPLITS)).tolist(), strict=True):
            self._counts.patches[name] += number
        in_bench = tally[splits == SPLITS.index(BENCH)]
        for place, key in enumerate(TYPE_CATEGORIES if len(in_bench) else ()):
            most = int(in_bench[:, place].max())
            self._counts.most_in_bench[key] = max(self._counts.most_in_bench[key], most)
        outside = tally[splits != SPLITS.index(BENCH)]
        for histogram, column in zip(self._counts.histograms.values(), outside.T, strict=True):
            numbers = np.bincount(column)
            histogram.update({int(rows): int(numbers[rows]) for rows in np.flatnonzero(numbers)})


def _widths(text):
    """Return the widths of the ranges of areas in a question, in percent of the patch, ascending."""
    wholes = {True: 100, False: PATCH_AREA}
    ranges = ((int(low), int(high), wholes[unit == "%"]) for low, high, unit in _RANGE.findall(text))
    return tuple(sorted(round(100 * (high - low) / whole) for low, high, whole in ranges))
