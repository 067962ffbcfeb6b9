"""The tiny checkpoints built and pre-trained on the training split."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import torch

from bentxt.atomic import atomic_directory
from bentxt.bigearthnet.image_store import open_images
from bentxt.bigearthnet.reference_maps import class_maps
from bentxt.models.checkpoints import TINY_PRETRAINED, write_about
from bentxt.models.instructions import write_instruction
from bentxt.models.preprocessing import S1_STATISTICS, S2_STATISTICS, encoder_input
from bentxt.models.tiny.internvl import tiny_encoder, tiny_image_processor, tiny_internvl
from bentxt.models.tiny.tokenizer import SEASONS
from bentxt.nomenclature import COUNTRIES
from bentxt.patches.climate_legend import zone_names
from bentxt.release import TASKS
from bentxt.training.encoder_pretraining import EncoderSettings, class_shares, pretrain_encoder
from bentxt.training.language_pretraining import LanguageSettings, pretrain_language_model
from bentxt.training.reading_pages import Vocabulary

if TYPE_CHECKING:
    import transformers


@dataclass(frozen=True)
class TrainingWorld:
    """What tiny checkpoints are pre-trained on.

    Attributes
    ----------
    rows : pandas.DataFrame
        The training split's rows of the data set.
    images : str or Path
        LMDB of the images.
    reference_maps : str or Path
        Archive or folder of reference maps.
    """

    rows: pd.DataFrame
    images: str | Path
    reference_maps: str | Path


def build_encoder(
    out: str | Path,
    sensor: str,
    world: TrainingWorld,
    settings: EncoderSettings,
    seed: int,
    made: dict[str, Any],
) -> float:
    """Build and pre-train an encoder.

    Parameters
    ----------
    out : str or Path
        Folder of the checkpoint; it appears when it is complete.
    sensor : str
        "s1_encoder" or "s2_encoder".
    world : TrainingWorld
    settings : EncoderSettings
    seed : int
    made : dict
        Lineage, to be written into the checkpoint.

    Returns
    -------
    float
        Loss over the last tenth of the steps, nats.
    """
    rows = world.rows
    patches = rows.drop_duplicates("patch_id")
    images = open_images(world.images)
    if sensor == "s1_encoder":
        statistics, bands = S1_STATISTICS, [images.s1(name) for name in patches["s1_name"]]
    else:
        statistics, bands = S2_STATISTICS, [images.s2(name) for name in patches["patch_id"]]
    inputs = torch.from_numpy(np.stack([encoder_input(of, statistics) for of in bands]))
    maps = class_maps(world.reference_maps, list(patches["patch_id"]))
    shares = torch.from_numpy(class_shares(maps, settings.patch))
    labels = [
        torch.from_numpy(np.unique(patches[column], return_inverse=True)[1])
        for column in ("season", "country", "climate_zone")
    ]
    model = tiny_encoder(len(statistics), settings.width, settings.layers, settings.patch)
    loss = pretrain_encoder(model, inputs, shares, labels, settings, seed)
    _save(out, made, model)
    return loss


def build_internvl(
    out: str | Path,
    world: TrainingWorld,
    tokenizer: transformers.PreTrainedTokenizerFast,
    settings: LanguageSettings,
    cell: int,
    seed: int,
    made: dict[str, Any],
) -> dict[str, float]:
    """Build InternVL and pre-train its language model; parameters as above, and more.

    Parameters
    ----------
    tokenizer : transformers.PreTrainedTokenizerFast
    settings : LanguageSettings
    cell : int
        Side of the encoders' patches, pixels.

    Returns
    -------
    dict of str to float
        Share of the answer tokens that are right, by kind of annotation.
    """
    rows = world.rows
    patches = rows.drop_duplicates("patch_id")
    shares = class_shares(class_maps(world.reference_maps, list(patches["patch_id"])), cell)
    zones = zone_names()
    places = [
        (COUNTRIES.index(country), SEASONS.index(season), zones.index(zone))
        for country, season, zone in zip(
            patches["country"], patches["season"], patches["climate_zone"], strict=True
        )
    ]
    questions: dict[str, dict[str, list[tuple[list[int], list[int]]]]] = {
        patch: {} for patch in patches["patch_id"]
    }
    tasks = {kind: task for task, kind in TASKS.items()}
    for patch, kind, category, text, answer in zip(
        rows["patch_id"], rows["type"], rows["category"], rows["input"], rows["output"], strict=True
    ):
        # As models are asked later: with the area of the patch where the answer depends on it.
        instruction = write_instruction({}, tasks[kind], category, text)
        pair = (tokenizer(instruction).input_ids, tokenizer(answer).input_ids)
        questions[patch].setdefault(kind, []).append(pair)
    model = tiny_internvl(tokenizer, settings.width, settings.layers, settings.feed_forward)
    right = pretrain_language_model(
        model,
        Vocabulary(tokenizer),
        shares.reshape(len(shares), -1, shares.shape[-1]),
        places,
        list(questions.values()),
        settings,
        seed,
    )
    _save(out, made, model, tokenizer, tiny_image_processor())
    return right


def _save(out, made, model, *companions):
    with atomic_directory(out) as part:
        for piece in (model, *companions):
            piece.save_pretrained(part)
        write_about(part, TINY_PRETRAINED, made)
