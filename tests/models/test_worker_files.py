"""What says what a worker does: its script and what it imports, wherever it lies."""

from pathlib import Path

import pytest

from bentxt.models.model_table import read_models
from bentxt.models.worker_files import worker_files

ROOT = Path(__file__).resolve().parents[2]


def test_a_worker_of_ones_own_has_the_shared_modules_too(tmp_path):
    script = tmp_path / "mine.py"
    script.write_text("from worker_protocol import serve\nimport torch, near\n")
    (tmp_path / "near.py").write_text("import mine\n")
    found = worker_files(["/opt/python", script, "--option"])
    assert found == [script, tmp_path / "near.py", ROOT / "workers/worker_protocol.py"]


@pytest.mark.parametrize("content", [b"def (", b"\xff\xfe", b"\0"])
def test_a_script_that_is_no_python_is_a_file_like_others(tmp_path, content):
    script = tmp_path / "mine.py"
    script.write_bytes(content)
    assert worker_files(["python", script]) == [script]


def test_the_files_of_the_projects_workers_are_named_from_its_folder(monkeypatch):
    monkeypatch.chdir(ROOT)
    found = [str(path) for path in worker_files(read_models("resources/models.yaml")["GC"].worker)]
    assert set(found) == {
        "workers/geochat/worker.py",
        "workers/geochat/environment.yaml",
        *(f"workers/worker_{name}.py" for name in ("checks", "inputs", "protocol")),
    }


@pytest.mark.parametrize("command", [[], ["/nowhere/python", "/nowhere/worker.py"]])
def test_what_is_not_there_is_no_file(command):
    assert worker_files(command) == []
