"""Agreement by type and category, and what does not agree, row by row."""

import csv
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from bentxt.agreement.released_rows import Row

#: Columns of the table of agreement.
COLUMNS = ("type", "category", "rows", "parsed", "answered", "agreeing", "missing", "extra")

#: Columns of the list of rows that do not agree. ``row`` is the row or line in the file of annotations.
DISAGREEMENT_COLUMNS = (
    "row",
    "ID",
    "patch_id",
    "type",
    "category",
    "finding",
    "reason",
    "released",
    "ours",
    "input",
)

#: Columns of the table of what captions state.
CAPTION_COLUMNS = ("statement", "captions", "answered", "agreeing")

_COUNTED = ("rows", "parsed", "answered", "agreeing", "missing", "extra")


class Tally:
    """Counts of rows by type and category; findings go to a CSV file as they come.

    Parameters
    ----------
    findings : file object
        Open for text, where the list of disagreements goes.
    categories : iterable of tuple of str
        Each (type, category) that has a line even without rows.
    compared : iterable of tuple of str
        Those of them for which missing and extra rows are counted.
    """

    def __init__(
        self, findings: TextIO, categories: Iterable[tuple[str, str]], compared: Iterable[tuple[str, str]]
    ) -> None:
        self._counts = {key: dict.fromkeys(_COUNTED, 0) for key in categories}
        self._compared = frozenset(compared)
        self._writer = csv.writer(findings, lineterminator="\n")
        self._writer.writerow(DISAGREEMENT_COLUMNS)
        self.findings: dict[str, int] = {}

    def count(self, annotation_type: str, category: str, column: str, number: int = 1) -> None:
        """Add to a count."""
        key = (annotation_type, category)
        self._counts.setdefault(key, dict.fromkeys(_COUNTED, 0))[column] += number

    def report(self, row: Row, finding: str, reason: str, ours: str = "") -> None:
        """Write one line of the list of disagreements.

        Parameters
        ----------
        row : bentxt.agreement.released_rows.Row
        finding : {"not parsed", "no metadata", "not answered", "disagrees", "extra", "missing"}
            ``no metadata`` stands once for a patch, at its first row.
        reason, ours : str
        """
        self.findings[finding] = self.findings.get(finding, 0) + 1
        self._writer.writerow(
            (
                row.number or "",
                row.id,
                row.patch_id,
                row.type,
                row.category,
                finding,
                reason,
                row.output,
                ours,
                row.input,
            )
        )

    def rows(self) -> list[dict[str, str | int | None]]:
        """Return the table of agreement as dicts of :data:`COLUMNS`; unknown categories come last."""
        return [
            {
                "type": key[0],
                "category": key[1],
                **counts,
                **({} if key in self._compared else {"missing": None, "extra": None}),
            }
            for key, counts in self._counts.items()
        ]


def agreement_report(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the table of agreement in words, a line a category with rows."""
    lines = []
    for row in rows:
        if row["rows"]:
            name = f"{row['type']} {row['category']}"
            share = f"{100 * row['agreeing'] / row['answered']:.2f} %" if row["answered"] else "-"
            more = "" if row["missing"] is None else f", {row['missing']} missing, {row['extra']} extra"
            lines.append(
                f"{name:28} {row['rows']:8} rows, {row['parsed']:8} parsed, {row['answered']:8} answered, "
                f"{row['agreeing']:8} agree ({share}){more}"
            )
    return "\n".join(lines)
