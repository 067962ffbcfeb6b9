"""What a model or its server does wrong, in either turn: what is kept, counted, said, and asked again."""

import json
from collections import Counter

import pytest

from bentxt.errors import InputError
from bentxt.failures import (
    CUT,
    DECLINED,
    EMPTY,
    FILTERED,
    NO_ANSWER,
    REFUSED_REQUEST,
    UNFINISHED,
    UNREADABLE,
)
from bentxt.program.lineage import read_lineage
from worlds.answering_server import chat_server, completion
from worlds.augmentation import settings, unquoted, written

pytestmark = pytest.mark.usefixtures("key")
#: The patches with different captions; the last one has that of a ninth patch too.
PATCHES = [f"PATCH_{number:04d}" for number in range(1, 9)]
SHARED = {"PATCH_0009": "PATCH_0008"}
BEFALLEN = PATCHES[2]


def reply(**changes):
    """Return a completion whose message or choice is different."""
    body = completion("A caption", changes.pop("finish_reason", "stop"))
    body["choices"][0]["message"] |= changes
    return 200, {}, body


#: What comes back, and the kind under which it is counted. The texts are whole captions but for the fault.
FAULTS = {
    "cut": (lambda text: reply(content=text[:80], finish_reason="length"), CUT),
    "cut within its thoughts": (lambda _: reply(content=None, finish_reason="length"), CUT),
    "endless": (lambda text: reply(content=text * 2000), CUT),
    "blank": (lambda _: reply(content=" \n"), EMPTY),
    "no content": (lambda _: reply(content=None), EMPTY),
    "only a thought": (lambda _: reply(content="<think>Hm.</think> "), EMPTY),
    "unfinished thought": (lambda text: reply(content=f"<think>{text}"), UNFINISHED),
    "refusal": (lambda _: reply(content=None, refusal="I cannot"), DECLINED),
    "content filter": (lambda text: reply(content=text, finish_reason="content_filter"), FILTERED),
    "choices null": (lambda text: (200, {}, completion(text) | {"choices": None}), NO_ANSWER),
    "no choices": (lambda text: (200, {}, completion(text) | {"choices": []}), NO_ANSWER),
    "error body": (lambda _: (200, {}, {"error": {"message": "overloaded"}}), NO_ANSWER),
    "HTML": (lambda _: (200, {"Content-Type": "text/html"}, b"<html>a proxy's page</html>"), UNREADABLE),
    "cut JSON": (lambda text: (200, {}, json.dumps(completion(text))[:-30].encode()), UNREADABLE),
    "refused request": (lambda _: (400, {}, {"error": {"message": "not this one"}}), REFUSED_REQUEST),
    "server's failure": (lambda _: (500, {}, {"error": {"message": "a broken GPU"}}), NO_ANSWER),
}
#: Whole answers in other wrappings.
WRAPPED = {
    "thoughts": lambda text: f"<think>The region is small.</think>\n\n{text}",
    "a lone end of thoughts": lambda text: f"The region is small.</think>{text}",
    "parts": lambda text: reply(
        content=[{"type": "text", "text": text[:20]}, {"type": "text", "text": text[20:]}]
    ),
    "a token behind": lambda text: f"{text}<|im_end|>",
}


@pytest.fixture
def templates(run, inputs, tmp_path):
    """The template captions by patch."""
    run(inputs, tmp_path, settings())
    return {row["patch_id"]: row["template"] for row in written(tmp_path).to_pylist()}


def befalling(faults, templates, turn):
    """Return an answer that has a fault in one turn, by patch."""
    by_template = {templates[patch]: fault for patch, fault in faults.items()}

    def answer(messages):
        text = unquoted(messages)
        template = messages[1]["content"].removeprefix("Description: ").removesuffix("\nCaption:")
        fault = by_template.get(template) if len(messages) == 2 * turn else None
        return fault(text) if fault else text

    return answer


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.parametrize("faults", [list(FAULTS)[::2], list(FAULTS)[1::2]], ids=["even", "odd"])
def test_an_answer_that_is_none_is_counted_and_asked_again_by_the_next_run(
    run, inputs, tmp_path, templates, capsys, faults, turn
):
    named = dict(zip(PATCHES, faults, strict=True))
    kinds = {patch: FAULTS[fault][1] for patch, fault in named.items()}
    kinds |= {patch: kinds[other] for patch, other in SHARED.items()}
    befallen = befalling({patch: FAULTS[fault][0] for patch, fault in named.items()}, templates, turn)
    with chat_server(befallen) as server:
        run(inputs, tmp_path, settings(server))
        # A paraphrase that is none is not refined.
        assert len(server.asked) == turn * len(PATCHES)
        for row in written(tmp_path).to_pylist():
            kind, missing = kinds[row["patch_id"]], (row["paraphrase_missing"], row["refinement_missing"])
            assert row["refined"] == ""
            if turn == 1:
                assert missing == (kind, "no paraphrase")
                assert (row["paraphrased"], row["caption"], row["used"]) == ("", row["template"], "template")
            else:
                assert missing == ("", kind)
                assert (row["caption"], row["used"]) == (row["paraphrased"], "paraphrased")
        counts = dict(sorted(Counter(kinds.values()).items()))
        name = ("paraphrase", "refinement")[turn - 1]
        expected = {"paraphrase": {}, "refinement": {}} | {name: counts}
        assert read_lineage(tmp_path / "0-1.parquet")["notes"]["missing"] == expected
        said = capsys.readouterr().err
        assert f"{name} missing: {', '.join(f'{kind}: {count}' for kind, count in counts.items())}" in said
        assert "--forcerun" in said
        assert len((tmp_path / "0-1.jsonl").read_text().splitlines()) == (turn - 1) * len(PATCHES)

        asked, server.answer = len(server.asked), unquoted
        run(inputs, tmp_path, settings(server))
        # What was answered stays, and the rest of each conversation is asked.
        assert len(server.asked) - asked == (3 - turn) * len(PATCHES)
    assert {row["used"] for row in written(tmp_path).to_pylist()} == {"refined"}


@pytest.mark.parametrize("turn", [1, 2])
def test_an_answer_is_unwrapped_before_it_is_checked_and_refined(run, inputs, tmp_path, templates, turn):
    wrapped = dict(zip(PATCHES, WRAPPED.values(), strict=False))
    with chat_server(befalling(wrapped, templates, turn)) as server:
        run(inputs, tmp_path, settings(server))
        refined = [messages[2]["content"] for messages in server.asked if len(messages) == 4]
    for row in written(tmp_path).to_pylist():
        assert row["used"] == "refined"
        assert row["caption"] == row["paraphrased"]
        assert row["caption"].startswith("The satellite image primarily shows")
        assert row["caption"] in refined


def test_an_item_that_fails_does_so_with_its_reason_in_the_log_and_without_the_key(
    run, inputs, tmp_path, templates, capsys
):
    refusal = (400, {}, {"error": {"message": "key sk-very-secret: blocked by policy"}})
    with chat_server(befalling({BEFALLEN: lambda _: refusal}, templates, 1)) as server:
        run(inputs, tmp_path, settings(server))
    said = capsys.readouterr().err
    assert f"{BEFALLEN}: {REFUSED_REQUEST}: the server answered 400" in said
    assert "(key): blocked by policy" in said
    assert "sk-very-secret" not in said
    assert all(b"sk-very-secret" not in path.read_bytes() for path in tmp_path.iterdir())


def test_where_no_caption_gets_an_answer_the_run_ends_with_the_first_reason(run, inputs, tmp_path):
    refusal = (400, {}, {"error": {"message": "no such parameter: top_x"}})
    with (
        chat_server(lambda _: refusal) as server,
        pytest.raises(InputError, match=r"(?s)none of 9 captions got an answer.*no such parameter: top_x"),
    ):
        run(inputs, tmp_path, settings(server))
    assert not (tmp_path / "0-1.parquet").exists()


def test_what_is_sent_again_is_in_the_log(run, inputs, tmp_path, caplog):
    caplog.set_level("INFO")
    busy = iter([True])

    def answer(messages):
        if next(busy, False):
            return 503, {"retry-after-ms": "1"}, {"error": {"message": "busy"}}
        return unquoted(messages)

    with chat_server(answer) as server:
        given = json.loads(settings(server))
        given["augmentation"]["openai"]["retries"] = 1
        run(inputs, tmp_path, json.dumps(given))
    assert (
        f"requests sent to {server.base_url} again so far: 1; the last: PATCH_0001, status 503" in caplog.text
    )
    assert {row["used"] for row in written(tmp_path).to_pylist()} == {"refined"}


@pytest.mark.parametrize("status", [400, 500])
def test_a_model_without_a_system_role_gets_its_text_in_the_users_turn(run, inputs, tmp_path, caplog, status):
    caplog.set_level("INFO")

    def answer(messages):
        if messages[0]["role"] == "system":
            return status, {}, {"error": {"message": "jinja: System role not supported"}}
        system, first = server.asked[0][0], messages[0]
        assert first["content"].startswith(system["content"] + "\n\n")
        own = first["content"].removeprefix(system["content"] + "\n\n")
        return unquoted([system, first | {"content": own}, *messages[1:]])

    with chat_server(answer) as server:
        run(inputs, tmp_path, settings(server))
        # One request is refused; the others are folded from the beginning.
        assert len(server.asked) == 2 * len(PATCHES) + 1
    assert "m takes no system message" in caplog.text
    assert {row["used"] for row in written(tmp_path).to_pylist()} == {"refined"}
