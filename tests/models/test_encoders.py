"""Encoders in timm's layout give what timm computes, in any order of their bands; others are refused."""

import json
from pathlib import Path

import pytest
import torch
import transformers
from safetensors.torch import save_file

from bentxt.errors import CheckpointUnavailable
from bentxt.models.checkpoints import write_about
from bentxt.models.encoder_bands import SENSORS, describe_bands
from bentxt.models.encoders import from_timm, load_encoder, timm_config
from bentxt.models.tiny.vit import tiny_encoder
from bentxt.models.whole_weights import check_tensors
from worlds.tiny_timm import PREFIX, picture, timm_weights

#: What timm computed (see worlds/render_timm_features.py), of a model of this size.
GOLDEN = Path(__file__).parents[1] / "golden/timm_features.json"
WIDTH, LAYERS, PATCH, CHANNELS = 128, 2, 40, 2


@pytest.fixture(scope="module")
def weights():
    return timm_weights(CHANNELS, WIDTH, LAYERS, PATCH)


def saved(folder, weights, config="{}"):
    """Save an encoder as the published ones are."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(config)
    save_file({name: value.contiguous() for name, value in weights.items()}, folder / "model.safetensors")
    return folder


def features(encoder, pictures):
    with torch.inference_mode():
        return encoder.eval()(pictures).last_hidden_state[:, 1:]


@pytest.mark.parametrize(("role", "channels"), [("s1_encoder", 2), ("s2_encoder", 10)])
def test_an_encoder_of_timm_gives_timms_own_patch_tokens(tmp_path, role, channels):
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))["features"][str(channels)]
    folder = saved(tmp_path / "encoder", timm_weights(channels, WIDTH, LAYERS, PATCH))
    ours = features(load_encoder(folder, role), picture(channels))
    torch.testing.assert_close(ours[0, :, ::8], torch.tensor(golden), rtol=0, atol=2e-4)


@pytest.mark.parametrize("channels", [2, 10])
def test_the_published_layout_is_an_encoder_of_the_published_size_and_nothing_is_left_over(channels):
    """Names and shapes as timm has them; the head of the classifier alone is dropped."""
    shapes = json.loads(GOLDEN.read_text(encoding="utf-8"))["published"][str(channels)]
    weights = {name: torch.empty(shape, device="meta") for name, shape in shapes.items()}
    config = timm_config(weights)
    with torch.device("meta"):
        model = transformers.ViTModel(config, add_pooling_layer=False)
    found = from_timm(weights)
    check_tensors(found, model.state_dict())
    # Two names are the head's; qkv is three matrices and three biases in each of twelve layers.
    assert len(shapes) == 152
    assert len(found) == 150 + 12 * 4
    assert (config.patch_size, config.image_size, config.num_hidden_layers) == (8, 120, 12)
    assert (config.num_channels, config.num_attention_heads, config.layer_norm_eps) == (channels, 12, 1e-6)


OLD_S2 = ["B02", "B03", "B04", "B08", "B05", "B06", "B07", "B11", "B12", "B8A"]
OLD = {
    "s1_encoder": ["VH", "VV"],
    "s2_encoder": OLD_S2,
}


def in_order(role, pictures, order):
    """Return pictures, whose channels are in this project's order, in another."""
    own = list(SENSORS[role][1])
    return pictures[:, [own.index(band) for band in order]]


@pytest.mark.parametrize("role", OLD)
@pytest.mark.parametrize(
    "place",
    [
        "vit_base_patch8_224-{sensor}-v0.1.1",
        # As the cache of the hub has it.
        "models--BIFOLD-BigEarthNetv2-0--vit_base_patch8_224-{sensor}-v0.1.1/snapshots/0123abc",
    ],
)
def test_an_encoder_of_v0_1_1_is_reordered_by_its_name(tmp_path, role, place):
    """Given our channels, it computes what its own weights do with the channels in their old order."""
    pictures = picture(len(OLD[role]))
    weights = timm_weights(len(OLD[role]), WIDTH, LAYERS, PATCH)
    as_it_is = load_encoder(saved(tmp_path / "plain", weights), role)
    folder = saved(tmp_path / place.format(sensor=role[:2]), weights)
    found = features(load_encoder(folder, role), pictures)
    torch.testing.assert_close(found, features(as_it_is, in_order(role, pictures, OLD[role])))
    assert not torch.allclose(found, features(as_it_is, pictures))
    assert describe_bands(folder, role) == f"{', '.join(OLD[role])} (v0.1.1 by its name)"


def test_bands_in_the_config_come_before_the_name(tmp_path):
    weights = timm_weights(2, WIDTH, LAYERS, PATCH)
    config = json.dumps({"bands": ["VV", "VH"]})
    plain = load_encoder(saved(tmp_path / "plain", weights), "s1_encoder")
    folder = saved(tmp_path / "vit-s1-v0.1.1", weights, config)
    pictures = picture(2)
    assert torch.equal(features(load_encoder(folder, "s1_encoder"), pictures), features(plain, pictures))
    other = saved(tmp_path / "other", weights, json.dumps({"bands": ["VH", "VV"]}))
    found = features(load_encoder(other, "s1_encoder"), pictures)
    torch.testing.assert_close(found, features(plain, pictures[:, [1, 0]]))


@pytest.mark.parametrize(
    ("folder", "config", "message"),
    [
        (
            "vit_base_patch8_224-s1-v0.3.0",
            {},
            r"order of the bands of v0\.3\.0 is not known \(known are 0\.1\.1, 0",
        ),
        (
            "encoder",
            {"bands": ["VV", "HH"]},
            r"bands in its config\.json are .*, those of Sentinel-1 are VV, VH",
        ),
        ("encoder", {"bands": "VV, VH"}, "bands in its config"),
    ],
)
def test_bands_that_are_not_known_are_refused(tmp_path, folder, config, message):
    folder = saved(tmp_path / folder, timm_weights(2, WIDTH, LAYERS, PATCH), json.dumps(config))
    with pytest.raises(CheckpointUnavailable, match=message):
        load_encoder(folder, "s1_encoder")


def test_what_the_order_of_bands_is_known_from_is_said(tmp_path):
    weights = timm_weights(2, WIDTH, LAYERS, PATCH)
    silent = saved(tmp_path / "v0.1.1" / "mine", weights)
    assert describe_bands(silent, "s1_encoder") == "VV, VH (nothing says so, taken as of v0.2.0)"
    published = saved(tmp_path / "vit_base_patch8_224-s1-v0.2.0", weights)
    assert describe_bands(published, "s1_encoder") == "VV, VH (v0.2.0 by its name)"
    write_about(silent, "tiny")
    assert describe_bands(silent, "s1_encoder") == "VV, VH (built here)"


def test_the_fused_qkv_is_split_in_timms_order(weights):
    found = from_timm(weights)
    fused = weights[f"{PREFIX}blocks.1.attn.qkv.weight"]
    for index, part in enumerate("qkv"):
        rows = fused[index * WIDTH : (index + 1) * WIDTH]
        torch.testing.assert_close(found[f"layers.1.attention.{part}_proj.weight"], rows)
    assert not any("head" in name for name in found)


def test_an_encoder_of_transformers_is_loaded_as_it_was_saved(tmp_path):
    torch.manual_seed(0)
    saved = tiny_encoder(10, 32, 1, 40).eval()
    saved.save_pretrained(tmp_path)
    pictures = torch.randn(1, 10, 120, 120)
    with torch.inference_mode():
        expected = saved(pictures).last_hidden_state
        found = load_encoder(tmp_path, "s2_encoder").eval()(pictures).last_hidden_state
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("config", [None, "{", '{"model_type": "other"}'])
def test_a_folder_without_an_encoder_is_refused(tmp_path, config):
    if config is not None:
        (tmp_path / "config.json").write_text(config)
    with pytest.raises(CheckpointUnavailable, match="no encoder"):
        load_encoder(tmp_path, "s1_encoder")
