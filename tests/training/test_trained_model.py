"""The model that is trained: loaded from what its modalities need, and what its features depend on."""

import pytest
import torch

from bentxt.errors import InputError
from bentxt.models.checkpoints import find_checkpoint
from bentxt.models.modalities import Make
from bentxt.models.tiny.internvl import tiny_image_processor
from bentxt.training.trained_model import ROLES, load_model
from worlds.tiny_rs_internvl import parts

CPU = torch.device("cpu")
SETTINGS = {"images": {"rgb_white": 3000}}


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """Folders of base and encoders, by role."""
    folder = tmp_path_factory.mktemp("checkpoints")
    words, internvl, s1, s2 = parts()
    for piece in (internvl, words, tiny_image_processor()):
        piece.save_pretrained(folder / "base")
    s1.save_pretrained(folder / "s1_encoder")
    s2.save_pretrained(folder / "s2_encoder")
    return {role: str(folder / role) for role in ROLES}


def test_features_depend_on_checkpoints_precision_and_white(sources):
    loaded = load_model(sources, SETTINGS, 1, CPU, torch.bfloat16)
    assert loaded.made_from() == {role: find_checkpoint(sources[role]).identity for role in ROLES} | {
        "dtype": "bfloat16",
        "white": 3000,
    }
    assert set(loaded.weights().values()) == {"published"}
    assert {role: set(of) for role, of in loaded.described().items()} == {
        "base": {"source", "revision", "weights"},
        "s1_encoder": {"source", "revision", "weights", "bands"},
        "s2_encoder": {"source", "revision", "weights", "bands"},
    }


def test_only_what_the_modalities_need_is_looked_for(sources):
    loaded = load_model(
        sources | {"s1_encoder": None}, {}, 1, CPU, torch.float32, Make.of(["s2"], ["projections"])
    )
    # Without RGB there is no picture, and so no white of it.
    assert loaded.white is None
    assert set(loaded.made_from()) == {"base", "s2_encoder", "dtype"}


def test_a_checkpoint_that_is_not_named_is_asked_for(sources):
    with pytest.raises(InputError, match="no s1_encoder is named") as caught:
        load_model(sources | {"s1_encoder": None}, SETTINGS, 1, CPU, torch.float32)
    assert caught.value.remedy == "give --s1-encoder"
