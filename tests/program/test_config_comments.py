"""Each key of the config is described once, in the schema; the comments of config.yaml say the same."""

import difflib
from pathlib import Path

import yaml

from bentxt.program.config_comments import comments, descriptions

PROJECT = Path(__file__).resolve().parents[2]
DESCRIPTIONS = descriptions(yaml.safe_load((PROJECT / "config/schema.yaml").read_text(encoding="utf-8")))


def test_every_key_is_described():
    assert [key for key, words in DESCRIPTIONS.items() if not words] == []


def test_the_comments_of_the_config_are_the_descriptions_of_the_schema():
    found = comments((PROJECT / "config.yaml").read_text(encoding="utf-8"))
    assert len(found) > 80
    expected = {key: DESCRIPTIONS.get(key, "no such key") for key in found}
    if found != expected:
        lines = [[f"{key}: {words}" for key, words in side.items()] for side in (found, expected)]
        difference = "\n".join(difflib.unified_diff(*lines, "config.yaml", "config/schema.yaml", n=0))
        raise AssertionError(f"mend one of the two:\n{difference}")


def test_comments_above_and_behind_a_key_are_its_own():
    text = "# head of the file\na: 1 # first\nb:\n  # of two\n  # lines\n  c: 2   # and behind\n  d: 3\n"
    assert comments(text) == {"a": "first", "b.c": "of two lines and behind"}


def test_a_branch_of_an_option_is_described_too():
    assert "benchmark.clair.max_tokens" in DESCRIPTIONS
