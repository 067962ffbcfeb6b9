"""Every option of every program says what it is."""

import argparse
import importlib
from pathlib import Path

import pytest

PROGRAMS = sorted(
    path.stem
    for path in (Path(__file__).resolve().parents[2] / "workflow_scripts").glob("*.py")
    if "parse_args" in path.read_text(encoding="utf-8")
)


class Parsed(Exception):
    pass


@pytest.fixture
def parser(request, monkeypatch):
    """The parser of a program, taken where it would read the command line."""

    def stop(parser, *_):
        raise Parsed(parser)

    program = importlib.import_module(request.param)
    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", stop)
    with pytest.raises(Parsed) as caught:
        program.main()
    return caught.value.args[0]


@pytest.mark.parametrize("parser", PROGRAMS, indirect=True)
def test_every_option_has_a_help_text(parser):
    assert parser.description
    for action in parser._actions:
        assert action.help, action.option_strings


@pytest.mark.parametrize("parser", PROGRAMS, indirect=True)
def test_help_shows_defaults_and_no_path_of_this_machine(parser):
    shown = " ".join(parser.format_help().split())
    assert str(Path(__file__).resolve().parents[2]) not in shown
    for action in parser._actions:
        if isinstance(action.default, int) and not isinstance(action.default, bool):
            assert f"(default: {action.default})" in shown
