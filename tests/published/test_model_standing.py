"""A model's row in Tables 2-7: its numbers, its places, and whether they may be compared at all."""

from dataclasses import replace

import pytest

from bentxt.evaluation.score import AnswerCounts
from bentxt.published.comparability import own_differences
from bentxt.published.model_standing import COLUMNS, standing_rows, standings
from bentxt.release import TASKS
from worlds.consistent_paper import printed_paper
from worlds.run_scores import INVENTED, MADE, as_published, run_score, unavailable

PAPER = printed_paper()
PUBLISHED = as_published(PAPER.tables)
ELSEWHERE = [
    {"program": "adopt_release.py", "notes": {"released": {"published": False, "sha256": "01234567ab"}}}
]


def scores_of(model="Qwen", weights="my own", **changed):
    """Return the scores of a model that answers as one of the paper's, with weights of its own."""
    found = {task: PUBLISHED["bench", model, task] for task in TASKS}
    return {task: replace(score, weights=weights, **changed) for task, score in found.items()}


def table(number, scores):
    (found,) = [each for each in standings(scores, PAPER) if each.number == number]
    return found


def test_the_tables_are_those_of_the_benchmark_split():
    assert [each.number for each in standings(scores_of(), PAPER)] == list("234567")


def test_published_rows_are_the_paper_s_with_its_own_model_last():
    found = table("3", scores_of())
    assert [row.model for row in found.published[:3]] == ["GC", "LHRS", "SE"]
    assert [row.model for row in found.published[-2:]] == ["IVL", "RS-InternVL"]
    assert len(found.published) == 13
    assert found.published[-1].source == "Table S7"
    qwen = next(row for row in found.published if row.model == "Qwen")
    assert {name: number.text for name, number in qwen.numbers.items()} == {
        "presence": "64.33",
        "area": "66.62",
        "count": "62.33",
        "adjacency": "58.45",
        "overall": "61.96",
    }
    assert (qwen.following, qwen.group, found.published[-1].group) == ("yes", "CV", "ours")


def test_the_columns_that_table_8_exchanges_are_put_right_and_said():
    ours = table("2", scores_of()).published[-1]
    assert (ours.numbers["mcq_accuracy"].text, ours.numbers["referring_miou"].text) == ("65.84", "51.49")
    assert "printed under Referring mIoU" in ours.numbers["mcq_accuracy"].note


def test_a_model_that_prints_alike_shares_the_place():
    # Best of the binary questions but for RS-InternVL, 73.29.
    own = table("3", scores_of()).own["overall"]
    assert (own.value, own.place, own.models) == (61.96, 2, 14)
    assert table("3", scores_of()).differences == ()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"lineage": {"settings": {"run": "mini"}, "upstream": MADE + INVENTED}}, "world: an invented"),
        (
            {"lineage": {"settings": {"run": "paper"}, "upstream": MADE}},
            "data: a data set that was made",
        ),
        ({"lineage": {"settings": {"run": "paper"}, "upstream": ELSEWHERE}}, "other numbers of items"),
        ({"prediction": {"limit": 20}}, "a try with the first 20"),
    ],
)
def test_what_cannot_be_compared_has_no_place(changed, words):
    found = table("2", scores_of(**changed))
    assert words in "; ".join(found.differences)
    assert not [text for text in found.differences if "weights" in text]
    own = found.own["mcq_accuracy"]
    assert (own.value, own.place, own.models) == (37.55, None, None)


def test_a_file_of_the_benchmark_rows_alone_is_known_by_its_numbers_of_items():
    rows = {("binary", "area"): 3, ("binary", "count"): 2, ("mcq", "area"): 9}
    score = run_score("Mine", "binary", {}, upstream=ELSEWHERE, weights="my own")
    whole, part, other = {"area": 3, "count": 2}, {"area": 3}, {"area": 4, "count": 2}
    for counts, comparable in ((whole, True), (part, False), (other, False)):
        extraction = {category: AnswerCounts(items=items) for category, items in counts.items()}
        found = own_differences(replace(score, extraction=extraction), rows)
        assert (found.missing == ()) == comparable
        assert any("as many items of each category" in text for text in found.remaining) == comparable


def test_a_task_without_a_score_says_why_and_keeps_the_others():
    scores = scores_of() | {"mcq": unavailable("Qwen", "mcq", "no answers to mcq")}
    del scores["captioning"]
    found = table("2", scores)
    assert (found.own["mcq_accuracy"].value, found.own["mcq_accuracy"].reason) == (None, "no answers to mcq")
    assert found.own["captioning_bleu4"].reason == "no score on captioning was made"
    assert found.own["binary_accuracy"].value == 61.96
    assert found.differences == ()
    assert table("4", scores).following is None


def test_the_csv_holds_every_number_of_the_page_with_its_source():
    found = standings(scores_of(), PAPER)
    rows = standing_rows("Mine", found, "run on BigEarthNet v2.0")
    assert {name for row in rows for name in row} == set(COLUMNS)
    assert len(rows) == 14 * sum(len(each.columns) for each in found)
    own = [row for row in rows if row["source"] == "this run"]
    assert {row["model"] for row in own} == {"Mine"}
    (accuracy,) = [row for row in own if (row["table"], row["column"]) == ("3", "Overall")]
    assert (accuracy["value"], accuracy["low"], accuracy["high"], accuracy["place"]) == (
        61.96,
        60.96,
        62.96,
        2,
    )
    sources = {row["source"] for row in rows if row["model"] == "RS-InternVL"}
    assert sources == {f"published, Table {number}" for number in ("8", "S7", "S8", "S9", "S10", "S11")}
