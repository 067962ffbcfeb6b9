import subprocess
import sys
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


def test_vllm_that_is_not_installed_is_reported_with_its_environment():
    code = (
        "import sys; sys.modules['vllm'] = None; sys.path.insert(0, sys.argv[1])\n"
        "from bentxt.captions.backends import VLLMBackend\n"
        "from bentxt.errors import CheckpointUnavailable\n"
        "try:\n    VLLMBackend('m', 0, 8, 1, {})\n"
        "except CheckpointUnavailable as error:\n    print(error.remedy)"
    )
    scripts = next(path for path in sys.path if path.endswith("workflow_scripts"))
    done = subprocess.run([sys.executable, "-c", code, scripts], capture_output=True, text=True, check=True)
    assert "envs/vllm.yaml" in done.stdout


class Vllm:
    """As much of vLLM's offline interface as the backend uses."""

    def __init__(self):
        self.batches = []

    def LLM(self, model, **options):
        if model == "absent":
            raise OSError("absent is not a local folder and is not a valid model identifier")
        self.options = options
        return SimpleNamespace(chat=self.chat)

    def SamplingParams(self, **generation):
        return generation

    def chat(self, conversations, sampling):
        assert sampling == {"temperature": 0.0, "max_tokens": 64, "seed": 3}
        self.batches.append(len(conversations))
        return [SimpleNamespace(outputs=[SimpleNamespace(text=echo(messages))]) for messages in conversations]


@pytest.fixture
def vllm(monkeypatch):
    module = Vllm()
    monkeypatch.setitem(sys.modules, "vllm", module)
    return module


def test_vllm_answers_batch_by_batch_with_both_turns_of_each(vllm, monkeypatch):
    monkeypatch.setattr(VLLMBackend, "BATCH", 4)
    answers = collect(VLLMBackend("m", 0.0, 64, 3, VLLM), chats(6), turns=2)
    assert answers == {i: [f"answer 1 to question {i}", f"answer 3 to question {i}"] for i in range(6)}
    assert vllm.batches == [4, 4, 2, 2]
    assert vllm.options == VLLM | {"enable_prefix_caching": True, "seed": 3}


def test_a_model_that_vllm_cannot_load_is_unavailable(vllm):
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
