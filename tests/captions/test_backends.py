from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bentxt.captions.backends import GrammarBackend, ServerBackend, VLLMBackend, make_backend
from bentxt.captions.grammar import paraphrase
from bentxt.chat_server import Chat
from bentxt.errors import CheckpointUnavailable, InputError
from worlds.answering_server import chat_server
from worlds.caption_tables import facts_of

FACTS = facts_of(np.full((120, 120), 4, np.uint8), "PATCH")
VLLM = {"tensor_parallel_size": 1, "quantization": None, "max_model_len": 512, "gpu_memory_utilization": 0.5}


def chats(count):
    return [Chat("PATCH", ({"role": "user", "content": f"question {i}"},)) for i in range(count)]


def backend(server, **options):
    defaults = {
        "base_url": server.base_url,
        "key_variable": None,
        "concurrency": 4,
        "retries": 2,
        "timeout": 30,
    }
    return ServerBackend("some/model", 0.0, 64, defaults | options)


def collect(backend, asked, turns=1):
    """Hold conversations of some turns; return the answers by conversation."""
    answers = {}

    def reply(index, answer):
        said = answers.setdefault(index, [])
        said.append(answer)
        if len(said) == turns:
            return None
        last = ({"role": "assistant", "content": answer}, {"role": "user", "content": "and now?"})
        return Chat("PATCH", asked[index].messages + last)

    backend.converse([FACTS] * len(asked), asked, reply)
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


def test_an_error_of_the_server_names_patch_and_section():
    with chat_server(lambda _: (400, {}, {"error": {"message": "broken"}})) as server:
        with pytest.raises(InputError, match="400") as error:
            collect(backend(server), chats(3))
        assert (error.value.file, error.value.item) == (server.base_url, "PATCH")
    assert "augmentation.openai" in error.value.remedy


def test_a_missing_key_is_an_error_that_names_the_variable(monkeypatch):
    monkeypatch.delenv("BENTXT_TEST_KEY", raising=False)
    with pytest.raises(InputError, match="BENTXT_TEST_KEY"):
        backend(SimpleNamespace(base_url="http://localhost:1/v1"), key_variable="BENTXT_TEST_KEY")


def test_vllm_that_is_not_installed_is_reported_with_its_environment(monkeypatch, tmp_path):
    (tmp_path / "vllm.py").write_text("raise ImportError('no vllm here')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(CheckpointUnavailable, match="no vllm here") as error:
        VLLMBackend("m", 0, 8, 1, {})
    assert "envs/vllm.yaml" in error.value.remedy


@pytest.fixture
def vllm(monkeypatch):
    """An echo in place of vLLM, in processes that are spawned too."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "worlds/pretended_vllm"))


@pytest.mark.usefixtures("vllm")
def test_vllm_holds_conversations_of_two_turns():
    answers = collect(VLLMBackend("m", 0.0, 64, 3, VLLM), chats(6), turns=2)
    assert answers == {i: [f"answer 1 to question {i}", f"answer 3 to question {i}"] for i in range(6)}


@pytest.mark.usefixtures("vllm")
def test_vllm_gets_the_options_of_the_config_and_the_generation():
    asked = [Chat("PATCH", ({"role": "user", "content": text},)) for text in ("options?", "generation?")]
    answers = collect(VLLMBackend("m", 0.0, 64, 3, VLLM), asked)
    options = VLLM | {"enable_prefix_caching": True, "seed": 3}
    generation = {"temperature": 0.0, "max_tokens": 64, "seed": 3}
    assert answers == {0: [repr(sorted(options.items()))], 1: [repr(sorted(generation.items()))]}


@pytest.mark.usefixtures("vllm")
def test_a_model_that_vllm_cannot_load_is_unavailable():
    with pytest.raises(CheckpointUnavailable, match="cannot load"):
        VLLMBackend("absent", 0.0, 64, 3, VLLM)


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
