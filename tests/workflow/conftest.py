"""A copy of the project in a temporary folder, and the miniature world run there to Table 8."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PARTS = [
    "Snakefile",
    "config.yaml",
    "config",
    "rules",
    "envs",
    "workflow_scripts",
    "resources",
    "report",
    "profiles",
    "slurm",
]


class Workflow:
    """The project in a folder of its own, driven through the snakemake command."""

    def __init__(self, folder):
        self.folder = folder

    def copy_to(self, folder):
        """Copy the folder to an empty one, times of files kept; returns the copy."""
        subprocess.run(["cp", "--archive", f"{self.folder}/.", str(folder)], check=True)
        return Workflow(folder)

    def snakemake(self, *arguments, environment=None, check=True):
        """Run snakemake and return the completed process, with stdout and stderr together as text."""
        process = subprocess.run(
            ["snakemake", *map(str, arguments)],
            cwd=self.folder,
            env={
                **os.environ,
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                **(environment or {}),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=800,
        )
        if check and process.returncode:
            pytest.fail(f"snakemake {' '.join(map(str, arguments))} failed:\n{process.stdout[-6000:]}")
        return process

    def planned(self, target, *arguments):
        """Return the jobs of a dry run as {rule: number of jobs}."""
        output = self.snakemake("--dry-run", target, *arguments).stdout
        if "Nothing to be done" in output:
            return {}
        rows = re.findall(r"^(\w+) +(\d+)$", output.split("Job stats:")[1].split("\n\n")[0], re.MULTILINE)
        return {rule: int(count) for rule, count in rows if rule != "total"}

    def planned_commands(self, *arguments):
        """Return the commands of all jobs of a dry run (set of str)."""
        output = self.snakemake(*arguments, "--dry-run", "--printshellcmds").stdout
        return {line for line in output.splitlines() if line.startswith("Shell command: ")}


def copy_project(folder):
    """Copy what a run needs, without results, into ``folder``."""
    for part in PARTS:
        source = PROJECT / part
        if source.is_symlink():
            (folder / part).symlink_to(source.readlink())
        elif source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder / part)
    shutil.copy2(Path(__file__).with_name("small.yaml"), folder / "small.yaml")
    return folder


@pytest.fixture
def fresh_workflow(tmp_path):
    """The project without any results."""
    return Workflow(copy_project(tmp_path))


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory):
    """The project after ``snakemake figures/table8.csv`` on a world smaller still. Not to be changed."""
    workflow = Workflow(copy_project(tmp_path_factory.mktemp("project")))
    workflow.log = workflow.snakemake("figures/table8.csv", "--configfile", "small.yaml").stdout
    return workflow


@pytest.fixture
def finished_workflow(finished_run, tmp_path):
    """A copy of the finished run that a test may change; times of files are kept."""
    return finished_run.copy_to(tmp_path)
