"""The checks of the paper against itself as a table for programs and a page for readers."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from bentxt.published.checks import CONTRADICTION, HOLDS, UNCHECKED, Check
from bentxt.published.consistency import ALONE, Finding, count_verdicts
from bentxt.published.release_rules import SUMS
from bentxt.published.table_rules import BEST, EXCHANGED, PARTS, SHARE, THRESHOLDS, TWICE
from bentxt.published.text_claims import CLAIM
from bentxt.reporting.tables import csv_text

COLUMNS = (
    "finding",
    "verdict",
    "rule",
    "place",
    "printed",
    "computed",
    "tolerance",
    "arithmetic",
    "note",
)

_MEANINGS = {
    EXCHANGED: "no two cells of a row are wrong by the other tables, and right if they change places",
    BEST: "rows of best numbers hold the largest of their group, column by column",
    TWICE: "what two tables print of one model and quantity is the same",
    PARTS: "an overall is the mean of its categories, weighted by their items in the benchmark split",
    SHARE: "a share is k of n items, for the n that the benchmark split has, rounded half up or half to even",
    THRESHOLDS: "fewer boxes pass a higher threshold, and the mean lies where the shares above them allow",
    SUMS: "the release's numbers of rows and pairs add up, split by split, type by type",
    CLAIM: "what the text says follows from tables, release or other claims",
    ALONE: "numbers that no other number depends on",
}

_HEAD = """# The paper against itself

The numbers that *BigEarthNet.txt* (arXiv 2603.29630) prints, checked against each other. Nothing on this page
comes from a run: tables and claims were typed over (`resources/paper/`), the items of the benchmark split and
the numbers of the release are known (`resources/release_benchmark_rows.csv`, `resources/release_counts.csv`).

A printed number stands for all numbers that are rounded to it, ± half of its last digit. Two sides contradict
each other if no such numbers fit, so no tolerance was chosen. Of a share that is k of n items the k is known,
and what is computed from it is exact.
"""


def consistency_csv(checks: Sequence[Check], findings: Sequence[Finding]) -> str:
    """Return all checks as CSV: contradictions by finding, then what cannot be checked, then what holds."""
    number = {id(check): finding.number for finding in findings for check in finding.checks}
    ordered = [check for finding in findings for check in finding.checks]
    ordered += [check for check in checks if check.verdict == UNCHECKED]
    ordered += [check for check in checks if check.verdict == HOLDS]
    rows = [
        {
            "finding": number.get(id(check)),
            "verdict": check.verdict,
            "rule": check.rule,
            "place": check.about,
            "printed": check.printed,
            "computed": check.computed,
            "tolerance": check.tolerance,
            "arithmetic": "; ".join(check.arithmetic),
            "note": check.note,
        }
        for check in ordered
    ]
    return csv_text(COLUMNS, rows)


def consistency_page(checks: Sequence[Check], findings: Sequence[Finding]) -> str:
    """Return the page in Markdown: counts, contradictions, what cannot be checked, what holds."""
    lines = [_HEAD, *_summary(checks, findings), "", "## Contradictions", ""]
    for finding in findings:
        lines += [f"### {finding.number}. {finding.title}", "", *_told(finding), ""]
    if not findings:
        lines += ["None.", ""]
    lines += ["## What cannot be checked", ""]
    lines += _table(["Place", "Printed", "Why"], (_unchecked(check) for check in checks))
    lines += ["", "## What holds", ""]
    for rule, own in groupby((check for check in checks if check.verdict == HOLDS), lambda check: check.rule):
        held = list(own)
        lines += [
            "<details>",
            f"<summary>{rule}: {len(held)}</summary>",
            "",
            f"Checked: {_MEANINGS[rule]}.",
            "",
        ]
        rows = ([check.about, check.printed, "<br>".join(check.arithmetic), check.note] for check in held)
        lines += [*_table(["Place", "Printed", "Arithmetic", "Note"], rows), "", "</details>", ""]
    return "\n".join(lines)


def _summary(checks, findings):
    counts = count_verdicts(checks)
    lines = ["## Summary", ""]
    rows = [
        [rule, _MEANINGS[rule], *(str(number) for number in (sum(of.values()), *of.values()))]
        for rule, of in counts.items()
        if any(of.values())
    ]
    total = [sum(of[verdict] for of in counts.values()) for verdict in (HOLDS, CONTRADICTION, UNCHECKED)]
    rows.append(["all", "", *(str(number) for number in (sum(total), *total))])
    lines += _table(["Rule", "What is checked", "Checks", "Hold", "Contradict", "Cannot be checked"], rows, 4)
    lines += [
        "",
        f"The {total[1]} contradictions are {len(findings)} findings: those about a common place may have "
        "one slip behind them.",
        "",
        _shares(checks),
    ]
    return lines


def _shares(checks):
    """Say how many shares were looked at, and whether they tell how the paper rounds."""
    shares = [check for check in checks if check.rule == SHARE and check.verdict != UNCHECKED]
    fitting = [check for check in shares if check.verdict == HOLDS]
    telling = [check for check in fitting if check.arithmetic[0].endswith(")")]
    tables = sorted({place.table for check in shares for place in check.places}, key=_by_number)
    cells = sum(len(check.places) for check in shares)
    return (
        f"Shares: {cells} cells of {len(tables)} tables hold {len(shares)} shares, a number that two tables "
        f"print alike counting once. {len(fitting)} of them are shares of their items; "
        + (
            f"{len(telling)} of these only in one way of rounding."
            if telling
            else "all of these in both ways of rounding, so the tables do not tell which one was used."
        )
    )


def _by_number(table):
    return table.removeprefix("table").removeprefix("_s").zfill(2), table


def _told(finding):
    for check in finding.checks:
        first, *more = check.arithmetic
        told = check.places and (len(finding.checks) == 1 or check.rule == EXCHANGED)
        about = "" if told else f" ({check.about})"
        yield f"- *{check.rule}*{about}: {first}"
        yield from (f"  - {line}" for line in more)
        if check.note:
            yield f"  - {check.note}"


def _unchecked(check):
    if check.verdict != UNCHECKED:
        return None
    return [check.about, check.printed, "; ".join(check.arithmetic)]


def _table(heads: Sequence[str], rows: Iterable[Sequence[str] | None], numbers: int = 0) -> list[str]:
    """Return a Markdown table, the last ``numbers`` columns right-aligned, rows that are None left out."""
    marks = ["---"] * (len(heads) - numbers) + ["---:"] * numbers
    lines = [heads, marks, *(row for row in rows if row is not None)]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
