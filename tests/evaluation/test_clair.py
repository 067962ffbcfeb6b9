import json

import numpy as np
import pytest

from bentxt.errors import MetricUnavailable
from bentxt.evaluation.clair import clair, parse_score
from bentxt.evaluation.scoring import score_task
from bentxt.evaluation.scoring_settings import ScoringSettings
from worlds.answering_server import chat_server


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ('{"score": 85, "reason": "same lake"}', 0.85),
        ('<think>{"score": 10} maybe</think>\n```json\n{"score": 40.5, "reason": "x"}\n```', 0.405),
        ('Here: {"reason": "none", "score": 0}', 0),
        ('{"note": 1} {"score": 7}', 0.07),
    ],
)
def test_a_score_is_read(text, score):
    assert parse_score(text) == pytest.approx(score)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "85",
        '<think>{"score": 85}</think> I cannot say.',
        '{"score": 185}',
        '{"score": "85"}',
        '{"score": true}',
        '{"score": 8',
        '{"reason": "no score"}',
    ],
)
def test_a_score_that_cannot_be_read_is_none_and_not_zero(text):
    assert parse_score(text) is None


def score_by_length(messages):
    """Answer as a judge that scores the length of the candidate, and stumbles over "odd"."""
    candidate = messages[0]["content"].split("Candidate caption:\n")[1].split("\n")[0]
    return "<think>hm</think>" + ("no idea" if candidate == "odd" else json.dumps({"score": len(candidate)}))


def judge(base_url, **changes):
    options = {"concurrency": 2, "retries": 1, "timeout": 30}
    return {"base_url": base_url, "model": "j", "key_variable": None, "max_tokens": 64, **options, **changes}


def test_the_judge_is_asked_greedily_and_failures_stay_visible():
    with chat_server(score_by_length) as server:
        scores = clair(["four", "odd", "sixsix"], ["r1", "r2", "r3"], judge(server.base_url))
    assert scores[[0, 2]] == pytest.approx([0.04, 0.06])
    assert np.isnan(scores[1])
    assert [(body["model"], body["temperature"], body["max_tokens"]) for body in server.bodies] == [
        ("j", 0, 64)
    ] * 3
    assert {f"r{i}" for i in (1, 2, 3) for body in server.bodies if f"r{i}" in str(body)} == {
        "r1",
        "r2",
        "r3",
    }


def test_a_busy_judge_is_asked_again():
    def answer(messages):
        busy = 429, {"retry-after-ms": "1"}, {"error": {"message": "busy"}}
        return busy if len(server.asked) == 1 else score_by_length(messages)

    with chat_server(answer) as server:
        assert clair(["four"], ["r"], judge(server.base_url)) == pytest.approx([0.04])


def test_without_a_judge_there_is_no_number():
    with pytest.raises(MetricUnavailable, match=r"benchmark\.clair"):
        clair(["a"], ["b"], None)


@pytest.mark.parametrize(
    ("status", "message"), [(429, "quota"), (400, "no temperature"), (404, "no such model")]
)
def test_a_judge_that_refuses_makes_the_metric_unavailable_and_says_why(status, message):
    refusal = status, {"retry-after-ms": "1"}, {"error": {"message": message}}
    with (
        chat_server(lambda _: refusal) as server,
        pytest.raises(MetricUnavailable, match=rf"{status}: .*{message}.*benchmark\.clair"),
    ):
        clair(["a"], ["b"], judge(server.base_url))


def test_a_judge_that_is_not_there_takes_no_other_metric_down():
    with chat_server(score_by_length) as server:
        absent = judge(server.base_url, retries=0)
    items = {
        "patch_id": ["A", "B"],
        "category": ["None", "None"],
        "input": ["Describe it."] * 2,
        "output": ["pastures at a lake", "a forest"],
        "answer": ["pastures at a lake", "a town"],
    }
    settings = ScoringSettings(10, True, None, False, absent)
    metrics = score_task("captioning", items, settings, seed=1).score.metrics
    assert metrics["clair"].value is None
    assert "no answer from the server after 1 attempts" in metrics["clair"].reason
    assert absent["base_url"] in metrics["clair"].reason
    assert metrics["rouge"].value > 50
