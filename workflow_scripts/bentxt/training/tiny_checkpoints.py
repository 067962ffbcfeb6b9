"""The tiny checkpoints built and pre-trained on the training split."""

from __future__ import annotations

from collections.abc import Sequence
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
from bentxt.models.rgb import rgb_image, scaled
from bentxt.models.tiny.internvl import TILE_TOKENS, tiny_encoder, tiny_image_processor, tiny_internvl
from bentxt.models.tiny.tokenizer import SEASONS
from bentxt.models.tiny.visual_words import look
from bentxt.nomenclature import COUNTRIES
from bentxt.patches.climate_legend import zone_names
from bentxt.release import TASKS
from bentxt.training.encoder_pretraining import EncoderSettings, class_shares, pretrain_encoder
from bentxt.training.language_pretraining import (
    Asked,
    LanguageSettings,
    ReadingMatter,
    pretrain_language_model,
)
from bentxt.training.place_pages import gather_sentences
from bentxt.training.reading_pages import Vocabulary, cell_centres, describe
from bentxt.training.tower_pretraining import TowerSettings, pretrain_tower

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
    tower: TowerSettings,
    white: int,
    seed: int,
    made: dict[str, Any],
) -> tuple[dict[str, float], float]:
    """Build InternVL and pre-train its language model, then its RGB tower; parameters as above, and more.

    Parameters
    ----------
    tokenizer : transformers.PreTrainedTokenizerFast
    settings : LanguageSettings
    tower : TowerSettings
    white : int
        Reflectance × 10,000 that is white in pictures.

    Returns
    -------
    right : dict of str to float
        Share of the answer tokens that are right, by kind of annotation.
    error : float
        Of the RGB tokens, as a share of what they should be (:func:`pretrain_tower`).
    """
    rows = world.rows
    patches = rows.drop_duplicates("patch_id")
    maps = class_maps(world.reference_maps, list(patches["patch_id"]))
    zones = zone_names()
    places = [
        (COUNTRIES.index(country), SEASONS.index(season), zones.index(zone))
        for country, season, zone in zip(
            patches["country"], patches["season"], patches["climate_zone"], strict=True
        )
    ]
    questions: dict[str, dict[str, list[Asked]]] = {patch: {} for patch in patches["patch_id"]}
    tasks = {kind: task for task, kind in TASKS.items()}
    for patch, kind, category, text, answer in zip(
        rows["patch_id"], rows["type"], rows["category"], rows["input"], rows["output"], strict=True
    ):
        # As models are asked later: with the area of the patch where the answer depends on it.
        instruction = write_instruction({}, tasks[kind], category, text)
        asked = Asked(
            tokenizer(instruction).input_ids, tokenizer(answer).input_ids, category != "relative pos"
        )
        questions[patch].setdefault(kind, []).append(asked)
    vocabulary = Vocabulary(tokenizer)
    boxes = rows.loc[rows["type"] == TASKS["referring"], "input"].tolist()
    sentences = gather_sentences(tokenizer(boxes).input_ids if boxes else [], boxes, vocabulary)
    model = tiny_internvl(
        tokenizer, settings.width, settings.layers, settings.feed_forward, tower.width, tower.layers
    )
    matter = ReadingMatter(maps, places, list(questions.values()), sentences)
    right = pretrain_language_model(model, vocabulary, matter, settings, seed)
    images, processor = open_images(world.images), tiny_image_processor()
    pictures = [scaled(rgb_image(images.s2(name), white)) for name in patches["patch_id"]]
    tiles = processor(images=pictures, return_tensors="pt", crop_to_patches=False)["pixel_values"]
    error = teach_tower(model, tiles, maps, places, vocabulary, tower, seed)
    _save(out, made, model, tokenizer, processor)
    return right, error


def teach_tower(
    model: transformers.InternVLForConditionalGeneration,
    tiles: torch.Tensor,
    maps: np.ndarray,
    places: Sequence[tuple[int, int, int]],
    vocabulary: Vocabulary,
    settings: TowerSettings,
    seed: int,
) -> float:
    """Pre-train the RGB tower on what the language model reads in a description of each patch.

    Parameters
    ----------
    model : transformers.InternVLForConditionalGeneration
    tiles : torch.Tensor
        float32, shape (patches, 3, side, side).
    maps : numpy.ndarray
        uint8, shape (patches, 120, 120), values 0–18.
    places : list of tuple of int
        Of each patch the numbers of country, season and climate zone.
    vocabulary : Vocabulary
    settings : TowerSettings
    seed : int

    Returns
    -------
    float
        As :func:`bentxt.training.tower_pretraining.pretrain_tower`.
    """
    side = round(TILE_TOKENS**0.5)
    shares = class_shares(maps, maps.shape[1] // side)
    described = []
    embed = model.get_input_embeddings()
    with torch.no_grad():
        for of, place in zip(shares, places, strict=True):
            cells, words = describe(
                of.reshape(side**2, -1), cell_centres(side), place, vocabulary, np.arange(vocabulary.size)
            )
            # The classes are turned with the picture, all else stays.
            cells[:, : of.shape[-1]] = 0
            described.append(look(torch.from_numpy(cells) @ embed(torch.from_numpy(words))))
        classes = look(embed(torch.from_numpy(words[: shares.shape[-1]])))
    return pretrain_tower(
        model, tiles, torch.from_numpy(shares), classes, torch.stack(described), settings, seed
    )


def _save(out, made, model, *companions):
    with atomic_directory(out) as part:
        for piece in (model, *companions):
            piece.save_pretrained(part)
        write_about(part, TINY_PRETRAINED, made)
