"""One table, three files: CSV for programs, Markdown for readers, LaTeX for papers."""

import csv
import re
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
    """A number in a table, with its interval where there is one; all in the unit of the column.

    Attributes
    ----------
    value : float
    low, high : float or None
        Ends of the 95 % interval.
    best : bool
        Whether Markdown and LaTeX set it in bold.
    """

    value: float
    low: float | None = None
    high: float | None = None
    best: bool = False

    def csv(self) -> str:
        """Return the number alone, two decimals."""
        return f"{self.value:.2f}"

    def interval(self) -> str:
        """Return the interval in brackets after a space; empty where there is none."""
        return "" if self.low is None else f" [{self.low:.2f}, {self.high:.2f}]"


#: What a table's cell can hold; None leaves it empty, True and False are yes and no.
Cell = str | int | float | Value | None


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
        Column names, each with its heading in Markdown and LaTeX.
    rows : sequence of mapping
        Cells by column: str, bool, int, float, :class:`Value`, or None for an empty one.
    remarks : list of str
        Lines under the table in Markdown and LaTeX.
    rules : tuple of int
        Rows above which a rule parts one group from the next, counted from 0.
    csv_columns : tuple of str
        Columns of the CSV where they are not those of ``columns``.
    csv_remarks : tuple of str
        What the CSV says in the note of each row, since it has no caption.
    """

    number: str
    title: str
    run: str
    columns: dict[str, str]
    rows: Sequence[Mapping[str, Cell]]
    remarks: list[str] = field(default_factory=list)
    rules: tuple[int, ...] = ()
    csv_columns: tuple[str, ...] = ()
    csv_remarks: tuple[str, ...] = ()

    def caption(self) -> str:
        """Return the caption, which names the run."""
        return f"{self.title} ({RUN_REMARKS[self.run]})."


#: Columns that would make a printed table too wide; Markdown and LaTeX have them as lines below.
_BELOW = ("weights", "note")
_ROW_END = "\r\n"
#: Columns beyond which LaTeX takes the smaller type.
_WIDE = 8


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


def with_remarks(rows: Iterable[Mapping[str, Any]], remarks: Sequence[str]) -> list[dict[str, Any]]:
    """Return rows that say in their note what holds for all of them, too.

    Parameters
    ----------
    rows : iterable of dict
        Their ``note`` may be missing, empty or None.
    remarks : sequence of str

    Examples
    --------
    >>> with_remarks([{"note": "few images"}, {"note": None}], ["checked by rule"])
    [{'note': 'few images; checked by rule'}, {'note': 'checked by rule'}]
    """
    return [
        dict(row) | {"note": "; ".join(str(text) for text in (row.get("note"), *remarks) if text)}
        for row in rows
    ]


def _csv_cell(cell):
    if cell is None:
        return ""
    if isinstance(cell, Value):
        return cell.csv()
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)


def to_csv(table: Table) -> str:
    """Return the table as CSV: numbers without intervals, and notes that hold without a caption."""
    rows = [
        {**row, "note": "; ".join(str(text) for text in (*table.csv_remarks, row.get("note")) if text)}
        for row in table.rows
    ]
    return csv_text(table.csv_columns or table.columns, rows)


def to_markdown(table: Table) -> str:
    """Return the table as Markdown with caption, intervals, notes and remarks.

    Markdown knows no rules between rows: a row of dashes stands for one.
    """
    printed = [column for column in table.columns if column not in _BELOW]
    lines = [f"**Table {table.number}.** {table.caption()}", ""]
    lines.append(markdown_row([table.columns[column] for column in printed]))
    lines.append(markdown_row(["---"] + ["---:"] * (len(printed) - 1)))
    for number, row in enumerate(table.rows):
        if number in table.rules:
            lines.append(markdown_row(["–––"] * len(printed)))
        lines.append(markdown_row([_markdown_cell(row.get(column)) for column in printed]))
    below = [f"- {markdown_text(line)}" for line in [*_notes(table), *table.remarks]]
    return "\n".join([*lines, "", *below]).rstrip() + "\n"


def _markdown_cell(cell):
    if isinstance(cell, bool):
        return "✓" if cell else "✗"
    if isinstance(cell, Value):
        return (f"**{cell.csv()}**" if cell.best else cell.csv()) + cell.interval()
    return markdown_text(_csv_cell(cell))


def markdown_row(cells: Iterable[str]) -> str:
    """Return one line of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def markdown_text(text: str) -> str:
    """Return a text in which nothing begins an emphasis or a tag in Markdown."""
    return re.sub(r"[*<]", r"\\\g<0>", text)


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
    """Return the table as a LaTeX float (needs booktabs and pifont), intervals small."""
    printed = [column for column in table.columns if column not in _BELOW]
    lines = [
        r"% \usepackage{booktabs, pifont}",
        r"\begin{table*}",
        r"\centering",
        # Its number in the paper, whatever number of a document's tables it is.
        rf"\renewcommand{{\thetable}}{{{table.number}}}",
        rf"\caption{{{latex_escaped(table.caption())}}}",
        rf"\label{{tab:{table.number.lower()}}}",
        r"\smallskip",
        # So that ten columns fit the width of a page.
        r"\small" if len(printed) <= _WIDE else r"\footnotesize\setlength{\tabcolsep}{4pt}",
        rf"\begin{{tabular}}{{l{'r' * (len(printed) - 1)}}}",
        r"\toprule",
        " & ".join(latex_escaped(table.columns[column]) for column in printed) + r" \\",
        r"\midrule",
    ]
    for number, row in enumerate(table.rows):
        if number in table.rules:
            lines.append(r"\midrule")
        lines.append(" & ".join(_latex_cell(row.get(column)) for column in printed) + r" \\")
    lines += [r"\bottomrule", r"\end{tabular}"]
    below = [*_notes(table), *table.remarks]
    if below:
        lines += [
            r"\par\medskip",
            r"\begin{minipage}{\linewidth}\footnotesize\parindent0pt",
            "\n\n".join(map(latex_escaped, below)),
            r"\end{minipage}",
        ]
    return "\n".join([*lines, r"\end{table*}", ""])


def _latex_cell(cell):
    if isinstance(cell, bool):
        return r"\ding{51}" if cell else r"\ding{55}"
    if isinstance(cell, Value):
        number = rf"\textbf{{{cell.csv()}}}" if cell.best else cell.csv()
        return number + (rf" {{\scriptsize{cell.interval()}}}" if cell.low is not None else "")
    return latex_escaped(_csv_cell(cell))


#: The forms of a table's files, by suffix.
_FORMS = {".csv": to_csv, ".md": to_markdown, ".tex": to_latex}


def write_table_files(
    table: Table, target: Path | str, suffixes: Iterable[str] = tuple(_FORMS)
) -> list[Path]:
    """Write a table in some of its forms next to each other.

    Parameters
    ----------
    table : Table
    target : str or Path
        Of the CSV; the others have its name with their suffix.
    suffixes : iterable of str
        Of ``.csv``, ``.md`` and ``.tex``; all three by default.

    Returns
    -------
    list of Path
    """
    paths = [Path(target).with_suffix(suffix) for suffix in suffixes]
    for path in paths:
        write_text(path, _FORMS[path.suffix](table))
    return paths
