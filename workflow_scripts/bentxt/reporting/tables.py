"""One table, three files: CSV for programs, Markdown for readers, LaTeX for papers."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bentxt.atomic import write_text

#: What a run's outputs say of themselves.
RUN_REMARKS = {
    "mini": "mini: invented world, not comparable with the paper",
    "paper": "run on BigEarthNet v2.0",
}


@dataclass(frozen=True)
class Value:
    """A number in a table, with its interval where there is one; all in the unit of the column."""

    value: float
    low: float | None = None
    high: float | None = None

    def csv(self) -> str:
        """Return the number alone, two decimals."""
        return f"{self.value:.2f}"

    def text(self, opening: str = "[", closing: str = "]") -> str:
        """Return the number with its interval."""
        if self.low is None:
            return self.csv()
        return f"{self.csv()} {opening}{self.low:.2f}, {self.high:.2f}{closing}"


#: What a table's cell can hold; None leaves it empty.
Cell = str | int | Value | None


@dataclass(frozen=True)
class Table:
    """A table of the paper.

    Attributes
    ----------
    number : str
        Its number in the paper.
    title : str
        What it shows.
    run : str
        ``mini`` or ``paper``.
    columns : dict of str to str
        Column names of the CSV, each with its heading in Markdown and LaTeX.
    rows : sequence of mapping
        Cells by column: str, int, :class:`Value`, or None for an empty one.
    remarks : list of str
        Lines under the table in Markdown and LaTeX.
    """

    number: str
    title: str
    run: str
    columns: dict[str, str]
    rows: Sequence[Mapping[str, Cell]]
    remarks: list[str] = field(default_factory=list)

    def caption(self) -> str:
        """Return the caption, which names the run."""
        return f"{self.title} ({RUN_REMARKS[self.run]})."


#: Columns that would make a printed table too wide; Markdown and LaTeX have them as lines below.
_BELOW = ("note",)
_ROW_END = "\r\n"


def csv_text(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows (dicts) as CSV with a header line: numbers with two decimals, None as an empty cell."""
    lines: list[str] = []
    # A cell is quoted for what ends a line: a lone carriage return, as models write it, would end the row.
    writer = csv.writer(SimpleNamespace(write=lines.append), lineterminator=_ROW_END)
    columns = list(columns)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_csv_cell(row.get(column)) for column in columns])
    return "".join(f"{line.removesuffix(_ROW_END)}\n" for line in lines)


def _csv_cell(cell):
    if cell is None:
        return ""
    if isinstance(cell, Value):
        return cell.csv()
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)


def to_markdown(table: Table) -> str:
    """Return the table as Markdown with caption, intervals, notes and remarks."""

    def cells(values):
        return "| " + " | ".join(value.replace("|", "\\|") for value in values) + " |"

    printed = [column for column in table.columns if column not in _BELOW]
    lines = [f"**Table {table.number}.** {table.caption()}", ""]
    lines.append(cells([table.columns[column] for column in printed]))
    lines.append(cells(["---"] + ["---:"] * (len(printed) - 1)))
    for row in table.rows:
        lines.append(cells([_text_cell(row.get(column)) for column in printed]))
    below = [f"- {line}" for line in [*_notes(table), *table.remarks]]
    return "\n".join([*lines, "", *below]).rstrip() + "\n"


def _text_cell(cell, **brackets):
    if cell is None:
        return ""
    return cell.text(**brackets) if isinstance(cell, Value) else str(cell)


def _notes(table):
    """Return the notes of the rows, each once, with the rows that it is about."""
    about: dict[Cell, list[str]] = {}
    first = next(iter(table.columns))
    for row in table.rows:
        if row.get("note"):
            about.setdefault(row["note"], []).append(str(row[first]))
    return [f"{', '.join(names)}: {note}" for note, names in about.items()]


_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)


def latex_escaped(text: str) -> str:
    """Return a text with LaTeX's special characters escaped."""
    return text.translate(_LATEX)


def to_latex(table: Table) -> str:
    """Return the table as a LaTeX float (needs booktabs), intervals small."""
    printed = [column for column in table.columns if column not in _BELOW]

    def cell(value):
        if not isinstance(value, Value) or value.low is None:
            return latex_escaped(_text_cell(value))
        return f"{value.csv()} {{\\scriptsize [{value.low:.2f}, {value.high:.2f}]}}"

    lines = [
        r"\begin{table*}",
        r"\centering",
        rf"\caption{{{latex_escaped(table.caption())}}}",
        rf"\label{{tab:{table.number.lower()}}}",
        rf"\begin{{tabular}}{{l{'r' * (len(printed) - 1)}}}",
        r"\toprule",
        " & ".join(latex_escaped(table.columns[column]) for column in printed) + r" \\",
        r"\midrule",
        *(" & ".join(cell(row.get(column)) for column in printed) + r" \\" for row in table.rows),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    below = [*_notes(table), *table.remarks]
    if below:
        lines.append(r"\par\medskip\footnotesize " + r" \\ ".join(map(latex_escaped, below)))
    return "\n".join([*lines, r"\end{table*}", ""])


def write_table_files(table: Table, target: Path | str) -> list[Path]:
    """Write ``target`` (CSV) and next to it ``.md`` and ``.tex``; return the three paths."""
    target = Path(target)
    paths = [target, target.with_suffix(".md"), target.with_suffix(".tex")]
    for path, text in zip(
        paths, (csv_text(table.columns, table.rows), to_markdown(table), to_latex(table)), strict=True
    ):
        write_text(path, text)
    return paths
