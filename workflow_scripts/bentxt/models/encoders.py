"""The S1 and S2 encoders: ViTs as transformers saves them, or as timm does (the published reBEN ones)."""

import json
from collections.abc import Mapping
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file

from bentxt.errors import CheckpointUnavailable

#: Prefix of timm's keys in the published checkpoints.
_PUBLISHED = "model.vision_encoder."


def load_encoder(folder: str | Path) -> transformers.ViTModel:
    """Load an encoder without its head.

    Parameters
    ----------
    folder : str or Path
        With ``config.json`` and safetensors: a ``ViTModel`` of transformers, or timm's
        ``vit_base_patch8_224`` at 120 pixels under ``model.vision_encoder.``, as published.

    Returns
    -------
    transformers.ViTModel
        Its patch tokens after the final norm are ``last_hidden_state[:, 1:]``.

    Raises
    ------
    CheckpointUnavailable
        If the folder holds neither.
    """
    folder = Path(folder)
    try:
        if json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type") == "vit":
            return transformers.ViTModel.from_pretrained(folder, add_pooling_layer=False)
        (file,) = folder.glob("*.safetensors")
        weights = load_file(file)
        model = transformers.ViTModel(timm_config(weights), add_pooling_layer=False)
        model.load_state_dict(from_timm(weights))
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise CheckpointUnavailable(f"no encoder that can be loaded: {error}", file=folder) from error
    return model


def timm_config(weights: Mapping[str, torch.Tensor]) -> transformers.ViTConfig:
    """Return the config of a timm ViT from the shapes of its weights; a head has 64 channels, as in ViT-B."""
    patches = weights[f"{_PUBLISHED}patch_embed.proj.weight"]
    width, channels, patch, _ = patches.shape
    tokens = weights[f"{_PUBLISHED}pos_embed"].shape[1] - 1
    layers = {key.split(".")[3] for key in weights if key.startswith(f"{_PUBLISHED}blocks.")}
    return transformers.ViTConfig(
        hidden_size=width,
        num_hidden_layers=len(layers),
        num_attention_heads=max(1, width // 64),
        intermediate_size=weights[f"{_PUBLISHED}blocks.0.mlp.fc1.weight"].shape[0],
        image_size=patch * round(tokens**0.5),
        patch_size=patch,
        num_channels=channels,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        layer_norm_eps=1e-6,
    )


def from_timm(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return timm's weights under the names of ``ViTModel``; the fused qkv is split, the head left out.

    Parameters
    ----------
    weights : dict of str to torch.Tensor
        Keys begin with ``model.vision_encoder.``; others are ignored.

    Returns
    -------
    dict of str to torch.Tensor
    """
    renamed = {
        "cls_token": "embeddings.cls_token",
        "pos_embed": "embeddings.position_embeddings",
        "patch_embed.proj.": "embeddings.patch_embeddings.projection.",
        "norm.": "layernorm.",
    }
    within = {
        "norm1.": "layernorm_before.",
        "norm2.": "layernorm_after.",
        "attn.proj.": "attention.o_proj.",
        "mlp.": "mlp.",
    }
    found = {}
    for key, value in weights.items():
        name = key.removeprefix(_PUBLISHED)
        if name == key or name.startswith("head"):
            continue
        if not name.startswith("blocks."):
            old = next(old for old in renamed if name.startswith(old))
            found[renamed[old] + name.removeprefix(old)] = value
            continue
        _, layer, rest = name.split(".", 2)
        if rest.startswith("attn.qkv."):
            for part, piece in zip("qkv", torch.chunk(value, 3), strict=True):
                found[f"layers.{layer}.attention.{part}_proj.{rest.removeprefix('attn.qkv.')}"] = piece
        else:
            old = next(old for old in within if rest.startswith(old))
            found[f"layers.{layer}.{within[old]}{rest.removeprefix(old)}"] = value
    return found
