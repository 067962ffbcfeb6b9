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


@pytest.mark.workflow
def test_each_seed_of_what_fine_tuning_teaches_has_a_run_of_its_own():
    done = subprocess.run(
        [sys.executable, FOLDER / "learning.py", "--seeds", "2026", "77", "--dry-run", "--modalities"],
        env={**os.environ, "PYTHONPATH": str(PROJECT / "workflow_scripts")},
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "results/mini/scores/bench/RS-InternVL-untrained/captioning.json" in done.stdout
    assert "results/seed-77/scores/bench/RS-InternVL-rgb/referring.json" in done.stdout
    assert "data/seed-77/metadata.parquet" in done.stdout
