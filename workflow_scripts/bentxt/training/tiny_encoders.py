"""The S1 and S2 encoders as tiny checkpoints, pre-trained on the training split."""

from __future__ import annotations

import numpy as np
import torch

from bentxt.bigearthnet.image_store import open_images
from bentxt.bigearthnet.reference_maps import class_maps
from bentxt.models.checkpoints import TINY_PRETRAINED
from bentxt.models.preprocessing import S1_STATISTICS, S2_STATISTICS, encoder_input
from bentxt.models.tiny.request import TinyRequest, save_pieces
from bentxt.models.tiny.vit import tiny_encoder
from bentxt.program.settings import setting
from bentxt.training.encoder_pretraining import EncoderSettings, pretrain_encoder
from bentxt.training.map_pretraining import class_shares


def build(request: TinyRequest) -> list[str]:
    """Build and pre-train an encoder.

    Parameters
    ----------
    request : TinyRequest
        Of the architecture "s1_encoder" or "s2_encoder", with the settings ``tiny.encoder``.

    Returns
    -------
    list of str
        The loss over the last tenth of the steps, in words.
    """
    settings = EncoderSettings(**setting(request.settings, "tiny.encoder"))
    patches = request.rows.drop_duplicates("patch_id")
    images = open_images(request.images)
    if request.architecture == "s1_encoder":
        statistics, bands = S1_STATISTICS, [images.s1(name) for name in patches["s1_name"]]
    else:
        statistics, bands = S2_STATISTICS, [images.s2(name) for name in patches["patch_id"]]
    inputs = torch.from_numpy(np.stack([encoder_input(of, statistics) for of in bands]))
    maps = class_maps(request.reference_maps, list(patches["patch_id"]))
    shares = torch.from_numpy(class_shares(maps, settings.patch))
    labels = [
        torch.from_numpy(np.unique(patches[column], return_inverse=True)[1])
        for column in ("season", "country", "climate_zone")
    ]
    model = tiny_encoder(len(statistics), settings.width, settings.layers, settings.patch)
    loss = pretrain_encoder(model, inputs, shares, labels, settings, request.seed)
    save_pieces(request.out, TINY_PRETRAINED, request.made, model)
    return [f"loss {loss:.3f} nats over the last tenth of {settings.steps} steps"]
