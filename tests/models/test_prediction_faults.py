"""Kills, signals and a full disk, on the program as a job runs it: no answer is lost or asked for again."""

import json
import random
import resource
import signal
import subprocess
import threading
import time

import pytest

from bentxt.models.tiny.qwen import build_tiny_qwen
from bentxt.tables.schemas.predictions_schema import PREDICTIONS
from bentxt.tables.table_files import read_table
from worlds import tiny_models
from worlds.answering_server import chat_server
from worlds.prediction_program import ENVIRONMENT, command, served_by
from worlds.prediction_world import PREDICTION, write_world

ITEMS = 60


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    rows = [
        (number, number % 4, "binary", "presence", f"Is there thing {number}?", "bench")
        for number in range(1, ITEMS + 1)
    ]
    folder = write_world(tmp_path_factory.mktemp("faults"), rows)
    build_tiny_qwen(folder / "Qwen", tiny_models.tokenizer(image_token="<|image_pad|>"), 3)
    return folder


def said(messages):
    return messages[0]["content"][1]["text"].partition("?")[0].split()[-1]


def settings(server, **more):
    return served_by(server, concurrency=4, **more)


def answers(out):
    """Return the answers of a finished job, after checking that its status counts them all."""
    table = read_table(out / "answers.parquet", PREDICTIONS).to_pydict()
    assert json.loads((out / "status.json").read_text())["items"] == ITEMS
    return dict(zip(table["ID"], table["answer"], strict=True))


def finish(world, out, model="GPT", **options):
    """Run the program to its end."""
    done = subprocess.run(
        command(world, out, model, **options), capture_output=True, text=True, check=False, env=ENVIRONMENT
    )
    assert done.returncode == 0, done.stderr
    return answers(out)


def start(world, out, model="GPT", **options):
    return subprocess.Popen(
        command(world, out, model, **options), env=ENVIRONMENT, stderr=subprocess.PIPE, text=True
    )


EXPECTED = {number: str(number) for number in range(1, ITEMS + 1)}


class Killer:
    """Answers, and kills the job that asks in the request that is due."""

    def __init__(self):
        self.asked, self.due, self.process = [], None, None
        self.started = threading.Event()

    def __call__(self, messages):
        assert self.started.wait(60)
        self.asked.append(said(messages))
        if self.due is not None and len(self.asked) >= self.due:
            self.process.kill()
        return said(messages)


def test_kills_at_ten_random_moments_lose_no_answer_and_ask_none_twice(world, tmp_path):
    moments, killer, kept = random.Random(2026), Killer(), []
    with chat_server(killer) as server:
        for _ in range(10):
            killer.started.clear()
            killer.due = len(killer.asked) + moments.randint(1, 9)
            killer.process = start(world, tmp_path, **settings(server))
            killer.started.set()
            killer.process.communicate()
            assert killer.process.returncode == -signal.SIGKILL
            assert not (tmp_path / "answers.parquet").exists()
            whole = [line for line in (tmp_path / "answers.jsonl").open() if line.endswith("\n")]
            kept.append((len(killer.asked), {json.loads(line)["answer"] for line in whole}))
        killer.due = None
        assert finish(world, tmp_path, **settings(server)) == EXPECTED
    # Whatever stood in the file was not asked for again; what was at work when a job was killed was, and that
    # is at most as many as there are at a time.
    for from_then, answered in kept:
        assert not answered & set(killer.asked[from_then:])
    assert set(killer.asked) == set(EXPECTED.values())
    assert len(killer.asked) <= ITEMS + 10 * 4


def test_sigterm_ends_a_job_that_waits_for_its_server_and_keeps_the_answers(world, tmp_path):
    with chat_server(said) as server:
        server.hold_at = 21
        process = start(world, tmp_path, **settings(server))
        assert server.held.wait(60)
        began = time.monotonic()
        process.terminate()
        process.communicate(timeout=10)
        assert time.monotonic() - began < 10
        assert process.returncode == 128 + signal.SIGTERM
        server.hold_at = None
        server.release.set()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["answers.jsonl"]
        kept = len((tmp_path / "answers.jsonl").read_bytes().splitlines())
        # Four at a time: those at work are lost, and no other.
        assert 17 <= kept <= 20
        server.asked.clear()
        assert finish(world, tmp_path, **settings(server)) == EXPECTED
        assert len(server.asked) == ITEMS - kept


def test_sigterm_ends_a_job_that_generates_and_keeps_the_answers(world, tmp_path):
    # Far longer answers than the time allows, one at a time.
    long = {"batch_size": 1, "max_new_tokens": PREDICTION["max_new_tokens"] | {"binary": 400}}
    process = start(world, tmp_path, "Qwen", more=["--checkpoint", world / "Qwen"], **long)
    log = tmp_path / "answers.jsonl"
    deadline = time.monotonic() + 100
    while not (log.exists() and log.read_bytes().count(b"\n") >= 2):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
    began = time.monotonic()
    process.terminate()
    process.communicate(timeout=10)
    assert time.monotonic() - began < 10
    assert process.returncode == 128 + signal.SIGTERM
    lines = log.read_bytes().splitlines(keepends=True)
    assert len(lines) >= 2
    assert all(line.endswith(b"\n") and json.loads(line)["answer"] for line in lines)
    assert not (tmp_path / "answers.parquet").exists()


def test_a_full_disk_ends_the_job_with_a_message_and_spoils_no_answer(world, tmp_path):
    def small_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    with chat_server(said) as server:
        done = subprocess.run(
            command(world, tmp_path, "GPT", **settings(server)),
            capture_output=True,
            text=True,
            check=False,
            env=ENVIRONMENT,
            preexec_fn=small_disk,
        )
        assert done.returncode == 1
        assert "error: File too large" in done.stderr
        assert "answers.jsonl" in done.stderr
        assert "free space" in done.stderr
        assert "Traceback" not in done.stderr
        blob = (tmp_path / "answers.jsonl").read_bytes()
        assert 900 < len(blob) <= 1000
        kept = [json.loads(line)["answer"] for line in blob.splitlines()]
        server.asked.clear()
        assert finish(world, tmp_path, **settings(server)) == EXPECTED
        asked = {said(messages) for messages in server.asked}
    assert asked == set(EXPECTED.values()) - set(kept)


def test_a_try_answers_the_first_items_and_says_so(world, tmp_path):
    with chat_server(said) as server:
        process = start(world, tmp_path, more=["--limit", "7"], **settings(server))
        _, log = process.communicate()
    assert process.returncode == 0, log
    status = json.loads((tmp_path / "status.json").read_text())
    assert (status["limit"], status["items"], len(server.asked)) == (7, 7, 7)
    assert "answer/s" in log
