"""Several processes that share a run: the training of one, a share for each, and nothing lost on a kill."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
import torch

from bentxt.errors import InputError
from bentxt.training.processes import ALONE, Processes, find_processes
from worlds import shared_finetuning
from worlds.finetuning_program import (
    ENVIRONMENT,
    TORCHRUN,
    assert_same,
    command,
    finish,
    start,
    wait_for_states,
    weights,
    write_world,
)
from worlds.processes import gone, processes_named
from worlds.shared_finetuning import LOSSES, SmallFinetuning, read_run

# Two processes against one


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """What two processes made of one run, for each loss."""
    folder = tmp_path_factory.mktemp("shared")
    script = Path(shared_finetuning.__file__)
    paths = [script.parents[1], script.parents[2] / "workflow_scripts"]
    done = subprocess.run(
        [sys.executable, *TORCHRUN, "--nproc-per-node=2", str(script), str(folder)],
        env=ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(map(str, paths))},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("loss", LOSSES)
def test_two_processes_train_as_one_does(shared, loss, tmp_path):
    one = SmallFinetuning(loss=loss)
    log = one.train(tmp_path)
    for rank in range(2):
        found, found_log, _ = read_run(shared, loss, rank)
        assert [row[:2] for row in found_log] == [row[:2] for row in log]
        assert [row[2] for row in found_log] == pytest.approx([row[2] for row in log], rel=1e-5)
        assert [row[3] for row in found_log] == [row[3] for row in log], (
            "the rate is that of the annotations seen"
        )
        for name, value in one.weights().items():
            assert torch.allclose(found[name], value, rtol=0, atol=1e-4), name


@pytest.mark.parametrize("loss", LOSSES)
def test_both_processes_have_the_same_weights_bit_for_bit(shared, loss):
    (first, *_), (second, *_) = (read_run(shared, loss, rank) for rank in range(2))
    assert first.keys() == second.keys()
    for name, value in first.items():
        assert torch.equal(second[name], value), name


def test_each_process_reads_its_share_only(shared, tmp_path):
    alone = SmallFinetuning()
    alone.train(tmp_path)
    reads = [Counter(read_run(shared, "annotations", rank)[2]) for rank in range(2)]
    assert reads[0] + reads[1] == Counter(alone.reads)
    assert all(sum(of.values()) < len(alone.reads) for of in reads)
    # Some step has one pass only, for which one of them has nothing to do.
    passes = {len(alone.plan.passes(step)) for step in range(alone.plan.steps)}
    assert min(passes) == 1
    assert max(passes) > 1


def test_one_process_alone_writes(shared):
    for loss in LOSSES:
        assert [path.name for path in (shared / f"progress-{loss}").iterdir()] == ["state.safetensors"]


def test_processes_that_see_different_data_are_refused(shared):
    said = [(shared / f"different-{rank}.txt").read_text() for rank in range(2)]
    assert all("do not see the same data" in text for text in said)


# Kills, of the program as a job runs it


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return write_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def undisturbed(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    finish(command(world, folder / "out", folder / "progress", processes=2))
    return folder / "out"


def _workers(out):
    """Return the process numbers of a run by rank."""
    found = {}
    for number in processes_named("finetune_rs_internvl.py", str(out)):
        with suppress(OSError):
            variables = Path(f"/proc/{number}/environ").read_bytes().decode().split("\0")
            found |= {
                int(text.removeprefix("RANK=")): number for text in variables if text.startswith("RANK=")
            }
    return found


@pytest.mark.parametrize("rank", [0, 1])
def test_a_kill_of_any_process_ends_all_and_loses_nothing(world, undisturbed, tmp_path, rank):
    out, progress = tmp_path / "out", tmp_path / "progress"
    shared_command = command(world, out, progress, processes=2)
    process = start(shared_command, tmp_path / "log")
    wait_for_states(process, progress, random.Random(rank).randint(1, 20))
    workers = _workers(out)
    assert sorted(workers) == [0, 1]
    os.kill(workers[rank], signal.SIGKILL)
    assert process.wait(60) != 0
    assert gone(workers.values())
    assert not out.exists()
    assert "resuming after step" in finish(shared_command)
    assert_same(out, undisturbed)


def test_sigterm_stops_all_at_one_step_and_another_number_of_processes_goes_on(world, undisturbed, tmp_path):
    out, progress = tmp_path / "out", tmp_path / "progress"
    process = start(command(world, out, progress, processes=2), tmp_path / "log")
    wait_for_states(process, progress, 3)
    workers = _workers(out)
    process.terminate()
    assert process.wait(60) != 0
    assert gone(workers.values())
    assert "stopped by SIGTERM after step" in (tmp_path / "log").read_text()
    assert "resuming after step" in finish(command(world, out, progress))
    expected = weights(undisturbed)
    for name, value in weights(out).items():
        assert torch.allclose(value, expected[name], rtol=0, atol=0.02), name


def test_two_runs_side_by_side_do_not_meet(world, undisturbed, tmp_path):
    started = {}
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        started[folder] = start(
            command(world, folder / "out", folder / "progress", processes=2), folder / "log"
        )
    for folder, process in started.items():
        assert process.wait(240) == 0, (folder / "log").read_text()
        assert_same(folder / "out", undisturbed)


# Who a process is


def test_a_process_that_nobody_started_together_with_others_is_alone():
    assert find_processes({}) == ALONE
    assert find_processes({"SLURM_JOB_ID": "7", "SLURM_NTASKS": "4", "SLURM_PROCID": "0"}) == ALONE
    assert ALONE.device(torch.device("cuda")) == torch.device("cuda")
    assert ALONE.writes


def test_torchrun_says_who_a_process_is():
    given = {"RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "4"}
    # Slurm started torchrun, as one task.
    slurm = {"SLURM_JOB_ID": "7", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0"}
    found = find_processes(slurm | given)
    assert (found.rank, found.count, found.local_rank, found.meeting) == (5, 8, 1, "env://")
    assert not found.writes
    assert [found.threads(number) for number in (16, 3)] == [4, 1]


@pytest.fixture
def scontrol(tmp_path, monkeypatch):
    """A program of that name that knows the nodes of one job."""
    path = tmp_path / "bin" / "scontrol"
    path.parent.mkdir()
    path.write_text('#!/bin/sh\n[ "$*" = "show hostnames node[3-4]" ] && printf "node3\\nnode4\\n"\n')
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{path.parent}:{os.environ['PATH']}")


STEP = {
    "SLURM_JOB_ID": "71234",
    "SLURM_STEP_ID": "0",
    "SLURM_STEP_NUM_TASKS": "8",
    "SLURM_STEP_NODELIST": "node[3-4]",
    "SLURM_PROCID": "6",
    "SLURM_LOCALID": "2",
}


def test_a_step_of_slurm_says_who_a_process_is(scontrol):
    found = find_processes(STEP)
    assert (found.rank, found.count, found.local_rank) == (6, 8, 2)
    # Slurm gives each task CPUs of its own.
    assert found.threads(16) == 16
    host, port = found.meeting.removeprefix("tcp://").split(":")
    assert host == "node3"
    assert 1024 < int(port) < 32768
    # Another task of the step finds the same place, another job another.
    assert find_processes(STEP | {"SLURM_PROCID": "0", "SLURM_LOCALID": "0"}).meeting == found.meeting
    assert find_processes(STEP | {"SLURM_JOB_ID": "71235"}).meeting != found.meeting


def test_nodes_that_slurm_does_not_know_are_an_error(scontrol):
    with pytest.raises(InputError, match="which nodes this run has"):
        find_processes(STEP | {"SLURM_STEP_NODELIST": "node[8-9]"})


def test_each_process_of_a_node_has_a_gpu_of_its_own(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 4)
    gpus = [Processes(rank, 8, rank % 4).device(torch.device("cuda")) for rank in range(8)]
    assert gpus == [torch.device("cuda", number % 4) for number in range(8)]
    # Where Slurm shows a task its own only, that is number 0.
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert Processes(3, 8, 3).device(torch.device("cuda")) == torch.device("cuda", 0)
    assert Processes(3, 8, 3).device(torch.device("cpu")) == torch.device("cpu")
