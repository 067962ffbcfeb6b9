"""The benchmarks are run by hand; what they call must not have moved away from under them."""

import ast
import importlib
import os
import subprocess
import sys

import pytest

from worlds.pages import PROJECT

FOLDER = PROJECT / "benchmarks"
FILES = sorted(path.name for path in FOLDER.glob("*.py"))


@pytest.mark.parametrize("name", FILES)
def test_a_benchmark_imports_what_is_there(name):
    for node in ast.walk(ast.parse((FOLDER / name).read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("bentxt", "worlds"):
            module = importlib.import_module(node.module)
            for alias in node.names:
                if not hasattr(module, alias.name):
                    importlib.import_module(f"{node.module}.{alias.name}")


@pytest.mark.workflow
def test_the_programs_of_the_text_data_set_take_the_options_that_their_benchmark_gives():
    done = subprocess.run(
        [sys.executable, FOLDER / "annotations.py", "--maps", "1000"],
        env={**os.environ, "PYTHONPATH": str(PROJECT / "workflow_scripts")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert done.stdout.count("| assemble_dataset |") == 2
