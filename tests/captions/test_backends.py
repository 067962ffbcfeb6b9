from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bentxt.captions.backends import GrammarBackend, ServerBackend, VLLMBackend, make_backend
from bentxt.captions.grammar import paraphrase
from bentxt.chat_server import Chat
from bentxt.errors import CheckpointUnavailable, InputError
from bentxt.failures import REFUSED_REQUEST
from worlds.answering_server import chat_server
from worlds.caption_tables import facts_of

FACTS = facts_of(np.full((120, 120), 4, np.uint8), "PATCH")
ENGINE = {
    "tensor_parallel_size": 1,
    "quantization": None,
    "dtype": "auto",
    "max_model_len": 512,
    "gpu_memory_utilization": 0.5,
    "enforce_eager": True,
}
VLLM = ENGINE | {"data_parallel": 1, "extra": {}, "sampling": {}}


def chats(count):
    return [Chat("PATCH", ({"role": "user", "content": f"question {i}"},)) for i in range(count)]


def backend(server, temperature=0.0, chat=None, **options):
    defaults = {
        "base_url": server.base_url,
        "key_variable": None,
        "concurrency": 4,
        "retries": 2,
        "timeout": 30,
        "length_parameter": "max_tokens",
        "extra": {},
    }
    return ServerBackend("some/model", temperature, 64, chat or {}, defaults | options)


def vllm_backend(model="m", chat=None, **options):
    return VLLMBackend(model, 0.0, 64, 3, chat or {}, VLLM | options)


def collect(backend, asked, turns=1):
    """Hold conversations of some turns; return the answers, or what failed, by conversation."""
    answers = {}
    backend.open()

    def reply(index, answer):
        said = answers.setdefault(index, [])
        said.append(answer)
        if len(said) == turns:
            return None
        last = ({"role": "assistant", "content": answer}, {"role": "user", "content": "and now?"})
        return Chat("PATCH", asked[index].messages + last)

    backend.converse([FACTS] * len(asked), asked, reply, answers.__setitem__)
    return answers


def echo(messages):
    return f"answer {len(messages)} to {messages[0]['content']}"


def test_grammar_answers_every_turn_with_its_caption():
    answers = collect(GrammarBackend(7), chats(2), turns=2)
    assert answers == {0: [paraphrase(FACTS, 7)] * 2, 1: [paraphrase(FACTS, 7)] * 2}


def test_server_holds_conversations_of_two_turns():
    with chat_server(echo) as server:
        answers = collect(backend(server), chats(5), turns=2)
    assert answers == {i: [f"answer 1 to question {i}", f"answer 3 to question {i}"] for i in range(5)}
    assert len(server.asked) == 10
    assert {(body["model"], body["temperature"], body["max_tokens"]) for body in server.bodies} == {
        ("some/model", 0.0, 64)
    }


def test_a_request_that_the_server_refuses_fails_its_conversation_with_the_reason():
    def answer(messages):
        refused = messages[0]["content"] == "question 1"
        return (400, {}, {"error": {"message": "not this one"}}) if refused else echo(messages)

    with chat_server(answer) as server:
        answers = collect(backend(server), chats(3))
    assert answers[0] == ["answer 1 to question 0"]
    assert (answers[1].kind, answers[1].item) == (REFUSED_REQUEST, "PATCH")
    assert "not this one" in answers[1].problem
    assert "augmentation.openai" in answers[1].remedy


def test_a_missing_key_is_an_error_that_names_the_variable_once_something_is_asked(monkeypatch):
    monkeypatch.delenv("BENTXT_TEST_KEY", raising=False)
    without = backend(SimpleNamespace(base_url="http://localhost:1/v1"), key_variable="BENTXT_TEST_KEY")
    with pytest.raises(InputError, match="BENTXT_TEST_KEY"):
        without.open()


def test_further_parameters_reach_the_server_as_it_names_them():
    options = {"length_parameter": "max_completion_tokens", "extra": {"reasoning_effort": "low"}}
    with chat_server(echo) as server:
        collect(backend(server, None, {"enable_thinking": False}, **options), chats(1))
    (body,) = server.bodies
    assert body.pop("messages")
    assert body == {
        "model": "some/model",
        "max_completion_tokens": 64,
        "reasoning_effort": "low",
        "chat_template_kwargs": {"enable_thinking": False},
    }


@pytest.mark.parametrize(
    "extra",
    [
        {"api_key": "sesame"},
        {"nested": {"Authorization": "sesame"}},
        {"anything": "sk-sesame"},
        {"hf_token": "sesame"},
    ],
)
def test_a_key_among_further_parameters_is_refused_and_not_shown(extra):
    at = SimpleNamespace(base_url="http://localhost:1/v1")
    for make in (lambda: backend(at, extra=extra), lambda: vllm_backend(extra=extra)):
        with pytest.raises(InputError, match="never a key") as error:
            make()
        assert "sesame" not in str(error.value)


@pytest.mark.parametrize("options", [{"extra": {"dtype": "auto"}}, {"sampling": {"max_tokens": 3}}])
def test_what_has_a_field_of_its_own_is_refused_among_further_arguments(options):
    with pytest.raises(InputError, match="none of"):
        vllm_backend(**options)


def test_vllm_that_is_not_installed_is_reported_with_its_environment(monkeypatch, tmp_path):
    (tmp_path / "vllm.py").write_text("raise ImportError('no vllm here')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(CheckpointUnavailable, match="no vllm here") as error:
        vllm_backend().open()
    assert "envs/vllm.yaml" in error.value.remedy


@pytest.fixture
def vllm(monkeypatch):
    """An echo in place of vLLM, in processes that are spawned too."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "worlds/pretended_vllm"))


@pytest.mark.usefixtures("vllm")
def test_vllm_holds_conversations_of_two_turns_on_all_its_engines():
    both = vllm_backend(data_parallel=2)
    answers = collect(both, chats(6), turns=2)
    assert answers == {i: [f"answer 1 to question {i}", f"answer 3 to question {i}"] for i in range(6)}
    assert both.tokens == 6 * 10


@pytest.mark.usefixtures("vllm")
def test_vllm_gets_the_options_of_the_config_and_the_generation():
    asked = [Chat("PATCH", ({"role": "user", "content": text},)) for text in ("options?", "generation?")]
    further = {"extra": {"kv_cache_dtype": "fp8"}, "sampling": {"top_p": 0.9}}
    answers = collect(vllm_backend(chat={"thinking": False}, **further), asked)
    options = ENGINE | {"dtype": "float32", "enable_prefix_caching": True, "kv_cache_dtype": "fp8", "seed": 3}
    generation = {"temperature": 0.0, "max_tokens": 64, "seed": 3, "top_p": 0.9}
    variables = " with {'thinking': False}"
    assert answers == {
        0: [repr(sorted(options.items())) + variables],
        1: [repr(sorted(generation.items())) + variables],
    }


@pytest.mark.usefixtures("vllm")
def test_a_model_that_vllm_cannot_load_is_unavailable():
    with pytest.raises(CheckpointUnavailable, match="cannot load"):
        vllm_backend("absent").open()


def test_answers_depend_on_what_changes_them_and_not_on_how_they_are_asked_for():
    at = SimpleNamespace(base_url="http://localhost:1/v1")
    plain = backend(at).request
    assert backend(at, concurrency=64, retries=9, timeout=1).request == plain
    for other in (
        backend(at, 0.5),
        backend(at, chat={"thinking": False}),
        backend(at, extra={"seed": 1}),
    ):
        assert other.request != plain
    plain = vllm_backend().request
    running = {"data_parallel": 2, "enforce_eager": False, "max_model_len": 9}
    assert vllm_backend(**running, extra={"max_num_seqs": 64}).request == plain
    for change in (
        {"dtype": "float16"},
        {"quantization": "fp8"},
        {"extra": {"kv_cache_dtype": "fp8"}},
        {"sampling": {"top_p": 0.9}},
        {"chat": {"thinking": False}},
    ):
        assert vllm_backend(**change).request != plain


@pytest.mark.parametrize(
    ("augmentation", "message"),
    [
        ({"backend": "gpt"}, "must be grammar, openai or vllm"),
        ({"backend": "openai", "model": ""}, "needs a model"),
    ],
)
def test_impossible_settings_are_refused(augmentation, message):
    with pytest.raises(InputError, match=message):
        make_backend({"seed": 1, "augmentation": augmentation})
