"""Jobs that end early, and jobs at once: nothing that was answered is lost, and nothing is asked twice."""

import json
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from bentxt.captions import course
from bentxt.captions.augmentation import Rewritten
from bentxt.captions.course import JUDGED_FROM, Course, count_missing
from bentxt.errors import InputError
from bentxt.failures import CUT, EMPTY
from bentxt.program.progress_bars import progress
from worlds.answering_server import chat_server
from worlds.augmentation import command, settings, unquoted, written
from worlds.processes import gone, processes_named

pytestmark = pytest.mark.usefixtures("key")
PRETENDED = str(Path(__file__).parents[1] / "worlds/pretended_vllm")
CAPTIONS = 8


def start(job, **more):
    return subprocess.Popen(job, stderr=subprocess.PIPE, text=True, **more)


def wait_for(process, words):
    """Read what a program says until it says some words."""
    for line in process.stderr:
        if words in line:
            return
    pytest.fail(f"the program ended without saying {words}")


def ended(process):
    """Ask a program to end as a scheduler does; return its status and how long it took, s."""
    asked = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    return process.returncode, time.monotonic() - asked


# Jobs at once


@pytest.mark.parametrize("killed", [False, True])
def test_of_jobs_at_once_one_asks_and_the_other_waits_for_its_answers_or_its_end(inputs, tmp_path, killed):
    with chat_server(unquoted) as server:
        server.hold_at = 4
        first = start(command(inputs, tmp_path, settings(server)))
        assert server.held.wait(60)
        others = [start(command(inputs, tmp_path, settings(server), shard, 2)) for shard in (0, 1)]
        for other in others:
            # The first of nine patches are reserved by the first job, whatever the number of shards.
            wait_for(other, "other jobs are asking")
        assert len(server.asked) == 4
        if killed:
            first.kill()
            first.communicate()
        server.hold_at = None
        server.release.set()
        if not killed:
            first.communicate(timeout=60)
        for other in others:
            other.communicate(timeout=60)
            assert other.returncode == 0
        counts = Counter(json.dumps(messages) for messages in server.asked)
    # The answer to the request that was at work when its job was killed is lost.
    assert sorted(counts.values())[-2:] == ([1, 2] if killed else [1, 1])
    assert len(counts) == 2 * CAPTIONS
    assert not list(tmp_path.glob("*.reserved"))
    both = pa.concat_tables(written(tmp_path, shard, 2) for shard in (0, 1))
    assert set(both["used"].to_pylist()) == {"refined"}
    if not killed:
        assert both.equals(written(tmp_path))


def test_one_job_cannot_run_twice_at_once(run, inputs, tmp_path):
    with chat_server(unquoted) as server:
        server.hold_at = 1
        first = start(command(inputs, tmp_path, settings(server)))
        assert server.held.wait(60)
        with pytest.raises(InputError, match=r"(?s)another job is writing these answers.*0-1\.jsonl"):
            run(inputs, tmp_path, settings(server))
        first.kill()
        first.communicate()


# Jobs that are told to end


@pytest.mark.parametrize("turn", [1, 2])
def test_a_signal_ends_a_job_while_it_waits_for_a_server_and_all_answers_are_kept(
    run, inputs, tmp_path, turn
):
    with chat_server(unquoted) as server:
        server.hold_at = 4 + turn
        job = start(command(inputs, tmp_path, settings(server)))
        assert server.held.wait(60)
        status, seconds = ended(job)
        assert (status, seconds < 10) == (128 + signal.SIGTERM, True)
        assert len((tmp_path / "0-1.jsonl").read_text().splitlines()) == 3 + turn
        assert not (tmp_path / "0-1.parquet").exists()
        assert not list(tmp_path.glob("*.reserved"))
        server.hold_at = None
        server.release.set()
        asked = len(server.asked)
        run(inputs, tmp_path, settings(server))
        assert len(server.asked) - asked == 2 * CAPTIONS - 3 - turn


def test_a_signal_ends_a_job_while_vllm_generates_and_all_answers_are_kept(inputs, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", PRETENDED)
    engine = {"tensor_parallel_size": 1, "quantization": None, "dtype": "auto"}
    vllm = engine | {"data_parallel": 1, "extra": {}, "sampling": {}}
    given = {
        "backend": "vllm",
        "model": "stuck",
        "temperature": 0.0,
        "max_tokens": 9,
        "chat": {},
        "vllm": vllm,
    }
    job = start(command(inputs, tmp_path, settings(**given)))
    wait_for(job, "stuck")
    of_vllm = processes_named(f"of {job.pid}")
    assert len(of_vllm) == 1
    status, seconds = ended(job)
    assert (status, seconds < 10) == (128 + signal.SIGTERM, True)
    assert gone(of_vllm)
    assert len((tmp_path / "0-1.jsonl").read_text().splitlines()) == 5


def test_nothing_is_loaded_or_needed_where_all_answers_are_there(run, inputs, tmp_path, monkeypatch):
    with chat_server(unquoted) as server:
        run(inputs, tmp_path, settings(server))
        table = written(tmp_path)
    # The server is gone, and so is the key.
    monkeypatch.delenv("BENTXT_TEST_KEY")
    run(inputs, tmp_path, settings(server))
    assert written(tmp_path).equals(table)


# Too many that fall back


def test_a_run_stops_where_too_many_fall_back_and_its_answers_stay(run, inputs, tmp_path, monkeypatch):
    monkeypatch.setattr(course, "JUDGED_FROM", 4)
    with chat_server(lambda _: "A sunny day at a lake in the hills of a wide and quiet country.") as server:
        with pytest.raises(InputError, match=r"(?s)4 of 4 different captions fell back.*most_fallbacks"):
            run(inputs, tmp_path, settings(server))
        assert len(server.asked) == 8
        assert not (tmp_path / "0-1.parquet").exists()
        # The same again asks nothing; where more is allowed, the rest.
        with pytest.raises(InputError, match="4 of 4"):
            run(inputs, tmp_path, settings(server))
        assert len(server.asked) == 8
        run(inputs, tmp_path, settings(server, most_fallbacks=1))
        assert len(server.asked) == 2 * CAPTIONS
    assert set(written(tmp_path)["used"].to_pylist()) == {"template"}


def fallen(_, rewritten):
    kinds = [] if rewritten.refined else [{"version": "refined", "kind": "missing class"}]
    return {"used": "refined" if rewritten.refined else "template", "findings": kinds}


def test_the_share_that_falls_back_is_judged_from_the_two_hundredth_caption_on():
    judged = Course(fallen, 0.5, progress(total=400, disable=True), lambda: 0)
    for row in range(JUDGED_FROM // 2):
        judged.finished(row, 1, Rewritten("a", "b"), True)
    for row in range(JUDGED_FROM // 2):
        judged.finished(row, 1, Rewritten("a", "", "", CUT), True)
    with pytest.raises(
        InputError, match=r"101 of 201 .*: cut at the longest answer: 101; missing class: 101"
    ):
        judged.finished(0, 1, Rewritten("a", "", "", CUT), True)
    few = Course(fallen, 0.0, progress(total=400, disable=True), lambda: 0)
    for row in range(JUDGED_FROM - 1):
        few.finished(row, 50, Rewritten("", "", EMPTY, ""), True)


def test_the_log_says_rates_of_what_is_asked_shares_of_all_and_the_time_left():
    seconds = iter([0.0, 100.0, 105.0, *[110.0] * 3])
    bar = progress(total=20, disable=True)
    shown = Course(fallen, 0.5, bar, lambda: 1500, lambda: next(seconds))
    shown.begin()
    shown.finished(0, 10, Rewritten("a", "b"), False)
    bar.n = 10
    shown.finished(1, 5, Rewritten("", "", CUT, ""), True)
    # 5 captions in 10 s, and 5 are left.
    assert shown.line() == "0.50 captions/s, 150 tokens/s, 33.3% cut, 66.7% passed, 00:10 left"
    assert shown.summary().startswith("10 captions answered before, 5 asked now; ")


def test_what_is_missing_is_counted_by_turn_and_kind():
    rewritten = [
        Rewritten("a", "b"),
        Rewritten("", "", CUT, "no paraphrase"),
        Rewritten("a", "", "", CUT),
        Rewritten("a", "", "", EMPTY),
    ]
    assert count_missing(rewritten) == {"paraphrase": {CUT: 1}, "refinement": {CUT: 1, EMPTY: 1}}
