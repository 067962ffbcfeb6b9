"""Outputs appear whole or not at all."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bentxt.atomic import atomic_directory, atomic_path, write_text


def interrupt(make, target, write):
    """Begin an output, ``write`` into it, and fail."""
    with make(target) as part:
        write(part)
        raise RuntimeError("interrupted")


def fill_disk(part):
    part.write_text("first part")
    with Path("/dev/full").open("w") as full:
        full.write("x")


def test_file_appears_only_at_the_end(tmp_path):
    target = tmp_path / "folder" / "out.txt"
    with atomic_path(target) as part:
        part.write_text("whole")
        assert not target.exists()
        assert part.parent == target.parent
    assert target.read_text() == "whole"
    assert list(target.parent.iterdir()) == [target]


def test_failure_keeps_the_old_file_and_leaves_nothing_else(tmp_path):
    target = tmp_path / "out.txt"
    target.write_text("old")
    with pytest.raises(RuntimeError):
        interrupt(atomic_path, target, lambda part: part.write_text("half"))
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_block_that_writes_nothing_fails(tmp_path):
    with pytest.raises(FileNotFoundError), atomic_path(tmp_path / "out.txt"):
        pass
    assert not list(tmp_path.iterdir())


def test_directory_replaces_an_older_one(tmp_path):
    target = tmp_path / "model"
    target.mkdir()
    (target / "stale").touch()
    with atomic_directory(target) as part:
        (part / "weights").write_text("new")
        assert (target / "stale").exists()
    assert [path.name for path in target.iterdir()] == ["weights"]
    assert list(tmp_path.iterdir()) == [target]


def test_failed_directory_keeps_the_old_one(tmp_path):
    target = tmp_path / "model"
    target.mkdir()
    (target / "old").touch()
    with pytest.raises(RuntimeError):
        interrupt(atomic_directory, target, lambda part: (part / "half").touch())
    assert [path.name for path in target.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("left", ["file", "directory"])
@pytest.mark.parametrize("make", [atomic_path, atomic_directory])
def test_what_a_kill_left_behind_is_overwritten(tmp_path, make, left):
    target = tmp_path / "out"
    with make(target) as part:
        (part / "old" if part.is_dir() else part).write_text("old")
    if left == "file":
        part.write_text("half")
    else:
        part.mkdir()
        (part / "half").touch()
    with make(target) as part:
        (part / "x" if part.is_dir() else part).write_text("whole")
    assert list(tmp_path.iterdir()) == [target]
    assert (target / "x" if target.is_dir() else target).read_text() == "whole"


def test_killed_writer_leaves_no_target_and_the_next_run_cleans_up(tmp_path):
    target = tmp_path / "out.txt"
    code = (
        "import os, signal, sys\n"
        "from bentxt.atomic import atomic_path\n"
        "with atomic_path(sys.argv[1]) as part:\n"
        "    part.write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    scripts = Path(sys.modules["bentxt"].__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", code, target], env=os.environ | {"PYTHONPATH": str(scripts)}, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert not target.exists()
    write_text(target, "whole")
    assert [path.name for path in tmp_path.iterdir()] == ["out.txt"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_full_disk_names_the_target(tmp_path):
    target = tmp_path / "out.txt"
    with pytest.raises(OSError, match="No space left") as caught:
        interrupt(atomic_path, target, fill_disk)
    assert caught.value.errno == errno.ENOSPC
    assert caught.value.filename == str(target)
    assert not list(tmp_path.iterdir())


def test_text_is_written_as_given(tmp_path):
    write_text(tmp_path / "out.csv", "a\r\nb\nKöppen")
    assert (tmp_path / "out.csv").read_bytes() == "a\r\nb\nKöppen".encode()
