"""One job for several tasks: the model is loaded once, and each task comes out as from a job of its own."""

import json
import signal
import subprocess
import sys

import pytest

from bentxt.models.model_table import find_entry
from bentxt.tables.schemas.predictions_schema import PREDICTIONS
from bentxt.tables.table_files import read_table
from worlds.answering_server import chat_server
from worlds.prediction_program import ENVIRONMENT, MODELS, command, served_by
from worlds.prediction_world import PREDICTION, write_world

TASKS = ["captioning", "binary", "mcq"]
#: Of the world's benchmark split.
ITEMS = {"captioning": [8], "binary": [1, 2, 3, 5, 6, 9, 10], "mcq": [4]}
WORKER = """
import json, sys
print(json.dumps({"ready": True, "device": "test", "weights": "none"}), flush=True)
with open(sys.argv[1], "a") as starts:
    starts.write("started\\n")
for line in sys.stdin:
    asked = json.loads(line)
    if "id" in asked:
        text = f"{asked['max_new_tokens']} for {asked['instruction']}"
        print(json.dumps({"id": asked["id"], "text": text}), flush=True)
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = write_world(tmp_path_factory.mktemp("tasks"))
    (folder / "worker.py").write_text(WORKER)
    return folder


def run(*arguments, **options):
    return subprocess.run(
        command(*arguments, **options), capture_output=True, text=True, check=False, env=ENVIRONMENT
    )


def outcome(folder):
    """Return the rows of a task's table, and its status but for what no two runs share."""
    status = json.loads((folder / "status.json").read_text())
    del status["seconds"], status["lineage"]
    return read_table(folder / "answers.parquet", PREDICTIONS).to_pydict(), status


def test_each_task_comes_out_as_from_a_job_of_its_own_and_the_model_is_loaded_once(world, tmp_path):
    worker = [sys.executable, str(world / "worker.py"), str(tmp_path / "starts")]
    entry = find_entry("GC", path=MODELS).to_dict() | {"worker": worker}
    more = ["--entry", json.dumps(entry)]
    done = run(world, tmp_path / "one", "GC", task=TASKS, more=more)
    assert done.returncode == 0, done.stderr
    starts = tmp_path / "starts"
    assert starts.read_text() == "started\n"
    for task in TASKS:
        alone = run(world, tmp_path / "alone" / task, "GC", task=task, more=more)
        assert alone.returncode == 0, alone.stderr
        rows, status = outcome(tmp_path / "one" / task)
        assert (rows, status) == outcome(tmp_path / "alone" / task)
        assert sorted(rows["ID"]) == ITEMS[task]
        assert status["task"] == task
        limit = PREDICTION["max_new_tokens"][task]
        assert all(answer.startswith(f"{limit} for ") for answer in rows["answer"])
    assert starts.read_text() == "started\n" * (1 + len(TASKS))


def said(messages):
    return f"about: {messages[0]['content'][1]['text']}"


def test_a_kill_in_the_second_task_keeps_the_first_whole_and_asks_only_the_rest(world, tmp_path):
    with chat_server(said) as server:
        # One caption, then three questions; killed in the fourth.
        server.hold_at = 5
        arguments = command(world, tmp_path, "GPT", task=TASKS, **served_by(server))
        process = subprocess.Popen(arguments, env=ENVIRONMENT, stderr=subprocess.DEVNULL)
        assert server.held.wait(60)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        first = outcome(tmp_path / "captioning")
        assert sorted(path.name for path in (tmp_path / "binary").iterdir()) == ["answers.jsonl"]
        assert not (tmp_path / "mcq").exists()
        server.hold_at = None
        server.release.set()
        server.asked.clear()
        done = run(world, tmp_path, "GPT", task=TASKS, **served_by(server))
        assert done.returncode == 0, done.stderr
        assert len(server.asked) == 4 + 1
    rows, status = outcome(tmp_path / "captioning")
    assert rows == first[0]
    assert (status["kept"], status["asked"]) == (1, 0)
    statuses = [outcome(tmp_path / task)[1] for task in TASKS]
    assert [(status["kept"], status["asked"]) for status in statuses] == [(1, 0), (3, 4), (0, 1)]


def test_a_model_that_cannot_be_loaded_says_why_of_each_task(world, tmp_path):
    done = run(world, tmp_path, "Qwen", task=TASKS, more=["--checkpoint", "/nowhere"])
    assert done.returncode == 0, done.stderr
    for task in TASKS:
        rows, status = outcome(tmp_path / task)
        assert rows["ID"] == []
        assert (status["task"], status["status"]) == (task, "unavailable")
        assert "no such folder" in status["reason"]


@pytest.mark.parametrize(
    ("more", "counted"),
    [
        (["--task", "binary", "mcq"], "2 tasks, 3 files of answers, 3 tables, 3 statuses"),
        (["--out", "a", "b"], "3 tasks, 3 files of answers, 2 tables, 3 statuses"),
        (["--task", "binary", "mcq", "mcq"], "each task once"),
    ],
)
def test_tasks_and_files_that_are_no_pairs_are_refused(world, tmp_path, more, counted):
    done = run(world, tmp_path, "GPT", task=TASKS, more=more)
    assert done.returncode == 2
    assert counted in done.stderr
    assert list(tmp_path.iterdir()) == []
