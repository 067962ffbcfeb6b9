"""The S1 and S2 encoders: ViTs as transformers saves them, or as timm does (the published reBEN ones)."""

import json
from collections.abc import Mapping
from pathlib import Path

import torch
import transformers
from safetensors import SafetensorError
from safetensors.torch import load_file

from bentxt.errors import CheckpointUnavailable
from bentxt.models.encoder_bands import SENSORS, encoder_bands
from bentxt.models.preprocessing import SIDE
from bentxt.models.whole_weights import check_tensors, check_whole, load_whole

#: Prefix of timm's keys in the published checkpoints.
_PUBLISHED = "model.vision_encoder."
#: What else a checkpoint of transformers may hold: the head of a classifier, and a pooler, which the patch
#: tokens do not pass.
_HEADS = (r"^classifier\.", r"^(vit\.)?pooler\.")
#: Layers of timm's ViTs by width: a last layer that is missing shows nowhere else.
_TIMM_LAYERS = {192: 12, 384: 12, 768: 12, 1024: 24, 1280: 32}


def load_encoder(folder: str | Path, role: str) -> transformers.ViTModel:
    """Load an encoder without its head.

    Parameters
    ----------
    folder : str or Path
        With ``config.json`` and safetensors: a ``ViTModel`` of transformers, or timm's
        ``vit_base_patch8_224`` at 120 pixels under ``model.vision_encoder.``, as published.
    role : str
        "s1_encoder" or "s2_encoder": whose bands it must take.

    Returns
    -------
    transformers.ViTModel
        Its patch tokens after the final norm are ``last_hidden_state[:, 1:]``. Its channels are in the order
        of this project's inputs, whatever order the checkpoint has (:mod:`bentxt.models.encoder_bands`).

    Raises
    ------
    CheckpointUnavailable
        If the folder holds neither, if weights are missing, unexpected or misshaped, or if it is the encoder
        of other bands, of bands in an order that is not known, or of another size.
    """
    folder = Path(folder)
    try:
        if json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type") == "vit":
            model = load_whole(transformers.ViTModel, folder, _HEADS, add_pooling_layer=False)
        else:
            model = _load_timm(folder)
        _check_input(model.config, role)
        _reorder(model, encoder_bands(folder, role).order, SENSORS[role][1])
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise CheckpointUnavailable(f"no encoder that can be loaded: {error}", file=folder) from error
    return model


def _load_timm(folder):
    (file,) = folder.glob("*.safetensors")
    weights = load_file(file)
    config = timm_config(weights)
    found = from_timm(weights)
    with torch.device("meta"):
        model = transformers.ViTModel(config, add_pooling_layer=False)
    check_tensors(found, model.state_dict())
    model = transformers.ViTModel(config, add_pooling_layer=False)
    model.load_state_dict(found)
    return model


def _check_input(config, role):
    name, bands = SENSORS[role]
    if config.num_channels != len(bands):
        whose = [other for other, of in SENSORS.values() if len(of) == config.num_channels]
        is_that = f", as the encoder of {whose[0]} does" if whose else ""
        raise ValueError(
            f"it takes {config.num_channels} channels{is_that}; the {role} is that of {name} and takes "
            f"{len(bands)} ({', '.join(bands)})"
        )
    if config.image_size != SIDE:
        raise ValueError(f"its pictures have {config.image_size} pixels a side, those of a patch {SIDE}")


def _reorder(model, order, own):
    """Put the channels of a model, whose bands come in ``order``, into the order of ``own``."""
    if order != own:
        weight = model.embeddings.patch_embeddings.projection.weight
        with torch.no_grad():
            weight.copy_(weight[:, [order.index(band) for band in own]].clone())


def timm_config(weights: Mapping[str, torch.Tensor]) -> transformers.ViTConfig:
    """Return the config of a timm ViT from the shapes of its weights; a head has 64 channels, as in ViT-B.

    Raises
    ------
    IncompleteWeights
        If one of the weights is missing whose shape says something.
    """
    names = ("patch_embed.proj.weight", "pos_embed", "blocks.0.mlp.fc1.weight")
    check_whole([name for name in (_PUBLISHED + name for name in names) if name not in weights], [], {})
    patches, positions, feed_forward = (weights[_PUBLISHED + name] for name in names)
    width, channels, patch, _ = patches.shape
    layers = {key.split(".")[3] for key in weights if key.startswith(f"{_PUBLISHED}blocks.")}
    return transformers.ViTConfig(
        hidden_size=width,
        num_hidden_layers=_TIMM_LAYERS.get(width, len(layers)),
        num_attention_heads=max(1, width // 64),
        intermediate_size=feed_forward.shape[0],
        image_size=patch * round((positions.shape[1] - 1) ** 0.5),
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
        Keys begin with ``model.vision_encoder.``.

    Returns
    -------
    dict of str to torch.Tensor
        What has no name in ``ViTModel`` keeps its own.
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
        if name == key:
            found[key] = value
        elif name.startswith("head."):
            continue
        elif not name.startswith("blocks."):
            found[_renamed(name, renamed) or key] = value
        else:
            _, layer, rest = name.split(".", 2)
            if rest.startswith("attn.qkv."):
                for part, piece in zip("qkv", torch.chunk(value, 3), strict=True):
                    found[f"layers.{layer}.attention.{part}_proj.{rest.removeprefix('attn.qkv.')}"] = piece
            else:
                new = _renamed(rest, within)
                found[f"layers.{layer}.{new}" if new else key] = value
    return found


def _renamed(name, names):
    for old, new in names.items():
        if name.startswith(old):
            return new + name.removeprefix(old)
    return None
