"""Entries of a user's own: short, held to the same rules, and never in the way of the paper's."""

import pytest

from bentxt.errors import InputError
from bentxt.models.model_table import read_models
from bentxt.models.own_models import with_own_models
from worlds.pages import PROJECT

MODELS = read_models(PROJECT / "resources/models.yaml")
FILE = {"family": "answers", "answers": "mine.jsonl", "box_scale": None}


def test_short_entries_of_each_family_are_completed():
    own = {
        "Mine": {"family": "transformers", "checkpoint": "someone/model", "box_scale": 1000},
        "Served": {"family": "openai", "checkpoint": "m", "box_scale": None, "server": {"concurrency": 2}},
        "Worker": {
            "family": "worker",
            "worker": ["python", "mine.py"],
            "box_scale": None,
            "name": "A worker",
        },
        "From-a-file": FILE,
    }
    models = with_own_models(MODELS, own)
    assert list(models) == [*MODELS, *own]
    assert {models[key].group for key in own} == {"own"}
    assert [models[key].needs for key in own] == [["checkpoint"], [], [], []]
    assert [models[key].name for key in own] == ["Mine", "Served", "A worker", "From-a-file"]
    assert models["Mine"].image == {"input": "rgb", "side": None}
    assert {key: models[key] for key in MODELS} == MODELS


def test_no_entries_change_nothing():
    assert with_own_models(MODELS, {}) == MODELS


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"../Mine": FILE}, "cannot be the key"),
        ({"a/b": FILE}, "cannot be the key"),
        ({"": FILE}, "cannot be the key"),
        ({".Mine": FILE}, "cannot be the key"),
        ({"Mine\n": FILE}, "cannot be the key"),
        ({1: FILE}, "cannot be the key"),
        ({"Qwen": FILE}, "a model of the tables has this key"),
        ({"qwen": FILE}, "a model of the tables has this key"),
        ({"Mine": FILE, "MINE": FILE}, "a model of the tables has this key"),
        ({"Mine": None}, "expected a mapping"),
        ({"Mine": {"family": "openai"}}, "missing field box_scale"),
        ({"Mine": {"box_scale": None}}, "missing field family"),
        ({"Mine": {"family": "openai", "box_scale": None, "size": 1}}, "unknown field size"),
        ({"Mine": {"family": "onnx", "box_scale": None}}, "family must be one of"),
        ({"Mine": FILE | {"answers": None}}, "answers must name a file"),
        ({"Mine": FILE | {"answers": "my answers.jsonl"}}, "a path without spaces"),
        ({"Mine": FILE | {"family": "openai"}}, "be left out for others"),
        ({"Mine": FILE | {"needs": ["checkpoint"]}}, "needs must not hold checkpoint"),
        ({"Mine": FILE | {"group": "RS"}}, "is of the group own, not RS"),
        ({"Mine": FILE | {"base": "Nobody"}}, "base must be a model"),
        (
            {"Mine": {"family": "transformers", "box_scale": 1, "needs": ["checkpoint", "adapter"]}},
            "fine-tuned",
        ),
    ],
)
def test_an_entry_at_fault_is_named(own, message):
    with pytest.raises(InputError, match=message):
        with_own_models(MODELS, own)
