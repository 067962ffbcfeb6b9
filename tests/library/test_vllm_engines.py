"""The engines' processes: what is asked, in which order, and that none outlives the program.

vLLM itself is an echo here; ``tests/models/test_vllm_model.py`` has the real one.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bentxt.chat_server import AnswerFailed, Chat
from bentxt.errors import CheckpointUnavailable, InputError
from bentxt.failures import CUT, EMPTY, NO_ANSWER, REFUSED_REQUEST
from bentxt.vllm_engines import VLLMEngines
from worlds.processes import gone, processes_named

PRETENDED = str(Path(__file__).parents[1] / "worlds/pretended_vllm")
ABOUT = {"section": "prediction.vllm", "remedy": "run it in envs/vllm.yaml"}


@pytest.fixture(autouse=True)
def _pretended_vllm(monkeypatch):
    monkeypatch.syspath_prepend(PRETENDED)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


@pytest.fixture
def engines():
    """Starts engines, which end with the test."""
    started = []

    def start(model="m", options=None, **more):
        started.append(VLLMEngines(model, options or {}, **(ABOUT | more)))
        return started[-1]

    yield start
    for each in started:
        each.close()


def chats(*texts, name="PATCH"):
    return [Chat(name, ({"role": "user", "content": text},)) for text in texts]


def collect(engines, asked, **more):
    found = {}
    engines.converse(asked, {"temperature": 0.0}, found.__setitem__, found.__setitem__, **more)
    return found


@pytest.mark.parametrize("number", [1, 3])
def test_every_chat_gets_its_own_answer_whatever_the_number_of_engines(engines, number):
    asked = [chat for patch in range(7) for chat in chats("one", "two", f"three {patch}", name=f"P{patch}")]
    started = engines(engines=number, chat={"thinking": False})
    assert started.device == ("cpu" if number == 1 else "cpu, 3 engines")
    expected = {
        index: f"answer 1 to {chat.messages[0]['content']} with {{'thinking': False}}"
        for index, chat in enumerate(asked)
    }
    assert collect(started, iter(asked)) == expected
    assert collect(started, asked) == expected


def test_options_and_generation_reach_vllm(engines):
    found = collect(engines(options={"dtype": "auto", "max_model_len": 8}), chats("options?", "generation?"))
    assert found == {
        0: "[('dtype', 'float32'), ('enable_prefix_caching', True), ('max_model_len', 8)]",
        1: "[('temperature', 0.0)]",
    }


def test_each_engine_has_gpus_of_its_own(engines, monkeypatch):
    asked = [chat for patch in range(1200) for chat in chats("GPUs?", name=f"P{patch}")]
    pairs = set(collect(engines(options={"tensor_parallel_size": 2}, engines=2), asked).values())
    assert pairs == {"0,1", "2,3"}
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "5,7,1")
    assert set(collect(engines(engines=3), asked * 2).values()) == {"5", "7", "1"}
    with pytest.raises(CheckpointUnavailable, match="2 engines of 2 GPUs need 4, 3 are visible"):
        engines(options={"tensor_parallel_size": 2}, engines=2)


def test_a_prompt_that_is_refused_and_answers_that_are_not_whole_fail_their_items_only(engines):
    found = collect(engines(), chats("x" * 200, "at length", "say nothing", "fine"))
    assert [found[index].kind for index in range(3)] == [REFUSED_REQUEST, CUT, EMPTY]
    assert "the prompt is too long" in found[0].problem
    assert found[1].text == "answer 1 to at length"
    assert found[3] == "answer 1 to fine"


def test_without_a_way_to_fail_a_refused_prompt_is_an_error(engines):
    with pytest.raises(AnswerFailed, match=r"(?s)too long.*PATCH.*prediction\.vllm"):
        engines().converse(chats("x" * 200), {}, lambda *_: None)


def test_conversations_go_on_as_long_as_there_is_a_next_question(engines):
    said = []

    def reply(index, text):
        said.append(text)
        more = ({"role": "assistant", "content": text}, {"role": "user", "content": "and?"})
        return Chat("PATCH", asked[index].messages + more) if len(said) == 1 else None

    asked = chats("one")
    engines().converse(asked, {}, reply)
    assert said == ["answer 1 to one", "answer 3 to one"]


def test_a_model_that_cannot_be_loaded_is_unavailable_and_leaves_no_process(engines):
    before = processes_named(f"of {os.getpid()}")
    with pytest.raises(CheckpointUnavailable, match=r"(?s)cannot load the model: absent.*prediction\.vllm"):
        engines("absent", engines=2)
    assert processes_named(f"of {os.getpid()}") == before


def test_an_engine_that_ends_is_an_error_with_its_status(engines):
    with pytest.raises(InputError, match=r"(?s)engine ended with status 3.*finished answers are kept"):
        collect(engines("dies"), chats("one", "two", "three", "four"))


def test_closing_ends_what_vllm_has_started(engines):
    before = processes_named(f"of {os.getpid()}")
    started = engines(engines=2)
    helpers = [each for each in processes_named(f"of {os.getpid()}") if each not in before]
    assert len(helpers) == 2
    started.close()
    assert gone(helpers)


def test_nothing_outlives_a_killed_program():
    code = (
        "import sys, os; sys.path[:0] = sys.argv[1:]\n"
        "from bentxt.vllm_engines import VLLMEngines\n"
        "if __name__ == '__main__':\n"
        "    VLLMEngines('m', {}, section='s', remedy='r', engines=2)\n"
        "    print(os.getpid(), flush=True); sys.stdin.read()\n"
    )
    scripts = next(path for path in sys.path if path.endswith("workflow_scripts"))
    pipe = subprocess.PIPE
    program = subprocess.Popen(
        [sys.executable, "-c", code, PRETENDED, scripts], stdin=pipe, stdout=pipe, text=True
    )
    assert int(program.stdout.readline()) == program.pid
    helpers = processes_named(f"of {program.pid}")
    assert len(helpers) == 2
    program.kill()
    program.wait()
    assert gone(helpers)
    program.stdin.close()
    program.stdout.close()


@pytest.mark.parametrize("model", ["plain", "deaf", "m"])
def test_a_template_that_refuses_or_leaves_out_the_system_gets_its_text_in_the_users_turn(
    engines, model, capfd
):
    system = {"role": "system", "content": "Be brief."}
    asked = [Chat("PATCH", (system, {"role": "user", "content": "one"}))] * 2
    found = collect(engines(model), asked)
    folded = model != "m"
    assert set(found.values()) == {"answer 1 to Be brief.\n\none" if folded else "answer 2 to Be brief."}
    # It is said once, not with each chat.
    assert capfd.readouterr().err.count("no system role") == folded


def test_tokens_of_answers_are_counted(engines):
    started = engines(engines=2)
    collect(started, chats("one", "two words"))
    assert started.tokens == 4 + 5


def test_an_answer_that_vllm_gives_up_is_none(engines):
    (failure,) = collect(engines(), chats("abort")).values()
    assert failure.kind == NO_ANSWER
