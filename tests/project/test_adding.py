"""docs/adding.md, followed to the letter: each section's changes are made, and its commands pass."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from worlds.pages import PROJECT

SECTIONS = dict(
    re.findall(
        r"^## (.+?)\n(.*?)(?=^## |\Z)", (PROJECT / "docs/adding.md").read_text(), re.MULTILINE | re.DOTALL
    )
)
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", ".snakemake", ".*_cache", ".hypothesis", "__pycache__", "results", "data", "logs"
)


def run(folder, *command):
    """Run a command in a copy of the project; the finished process, with all that it said as text."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.run(command, cwd=folder, env=environment, check=False, **pipes)


def console(section):
    """Return the commands of a section."""
    (block,) = re.findall(r"^```console\n(.*?)^```", SECTIONS[section], re.MULTILINE | re.DOTALL)
    return block.split()


@pytest.fixture
def apply(tmp_path):
    """Copy the project and make a section's changes; returns the copy."""

    def make(section):
        folder = tmp_path / "project"
        shutil.copytree(PROJECT, folder, ignore=LEFT_OUT, symlinks=True)
        # What a run has left here would be up to date there.
        for made in (folder / "figures").glob("*.*"):
            if made.name != "README.md":
                made.unlink()
        (diff,) = re.findall(r"^```diff\n(.*?)^```", SECTIONS[section], re.MULTILINE | re.DOTALL)
        (tmp_path / "changes.diff").write_text(diff)
        done = run(folder, "git", "apply", "--unidiff-zero", "--recount", str(tmp_path / "changes.diff"))
        assert done.returncode == 0, done.stdout
        return folder

    return make


def test_the_page_has_its_four_sections():
    assert list(SECTIONS) == ["A model", "A question category", "A table", "A setting"]


@pytest.mark.parametrize("section", ["A question category", "A table", "A setting"])
def test_a_section_ends_with_a_passing_test(apply, section):
    folder = apply(section)
    program, *options = console(section)
    assert program == "pytest"
    done = run(folder, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options)
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout


@pytest.mark.workflow
def test_a_model_is_planned_for_each_task_and_is_in_every_table(apply):
    folder = apply("A model")
    done = run(folder, *console("A model"))
    assert done.returncode == 0, done.stdout[-4000:]
    (tasks,) = re.findall(r"^Job \d+: Mine answers ([\w ]+) of bench", done.stdout, re.MULTILINE)
    assert sorted(tasks.split()) == ["binary", "captioning", "mcq", "referring"]


@pytest.mark.workflow
@pytest.mark.parametrize(
    ("section", "targets"),
    [
        ("A table", ["figures/seasons.csv"]),
        ("A question category", ["figures/counts.csv", "figures/agreement.csv"]),
    ],
)
def test_what_was_added_runs_on_a_small_world(apply, section, targets):
    folder = apply(section)
    done = run(folder, "snakemake", *targets, "--configfile", str(PROJECT / "tests/workflow/small.yaml"))
    assert done.returncode == 0, done.stdout[-4000:]
    assert all((folder / target).is_file() for target in targets)
