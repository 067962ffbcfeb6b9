"""InternVL as a tiny checkpoint, its language model and RGB tower pre-trained on the training split."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from bentxt.bigearthnet.image_store import open_images
from bentxt.bigearthnet.reference_maps import class_maps
from bentxt.models.checkpoints import TINY_PRETRAINED
from bentxt.models.instructions import write_instruction
from bentxt.models.rgb import rgb_image, scaled
from bentxt.models.tiny.internvl import TILE_TOKENS, tiny_image_processor, tiny_internvl
from bentxt.models.tiny.request import TinyRequest, save_pieces
from bentxt.models.tiny.tokenizer import SEASONS, annotation_tokenizer
from bentxt.models.tiny.visual_words import look
from bentxt.nomenclature import COUNTRIES
from bentxt.patches.climate_legend import zone_names
from bentxt.program.settings import setting
from bentxt.release import TASKS
from bentxt.training.language_pretraining import (
    Asked,
    LanguageSettings,
    ReadingMatter,
    pretrain_language_model,
)
from bentxt.training.map_pretraining import class_shares
from bentxt.training.place_pages import gather_sentences
from bentxt.training.reading_pages import Vocabulary, cell_centres, describe
from bentxt.training.tower_pretraining import TowerSettings, pretrain_tower

if TYPE_CHECKING:
    import transformers


def build(request: TinyRequest) -> list[str]:
    """Build InternVL and pre-train its language model, then its RGB tower.

    Parameters
    ----------
    request : TinyRequest
        With the settings ``tiny.language``, ``tiny.tower`` and ``images.rgb_white``.

    Returns
    -------
    list of str
        Of each kind of annotation the share of the answer tokens that are right, and the error of the RGB
        tokens, in words.
    """
    settings = LanguageSettings(**setting(request.settings, "tiny.language"))
    tower = TowerSettings(**setting(request.settings, "tiny.tower"))
    white = setting(request.settings, "images.rgb_white")
    tokenizer = annotation_tokenizer(request)
    rows = request.rows
    patches = rows.drop_duplicates("patch_id")
    maps = class_maps(request.reference_maps, list(patches["patch_id"]))
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
    right = pretrain_language_model(model, vocabulary, matter, settings, request.seed)
    images, processor = open_images(request.images), tiny_image_processor()
    pictures = [scaled(rgb_image(images.s2(name), white)) for name in patches["patch_id"]]
    tiles = processor(images=pictures, return_tensors="pt", crop_to_patches=False)["pixel_values"]
    error = teach_tower(model, tiles, maps, places, vocabulary, tower, request.seed)
    save_pieces(request.out, TINY_PRETRAINED, request.made, model, tokenizer, processor)
    return [
        *(
            f"{share:.1%} of the answer tokens of kind {kind} right, reading training patches"
            for kind, share in right.items()
        ),
        f"squared error of RGB tokens {error:.1%} of what they should be",
    ]


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
