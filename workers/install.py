"""Install what a worker needs next to its script: environment (``env``) and published code (``code``).

Run by the project's own Python: ``make worker MODEL=GC``. Weights are fetched when the worker first loads its
model; see ``README.md``. What is there already in the right version stays; a half-made one is removed.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
from pathlib import Path

from bentxt.errors import InputError
from bentxt.models.model_table import find_entry
from bentxt.program.command_line import run
from worker_checks import checked_out

#: Clients for conda environments, the first that is there is taken, and how they make one.
CLIENTS = {"mamba": ["env", "create"], "conda": ["env", "create"], "micromamba": ["create", "--yes"]}
#: File of an environment that says from which list it was made.
MADE_FROM = "bentxt-environment"


def main():
    """Install the worker of one model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="key of the model in --models")
    parser.add_argument("--models", default="resources/models.yaml", help="the benchmarked models")
    args = parser.parse_args()

    entry = find_entry(args.model, path=args.models)
    folder = script_folder(args.model, entry)
    make_environment(folder)
    if entry.code is not None:
        check_out(entry.code["repository"], entry.code["commit"], folder / "code")
    print(f"The worker of {args.model} is installed in {folder}")


def script_folder(model, entry):
    """Return the folder of a worker's script."""
    scripts = [Path(part) for part in entry.worker or () if Path(part).suffix == ".py"]
    if not scripts or not (scripts[0].parent / "environment.yaml").is_file():
        raise InputError(
            "has no worker that could be installed: a script with environment.yaml next to it",
            item=model,
            remedy="see workers/README.md",
        )
    return scripts[0].parent


def make_environment(folder):
    """Make the conda environment of a worker, unless it is there."""
    listed, prefix = folder / "environment.yaml", folder / "env"
    made_from = hashlib.sha256(listed.read_bytes()).hexdigest()
    mark = prefix / MADE_FROM
    if mark.is_file() and mark.read_text(encoding="utf-8") == made_from:
        print(f"{prefix} is up to date")
        return
    client = next(filter(shutil.which, CLIENTS), None)
    if client is None:
        raise InputError(
            f"no conda client: none of {', '.join(CLIENTS)} is on the path",
            remedy="install Miniforge (https://conda-forge.org/download/) and try again",
        )
    shutil.rmtree(prefix, ignore_errors=True)
    try:
        call([client, *CLIENTS[client], "--prefix", str(prefix), "--file", str(listed)])
        mark.write_text(made_from, encoding="utf-8")
    except BaseException:
        shutil.rmtree(prefix, ignore_errors=True)
        raise


def check_out(repository, commit, folder):
    """Fetch one commit of a repository, unless it is there; its history is left out."""
    if not re.fullmatch("[0-9a-f]{40}", commit):
        raise InputError("a commit has 40 hexadecimal digits", item=commit)
    if checked_out(folder) == commit:
        print(f"{folder} is at {commit}")
        return
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        call(["git", "init", "--quiet", str(part)])
        git = ["git", "-C", str(part)]
        call([*git, "remote", "add", "origin", "--", repository])
        call([*git, "fetch", "--quiet", "--depth", "1", "origin", commit])
        call([*git, "-c", "advice.detachedHead=false", "checkout", "--quiet", "--detach", commit])
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def call(command):
    """Run a program; its output is shown."""
    if shutil.which(command[0]) is None:
        raise InputError(f"no program {command[0]}", remedy=f"install {command[0]}")
    done = subprocess.run(command, check=False)
    if done.returncode:
        shown = " ".join(command)
        raise InputError(f"failed with status {done.returncode}: {shown}", remedy="see its messages above")


if __name__ == "__main__":
    run(main)
