"""The slurm profile on a cluster of one node (tests/workflow/one_node_slurm.sh)."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

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
    assert "cpu=16" in augmentation["Tres"]
    # Without an accounting database the record of finished jobs leaves GPUs out; the controller knows them.
    shown = subprocess.run(
        ["scontrol", "show", "job", "-o", augmentation["JobId"]], capture_output=True, text=True, check=True
    )
    assert "gpu:4" in shown.stdout
