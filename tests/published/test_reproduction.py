"""Every published number, ours next to it, and whether they may be compared."""

from collections import Counter

import pytest

from bentxt.models.table_rows import read_rows
from bentxt.published.paper_tables import SCORE_TABLES, Place
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
    Run,
    by_table,
    compare,
)
from worlds.consistent_paper import RESOURCES, printed_paper
from worlds.run_scores import INVENTED, MADE, as_published, run_score, unavailable

PAPER = printed_paper()
MODELS = read_rows(None, RESOURCES / "models.yaml")


def compared(scores, absent=None):
    return compare(PAPER, Run(scores, MODELS, absent or {}))


def at(comparisons, table, row, column, reading=AS_PRINTED):
    (found,) = [
        each for each in comparisons if each.place == Place(table, row, column) and each.reading == reading
    ]
    return found


def test_every_number_of_the_tables_of_scores_is_listed_whatever_there_is():
    expected = [place for place in PAPER.tables.cells if place.table in SCORE_TABLES]
    for scores in ({}, as_published(PAPER.tables)):
        comparisons = compared(scores)
        assert [each.place for each in comparisons if each.reading == AS_PRINTED] == expected
    assert {each.verdict for each in compared({})} == {NO_NUMBER}
    assert all(each.missing for each in compared({}))
    assert [name for name, _ in by_table(compared({}))] == [
        *(f"Table {number}" for number in range(2, 9)),
        *(f"Table {number}" for number in ("S5", "S7", "S8", "S9", "S10", "S11")),
    ]


@pytest.mark.parametrize(
    ("shift", "verdict"), [(0.0, INSIDE), (0.99, INSIDE), (1.02, OUTSIDE), (-1.02, OUTSIDE)]
)
def test_a_published_number_lies_inside_or_outside_our_interval(shift, verdict):
    comparisons = compared(as_published(PAPER.tables, width=1.0, shift=shift))
    found = at(comparisons, "table4", "Qwen", "season")
    assert (found.published, found.verdict) == ("27.29", verdict)
    assert found.difference == pytest.approx(shift)
    assert found.ours == pytest.approx(27.29 + shift)


def test_the_rounding_of_the_published_number_is_given_its_due():
    # 27.29 stands for numbers from 27.285 on.
    for low, verdict in ((27.2949, INSIDE), (27.2951, OUTSIDE)):
        scores = {("bench", "Qwen", "mcq"): run_score("Qwen", "mcq", {"accuracy/season": (28.0, low, 29.0)})}
        assert at(compared(scores), "table4", "Qwen", "season").verdict == verdict


def test_in_an_invented_world_nothing_is_comparable_and_all_is_listed():
    scores = as_published(PAPER.tables, run="mini", upstream=MADE + INVENTED, weights="tiny, random")
    comparisons = compared(scores)
    assert not any(each.verdict in COMPARED for each in comparisons)
    with_number = [each for each in comparisons if each.ours is not None]
    assert len(with_number) > 500
    assert {each.verdict for each in with_number} == {NOT_COMPARABLE}
    found = at(comparisons, "table3", "Qwen", "area")
    assert [text.partition(":")[0] for text in found.missing] == ["world", "data", "review", "weights"]
    assert found.difference == 0


def test_why_there_is_no_number():
    scores = {
        ("bench", "Qwen", "mcq"): unavailable("Qwen", "mcq", "out of memory"),
        ("bench", "IVL", "captioning"): run_score("IVL", "captioning", {"clair": "no judge is available"}),
    }
    comparisons = compared(scores, {"GPT": "needs a key"})
    assert at(comparisons, "table4", "Qwen", "season").missing == ("model: out of memory",)
    assert at(comparisons, "table4", "GPT", "season").missing == ("model: needs a key",)
    assert at(comparisons, "table7", "IVL", "clair").missing == ("metric: CLAIR: no judge is available",)
    assert at(comparisons, "table7", "IVL", "meteor").missing == ("metric: METEOR: no item in this run",)
    (missing,) = at(comparisons, "table_s5", "Qwen", "mcq_accuracy").missing
    assert missing == "model: no score on mcq of the split test was made in this run"
    (missing,) = at(comparisons, "table2", "GPT", "parameters").missing
    assert missing.startswith("parameters: taken over from the paper")


def test_table_s5_takes_the_scores_of_the_test_split():
    scores = {("bench", "Qwen", "mcq"): run_score("Qwen", "mcq", {"accuracy": (37.0, 30.0, 40.0)})}
    assert at(compared(scores), "table_s5", "Qwen", "mcq_accuracy").verdict == NO_NUMBER
    scores["test", "Qwen", "mcq"] = run_score("Qwen", "mcq", {"accuracy": (37.0, 30.0, 40.0)}, split="test")
    assert at(compared(scores), "table_s5", "Qwen", "mcq_accuracy").verdict == INSIDE
    # A score file of another split under that name is not taken for one.
    scores["test", "Qwen", "mcq"] = scores["bench", "Qwen", "mcq"]
    assert at(compared(scores), "table_s5", "Qwen", "mcq_accuracy").verdict == NOT_COMPARABLE


def test_instruction_following_is_compared_by_word():
    scores = {
        ("bench", "Qwen", "mcq"): run_score("Qwen", "mcq", {}),
        ("bench", "Qwen", "referring"): run_score("Qwen", "referring", {}),
        ("bench", "GC", "mcq"): run_score("GC", "mcq", {}),
    }
    comparisons = compared(scores)
    found = [
        at(comparisons, table, row, "instruction_following")
        for table, row in (("table4", "Qwen"), ("table6", "Qwen"), ("table4", "GC"))
    ]
    # Of all items one is unparsed, of those about points none.
    assert [each.ours for each in found] == ["no", "yes", "no"]
    assert [each.published for each in found] == ["yes", "yes", "no"]
    assert [each.verdict for each in found] == [DIFFERENT, SAME, SAME]


def test_the_best_of_a_group_needs_a_number_of_each_of_its_models():
    scores = as_published(PAPER.tables)
    found = at(compared(scores), "table_s8", "SOTA CV", "season")
    assert (found.model, found.ours, found.verdict) == ("GPT", pytest.approx(28.43), INSIDE)
    del scores["bench", "GPT", "mcq"]
    found = at(compared(scores), "table_s8", "SOTA CV", "season")
    assert (found.model, found.verdict) == ("LLaVa", NOT_COMPARABLE)
    assert found.missing == ("models: GPT have no number, and the best may be another's",)
    assert at(compared({}), "table_s8", "SOTA CV", "season").verdict == NO_NUMBER


def test_numbers_in_each_other_s_column_are_compared_both_ways():
    comparisons = compared(as_published(PAPER.tables))
    assert Counter(each.reading for each in comparisons)[EXCHANGED_BACK] == 2
    # Our number is that of Table 2's quantity; as_published takes it from Table 8 where it stands first.
    scores = {
        ("bench", "RS-InternVL", "mcq"): run_score("RS-InternVL", "mcq", {"accuracy": (65.0, 64.0, 66.0)}),
        ("bench", "RS-InternVL", "referring"): run_score(
            "RS-InternVL", "referring", {"miou": (51.0, 50.0, 52.0)}
        ),
    }
    comparisons = compared(scores)
    for column, printed, back in (
        ("mcq_accuracy", "51.49", "65.84"),
        ("referring_miou", "65.84", "51.49"),
    ):
        found = at(comparisons, "table8", "RS-InternVL", column)
        assert (found.published, found.verdict) == (printed, OUTSIDE)
        assert "each other's column" in found.contradiction
        found = at(comparisons, "table8", "RS-InternVL", column, EXCHANGED_BACK)
        assert (found.published, found.verdict) == (back, INSIDE)


def test_a_number_that_the_paper_contradicts_says_so():
    comparisons = compared({})
    assert at(comparisons, "table2", "GC", "mcq_accuracy").contradiction == (
        "28.36 in Table 2, 28.23 in Table 4; 28.36, where the categories of Table 4 give 28.23"
    )
    assert at(comparisons, "table2", "GC", "binary_accuracy").contradiction == ""
