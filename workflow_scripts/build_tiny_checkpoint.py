"""Build a tiny checkpoint in the published model's class and files, and pre-train it on the training split.

IVL's language model learns to read from the training split's text, the S1 and S2 encoders learn to recognise
classes on its images; Qwen stays random. What its weights are is written into the checkpoint.
"""

import numpy as np
import torch

from bentxt.archives import members
from bentxt.atomic import atomic_directory
from bentxt.climate_legend import zone_names
from bentxt.command_line import lineage, program_parser, run, setting
from bentxt.errors import InputError
from bentxt.images import open_images
from bentxt.models.checkpoints import TINY_PRETRAINED, write_about
from bentxt.models.preprocessing import S1_STATISTICS, S2_STATISTICS, encoder_input
from bentxt.models.prompts import AREA_SENTENCE, write_instruction
from bentxt.models.tiny import tiny_encoder, tiny_image_processor, tiny_internvl
from bentxt.models.tiny_native import build_tiny_qwen
from bentxt.models.tokenizer import SEASONS, train_tokenizer
from bentxt.nomenclature import COUNTRIES, class_lookup
from bentxt.randomness import generator
from bentxt.reference_maps import patch_of, read_reference_map
from bentxt.schemas import DATASET, TASKS, read_table
from bentxt.training.encoder_pretraining import EncoderSettings, class_shares, pretrain_encoder
from bentxt.training.language_pretraining import LanguageSettings, pretrain_language_model
from bentxt.training.reading import Vocabulary


def main():
    """Run the program."""
    parser = program_parser(__doc__)
    parser.add_argument("--key", required=True, choices=["IVL", "Qwen", "s1_encoder", "s2_encoder"])
    parser.add_argument("--dataset", required=True, help="the data set as one table")
    parser.add_argument("--images", required=True, help="images, from encode_images.py")
    parser.add_argument("--reference-maps", required=True, help="archive or folder of reference maps")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", required=True, help="directory of the checkpoint")
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    settings = arguments.settings
    seed = int(generator(setting(settings, "seed"), "tiny", arguments.key).integers(2**31))
    torch.manual_seed(seed)
    rows = read_table(arguments.dataset, DATASET).to_pandas()
    rows = rows[rows["split"] == "train"]
    if rows.empty:
        raise InputError(
            "no row of the training split", file=arguments.dataset, remedy="make a larger miniature world"
        )
    if arguments.key in ("s1_encoder", "s2_encoder"):
        _build_encoder(arguments, rows, EncoderSettings(**setting(settings, "tiny.encoder")), seed)
    else:
        language = LanguageSettings(**setting(settings, "tiny.language"))
        tokenizer = train_tokenizer(
            [*rows["input"], *rows["output"], *[AREA_SENTENCE] * len(rows)], language.vocabulary
        )
        if arguments.key == "Qwen":
            build_tiny_qwen(arguments.out, tokenizer, seed)
        else:
            _build_internvl(arguments, rows, tokenizer, language, seed)


def _build_encoder(arguments, rows, settings, seed):
    patches = rows.drop_duplicates("patch_id")
    images = open_images(arguments.images)
    if arguments.key == "s1_encoder":
        statistics, bands = S1_STATISTICS, [images.s1(name) for name in patches["s1_name"]]
    else:
        statistics, bands = S2_STATISTICS, [images.s2(name) for name in patches["patch_id"]]
    inputs = torch.from_numpy(np.stack([encoder_input(of, statistics) for of in bands]))
    maps = _class_maps(arguments.reference_maps, list(patches["patch_id"]))
    shares = torch.from_numpy(class_shares(maps, settings.patch))
    labels = [
        torch.from_numpy(np.unique(patches[column], return_inverse=True)[1])
        for column in ("season", "country", "climate_zone")
    ]
    model = tiny_encoder(len(statistics), settings.width, settings.layers, settings.patch)
    loss = pretrain_encoder(model, inputs, shares, labels, settings, seed)
    print(f"{arguments.key}: loss {loss:.3f} nats over the last tenth of {settings.steps} steps")
    _save(arguments, model)


def _build_internvl(arguments, rows, tokenizer, settings, seed):
    patches = rows.drop_duplicates("patch_id")
    cell = setting(arguments.settings, "tiny.encoder.patch")
    shares = class_shares(_class_maps(arguments.reference_maps, list(patches["patch_id"])), cell)
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
    _save(arguments, model, tokenizer, tiny_image_processor())


def _class_maps(archive, patches):
    """Return the class maps of patches, uint8, shape (patches, 120, 120)."""
    lookup, wanted = class_lookup(), {patch: row for row, patch in enumerate(patches)}
    maps = np.zeros((len(patches), 120, 120), np.uint8)
    for member, data in members(archive, "_reference_map.tif"):
        row = wanted.pop(patch_of(member), None)
        if row is not None:
            maps[row] = lookup[read_reference_map(data, member, archive).codes]
        if not wanted:
            return maps
    raise InputError("the archive lacks reference maps", file=archive, item=next(iter(wanted)))


def _save(arguments, model, *companions):
    with atomic_directory(arguments.out) as part:
        for piece in (model, *companions):
            piece.save_pretrained(part)
        write_about(part, TINY_PRETRAINED, lineage(arguments).to_dict())


if __name__ == "__main__":
    run(main)
