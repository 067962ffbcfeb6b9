import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.errors import InputError
from bentxt.evaluation.score import SCORE_VERSION, SCORED, AnswerCounts, ConstantAnswer, Metric, Score
from bentxt.release import TASKS

_PERCENT = st.floats(0, 100) | st.none()
_COUNTS = st.builds(AnswerCounts, items=st.integers(0), instruction_following=st.booleans() | st.none())
_SCORES = st.builds(
    Score,
    version=st.just(SCORE_VERSION),
    model=st.text(),
    task=st.sampled_from(list(TASKS)),
    split=st.text(),
    status=st.sampled_from(["scored", "unavailable"]),
    reason=st.text() | st.none(),
    weights=st.text(),
    lineage=st.just({"program": "score_answers.py"}),
    prediction=st.just({"status": "predicted"}),
    extraction=st.dictionaries(st.text(), _COUNTS),
    metrics=st.dictionaries(
        st.text(), st.builds(Metric, _PERCENT, _PERCENT, _PERCENT, st.integers(0), st.text() | st.none())
    ),
    constant=st.builds(ConstantAnswer, st.text(), st.floats(0, 100)) | st.none(),
    clipped=st.integers(0) | st.none(),
    rotated=st.integers(0) | st.none(),
    box_angle=st.sampled_from(["ignore", "hull", None]),
)


@given(_SCORES)
def test_a_score_reads_back_as_it_was(score):
    assert Score.from_json(score.to_json()) == score


@pytest.fixture
def values():
    score = Score(
        model="M",
        task="binary",
        split="bench",
        status=SCORED,
        reason=None,
        weights="published",
        lineage={},
        prediction={},
        items=2,
        strict=2,
        instruction_following=True,
        extraction={"area": AnswerCounts(items=2, strict=2, instruction_following=True)},
        metrics={"accuracy": Metric(50.0, 0.0, 100.0, 2, None)},
        constant=ConstantAnswer("yes", 50.0),
    )
    return json.loads(score.to_json())


def _without(name, *path):
    def change(values):
        for key in path:
            values = values[key]
        del values[name]

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda values: values.update(version=SCORE_VERSION + 1), "score file of version 3, expected 2"),
        (_without("version"), "not a score file"),
        (_without("weights"), "the score lacks weights"),
        (_without("clipped"), "the score lacks clipped"),
        (lambda values: values.update(acc=1), "has the unknown acc"),
        (_without("low", "metrics", "accuracy"), "metrics/accuracy lacks low"),
        (_without("strict", "extraction", "area"), "extraction/area lacks strict"),
        (_without("answer", "constant"), "constant lacks answer"),
        (lambda values: values.update(metrics=[1]), "metrics is no mapping"),
        (lambda values: values.update(task="chess"), "unknown task"),
        (lambda values: values.update(status="done"), "unknown status"),
    ],
)
def test_a_score_file_that_is_not_whole_is_refused_with_its_name_and_a_remedy(values, change, message):
    change(values)
    with pytest.raises(InputError, match=message) as error:
        Score.from_json(json.dumps(values), file="M/binary.json")
    assert error.value.file == "M/binary.json"
    assert "score_answers.py" in error.value.remedy


@pytest.mark.parametrize(("text", "message"), [("{", "not readable JSON"), ("[]", "not a score file")])
def test_other_files_are_refused(text, message):
    with pytest.raises(InputError, match=message):
        Score.from_json(text, file="x.json")
