"""Ablations as models of their own: what they see, where they differ, and what stays as it is."""

from pathlib import Path

import pytest

from bentxt.errors import InputError
from bentxt.models.ablations import ABLATION, with_ablations
from bentxt.models.model_table import read_models
from bentxt.models.table_rows import table_rows

MODELS = read_models(Path(__file__).parents[2] / "resources/models.yaml")
TUNING = {
    "modalities": ["rgb", "s2", "s1"],
    "trained": ["projections", "adapter"],
    "initial_projections": "fitted",
    "rank": 8,
}
FOUR = {
    "rgb": {"modalities": ["rgb"]},
    "rgb-s2": {"modalities": ["s2", "rgb"]},
    "rgb-s1": {"modalities": ["rgb", "s1"]},
}


def test_the_models_of_the_tables_stay_as_they_are():
    found = with_ablations(MODELS, TUNING, FOUR)
    assert {key: found[key] for key in MODELS} == MODELS
    assert list(found)[len(MODELS) :] == ["RS-InternVL-rgb", "RS-InternVL-rgb-s2", "RS-InternVL-rgb-s1"]


def test_an_ablation_is_fine_tuned_sees_its_modalities_and_says_so():
    found = with_ablations(MODELS, TUNING, FOUR)
    of = found["RS-InternVL-rgb-s2"]
    assert (of.group, of.base, of.image["input"]) == (ABLATION, "RS-InternVL", "rgb_s2")
    assert of.encoders == ("s2_encoder",)
    assert of.settings == {"modalities": "rgb, s2"}
    assert found["RS-InternVL-rgb"].encoders == ()
    assert found["RS-InternVL"].encoders == ("s1_encoder", "s2_encoder")
    assert of.for_tasks(["mcq"]) != found["RS-InternVL"].for_tasks(["mcq"])


def test_any_other_setting_of_learning_is_named_too():
    changes = {"rank-2": {"rank": 2}, "projector": {"trained": ["rgb_projector", "adapter"]}, "none": None}
    found = with_ablations(MODELS, TUNING, changes)
    assert found["RS-InternVL-rank-2"].settings == {"rank": 2}
    assert found["RS-InternVL-projector"].settings == {"trained": "adapter, rgb_projector"}
    assert "RS-InternVL-none" not in found


def test_the_main_model_and_the_untrained_one_see_what_the_config_says():
    found = with_ablations(MODELS, TUNING | {"modalities": ["rgb", "s1"]}, {})
    for key in ("RS-InternVL", "RS-InternVL-untrained"):
        assert found[key].image["input"] == "rgb_s1"
        assert found[key].settings == {"modalities": "rgb, s1"}


@pytest.mark.parametrize(
    ("ablation", "message", "item"),
    [
        ({"untrained": {"rank": 2}}, "has this key", "ablation.untrained"),
        ({"a/b": {"rank": 2}}, "cannot be the key", "ablation"),
        (
            {"x": {"modalities": ["rgb"], "trained": ["projections"]}},
            "nothing would be trained",
            "ablation.x",
        ),
        ({"s2": {"modalities": ["s2"]}}, "fitted to RGB tokens, and s2 have none", "ablation.s2"),
    ],
)
def test_an_ablation_that_cannot_be_is_refused(ablation, message, item):
    with pytest.raises(InputError, match=message) as error:
        with_ablations(MODELS, TUNING, ablation)
    assert error.value.item == item


def test_an_ablation_without_rgb_begins_random():
    random = {"modalities": ["s2"], "initial_projections": "random"}
    assert with_ablations(MODELS, TUNING, {"s2": random})["RS-InternVL-s2"].image["input"] == "s2"


def test_tables_have_no_rows_of_ablations():
    assert "RS-InternVL-rgb" not in table_rows(MODELS)
