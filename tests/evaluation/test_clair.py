import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bentxt.errors import MetricUnavailable
from bentxt.evaluation.clair import PROMPT, clair
from worlds.answering_server import chat_server, completion

SCRIPTS = Path(__file__).parents[2] / "workflow_scripts"


def candidate_of(messages):
    return messages[0]["content"].split("Candidate caption:\n")[1].split("\n")[0]


def score_by_length(messages):
    """Answer as a judge that scores the length of the candidate, and stumbles over "odd"."""
    candidate = candidate_of(messages)
    return "<think>hm</think>" + ("no idea" if candidate == "odd" else json.dumps({"score": len(candidate)}))


def judge(base_url, **changes):
    options = {"concurrency": 2, "retries": 1, "timeout": 30}
    return {"base_url": base_url, "model": "j", "key_variable": None, "max_tokens": 64, **options, **changes}


def test_the_judge_is_asked_greedily_and_failures_stay_visible():
    with chat_server(score_by_length) as server:
        found = clair(["four", "odd", "sixsix"], ["r1", "r2", "r3"], judge(server.base_url))
    assert found.scores[[0, 2]] == pytest.approx([0.04, 0.06])
    assert np.isnan(found.scores[1])
    assert "judged by j" in found.note
    assert "in our words" in found.note
    assert "no score for 1 of 3 captions: 1 without a readable score" in found.note
    assert [(body["model"], body["temperature"], body["max_tokens"]) for body in server.bodies] == [
        ("j", 0, 64)
    ] * 3
    assert {f"r{i}" for i in (1, 2, 3) for body in server.bodies if f"r{i}" in str(body)} == {
        "r1",
        "r2",
        "r3",
    }


def test_limits_are_named_as_the_server_wants_them_and_a_temperature_need_not_be_sent():
    with chat_server(score_by_length) as server:
        options = {"length_parameter": "max_completion_tokens", "temperature": None}
        clair(["four"], ["r"], judge(server.base_url, **options))
        clair(["four"], ["r"], judge(server.base_url, temperature=0.5))
    assert sorted(server.bodies[0]) == ["max_completion_tokens", "messages", "model"]
    assert server.bodies[0]["max_completion_tokens"] == 64
    assert server.bodies[1]["temperature"] == 0.5


def test_captions_with_braces_are_asked_as_they_are():
    with chat_server(score_by_length) as server:
        clair(["{candidate} {0}"], ["{reference}"], judge(server.base_url))
    assert server.asked[0][0]["content"] == PROMPT.replace("{candidate}", "{candidate} {0}", 1)


# What is kept


def test_judged_captions_are_kept_and_asked_no_more(tmp_path):
    kept = tmp_path / "answers" / "judged.jsonl"
    with chat_server(score_by_length) as server:
        first = clair(["four", "odd"], ["r", "r"], judge(server.base_url), kept)
        again = clair(["four", "odd", "four"], ["r", "r", "r"], judge(server.base_url, concurrency=1), kept)
        assert len(server.asked) == 2
        # Another model, prompt or generation is another question.
        clair(["four"], ["r"], judge(server.base_url, model="other"), kept)
        clair(["four"], ["other"], judge(server.base_url), kept)
        clair(["four"], ["r"], judge(server.base_url, max_tokens=65), kept)
        assert len(server.asked) == 5
    np.testing.assert_array_equal(again.scores, [*first.scores, first.scores[0]])


def test_without_a_judge_or_a_server_what_was_kept_still_stands(tmp_path):
    kept = tmp_path / "judged.jsonl"
    with chat_server(score_by_length) as server:
        options = judge(server.base_url, retries=0)
        clair(["four"], ["r"], options, kept)
    assert clair(["four"], ["r"], options, kept).scores == pytest.approx([0.04])
    with pytest.raises(MetricUnavailable, match="1 of 2 captions are judged and kept for the next run"):
        clair(["four", "new"], ["r", "r"], options, kept)


KILLED = """
import sys
from bentxt.evaluation.clair import clair
base_url, kept = sys.argv[1:]
server = {"base_url": base_url, "key_variable": None, "concurrency": 1, "retries": 0, "timeout": 60}
captions = [f"caption {i:02}" for i in range(20)]
clair(captions, ["r"] * 20, server | {"model": "j", "max_tokens": 64}, kept)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_scoring_asks_only_what_was_not_judged(tmp_path, how):
    kept = tmp_path / "judged.jsonl"
    with chat_server(score_by_length) as server:
        server.hold_at = 8
        command = [sys.executable, "-c", KILLED, server.base_url, kept]
        process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(SCRIPTS)})
        assert server.held.wait(60)
        process.send_signal(how)
        process.wait(20)
        server.hold_at = None
        server.release.set()
        first = {candidate_of(messages) for messages in server.asked}
        captions = [f"caption {i:02}" for i in range(20)]
        found = clair(captions, ["r"] * 20, judge(server.base_url), kept)
    assert found.scores == pytest.approx([0.1] * 20)
    assert len(first) == 8
    # The eighth was being judged when the program died.
    assert len(server.asked) == 8 + 13


# What befalls single captions


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        (
            (400, {}, {"error": {"message": "content policy"}}),
            "1 refused by the server (the server answered 400",
        ),
        (completion('{"score": ', "length"), "1 cut at the longest answer"),
        (completion(None, "length"), "1 cut at the longest answer"),
        (completion("I think of a score of 85, but", "length"), "1 cut at the longest answer"),
        (completion('{"score": 9}', "content_filter"), "1 stopped by a content filter"),
        (completion(None), "1 empty"),
        (completion("   "), "1 empty"),
        (
            completion(None)
            | {
                "choices": [
                    {
                        "index": 0,
                        "finish_reason": "stop",
                        "message": {"role": "assistant", "content": None, "refusal": "I cannot"},
                    }
                ]
            },
            "1 declined by the model",
        ),
        ({"error": {"message": "overloaded"}, "choices": None, "object": "chat.completion"}, "1 no answer"),
        (completion("") | {"choices": []}, "1 no answer"),
        (completion([{"type": "image", "url": "x"}]), "1 empty"),
        ((500, {"retry-after-ms": "1"}, {"error": {"message": "a bug"}}), "1 no answer"),
    ],
)
def test_what_befalls_one_caption_is_counted_by_kind_and_asked_again_next_time(tmp_path, answer, note):
    answer = answer if isinstance(answer, tuple) else (200, {}, answer)
    kept = tmp_path / "judged.jsonl"
    with chat_server(
        lambda messages: answer if candidate_of(messages) == "bad" else '{"score": 40}'
    ) as server:
        found = clair(["a", "bad", "b"], ["r"] * 3, judge(server.base_url, retries=0), kept)
        assert found.scores[[0, 2]] == pytest.approx([0.4, 0.4])
        assert np.isnan(found.scores[1])
        assert f"no score for 1 of 3 captions: {note}" in found.note
        server.answer = lambda messages: '{"score": 60}'
        again = clair(["a", "bad", "b"], ["r"] * 3, judge(server.base_url), kept)
        assert again.scores == pytest.approx([0.4, 0.6, 0.4])
        assert len(server.asked) == 4


def test_a_cut_answer_that_states_its_score_first_and_one_in_parts_count(tmp_path):
    answers = iter(
        [
            completion('{"score": 70, "reason": "Both sh', "length"),
            completion([{"type": "text", "text": '{"score"'}, {"type": "text", "text": ": 30}"}]),
        ]
    )
    with chat_server(lambda _: (200, {}, next(answers))) as server:
        found = clair(
            ["a", "b"], ["r", "r"], judge(server.base_url, concurrency=1), tmp_path / "judged.jsonl"
        )
    assert found.scores == pytest.approx([0.7, 0.3])
    assert "no score" not in found.note


def test_an_answer_without_choices_is_asked_for_again():
    def answer(messages):
        busy = {"error": {"message": "busy"}, "choices": None}
        return (200, {}, busy) if len(server.asked) == 1 else score_by_length(messages)

    with chat_server(answer) as server:
        assert clair(["four"], ["r"], judge(server.base_url)).scores == pytest.approx([0.04])


def test_a_busy_judge_is_asked_again():
    def answer(messages):
        busy = 429, {"retry-after-ms": "1"}, {"error": {"message": "busy"}}
        return busy if len(server.asked) == 1 else score_by_length(messages)

    with chat_server(answer) as server:
        assert clair(["four"], ["r"], judge(server.base_url)).scores == pytest.approx([0.04])


# What befalls all


def test_without_a_judge_there_is_no_number():
    with pytest.raises(MetricUnavailable, match=r"benchmark\.clair"):
        clair(["a"], ["b"], None)


@pytest.mark.parametrize(
    ("status", "message"), [(429, "quota"), (404, "no such model"), (401, "bad key"), (400, "no temperature")]
)
def test_a_judge_that_refuses_everything_makes_the_metric_unavailable_and_says_why(status, message):
    refusal = status, {"retry-after-ms": "1"}, {"error": {"message": message}}
    with (
        chat_server(lambda _: refusal) as server,
        pytest.raises(MetricUnavailable, match=rf"{status}: .*{message}.*benchmark\.clair"),
    ):
        clair(["a"], ["b"], judge(server.base_url))


def test_a_setting_that_the_server_refuses_is_not_tried_on_every_caption():
    refusal = 400, {}, {"error": {"message": "temperature is not supported"}}
    with (
        chat_server(lambda _: refusal) as server,
        pytest.raises(MetricUnavailable, match=r"400: .*temperature is not supported"),
    ):
        clair([f"caption {i}" for i in range(100)], ["r"] * 100, judge(server.base_url))
    assert len(server.asked) < 20


def test_a_judge_that_is_not_there_makes_the_metric_unavailable():
    with chat_server(score_by_length) as server:
        absent = judge(server.base_url, retries=0)
    with pytest.raises(MetricUnavailable, match="no answer from the server after 1 attempts") as error:
        clair(["a"], ["b"], absent)
    assert absent["base_url"] in str(error.value)
