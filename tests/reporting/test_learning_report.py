import pytest

from bentxt.errors import InputError
from bentxt.evaluation.score import ConstantAnswer
from bentxt.reporting.learning_report import learning_report, learning_rows
from worlds.score_sets import by_model_and_task, score, unavailable

COMPARED = ("RS-InternVL", "RS-InternVL-untrained")


def _learning_scores(after=80.0, before=30.0, items=10):
    constant = ConstantAnswer("a", 26.0)
    return by_model_and_task(
        score("RS-InternVL", "mcq", {"accuracy": after}, constant=constant),
        score("RS-InternVL-untrained", "mcq", {"accuracy": before}, items=items, constant=constant),
    )


def test_margins_are_in_points():
    rows = learning_rows(_learning_scores(), "mini", COMPARED, tasks=["mcq"])
    assert rows[0]["margin_over_untrained"] == 50
    assert rows[0]["margin_over_constant"] == 54
    assert rows[0]["note"] == "weights: tiny, random"
    text = learning_report(rows)
    assert "mcq [mini]: fine-tuned 80.0 %" in text
    assert "+54.0 points over always answering 'a' (26.0 %)" in text


def test_a_model_that_got_worse_is_shown_so():
    assert "-10.0 points over untrained" in learning_report(
        learning_rows(_learning_scores(after=20.0), "mini", COMPARED, tasks=["mcq"])
    )


def test_without_a_score_there_is_no_margin_but_the_reason():
    scores = _learning_scores() | by_model_and_task(unavailable("RS-InternVL", "mcq", "no adapter"))
    rows = learning_rows(scores, "mini", COMPARED, tasks=["mcq"])
    assert rows[0]["margin_over_constant"] is None
    assert "RS-InternVL: no adapter" in learning_report(rows)


def test_scores_on_different_items_are_not_compared():
    with pytest.raises(InputError, match="different mcq items"):
        learning_rows(_learning_scores(items=9), "mini", COMPARED, tasks=["mcq"])
    with pytest.raises(InputError, match="no score file of RS-InternVL-untrained on binary"):
        learning_rows(by_model_and_task(score("RS-InternVL", "binary", {"accuracy": 1})), "mini", COMPARED)
