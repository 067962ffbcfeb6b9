"""The printed paper against itself: each contradiction that is known is found, and no other."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bentxt.published.checks import CONTRADICTION, UNCHECKED, Evidence
from bentxt.published.consistency import ALONE, check_paper, count_verdicts, findings_of
from bentxt.published.paper_tables import SCORE_TABLES, Place, quantity_of
from bentxt.published.table_rules import SHARE
from worlds.consistent_paper import CLAIMS, RELEASE, printed_paper

PAPER = printed_paper()
CHECKS = check_paper(PAPER, RELEASE, CLAIMS)
FINDINGS = findings_of(CHECKS, PAPER.tables)

#: Where a contradiction is, the rules that find it, and parts of the arithmetic that a reader can do again.
KNOWN = [
    ("Table 2, GC, MCQ accuracy; Table 4, GC, Overall", 2, ["28.36 ≠ 28.23", "1,567 / 5,550 = 28.234 %"]),
    ("Table 2, LHRS, Captioning BLEU-4; Table 7, LHRS, BLEU-4", 1, ["0.43 ≠ 0.72"]),
    ("Table 2, EDrgb, Captioning BLEU-4; Table 7, EDrgb, BLEU-4", 1, ["0.62 ≠ 0.48"]),
    ("Table 2, EDs2, Captioning BLEU-4; Table 7, EDs2, BLEU-4", 1, ["0.00 ≠ 0.03"]),
    ("Table 2, Qwen, Captioning BLEU-4; Table 7, Qwen, BLEU-4", 1, ["0.57 ≠ 0.70"]),
    ("Table 2, IVL, Captioning BLEU-4; Table 7, IVL, BLEU-4", 1, ["0.45 ≠ 0.34"]),
    ("Table 2, LHRS, Referring mIoU", 1, ["(794 × 7.47 + 788 × 3.09) / 1,582 = 5.288", "≠ 4.79"]),
    ("Table 2, EMrgb, Referring mIoU", 1, ["(794 × 21.90 + 788 × 9.35) / 1,582 = 15.649", "≠ 12.12"]),
    ("Table 2, EMs1s2, Referring mIoU", 1, ["(794 × 22.65 + 788 × 12.65) / 1,582 = 17.669", "≠ 16.18"]),
    ("Table 2, GPT, Referring mIoU", 1, ["(794 × 25.16 + 788 × 38.95) / 1,582 = 32.029", "≠ 31.73"]),
    (
        "Table 2, GPT, MCQ accuracy; Table 4, GPT, Overall",
        1,
        ["1,938 / 5,550 = 34.9189 → 34.92", "1,939 / 5,550 = 34.9369 → 34.94", "1,938 / 5,549 → 34.93"],
    ),
    (
        "Table 4, GPT, Adjacency",
        1,
        ["513 / 1,311 = 39.1304 → 39.13", "514 / 1,311 = 39.2067 → 39.21", "513 / 1,310 → 39.16"],
    ),
    ("Table S7, SOTA RS, Overall", 2, ["58.38 (EDrgb) ≠ 57.90", "57.90 is the number of EMrgb"]),
    (
        "Table 8, RS-InternVL",
        5,
        [
            "printed MCQ accuracy 51.49, Referring mIoU 65.84",
            "MCQ accuracy elsewhere: 65.84 (Table S8)",
            "(794 × 33.16 + 788 × 69.95) / 1,582 = 51.485",
            "meant: MCQ accuracy 65.84, Referring mIoU 51.49",
        ],
    ),
    ("Table S8, SOTA CV, Area", 2, ["44.41 (GPT) ≠ 44.42", "290 / 653 = 44.4104 → 44.41"]),
    ("Table S8, SOTA CV, Season", 1, ["28.43 (GPT) ≠ 27.43", "27.43 is the number of LLaVa"]),
    ("Table S11, SOTA RS, METEOR", 1, ["16.93 (LHRS) ≠ 14.93", "14.93 is the number of EMrgb"]),
    ("Table S11, SOTA RS, SBERT cosine", 1, ["54.61 (LHRS) ≠ 51.97", "51.97 is the number of EMs1s2"]),
    ("text, benchmark split: the benchmark split has so many pairs, verified by people", 1, ["970 ≠ 1,082"]),
    ("text, related data sets: samples of MS-Clip", 1, ["985k ≠ 975,000"]),
    (
        "text, related data sets: captions and questions of Landsat30-AU",
        1,
        ["196,262 + 17,725 = 213,987 ≠ 216k"],
    ),
    (
        "text, results of RS-InternVL: RS-InternVL is better by so many percent on average",
        1,
        [
            " = 22.94,",
            " = 23.12,",
            " = 28.30,",
            " = 34.40,",
            " = 31.58,",
            " = 31.46,",
            "difference in points",
        ],
    ),
    (
        "text, abstract: fine-tuning brings consistent gains across all considered tasks",
        1,
        ["Table S8, Area: 42.11 < 44.42 (SOTA CV)", "highest in 34 of 35 columns"],
    ),
    (
        "text, results of the benchmark: GPT is the best at both kinds of referring detection",
        1,
        ["acc@75: 4.28 < 5.67 (EMrgb)", "acc@90: 1.26 < 1.39 (EMrgb), 1.39 (GLM)", "8 of 10 columns"],
    ),
]


@pytest.mark.parametrize(("about", "rules", "parts"), KNOWN, ids=[about for about, *_ in KNOWN])
def test_a_known_contradiction_is_found_with_its_arithmetic(about, rules, parts):
    (finding,) = [each for each in FINDINGS if each.checks[0].about == about]
    assert len(finding.checks) == rules
    told = "\n".join(line for check in finding.checks for line in (*check.arithmetic, check.note))
    assert [part for part in parts if part not in told] == []


def test_there_is_no_other_contradiction():
    assert sorted(each.checks[0].about for each in FINDINGS) == sorted(about for about, *_ in KNOWN)
    contradictions = [check for check in CHECKS if check.verdict == CONTRADICTION]
    assert sum(len(each.checks) for each in FINDINGS) == len(contradictions) == sum(n for _, n, _ in KNOWN)


#: What holds according to the text, with its arithmetic.
HELD = [
    "229,114 + 118,095 + 116,835 = 464,044",
    "4,674,281 + 2,454,690 + 2,424,991 = 9,553,962",
    "2,409,962 + 15,029 = 2,424,991",
    "4 binary + 2 bounding box + 1 captioning + 8 mcq = 15",
    "107 × 464,044 = 49,652,708, with rounding 49,420,686 to 49,884,730 agrees with 50 million",
    "4.5 × 464,044 = 2,088,198, with rounding 2,064,996 to 2,111,400 agrees with 2.1 million",
    "2,487 / 3,209 = 77.5008 → 77.50",
]


@pytest.mark.parametrize("line", HELD)
def test_what_holds_is_listed(line):
    assert [check.verdict for check in CHECKS if line in check.arithmetic] == ["holds"]


@pytest.mark.parametrize("says", ["referring annotation", "that of the next data set", "more words than"])
def test_what_cannot_be_checked_is_listed_with_the_reason(says):
    (check,) = [check for check in CHECKS if says in check.about]
    assert check.verdict == UNCHECKED
    assert len(check.arithmetic[0]) > 20


def test_shares_of_the_tables_by_category_are_all_looked_at():
    """300 shares by category and threshold, 30 overalls; of these three are no share of their items."""
    by_category = {"table3", "table4", "table5", "table6", "table_s7", "table_s8", "table_s9", "table_s10"}
    shares = [check for check in CHECKS if check.rule == SHARE and check.verdict != UNCHECKED]
    cells = {place: check for check in shares for place in check.places if place.table in by_category}
    assert len(cells) == 330
    assert sum(place.column != "overall" for place in cells) == 300
    wrong = {place for place, check in cells.items() if check.verdict == CONTRADICTION}
    assert wrong == {
        Place("table4", "GPT", "adjacency"),
        Place("table4", "GPT", "overall"),
        Place("table_s8", "SOTA CV", "area"),
    }


def test_no_number_is_passed_over():
    told = {place for check in CHECKS for place in (*check.places, *check.sources)}
    assert [place for place in PAPER.tables.cells if place.table in SCORE_TABLES and place not in told] == []
    alone = [place for check in CHECKS if check.rule == ALONE for place in check.places]
    assert {place.column for place in alone if quantity_of(place)} == {"captioning_bleu4", "referring_miou"}
    assert {place.table for place in alone if quantity_of(place)} == {"table_s5"}


def test_verdicts_are_counted_by_rule():
    counts = count_verdicts(CHECKS)
    assert sum(number for of in counts.values() for number in of.values()) == len(CHECKS)


def contradictions(evidence):
    return {
        (check.rule, check.about, check.statement)
        for check in check_paper(evidence, RELEASE, CLAIMS)
        if check.verdict == CONTRADICTION
    }


BEFORE = contradictions(PAPER)
#: Cells of the benchmark split that are printed twice, or are a part or a share of a whole.
SHARP = [
    place
    for place in PAPER.tables.cells
    if (quantity := quantity_of(place)) is not None
    and quantity.split == "bench"
    and (quantity.task != "captioning" or place.table in ("table2", "table8") or place.column == "bleu4")
]


@settings(max_examples=40)
@given(st.sampled_from(SHARP), st.sampled_from(["0.05", "1.07", "33.33"]))
def test_another_number_in_a_cell_is_noticed(place, more):
    text = f"{(float(PAPER.tables.cells[place]) + float(more)) % 100:.2f}"
    changed = Evidence(PAPER.tables.changed(place, text), PAPER.groups, PAPER.rows)
    assert contradictions(changed) != BEFORE


def test_a_mended_cell_takes_its_finding_away():
    tables = PAPER.tables.changed(Place("table_s8", "SOTA CV", "season"), "28.43")
    mended = contradictions(Evidence(tables, PAPER.groups, PAPER.rows))
    assert BEFORE - mended == {
        ("best of a column", "Table S8, SOTA CV, Season", "27.43, where the best in Table 4 is 28.43 (GPT)")
    }
    assert mended < BEFORE
