"""The slurm profile on a cluster of one node (tests/workflow/one_node_slurm.sh)."""

import os
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from worlds.finetuning_jobs import finetuning_rules
from worlds.finetuning_program import ENVIRONMENT, assert_same, command, wait_for_states, write_world
from worlds.processes import processes_named

pytestmark = [
    pytest.mark.workflow,
    pytest.mark.slurm,
    pytest.mark.skipif(
        not (os.environ.get("SLURM_CONF") and shutil.which("sbatch")),
        reason="no Slurm: start tests/workflow/one_node_slurm.sh and source what it prints",
    ),
]


def finished_jobs():
    """Slurm's own record of finished jobs: one dict a job."""
    configuration = subprocess.run(
        ["scontrol", "show", "config"], capture_output=True, text=True, check=True
    ).stdout
    record = next(
        line.split("=", 1)[1].strip() for line in configuration.splitlines() if line.startswith("JobCompLoc")
    )
    lines = Path(record).read_text().splitlines() if Path(record).exists() else []
    return [dict(field.split("=", 1) for field in line.split() if "=" in field) for line in lines]


def test_the_profile_submits_each_job_with_its_time_memory_and_gpus(fresh_workflow):
    before = len(finished_jobs())
    process = fresh_workflow.snakemake(
        "results/small/captions/augmented/0-2.parquet",
        "--profile", "slurm",
        "--configfile", "small.yaml",
        "--config", "run=mini",
        "--slurm-init-seconds-before-status-checks", "2",
        "--latency-wait", "5",
    )  # fmt: skip
    assert (fresh_workflow.folder / "results/small/captions/augmented/0-2.parquet").exists(), process.stdout
    jobs = finished_jobs()[before:]
    assert len(jobs) == 6
    assert {job["JobState"] for job in jobs} == {"COMPLETED"}
    resources = {(job["TimeLimit"], job["Tres"].split(",node=")[0]) for job in jobs}
    assert ("120", "cpu=2,mem=16000M") in resources  # extract_attributes, as the profile sizes it
    augmentation = next(job for job in jobs if job["TimeLimit"] == "720")
    assert "cpu=1,mem=8000M" in augmentation["Tres"]
    # Without an accounting database the record of finished jobs leaves GPUs out; the controller knows them.
    # The grammar needs none.
    shown = subprocess.run(
        ["scontrol", "show", "job", "-o", augmentation["JobId"]], capture_output=True, text=True, check=True
    )
    assert "gpu:" not in shown.stdout


# Of Slurm's variables the executor leaves a job with several tasks the job's number.
SCRIPT = """#!/bin/bash
for name in $(env | grep '^SLURM_' | cut -d= -f1); do [ $name = SLURM_JOB_ID ] || unset $name; done
exec {command}
"""


class Job:
    """A fine-tuning whose two processes Slurm starts, as tasks of one step."""

    def __init__(self, world, folder):
        self.out, self.progress, self.log = folder / "out", folder / "progress", folder / "log"
        folder.mkdir(exist_ok=True)
        rules = finetuning_rules(device="cpu")
        # So many that two jobs have room side by side.
        rules["CPUS"] = 4
        launch = rules["step_launch"](2, 1).removesuffix("python")
        program = shlex.join(command(world, self.out, self.progress))
        (folder / "script").write_text(SCRIPT.format(command=launch + program))
        size = ("--nodes=1", "--ntasks-per-node=2", "--cpus-per-task=4", "--mem=4000")
        self.process = subprocess.Popen(
            ["sbatch", "--parsable", "--wait", *size, f"--output={self.log}", str(folder / "script")],
            stdout=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
        )
        self.number = self.process.stdout.readline().strip()

    def wait_for_states(self, number):
        """Wait until the state was saved some times."""
        wait_for_states(self.process, self.progress, number)

    def task(self, rank):
        """Return the number of the process that is the task of a rank."""
        for number in processes_named("finetune_rs_internvl.py", str(self.out)):
            if f"SLURM_PROCID={rank}\0" in Path(f"/proc/{number}/environ").read_text():
                return number
        return None

    def end(self):
        """Return the exit status of the job once it ends, and what it said."""
        return self.process.wait(120), self.log.read_text()


def test_tasks_of_a_step_share_a_fine_tuning_and_lose_nothing(tmp_path):
    (tmp_path / "world").mkdir()
    world = write_world(tmp_path / "world")
    # Side by side on one node.
    undisturbed, stopped = Job(world, tmp_path / "undisturbed"), Job(world, tmp_path / "stopped")
    stopped.wait_for_states(3)
    # As Slurm does at the time limit.
    subprocess.run(["scancel", "--signal=TERM", stopped.number], check=True)
    status, said = stopped.end()
    assert status
    assert "stopped by SIGTERM after step" in said
    killed = Job(world, tmp_path / "stopped")
    killed.wait_for_states(3)
    os.kill(killed.task(1), signal.SIGKILL)
    status, said = killed.end()
    assert status
    assert "resuming after step" in said
    assert killed.task(0) is None, "Slurm ended the other"
    assert undisturbed.end()[0] == 0, undisturbed.log.read_text()
    again = Job(world, tmp_path / "stopped")
    status, said = again.end()
    assert status == 0, said
    assert_same(again.out, undisturbed.out)
