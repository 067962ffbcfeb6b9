"""The hooks of pre-commit take the project as it is and refuse what they are for."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="no git, which pre-commit needs")
#: What the hooks read: their settings, the templates and the program that proof-reads them.
PARTS = [".pre-commit-config.yaml", ".codespell-words.txt", "pyproject.toml", "resources", "workflow_scripts"]


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A new repository with the project's hooks, and the environment that runs the tests as ``.venv``."""
    folder = tmp_path_factory.mktemp("repository")
    for part in PARTS:
        if (PROJECT / part).is_dir():
            shutil.copytree(PROJECT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(PROJECT / part, folder / part)
    shutil.copy2(PROJECT / "Snakefile", folder)
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / ".gitignore").write_text(".venv\n__pycache__/\n")
    git("init", "--quiet", folder=folder)
    git("add", "--all", folder=folder)
    return folder


def git(*arguments, folder):
    # A test run from a hook of git has variables that name the other repository.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", *arguments], cwd=folder, env=environment, check=True)


def hook(name, repository, *files):
    """Run a hook; returns (whether it passed, what it said)."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"PRE_COMMIT_HOME": str(repository / ".git/hooks_cache"), "NO_COLOR": "1"}
    which = ["--files", *files] if files else ["--all-files"]
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", name, *which],
        cwd=repository, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "no files to check" not in done.stdout
    return done.returncode == 0, done.stdout + done.stderr


HOOKS = ["ruff-check", "ruff-format", "snakefmt", "templates", "spelling", "size", "private-key"]


@pytest.mark.parametrize("name", HOOKS)
def test_the_project_passes(name, repository):
    passed, output = hook(name, repository)
    assert passed, output


@pytest.mark.parametrize(
    ("name", "file", "content", "words"),
    [
        ("ruff-check", "wrong.py", "import os\n", "F401"),
        ("ruff-format", "wrong.py", "x = ( 1 )\n", "wrong.py"),
        ("snakefmt", "wrong.smk", "rule a:\n input: 'b'\n", "would be changed"),
        ("spelling", "wrong.md", "An apro" + "priate word.\n", "appropriate"),
        ("size", "wrong.bin", "0" * 1_100_000, "wrong.bin"),
        ("private-key", "wrong.txt", "-----BEGIN RSA " + "PRIVATE KEY-----\n", "wrong.txt"),
    ],
)
def test_a_hook_refuses_what_it_is_for(name, file, content, words, repository):
    path = repository / file
    path.write_text(content)
    git("add", file, folder=repository)
    try:
        passed, output = hook(name, repository, file)
    finally:
        git("rm", "--quiet", "--cached", "--force", file, folder=repository)
        path.unlink()
    assert not passed
    assert words in output


def test_a_template_that_reads_badly_is_refused(repository):
    path = repository / "resources/templates/mcq/season.yaml"
    whole = path.read_text()
    assert "this satellite image" in whole
    path.write_text(whole.replace("this satellite image", "this this satellite image", 1))
    try:
        passed, output = hook("templates", repository, "resources/templates/mcq/season.yaml")
    finally:
        path.write_text(whole)
    assert not passed
    assert "season.yaml" in output
