"""The tiny checkpoints built and pre-trained on the training split."""

import numpy as np
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
from bentxt.program.command_line import lineage
from bentxt.program.settings import setting
from bentxt.release import TASKS
from bentxt.training.encoder_pretraining import class_shares, pretrain_encoder
from bentxt.training.language_pretraining import pretrain_language_model
from bentxt.training.reading_pages import Vocabulary


def build_encoder(args, rows, settings, seed):
    """Build and pre-train the S1 or the S2 encoder on the rows of the training split."""
    patches = rows.drop_duplicates("patch_id")
    images = open_images(args.images)
    if args.key == "s1_encoder":
        statistics, bands = S1_STATISTICS, [images.s1(name) for name in patches["s1_name"]]
    else:
        statistics, bands = S2_STATISTICS, [images.s2(name) for name in patches["patch_id"]]
    inputs = torch.from_numpy(np.stack([encoder_input(of, statistics) for of in bands]))
    maps = class_maps(args.reference_maps, list(patches["patch_id"]))
    shares = torch.from_numpy(class_shares(maps, settings.patch))
    labels = [
        torch.from_numpy(np.unique(patches[column], return_inverse=True)[1])
        for column in ("season", "country", "climate_zone")
    ]
    model = tiny_encoder(len(statistics), settings.width, settings.layers, settings.patch)
    loss = pretrain_encoder(model, inputs, shares, labels, settings, seed)
    print(f"{args.key}: loss {loss:.3f} nats over the last tenth of {settings.steps} steps")
    _save(args, model)


def build_internvl(args, rows, tokenizer, settings, seed):
    """Build InternVL and pre-train its language model on the rows of the training split."""
    patches = rows.drop_duplicates("patch_id")
    cell = setting(args.settings, "tiny.encoder.patch")
    shares = class_shares(class_maps(args.reference_maps, list(patches["patch_id"])), cell)
    zones = zone_names()
    places = [
        (COUNTRIES.index(country), SEASONS.index(season), zones.index(zone))
        for country, season, zone in zip(
            patches["country"], patches["season"], patches["climate_zone"], strict=True
        )
    ]
    questions = {patch: {} for patch in patches["patch_id"]}
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
    for kind, share in right.items():
        print(f"IVL: {share:.1%} of the answer tokens of kind {kind} right, reading training patches")
    _save(args, model, tokenizer, tiny_image_processor())


def _save(args, model, *companions):
    with atomic_directory(args.out) as part:
        for piece in (model, *companions):
            piece.save_pretrained(part)
        write_about(part, TINY_PRETRAINED, lineage(args).to_dict())
