"""Encoders in timm's layout must give what timm's blocks compute, and other folders are refused."""

import json

import pytest
import torch
from safetensors.torch import save_file
from torch.nn.functional import gelu, layer_norm, linear

from bentxt.errors import CheckpointUnavailable
from bentxt.models.encoders import from_timm, load_encoder
from bentxt.models.tiny.internvl import tiny_encoder
from worlds.tiny_timm import PREFIX, timm_weights

WIDTH, LAYERS, PATCH, CHANNELS, HEADS = 128, 2, 40, 2, 2


@pytest.fixture(scope="module")
def weights():
    return timm_weights(CHANNELS, WIDTH, LAYERS, PATCH)


def timm_forward_features(weights, pictures):
    """timm's VisionTransformer.forward_features, written out."""
    w = {key.removeprefix(PREFIX): value for key, value in weights.items()}
    x = torch.nn.functional.conv2d(
        pictures, w["patch_embed.proj.weight"], w["patch_embed.proj.bias"], stride=PATCH
    )
    x = x.flatten(2).transpose(1, 2)
    x = torch.cat([w["cls_token"].expand(len(x), -1, -1), x], 1) + w["pos_embed"]
    for layer in range(LAYERS):
        b = {k.removeprefix(f"blocks.{layer}."): v for k, v in w.items() if k.startswith(f"blocks.{layer}.")}
        y = layer_norm(x, (WIDTH,), b["norm1.weight"], b["norm1.bias"], 1e-6)
        qkv = linear(y, b["attn.qkv.weight"], b["attn.qkv.bias"])
        qkv = qkv.reshape(len(x), -1, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        attention = (q @ k.transpose(-2, -1) * (WIDTH // HEADS) ** -0.5).softmax(-1)
        y = (attention @ v).transpose(1, 2).reshape(x.shape)
        x = x + linear(y, b["attn.proj.weight"], b["attn.proj.bias"])
        y = layer_norm(x, (WIDTH,), b["norm2.weight"], b["norm2.bias"], 1e-6)
        y = gelu(linear(y, b["mlp.fc1.weight"], b["mlp.fc1.bias"]))
        x = x + linear(y, b["mlp.fc2.weight"], b["mlp.fc2.bias"])
    return layer_norm(x, (WIDTH,), w["norm.weight"], w["norm.bias"], 1e-6)


def test_an_encoder_of_timm_gives_timms_patch_tokens(tmp_path, weights):
    (tmp_path / "config.json").write_text(json.dumps({"bands": "s1"}))
    save_file(weights, tmp_path / "model.safetensors")
    encoder = load_encoder(tmp_path, "s1_encoder").eval()
    pictures = torch.randn(2, CHANNELS, 120, 120)
    with torch.inference_mode():
        ours = encoder(pictures).last_hidden_state
    torch.testing.assert_close(ours, timm_forward_features(weights, pictures), rtol=1e-4, atol=1e-4)


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
