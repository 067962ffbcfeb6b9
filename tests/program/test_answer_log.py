"""Answers on disk: what a kill, a torn line, a broken line, other writers and blanks do to them."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bentxt.errors import InputError
from bentxt.program.answer_log import AnswerLog

SCRIPTS = Path(__file__).parents[2] / "workflow_scripts"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "answers" / "log.jsonl"


def keep(path, answers, others=()):
    """Add answers (key, answer) to a log and close it."""
    with AnswerLog(path, others) as log:
        for key, answer in answers:
            log.add(key, answer)


def kept(path, *keys, others=()):
    with AnswerLog(path, others) as log:
        return [log.get(key) for key in keys]


def test_answers_are_there_again_turn_by_turn(path):
    keep(path, [("a", "one"), ("b", "other"), ("a", "two")])
    keep(path, [("b", "more")])
    assert kept(path, "a", "b", "c") == [["one", "two"], ["other", "more"], []]
    with AnswerLog(path) as log:
        assert len(log) == 4


def test_answers_hold_any_text(path):
    text = 'a\nb\u2028c "d" \\ é 主 \x00'
    keep(path, [("k", text)])
    assert kept(path, "k") == [[text]]


def test_without_a_path_answers_are_known_until_the_end():
    with AnswerLog() as log:
        log.add("a", "one")
        assert log.get("a") == ["one"]


@pytest.mark.parametrize("blank", ["", " \n"])
def test_a_blank_answer_is_known_to_its_run_only(path, blank):
    with AnswerLog(path) as log:
        log.add("a", blank)
        log.add("b", "one")
        log.add("b", blank)
        assert (log.get("a"), log.get("b")) == ([blank], ["one", blank])
    assert kept(path, "a", "b") == [[], ["one"]]
    keep(path, [("a", "said at last"), ("b", "two")])
    assert kept(path, "a", "b") == [["said at last"], ["one", "two"]]


def test_a_turn_after_a_blank_is_not_kept_as_if_it_were_the_first(path):
    keep(path, [("a", ""), ("a", "second")])
    assert kept(path, "a") == [[]]


def test_blank_answers_of_a_file_are_not_used(path):
    path.parent.mkdir()
    path.write_text('{"key": "a", "turn": 0, "answer": " "}\n{"key": "a", "turn": 1, "answer": "x"}\n')
    assert kept(path, "a") == [[]]


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_last_line_that_was_cut_off_is_dropped_and_written_again(path, cut):
    keep(path, [("a", "one"), ("b", "two")])
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    assert kept(path, "a", "b") == [["one"], []]
    keep(path, [("b", "two")])
    assert path.read_bytes() == whole


WRITING = """
import sys
from bentxt.program.answer_log import AnswerLog
log = AnswerLog(sys.argv[1])
for number in range(10**9):
    log.add(str(number), "x" * 500)
    print(number, flush=True)
"""


def test_a_kill_loses_no_answer_that_was_added(path):
    environment = os.environ | {"PYTHONPATH": str(SCRIPTS)}
    command = [sys.executable, "-c", WRITING, str(path)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if int(line) == 50:
            process.send_signal(signal.SIGKILL)
            break
    added = [50, *map(int, process.stdout.read().split())]
    process.wait(60)
    process.stdout.close()
    with AnswerLog(path) as log:
        assert all(log.get(str(number)) == ["x" * 500] for number in range(added[-1] + 1))


@pytest.mark.parametrize(
    "line",
    [
        '{"key": "a", "tu',
        "garbage",
        "[]",
        '{"key": "a", "turn": 0}',
        '{"key": "a", "turn": 0, "answer": ["in", "parts"]}',
        '{"key": "a", "turn": "0", "answer": "x"}',
    ],
)
def test_a_broken_line_is_named_with_its_file(path, line):
    good = '{"key": "b", "turn": 0, "answer": "y"}'
    path.parent.mkdir()
    path.write_text(f"{good}\n{line}\n{good}\n")
    with pytest.raises(InputError, match="line 2 is no answer") as error:
        AnswerLog(path)
    assert error.value.file == path
    assert "delete that line" in error.value.remedy


def test_threads_add_at_the_same_time(path):
    with AnswerLog(path) as log, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: log.add(f"k{number % 50}", f"answer {number}" * 50), range(2000)))
        said = {f"k{number}": list(log.get(f"k{number}")) for number in range(50)}
    assert sum(map(len, said.values())) == 2000
    assert kept(path, *said) == list(said.values())


# Files of other jobs


def test_answers_of_other_jobs_are_used_and_their_files_left_alone(path):
    other = path.with_name("other.jsonl")
    keep(other, [("a", "one"), ("a", "two"), ("b", "first")])
    torn = other.read_bytes()[:-4]
    other.write_bytes(torn)
    assert kept(path, "a", "b", others=[path, other]) == [["one", "two"], []]
    keep(path, [("b", "asked again")], others=[other])
    assert other.read_bytes() == torn
    assert [json.loads(line)["key"] for line in path.read_text().splitlines()] == ["b"]


def test_a_conversation_that_another_job_began_can_be_read_without_its_file(path):
    other = path.with_name("other.jsonl")
    keep(other, [("a", "one")])
    keep(path, [("a", "two")], others=[other])
    other.unlink()
    assert kept(path, "a") == [["one", "two"]]


def test_turns_of_two_jobs_are_not_mixed(path):
    other = path.with_name("other.jsonl")
    keep(path, [("a", "mine")])
    keep(other, [("a", "theirs"), ("a", "theirs refined")])
    assert kept(path, "a", others=[other]) == [["theirs", "theirs refined"]]
    keep(path, [("a", "third")], others=[other])
    assert kept(path, "a") == [["theirs", "theirs refined", "third"]]


def test_what_other_jobs_add_later_is_read_when_it_is_asked_for(path):
    other, late = path.with_name("other.jsonl"), path.with_name("late.jsonl")
    keep(other, [("a", "one")])
    with AnswerLog(path, [other]) as log:
        keep(other, [("a", "two"), ("b", "first")])
        keep(late, [("c", "third")])
        assert log.get("a") == ["one"]
        log.read([path, other, late])
        assert [log.get(key) for key in "abc"] == [["one", "two"], ["first"], ["third"]]
    # Nothing of it is this job's to keep.
    assert path.read_text() == ""
