"""Installation of a worker: its environment and its code, from lists and a commit."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bentxt.models.model_table import read_models

ROOT = Path(__file__).resolve().parents[2]
INSTALL = ROOT / "workers/install.py"
#: Makes a prefix with a Python, and notes how it was called; fails after that where it is told to.
CLIENT = """#!/bin/sh
echo "$(basename "$0") $*" >> "$CALLS"
while [ "$1" != --prefix ]; do shift; done
mkdir -p "$2/bin" && touch "$2/bin/python"
exit "${FAILS:-0}"
"""


def git(folder, *arguments):
    identity = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def world(tmp_path):
    """A worker's folder, a repository with two commits, and a folder of programs without conda."""
    repository = tmp_path / "repository"
    repository.mkdir()
    git(repository, "init", "--quiet")
    commits = []
    for text in ("first", "second"):
        (repository / "model.py").write_text(text)
        git(repository, "add", ".")
        git(repository, "commit", "--quiet", "--message", text)
        commits.append(git(repository, "rev-parse", "HEAD"))
    folder = tmp_path / "workers/mine"
    folder.mkdir(parents=True)
    (folder / "worker.py").touch()
    (folder / "environment.yaml").write_text("dependencies: [python=3.10]\n")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("git", "sh", "mkdir", "touch", "basename"):
        found = subprocess.run(["sh", "-c", f"command -v {name}"], capture_output=True, text=True, check=True)
        (programs / name).symlink_to(found.stdout.strip())
    return tmp_path, commits


def install(tmp_path, commit, fails=0, **changes):
    entry = yaml.safe_load((ROOT / "resources/models.yaml").read_text())["GC"] | {
        "worker": ["python", str(tmp_path / "workers/mine/worker.py")],
        "code": {"repository": str(tmp_path / "repository"), "commit": commit},
        **changes,
    }
    (tmp_path / "models.yaml").write_text(yaml.safe_dump({"Mine": entry}))
    environment = {
        "PATH": str(tmp_path / "programs"),
        "PYTHONPATH": str(ROOT / "workflow_scripts"),
        "CALLS": str(tmp_path / "calls"),
        "FAILS": str(fails),
        "HOME": str(tmp_path),
    }
    command = [sys.executable, INSTALL, "--model", "Mine", "--models", tmp_path / "models.yaml"]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)


def client(tmp_path, name="conda"):
    program = tmp_path / "programs" / name
    program.write_text(CLIENT)
    program.chmod(0o755)


def calls(tmp_path):
    return (tmp_path / "calls").read_text().splitlines()


@pytest.mark.parametrize(
    ("name", "how"), [("conda", "env create"), ("mamba", "env create"), ("micromamba", "create --yes")]
)
def test_environment_and_code_are_installed_once_and_again_where_they_change(world, name, how):
    tmp_path, (first, second) = world
    client(tmp_path, name)
    folder = tmp_path / "workers/mine"
    done = install(tmp_path, first)
    assert done.returncode == 0, done.stderr
    expected = f"{name} {how} --prefix {folder}/env --file {folder}/environment.yaml"
    assert calls(tmp_path) == [expected]
    assert (folder / "code/model.py").read_text() == "first"
    assert install(tmp_path, first).returncode == 0
    assert len(calls(tmp_path)) == 1
    assert install(tmp_path, second).returncode == 0
    assert len(calls(tmp_path)) == 1
    assert (folder / "code/model.py").read_text() == "second"
    assert git(folder / "code", "rev-parse", "HEAD") == second
    (folder / "environment.yaml").write_text("dependencies: [python=3.9]\n")
    assert install(tmp_path, second).returncode == 0
    assert len(calls(tmp_path)) == 2


def test_an_environment_that_cannot_be_made_leaves_nothing_behind(world):
    tmp_path, (first, _) = world
    client(tmp_path)
    done = install(tmp_path, first, fails=3)
    assert done.returncode == 1
    assert "failed with status 3: conda env create" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "workers/mine/env").exists()


def test_a_commit_that_is_not_there_leaves_the_code_as_it_was(world):
    tmp_path, (first, _) = world
    client(tmp_path)
    assert install(tmp_path, first).returncode == 0
    done = install(tmp_path, "f" * 40)
    assert done.returncode == 1
    assert "fetch" in done.stderr
    assert (tmp_path / "workers/mine/code/model.py").read_text() == "first"
    assert sorted(path.name for path in (tmp_path / "workers/mine").iterdir()) == [
        *("code", "env", "environment.yaml", "worker.py"),
    ]


def test_without_conda_it_says_what_to_install(world):
    tmp_path, (first, _) = world
    done = install(tmp_path, first)
    assert done.returncode == 1
    assert "no conda client: none of mamba, conda, micromamba is on the path" in done.stderr
    assert "Miniforge" in done.stderr


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"worker": None}, "has no worker that could be installed"),
        ({"code": {"repository": "r", "commit": "cca91eb"}}, "code.commit must have 40 hexadecimal digits"),
    ],
)
def test_an_entry_that_cannot_be_installed_is_refused(world, changes, message):
    tmp_path, (first, _) = world
    done = install(tmp_path, first, **changes)
    assert done.returncode == 1
    assert message in done.stderr


# The lists

WORKERS = sorted((ROOT / "workers").glob("*/environment.yaml"))


@pytest.mark.parametrize("path", WORKERS, ids=lambda path: path.parent.name)
def test_every_package_of_a_worker_has_an_exact_version(path):
    for entry in yaml.safe_load(path.read_text())["dependencies"]:
        listed = entry["pip"] if isinstance(entry, dict) else [entry.replace("=", "==", 1)]
        for package in listed:
            assert package.startswith("--extra-index-url https://") or len(package.split("==")) == 2, package
    names = [part.split("==")[0] for part in listed]
    assert {"torch", "transformers", "numpy", "pillow"} <= set(names)


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        (key, entry)
        for key, entry in read_models(ROOT / "resources/models.yaml").items()
        if entry.worker is not None
    ],
)
def test_a_worker_of_the_project_is_named_with_code_licences_and_memory(key, entry):
    python, script = map(Path, entry.worker)
    assert python == script.parent / "env/bin/python"
    assert (ROOT / script).is_file()
    assert ROOT / script.parent / "environment.yaml" in WORKERS
    assert len(entry.code["commit"]) == 40
    assert set(entry.licences) == {"code", "weights"}
    assert entry.gpu_memory
    # Docstring and settings of the script say the same.
    text = (ROOT / script).read_text(encoding="utf-8")
    assert [name for name in entry.settings if name not in text] == []
