"""The paper's tables as typed over in ``resources/paper``: which number stands where, and what it is of."""

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from bentxt.errors import InputError
from bentxt.published.printed_numbers import Printed, read_printed
from bentxt.release import TASKS
from bentxt.reporting.table_layouts import BEST_LAYOUTS, LABELS, LAYOUTS

#: The tables of scores, in the paper's order: the supplement's after the others.
SCORE_TABLES = {
    key: layout
    for number in ("2", "3", "4", "5", "6", "7", "8", "S5", "S7", "S8", "S9", "S10", "S11")
    for key, layout in (LAYOUTS | BEST_LAYOUTS).items()
    if layout.number == number
}

#: Other published numbers: the file, what the paper calls it, and the columns that are numbers.
OTHER_TABLES = {
    "table1": ("Table 1", ("image_text_samples",)),
    "figure3": ("Figure 3", ("words", "mtld")),
}

#: Rows that hold the best number of a group of models, column by column.
BEST_ROWS = {"SOTA RS": "RS", "SOTA CV": "CV"}


class Place(NamedTuple):
    """Where a number is printed: keys of table, row and column."""

    table: str
    row: str
    column: str

    def words(self) -> str:
        """Return the place as a reader knows it.

        Examples
        --------
        >>> Place("table8", "RS-InternVL", "mcq_accuracy").words()
        'Table 8, RS-InternVL, MCQ accuracy'
        """
        return f"{table_name(self.table)}, {self.row}, {column_name(self.column)}"


class Quantity(NamedTuple):
    """What a number of a table is: whose, on which split and task, and which metric of the score file."""

    row: str
    split: str
    task: str
    metric: str


def table_name(key: str) -> str:
    """Return what the paper calls a table."""
    return f"Table {SCORE_TABLES[key].number}" if key in SCORE_TABLES else OTHER_TABLES[key][0]


def column_name(column: str) -> str:
    """Return a column's heading."""
    return LABELS.get(column, column.replace("_", " "))


@dataclass(frozen=True)
class PaperTables:
    """All typed-over tables.

    Attributes
    ----------
    cells : mapping of Place to str
        The cells as printed, in the order of the files.
    """

    cells: Mapping[Place, str]

    def printed(self, place: Place) -> Printed:
        """Return the number at a place."""
        return read_printed(self.cells[place])

    def changed(self, place: Place, text: str) -> "PaperTables":
        """Return the tables with one cell printed otherwise."""
        return replace(self, cells={**self.cells, place: text})

    def numbers(self, table: str) -> list[str]:
        """Return the columns of a table that are numbers."""
        return [name for name in self.columns(table) if name in _number_columns(table)]

    def rows(self, table: str) -> list[str]:
        """Return the rows of a table, from top to bottom."""
        return list(self._names[table][0])

    def columns(self, table: str) -> list[str]:
        """Return the columns of a table, the first one left out."""
        return list(self._names[table][1])

    @cached_property
    def _names(self) -> dict[str, tuple[dict[str, None], dict[str, None]]]:
        """Rows and columns of each table."""
        found: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
        for table, row, column in self.cells:
            rows, columns = found.setdefault(table, ({}, {}))
            rows[row] = columns[column] = None
        return found

    @cached_property
    def quantities(self) -> dict[Quantity, list[Place]]:
        """Where each quantity of the score tables is printed."""
        found: dict[Quantity, list[Place]] = {}
        for place in self.cells:
            if (quantity := quantity_of(place)) is not None:
                found.setdefault(quantity, []).append(place)
        return found


def _number_columns(table: str) -> tuple[str, ...]:
    return tuple(SCORE_TABLES[table].values) if table in SCORE_TABLES else OTHER_TABLES[table][1]


def quantity_of(place: Place) -> Quantity | None:
    """Return what the number at a place is; None where it is no score."""
    layout = SCORE_TABLES.get(place.table)
    if layout is None or place.column not in layout.values:
        return None
    return Quantity(place.row, layout.split, *layout.values[place.column])


def paper_files(folder: Path | str) -> list[Path]:
    """Return the files of all tables in a folder."""
    return [Path(folder, f"{table}.csv") for table in [*SCORE_TABLES, *OTHER_TABLES]]


def read_paper_tables(folder: Path | str, kinds: Collection[tuple[str, str]]) -> PaperTables:
    """Read the tables.

    Parameters
    ----------
    folder : str or Path
        With ``table1.csv`` … ``table_s11.csv`` and ``figure3.csv``: the first column names the row.
    kinds : collection of (str, str)
        The release's types and categories: a category of a user's own has no column in the paper.

    Returns
    -------
    PaperTables

    Raises
    ------
    InputError
        If a file is missing, lacks a column or has a row twice, or a cell is no number where it must be one.
    """
    cells: dict[Place, str] = {}
    for path in paper_files(folder):
        table = path.stem
        numbers = [name for name in _number_columns(table) if _in_paper(table, name, kinds)]
        for place, text in _read(table, path, numbers):
            if place in cells:
                raise InputError("the same row twice", file=path, item=place.row)
            if place.column in numbers:
                try:
                    read_printed(text)
                except InputError as error:
                    raise InputError(
                        error.problem, file=path, item=place.words(), remedy=error.remedy
                    ) from None
            cells[place] = text
    return PaperTables(cells)


def _in_paper(table: str, column: str, kinds: Collection[tuple[str, str]]) -> bool:
    quantity = quantity_of(Place(table, "", column))
    category = quantity.metric.partition("/")[2] if quantity else ""
    return not category or quantity is None or (TASKS[quantity.task], category) in kinds


def _read(table: str, path: Path, numbers: list[str]) -> Iterator[tuple[Place, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            _, *columns = next(reader, [""])
            if missing := [name for name in numbers if name not in columns]:
                raise InputError(f"columns missing: {', '.join(missing)}", file=path)
            for name, *values in reader:
                if len(values) != len(columns):
                    raise InputError("a row of another length than the first line", file=path, item=name)
                for column, value in zip(columns, values, strict=True):
                    yield Place(table, name, column), value
    except FileNotFoundError:
        raise InputError("file not found", file=path) from None
