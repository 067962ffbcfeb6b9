"""The program: from data set and images to answers and status, through kills and missing weights."""

import json
import shutil
import signal
import subprocess
import sys
from types import SimpleNamespace

import lmdb
import pytest
import yaml
from safetensors.numpy import save

from bentxt.models.model_table import find_entry
from bentxt.models.tiny.qwen import build_tiny_qwen
from bentxt.program.lineage import Lineage, read_lineage
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.schemas.predictions_schema import PREDICTIONS
from bentxt.tables.table_files import read_table, write_table
from worlds import tiny_models
from worlds.answering_server import chat_server
from worlds.prediction_program import ENVIRONMENT, MODELS, command, served_by
from worlds.prediction_world import PREDICTION, patch, write_world


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = write_world(tmp_path_factory.mktemp("world"))
    build_tiny_qwen(folder / "Qwen", tiny_models.tokenizer(image_token="<|image_pad|>"), 3)
    return folder


def predict(world, out, model, **options):
    """Run the program to its end; return answers and status."""
    done = subprocess.run(
        command(world, out, model, **options), capture_output=True, text=True, check=False, env=ENVIRONMENT
    )
    assert done.returncode == 0, done.stderr
    table = read_table(out / "answers.parquet", PREDICTIONS)
    answers = dict(zip(table["ID"].to_pylist(), table["answer"].to_pylist(), strict=True))
    return answers, json.loads((out / "status.json").read_text())


def test_a_tiny_model_answers_the_items_of_its_task(world, tmp_path):
    answers, status = predict(world, tmp_path, "Qwen", more=["--checkpoint", world / "Qwen"])
    assert set(answers) == {1, 2, 3, 5, 6, 9, 10}
    expected = {
        "model": "Qwen",
        "task": "binary",
        "status": "predicted",
        "reason": None,
        "weights": "tiny, random",
        "checkpoint": str(world / "Qwen"),
        "revision": None,
        "items": 7,
        "kept": 0,
        "asked": 7,
    }
    assert {name: status[name] for name in expected} == expected
    assert status["settings"]["prediction"]["max_new_tokens"]["binary"] == 16
    assert status["versions"]["transformers"]
    assert read_lineage(tmp_path / "answers.parquet") == status["lineage"]
    assert status["lineage"]["notes"]["weights"] == "tiny, random"


_ENTRY = find_entry("EMrgb", path=MODELS).to_dict()
CODE_OF_CHECKPOINT = json.dumps(_ENTRY | {"settings": {"model_code": "checkpoint"}, "remote_code": True})


@pytest.mark.parametrize(
    ("model", "more", "reason"),
    [
        ("IVL", [], "cannot be fetched from the Hugging Face hub"),
        ("Qwen", ["--checkpoint", "/nowhere"], "no such folder"),
        ("GC", [], "its environment is not installed: there is no program workers/geochat/env/bin/python"),
        ("EMrgb", ["--entry", CODE_OF_CHECKPOINT], "the config does not allow"),
    ],
)
def test_a_model_that_cannot_be_loaded_says_why_and_fails_no_job(world, tmp_path, model, more, reason):
    answers, status = predict(world, tmp_path, model, more=more)
    assert answers == {}
    assert (status["status"], status["items"]) == ("unavailable", 0)
    assert reason in status["reason"]
    assert "\n" not in status["reason"]


def openai(server, **more):
    return {"batch_size": 2} | served_by(server, **more)


def said(messages):
    return f"about: {messages[0]['content'][1]['text'].partition(' Answer ')[0]}"


def asked(server):
    return [said(messages).removeprefix("about: ").split()[-1] for messages in server.asked]


def test_a_missing_key_makes_the_model_unavailable(world, tmp_path):
    with chat_server(said) as server:
        _, status = predict(world, tmp_path, "GPT", **openai(server, key_variable="BENTXT_NO_SUCH_KEY"))
    assert "BENTXT_NO_SUCH_KEY is not set" in status["reason"]


def test_the_key_is_in_no_output(world, tmp_path):
    with chat_server(said) as server:
        predict(world, tmp_path, "GPT", **openai(server, key_variable="BENTXT_TEST_KEY"))
    assert server.keys[0] == "Bearer sesame"
    assert not any(b"sesame" in path.read_bytes() for path in tmp_path.iterdir())


@pytest.fixture(scope="module")
def killed(world, tmp_path_factory):
    """A server, and the answers of a job killed while it waited for it.

    PATCH_0 has three items, PATCH_1 two, PATCH_2 two; killed in the fifth request.
    """
    out = tmp_path_factory.mktemp("killed")
    with chat_server(said) as server:
        server.hold_at = 5
        arguments = command(world, out, "GPT", **openai(server))
        process = subprocess.Popen(arguments, env=ENVIRONMENT, stderr=subprocess.DEVNULL)
        assert server.held.wait(60)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        server.hold_at = None
        server.release.set()
        assert [path.name for path in out.iterdir()] == ["answers.jsonl"]
        yield SimpleNamespace(server=server, answers=(out / "answers.jsonl").read_bytes())


@pytest.fixture
def resumed(world, killed, tmp_path):
    """Run the job again from where it was killed, with options; return answers and status."""

    def run(**options):
        (tmp_path / "answers.jsonl").write_bytes(killed.answers)
        killed.server.asked.clear()
        return predict(world, tmp_path, "GPT", **openai(killed.server) | options)

    return run


def test_after_a_kill_only_the_request_at_work_and_later_ones_are_asked(killed, resumed):
    answers, status = resumed()
    assert asked(killed.server) == ["beach?", "airport?", "water?"]
    assert len(answers) == status["items"] == 7
    assert answers[10] == "about: Is there snow?"
    assert answers[5] == "about: Is there an airport?"
    assert (status["kept"], status["asked"]) == (4, 3)
    assert status["weights"] == f"as served by {killed.server.base_url}"


@pytest.fixture(scope="module")
def answered(world, tmp_path_factory):
    """A server, and the folder of a job that it has answered to the end."""
    out = tmp_path_factory.mktemp("answered")
    with chat_server(said) as server:
        answers, _ = predict(world, out, "GPT", **openai(server))
        yield SimpleNamespace(server=server, out=out, answers=answers)


@pytest.fixture
def again(world, answered, tmp_path):
    """Run the job again with options; return answers, status and the last words of what was asked."""

    def run(world=world, **options):
        shutil.copy(answered.out / "answers.jsonl", tmp_path)
        answered.server.asked.clear()
        answers, status = predict(world, tmp_path, "GPT", **openai(answered.server) | options)
        assert status["asked"] == len(answered.server.asked)
        return answers, status, asked(answered.server)

    return run


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"code": "new"},
        {"batch_size": 1},
        {"device": "cpu"},
        {"max_new_tokens": PREDICTION["max_new_tokens"] | {"mcq": 4}},
        {"openai": {"concurrency": 3, "retries": 1, "timeout": 9}},
    ],
)
def test_what_no_answer_depends_on_asks_nothing_again(answered, again, tmp_path, change):
    change = dict(change)
    if "openai" in change:
        change["openai"] = openai(answered.server)["openai"] | change["openai"]
    answers, status, asked_now = again(**change)
    assert asked_now == []
    assert (status["items"], status["kept"]) == (7, 7)
    assert answers == answered.answers
    assert (tmp_path / "answers.jsonl").read_bytes() == (answered.out / "answers.jsonl").read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        {"more": ["--checkpoint", "gpt-next"]},
        {"max_new_tokens": PREDICTION["max_new_tokens"] | {"binary": 4}},
        {"openai": {"temperature": 0.5}},
    ],
)
def test_other_weights_or_decoding_ask_all_again(answered, again, change):
    change = dict(change)
    if "openai" in change:
        change["openai"] = openai(answered.server)["openai"] | change["openai"]
    assert len(again(**change)[2]) == 7


def test_a_changed_suffix_asks_its_task_again_and_no_other(answered, again, tmp_path):
    text = MODELS.read_text()
    for task, expected in (("binary", 7), ("mcq", 0)):
        entries = yaml.safe_load(text)
        entries["GPT"]["instructions"][task]["suffix"] += " Please."
        (tmp_path / "models.yaml").write_text(yaml.safe_dump(entries))
        assert len(again(models=tmp_path / "models.yaml")[2]) == expected


def edited(world, folder, change):
    """Copy the world, with ``change`` applied to the columns of the data set."""
    shutil.copytree(world / "images.lmdb", folder / "images.lmdb")
    table = read_table(world / "dataset.parquet", DATASET).to_pydict()
    change(table)
    write_table(folder / "dataset.parquet", table, DATASET, Lineage("test", {"run": "mini"}, "c0de", {}))
    return folder


def test_a_changed_instruction_of_one_category_asks_only_its_items(world, again, tmp_path):
    def reword(table):
        for row, (category, text) in enumerate(zip(table["category"], table["input"], strict=True)):
            if category == "count":
                table["input"][row] = text.replace("Are there", "Do you see")

    answers, status, asked_now = again(world=edited(world, tmp_path / "other", reword))
    assert asked_now == ["pastures?"]
    assert (status["kept"], answers[3]) == (6, "about: Do you see two pastures?")


def test_other_numbers_of_the_same_annotations_ask_nothing_again(world, answered, again, tmp_path):
    def renumber(table):
        table["ID"] = [number + 100 for number in table["ID"]]

    answers, _, asked_now = again(world=edited(world, tmp_path / "other", renumber))
    assert asked_now == []
    assert answers == {number + 100: text for number, text in answered.answers.items()}


def test_another_image_asks_the_items_of_its_patch_again(world, again, tmp_path):
    other = edited(world, tmp_path / "other", lambda table: None)
    with (
        lmdb.open(str(other / "images.lmdb"), map_size=1 << 26) as environment,
        environment.begin(write=True) as transaction,
    ):
        transaction.put(b"PATCH_1", save(patch(9).s2))
        transaction.put(b"S1_2", save(patch(9).s1))  # radar, which this model does not see
    assert again(world=other)[2] == ["half?", "beach?"]


def test_a_refused_item_is_recorded_and_the_others_go_on(world, tmp_path):
    with chat_server(
        lambda messages: (400, {}, {}) if "beach" in said(messages) else said(messages)
    ) as server:
        options = openai(server)
        answers, status = predict(world, tmp_path, "GPT", **options)
        assert (answers[6], answers[5]) == ("", "about: Is there an airport?")
        assert status["failures"] == {"refused by the server": 1}
        (failed,) = status["failed"]
        assert (failed["ID"], failed["patch"], failed["kind"]) == (6, "PATCH_1", "refused by the server")
        assert "400" in failed["reason"]
        table = read_table(tmp_path / "answers.parquet", PREDICTIONS).to_pylist()
        assert {row["ID"]: row["failure"] for row in table if row["failure"]} == {6: "refused by the server"}
        server.answer = said
        server.asked.clear()
        answers, status = predict(world, tmp_path, "GPT", **options)
    assert asked(server) == ["beach?"]
    assert (answers[6], status["failures"], status["failed"]) == ("about: Is there a beach?", {}, [])


def test_a_server_that_goes_down_fails_the_job_and_keeps_its_answers(world, tmp_path):
    with chat_server(said) as server:
        server.answer = lambda messages: (
            (401, {}, {"error": {"message": "no"}}) if "beach" in said(messages) else said(messages)
        )
        options = openai(server)
        done = subprocess.run(
            command(world, tmp_path, "GPT", **options), capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        assert "error: the server answered 401" in done.stderr
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "status.json").exists()
        server.answer = said
        server.asked.clear()
        predict(world, tmp_path, "GPT", **options)
    assert asked(server) == ["beach?", "airport?", "water?"]


def test_an_unknown_model_is_an_error(world, tmp_path):
    done = subprocess.run(
        command(world, tmp_path, "Owen"), capture_output=True, text=True, check=False, env=ENVIRONMENT
    )
    assert done.returncode == 1
    assert "error: unknown model" in done.stderr


# Workers


def test_a_worker_answers_through_its_faults_and_the_status_names_what_it_says(world, tmp_path):
    """It dies at one item and raises at another; the others are answered, and those two are asked again."""
    script = tmp_path / "worker.py"
    script.write_text(
        "import os\n"
        "from worker_protocol import Loaded, serve\n"
        "def answer(request):\n"
        "    print('asked', request.instruction)\n"
        "    if 'beach' in request.instruction: os.kill(os.getpid(), 9)\n"
        "    if 'water' in request.instruction: raise ValueError('no water')\n"
        "    return 'yes'\n"
        "serve(lambda options: Loaded(answer, 'tiny', 'c' * 40, {'FINAL.pt': '12ab'}))\n"
    )
    entry = yaml.safe_load(MODELS.read_text())["GC"]
    entry |= {"worker": [sys.executable, str(script)], "settings": {"mode": "average"}}
    (tmp_path / "models.yaml").write_text(yaml.safe_dump({"GC": entry}))
    models = tmp_path / "models.yaml"
    answers, status = predict(world, tmp_path, "GC", models=models)
    assert {number: text for number, text in answers.items() if text != "yes"} == {6: "", 9: ""}
    assert status["failures"] == {"the model failed": 2}
    reasons = {failed["ID"]: failed["reason"] for failed in status["failed"]}
    assert reasons[6].startswith("the worker ended with status -9")
    assert reasons[9] == "ValueError: no water"
    assert (status["weights"], status["revision"]) == ("tiny", "c" * 40)
    assert status["choices"] == {"mode": "average"}
    assert status["worker"]["about"] == {"FINAL.pt": "12ab"}
    assert status["worker"]["versions"]["python"]
    _, again = predict(world, tmp_path, "GC", models=models)
    assert (again["kept"], again["asked"]) == (5, 2)
