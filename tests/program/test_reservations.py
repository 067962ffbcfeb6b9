"""Which of several jobs asks what; each job is a process of its own, as locks are held by processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from bentxt.errors import InputError
from bentxt.program.reservations import Reservations

SCRIPTS = Path(__file__).parents[2] / "workflow_scripts"
HOLDING = """
import sys
sys.path.insert(0, sys.argv[1])
from bentxt.program.reservations import Reservations
with Reservations(sys.argv[2]) as own:
    print(own.take(sys.argv[3:]), flush=True)
    sys.stdin.readline()
    own.release()
    print("released", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def other(tmp_path):
    """Start another job that reserves some keys; it says which it got."""
    started = []

    def start(*keys, name="1-2"):
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", HOLDING, str(SCRIPTS), str(tmp_path / f"{name}.jsonl"), *keys]
        started.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True))
        return started[-1], started[-1].stdout.readline().strip()

    yield start
    for process in started:
        process.kill()
        process.communicate()


def go_on(process):
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def test_what_another_job_has_reserved_is_left_to_it_until_it_releases_it(tmp_path, other):
    process, got = other("a", "b")
    assert got == "['a', 'b']"
    with Reservations(tmp_path / "0-2.jsonl") as own:
        assert own.take(["b", "c", "a", "d"]) == ["c", "d"]
        assert go_on(process) == "released"
        assert own.take(["b", "a"]) == ["b", "a"]
        # What was reserved before is given back: a third job may have it, and no more.
        assert other("a", "c", name="0-1")[1] == "['c']"


def test_a_killed_job_reserves_nothing(tmp_path, other):
    process, _ = other("a")
    process.kill()
    process.wait()
    with Reservations(tmp_path / "0-2.jsonl") as own:
        assert own.take(["a"]) == ["a"]
    assert [path.name for path in tmp_path.iterdir()] == ["reservations.lock"]


def test_two_jobs_with_one_file_of_answers_are_refused(tmp_path, other):
    other("a")
    with pytest.raises(InputError, match=r"(?s)another job is writing these answers.*1-2\.jsonl"):
        Reservations(tmp_path / "1-2.jsonl")


def test_without_a_file_all_is_this_jobs():
    with Reservations(None) as own:
        assert own.take(["a"]) == ["a"]
        own.release()
