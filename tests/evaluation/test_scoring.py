import pytest

from bentxt.errors import InputError
from bentxt.evaluation.score import ConstantAnswer
from bentxt.evaluation.scoring import score_task
from bentxt.evaluation.scoring_settings import BinarySettings, ScoringSettings

SETTINGS = {
    "binary": BinarySettings(100, True),
    "mcq": ScoringSettings(100),
    "referring": ScoringSettings(100),
}
OPTIONS = "Which country? a) Lithuania, b) Belgium, c) Austria, d) Luxembourg"


def _items(*rows):
    names = ("patch_id", "category", "input", "output", "answer")
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}


def _value(result, name):
    return result.metrics[name].value


def test_binary_accuracy_by_category_and_overall():
    items = _items(
        ("p1", "presence", "?", "yes", "Yes."),
        ("p1", "presence", "?", "no", "yes"),
        ("p2", "area", "?", "no", "No, it does not."),
        ("p2", "area", "?", "yes", "I cannot tell"),
        ("p3", "area", "?", "yes", "yes"),
    )
    result = score_task("binary", items, SETTINGS["binary"], seed=1).score
    assert _value(result, "accuracy") == 60
    assert _value(result, "accuracy/presence") == 50
    assert _value(result, "accuracy/area") == pytest.approx(200 / 3)
    assert result.metrics["accuracy/area"].items == 3
    assert (result.items, result.strict, result.lenient, result.unparsed) == (5, 3, 1, 1)
    assert result.instruction_following is False
    assert result.extraction["presence"].instruction_following is True
    assert result.constant == ConstantAnswer("yes", 60)


def test_an_unparsed_answer_is_wrong_for_either_truth():
    items = _items(("p", "count", "?", "yes", "perhaps"), ("p", "count", "?", "no", "perhaps"))
    assert _value(score_task("binary", items, SETTINGS["binary"], seed=1).score, "accuracy") == 0


def test_mcq_accuracy_reads_options_from_the_instruction():
    items = _items(
        ("p1", "country", OPTIONS, "c", "Austria"),
        ("p2", "country", OPTIONS, "a", "b)"),
        ("p3", "relative pos", OPTIONS, "d", "(d)"),
    )
    result = score_task("mcq", items, SETTINGS["mcq"], seed=1).score
    assert _value(result, "accuracy") == pytest.approx(200 / 3)
    assert _value(result, "accuracy/relative pos") == 100
    assert result.constant == ConstantAnswer("a", pytest.approx(100 / 3))
    assert result.instruction_following is True


@pytest.mark.parametrize(("angle", "overlap"), [("ignore", 100 / 7), ("hull", 100.0)])
def test_what_an_angle_does_is_counted_and_named(angle, overlap):
    """0.4 by 0.1 round (0.3, 0.25), and the same upright: 0.01 in common, 0.07 together."""
    items = _items(("p1", "reference", "?", "[0.25 0.05, 0.35 0.45]", "{<10><20><50><30>|<90>}"))
    given = {"seed": 1, "box_scale": 100, "box_angle": angle}
    result = score_task("referring", items, SETTINGS["referring"], **given).score
    assert _value(result, "miou") == pytest.approx(overlap)
    assert (result.rotated, result.box_angle) == (1, angle)


def test_boxes_pool_and_thresholds_are_strict():
    items = _items(
        ("p1", "reference", "?", "[0.0 0.0, 1.0 1.0]", "[0, 0, 500, 1000]"),  # exactly 0.5
        ("p1", "reference", "?", "[0.0 0.0, 1.0 1.0]", "[0, 0, 1000, 1000]"),
        ("p2", "point", "?", "[0.0 0.0, 0.5 0.5]", "nothing"),
        ("p2", "point", "?", "[0.0 0.0, 1.0 1.0]", "[0, 0, 1200, 1000]"),
    )
    result = score_task("referring", items, SETTINGS["referring"], seed=1, box_scale=1000).score
    assert _value(result, "miou") == pytest.approx(100 * (0.5 + 1 + 0 + 1) / 4)
    assert _value(result, "miou/reference") == 75
    assert _value(result, "acc25/reference") == 100
    assert _value(result, "acc50/reference") == 50
    assert _value(result, "acc50") == 50
    assert _value(result, "acc90/point") == 50
    assert result.clipped == 1
    assert result.unparsed == 1
    assert result.extraction["reference"].instruction_following is True


def test_no_item_is_an_error_that_names_the_task():
    with pytest.raises(InputError, match="no mcq item"):
        score_task("mcq", _items(), SETTINGS["mcq"], seed=1)


@pytest.mark.parametrize(("task", "output"), [("binary", "maybe"), ("mcq", "e"), ("referring", "[1]")])
def test_a_broken_reference_is_an_error_and_not_a_wrong_answer(task, output):
    items = _items(("p", "x", OPTIONS, output, "yes"))
    with pytest.raises(InputError, match="the data set's answer"):
        score_task(task, items, SETTINGS[task], seed=1)
