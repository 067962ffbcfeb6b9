"""The paper's numbers next to ours, as a table for programs and a page for readers."""

from collections.abc import Iterable, Sequence

from bentxt.published.paper_tables import column_name, table_name
from bentxt.published.reproduction import (
    AS_PRINTED,
    COMPARED,
    DIFFERENT,
    EXCHANGED_BACK,
    INSIDE,
    NO_NUMBER,
    NOT_COMPARABLE,
    OUTSIDE,
    SAME,
    Comparison,
    by_table,
)
from bentxt.reporting.tables import RUN_REMARKS, csv_text

COLUMNS = (
    "table",
    "row",
    "column",
    "reading",
    "published",
    "ours",
    "low",
    "high",
    "difference",
    "items",
    "verdict",
    "missing",
    "remaining",
    "model",
    "contradiction",
    "run",
)

_HEAD = """# The paper's numbers and ours

Every number of the tables of scores that *BigEarthNet.txt* (arXiv 2603.29630) prints, and ours where this run
has one, with its 95 % interval over images. Two numbers are compared only if both are of the same data and
weights; what stands in the way is decided by what the score files say of how they were made. Where nothing
does, the published number lies inside or outside our interval. Decoding and the length of answers are not
stated in the paper, so an exact match is not to be expected.
"""
_KINDS = {
    "world": "a run on BigEarthNet v2.0 (`config/paper.yaml`)",
    "data": "the released data set (`config/released.yaml`)",
    "review": "captions of the benchmark split that people have judged, as the released ones",
    "weights": "the published weights (`checkpoints` in the config)",
    "model": "the model's weights and environment, or a key",
    "models": "numbers of all models of the group",
    "metric": "the metric's model, corpus or judge",
    "parameters": "a count of what a run loads; tables take the number from the paper",
    "split": "scores of the split that the paper's number is of",
    "interval": "items of more than one image",
}


def reproduction_csv(comparisons: Sequence[Comparison], run: str) -> str:
    """Return all comparisons as CSV; numbers of ours in % with two decimals, differences in points."""
    rows = [
        {
            "table": table_name(each.place.table),
            "row": each.place.row,
            "column": each.place.column,
            "reading": each.reading,
            "published": each.published,
            "ours": each.ours,
            "low": each.low,
            "high": each.high,
            "difference": each.difference,
            "items": each.items,
            "verdict": each.verdict,
            "missing": "; ".join(each.missing),
            "remaining": "; ".join(each.remaining),
            "model": each.model,
            "contradiction": each.contradiction,
            "run": RUN_REMARKS[run],
        }
        for each in comparisons
    ]
    return csv_text(COLUMNS, rows)


def reproduction_page(comparisons: Sequence[Comparison], run: str) -> str:
    """Return the page in Markdown: counts, what stands in the way, and the numbers table by table."""
    printed = [each for each in comparisons if each.reading == AS_PRINTED]
    lines = [_HEAD, f"Run: {RUN_REMARKS[run]}.", "", "## Summary", "", *_summary(printed), ""]
    lines += [_verdict_in_words(printed), ""]
    if back := [each for each in comparisons if each.reading == EXCHANGED_BACK]:
        where = ", ".join(dict.fromkeys(f"{table_name(each.place.table)}, {each.place.row}" for each in back))
        lines += [
            f"{len(back)} numbers stand in each other's column in the paper ({where}). They are listed as "
            "printed, and once more exchanged back; the counts take them as printed.",
            "",
        ]
    lines += ["## What stands in the way", "", *_in_the_way(printed), "", "## Tables", "", *_legend(), ""]
    for name, own in by_table(list(comparisons)):
        lines += ["<details>", f"<summary>{name}: {_counted(own)}</summary>", ""]
        lines += [*_matrix(own), "", *_notes(own), "", "</details>", ""]
    return "\n".join(lines)


def _summary(printed):
    heads = ["Table", "Published", "Ours", "Comparable", "Inside or same", "Outside or different"]
    rows = [[name, *_counts(own)] for name, own in by_table(printed)]
    rows.append(["all", *_counts(printed)])
    lines = [heads, ["---"] + ["---:"] * (len(heads) - 1), *rows]
    return ["| " + " | ".join(map(str, line)) + " |" for line in lines]


def _counts(own):
    verdicts = [each.verdict for each in own]
    return [
        len(own),
        sum(verdict != NO_NUMBER for verdict in verdicts),
        sum(verdict in COMPARED for verdict in verdicts),
        sum(verdict in (INSIDE, SAME) for verdict in verdicts),
        sum(verdict in (OUTSIDE, DIFFERENT) for verdict in verdicts),
    ]


def _verdict_in_words(printed):
    published, ours, comparable, inside, outside = _counts(printed)
    if not comparable:
        return (
            f"**Nothing in this run can be compared with the paper.** It has {ours} numbers for {published} "
            "published ones; the next section says what stands in the way."
        )
    return (
        f"Of {published} published numbers this run has {ours}, and {comparable} can be compared: {inside} "
        f"lie inside our interval or are the same, {outside} do not."
    )


def _in_the_way(printed):
    """Say what would have to be otherwise, and how many numbers it would take part in."""
    about: dict[str, dict[str, int]] = {}
    for each in printed:
        for reason in each.missing:
            kind = reason.partition(":")[0]
            own = about.setdefault(kind, {})
            own[reason] = own.get(reason, 0) + 1
    if not about:
        return ["Nothing."]
    lines = []
    for kind, reasons in about.items():
        numbers = sum(any(reason.partition(":")[0] == kind for reason in each.missing) for each in printed)
        lines.append(f"- **{kind}**, {numbers} numbers. Needed: {_KINDS.get(kind, 'see below')}.")
        lines += [f"  - {reason.partition(': ')[2]} ({number})" for reason, number in reasons.items()]
    return lines


def _legend():
    return [
        "In a cell: the published number; ours with its interval, and the difference in points; the verdict, "
        "where the two can be compared. `–`: this run has no number. `†`: other numbers of the paper speak "
        "against it (`paper_consistency.md`)."
    ]


def _counted(own):
    counts = _counts([each for each in own if each.reading == AS_PRINTED])
    return f"{counts[0]} numbers, ours {counts[1]}, comparable {counts[2]}"


def _matrix(own: Sequence[Comparison]) -> list[str]:
    columns = list(dict.fromkeys(each.place.column for each in own))
    rows: dict[str, dict[str, str]] = {}
    for each in own:
        row = each.place.row if each.reading == AS_PRINTED else f"{each.place.row}, {each.reading}"
        rows.setdefault(row, {})[each.place.column] = _cell(each)
    lines = [["Row", *map(column_name, columns)], ["---"] + ["---:"] * len(columns)]
    lines += [[row, *(cells.get(column, "") for column in columns)] for row, cells in rows.items()]
    return ["| " + " | ".join(line) + " |" for line in lines]


def _cell(each: Comparison) -> str:
    published = each.published + ("†" if each.contradiction else "")
    if each.ours is None:
        return f"{published}<br>–"
    parts = [published, each.ours if isinstance(each.ours, str) else f"{each.ours:.2f}"]
    if each.low is not None:
        parts[-1] += f" [{each.low:.2f}, {each.high:.2f}]"
    if each.difference is not None:
        parts.append(f"{each.difference:+.2f}")
    if each.verdict != NOT_COMPARABLE:
        parts.append(f"**{each.verdict}**")
    return "<br>".join(parts)


def _notes(own: Sequence[Comparison]) -> list[str]:
    """Say why rows or cells are not compared, and what else is to be known, each text once."""
    lines = []
    for heading, text_of in (
        ("no number", lambda each: "; ".join(each.missing) if each.verdict == NO_NUMBER else ""),
        ("not comparable", lambda each: "; ".join(each.missing) if each.verdict == NOT_COMPARABLE else ""),
        ("to be known", lambda each: "; ".join(each.remaining) if each.verdict in COMPARED else ""),
        ("best of its group", lambda each: f"{each.model}" if each.model else ""),
        ("the paper against itself", lambda each: each.contradiction),
    ):
        about: dict[str, list[Comparison]] = {}
        for each in own:
            if text := text_of(each):
                about.setdefault(text, []).append(each)
        lines += [f"- {_about(found, own)}: {heading}: {text}" for text, found in about.items()]
    return lines


def _about(found: Iterable[Comparison], own: Sequence[Comparison]) -> str:
    """Name rows, with their columns where not all of a row's are meant."""
    of_row: dict[str, list[str]] = {}
    for each in found:
        if each.place.column not in of_row.setdefault(each.place.row, []):
            of_row[each.place.row].append(each.place.column)
    all_columns = {each.place.column for each in own}
    named: dict[str, list[str]] = {}
    for row, columns in of_row.items():
        whole = set(columns) >= all_columns - {"parameters"}
        named.setdefault("" if whole else ", ".join(map(column_name, columns)), []).append(row)
    return "; ".join(
        ", ".join(rows) + (f" ({columns})" if columns else "") for columns, rows in named.items()
    )
