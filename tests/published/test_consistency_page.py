import csv
import io
import re

from bentxt.published.checks import CONTRADICTION, HOLDS, UNCHECKED
from bentxt.published.consistency import check_paper, findings_of
from bentxt.published.consistency_page import COLUMNS, consistency_csv, consistency_page
from worlds.consistent_paper import CLAIMS, RELEASE, ROUNDINGS, drawn_paper, printed_paper

PAPER = printed_paper()
CHECKS = check_paper(PAPER, RELEASE, CLAIMS)
FINDINGS = findings_of(CHECKS, PAPER.tables)
PAGE = consistency_page(CHECKS, FINDINGS)
ROWS = list(csv.DictReader(io.StringIO(consistency_csv(CHECKS, FINDINGS))))


def table_below(heading):
    """Return the rows of the first Markdown table below a heading, as lists of cells."""
    lines = PAGE[PAGE.index(heading) :].splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[first:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows[2:]


def test_the_table_holds_every_check_contradictions_first():
    assert list(ROWS[0]) == list(COLUMNS)
    assert len(ROWS) == len(CHECKS)
    order = [row["verdict"] for row in ROWS]
    assert order == sorted(order, key=[CONTRADICTION, UNCHECKED, HOLDS].index)
    numbered = [int(row["finding"]) for row in ROWS if row["verdict"] == CONTRADICTION]
    assert numbered == sorted(numbered)
    assert set(numbered) == set(range(1, len(FINDINGS) + 1))
    assert not any(row["finding"] for row in ROWS if row["verdict"] != CONTRADICTION)


def test_every_check_is_told_with_place_and_arithmetic():
    assert all(row["place"] and row["arithmetic"] for row in ROWS)
    assert all(row["tolerance"] for row in ROWS if row["verdict"] != UNCHECKED)
    (gpt,) = [row for row in ROWS if row["place"] == "Table 4, GPT, Adjacency"]
    assert (gpt["printed"], gpt["computed"]) == ("39.16", "39.13")
    assert gpt["arithmetic"] == "513 / 1,311 = 39.1304 → 39.13; 514 / 1,311 = 39.2067 → 39.21"


def test_the_page_counts_first_what_it_then_tells():
    headings = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    assert headings == ["Summary", "Contradictions", "What cannot be checked", "What holds"]
    *by_rule, total = table_below("## Summary")
    for row in by_rule:
        own = [check.verdict for check in CHECKS if check.rule == row[0]]
        assert [int(number) for number in row[2:]] == [
            len(own),
            *(own.count(verdict) for verdict in (HOLDS, CONTRADICTION, UNCHECKED)),
        ]
    assert int(total[2]) == len(CHECKS)
    assert re.findall(r"^### (\d+)\. ", PAGE, re.MULTILINE) == [str(each.number) for each in FINDINGS]
    assert len(table_below("## What cannot be checked")) == int(total[5])
    held = dict(re.findall(r"<summary>(.+): (\d+)</summary>", PAGE))
    assert sum(map(int, held.values())) == int(total[3])


def test_the_page_says_how_many_shares_it_looked_at():
    assert "360 cells of 10 tables hold 333 shares" in PAGE
    assert "329 of them are shares of their items; all of these in both ways of rounding" in PAGE


def test_a_paper_without_contradictions_says_none():
    drawn = drawn_paper(3, ROUNDINGS[1])
    checks = check_paper(drawn, RELEASE, {})
    page = consistency_page(checks, findings_of(checks, drawn.tables))
    assert "## Contradictions\n\nNone.\n" in page
    assert "are 0 findings" in page
