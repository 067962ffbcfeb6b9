"""What servers of this world send instead of an answer, and what becomes of it."""

import json

import pytest

from bentxt.errors import InputError
from bentxt.failures import CUT, DECLINED, EMPTY, FILTERED, NO_ANSWER, REFUSED_REQUEST, UNREADABLE
from bentxt.models.answering_model import Reply
from bentxt.models.families.server_model import ServerModel
from worlds.answering_server import chat_server, completion
from worlds.prediction_world import PREDICTION, patch

HTML = {"Content-Type": "text/html"}


def message(finish_reason="stop", **fields):
    """Return a completion whose message has other fields."""
    whole = completion("", finish_reason)
    whole["choices"][0]["message"] |= fields
    return whole


def without_choices(choices, **more):
    return completion("") | {"choices": choices} | more


PARTS = [{"type": "text", "text": "Yes, "}, {"type": "text", "text": "there is."}, {"type": "reasoning"}]

ODD = {
    "nothing said, the limit reached by a thought": (message("length", content=None), CUT, ""),
    "cut in the middle": (message("length", content="Yes, because the"), CUT, "Yes, because the"),
    "nothing said": (message(content=None), EMPTY, ""),
    "white space": (message(content=" \n"), EMPTY, ""),
    "choices null, an error": (without_choices(None, error={"message": "overloaded"}), NO_ANSWER, ""),
    "no choices, an error": (without_choices([], error={"message": "overloaded"}), NO_ANSWER, ""),
    "an error alone": ({"error": {"message": "overloaded", "code": 502}}, NO_ANSWER, ""),
    "a refusal": (message(content=None, refusal="I can't help with that."), DECLINED, ""),
    "a content filter": (message("content_filter", content="Yes"), FILTERED, "Yes"),
    "parts": (message(content=PARTS), None, "Yes, there is."),
    "a web page": ((200, HTML, b"<html>Bad gateway</html>"), UNREADABLE, ""),
    "cut JSON": ((200, {}, json.dumps(completion("yes")).encode()[:40]), UNREADABLE, ""),
    "a list": ((200, {}, b"[1, 2]"), UNREADABLE, ""),
    "no message": ({"choices": [{"index": 0}]}, EMPTY, ""),
    "too large a request": ((413, {}, {"error": {"message": "too large"}}), REFUSED_REQUEST, ""),
    "content policy": ((400, {}, {"error": {"message": "policy", "code": "x"}}), REFUSED_REQUEST, ""),
    "it fails every time": ((500, {}, {"error": {"message": "oops"}}), NO_ANSWER, ""),
}


def model(server, **options):
    given = {"base_url": server.base_url, "key_variable": None, "concurrency": 2, "retries": 1}
    return ServerModel("m", {"input": "rgb", "side": None}, PREDICTION["openai"] | given | options)


@pytest.mark.parametrize("case", ODD)
def test_what_is_no_whole_answer_fails_its_item_by_kind_and_the_others_are_answered(case):
    odd, kind, text = ODD[case]

    def answer(messages):
        if "odd" not in messages[0]["content"][1]["text"]:
            return "fine"
        return odd if isinstance(odd, tuple) else (200, {}, odd)

    with chat_server(answer) as server:
        (replies,) = model(server).answer_many([patch(0)], [["odd", "one", "two"]], 16)
    assert (replies[0].failure, replies[0].text) == (kind, text)
    assert bool(replies[0].reason) == bool(kind)
    assert replies[1:] == [Reply("fine"), Reply("fine")]


def test_an_answer_without_choices_is_asked_for_again():
    said = [(200, {}, without_choices([], error={"message": "busy"})), "yes"]
    with chat_server(lambda _: said.pop(0)) as server:
        assert model(server).answer_many([patch(0)], [["?"]], 9) == [[Reply("yes")]]
    assert len(server.asked) == 2


def test_a_server_that_hangs_fails_its_items_after_the_time_out_and_attempts_of_the_setting():
    with chat_server(lambda _: "late") as server:
        server.hold_at = 1
        (replies,) = model(server, timeout=0.2, retries=0).answer_many([patch(0)], [["?"]], 9)
    assert (replies[0].failure, replies[0].text) == (NO_ANSWER, "")
    assert "after 1 attempts of at most 0.2 s each" in replies[0].reason


def test_a_server_that_answers_nothing_but_web_pages_ends_the_job_instead_of_failing_every_item():
    with (
        chat_server(lambda _: (200, HTML, b"<html>login</html>")) as server,
        pytest.raises(InputError, match=r"no chat completion|cannot be read"),
    ):
        model(server).answer_many([patch(0)], [[f"{number}?" for number in range(200)]], 9)
    assert len(server.asked) < 40


def test_any_number_of_empty_or_cut_answers_is_the_models_own_doing():
    for finish in ("stop", "length"):
        with chat_server(lambda _, finish=finish: (200, {}, message(finish, content=None))) as server:
            (replies,) = model(server).answer_many([patch(0)], [[f"{n}?" for n in range(60)]], 9)
        assert {reply.failure for reply in replies} == {EMPTY if finish == "stop" else CUT}
