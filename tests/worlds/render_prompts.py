"""What every model of ``resources/models.yaml`` is asked, byte for byte, for a question of each kind.

After a change of an entry or a family ``PYTHONPATH=workflow_scripts python tests/worlds/render_prompts.py``
shows what has become different, and with ``--update`` writes it to ``tests/golden/prompts.json``, to be read.

- A server gets messages; the picture, a PNG as a data address, is left out.
- A model that runs here gets a text of its chat template, in which its visual tokens take the place of the
  one placeholder. The templates are those of the tiny checkpoints, in the manner of the published ones: a
  published checkpoint brings its own.
- A worker gets the instruction; what its model makes of it is the worker's.
"""

import argparse
import difflib
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import torch
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [] if __package__ else [str(ROOT / "tests")]

from bentxt.models.checkpoints import find_checkpoint  # noqa: E402
from bentxt.models.families.transformers_model import TransformersModel  # noqa: E402
from bentxt.models.instructions import write_instruction  # noqa: E402
from bentxt.models.loading import find_weights, load_model  # noqa: E402
from bentxt.models.model_table import read_models  # noqa: E402
from bentxt.models.special_tokens import IMAGE_TOKEN  # noqa: E402
from bentxt.models.tiny.glm46v import build_tiny_glm46v  # noqa: E402
from bentxt.models.tiny.internvl import tiny_image_processor  # noqa: E402
from bentxt.models.tiny.llava_onevision import build_tiny_llava_onevision  # noqa: E402
from bentxt.models.tiny.qwen import build_tiny_qwen  # noqa: E402
from bentxt.models.visual_prompts import Prompts  # noqa: E402
from worlds import tiny_rs_internvl  # noqa: E402
from worlds.answering_server import chat_server  # noqa: E402
from worlds.prediction_world import patch  # noqa: E402

GOLDEN = ROOT / "tests/golden/prompts.json"
MODELS = ROOT / "resources/models.yaml"
#: A question of each kind that is asked in a way of its own: task, category, and the words of the release.
QUESTIONS = {
    "captioning": (
        "captioning",
        "None",
        "Explain what this satellite image shows, mentioning the location, season, and landscape features.",
    ),
    "binary": ("binary", "presence", "Can any industrial or commercial units be observed in this image?"),
    "binary, area": ("binary", "area", "Is the area of urban fabrics greater than or equal to 0%?"),
    "mcq": (
        "mcq",
        "count",
        "How many distinct regions of urban fabric can be observed? a) 0, b) 2, c) 5, d) 3",
    ),
    "mcq, area": (
        "mcq",
        "area",
        "How large is the area covered by pastures? a) 432000 to 864000 square meters, b) 1008000 to 1440000 "
        "square meters, c) 0 to 432000 square meters, d) 864000 to 1008000 square meters",
    ),
    "referring, point": (
        "referring",
        "point",
        "Output a bounding box surrounding the land cover class instance at <point>(0.29, 0.8)</point> in "
        "the satellite image.",
    ),
    "referring, reference": (
        "referring",
        "reference",
        "Point out the <ref>largest continuous area of industrial or commercial units</ref> in the scene.",
    ),
}


def instructions(entry):
    """Return the instructions that a model gets, by kind of question."""
    return {kind: write_instruction(entry.instructions, *question) for kind, question in QUESTIONS.items()}


def messages(key, entry, settings):
    """Return what a server is sent: the messages of each request, without the picture."""
    with chat_server(lambda asked: "yes") as server:
        own = {"base_url": server.base_url, "key_variable": None}
        settings["prediction"]["openai"] |= own
        entry = replace(entry, server=entry.server | own)
        model = load_model(key, entry, find_weights(key, entry), settings)
        found = {}
        for kind, text in instructions(entry).items():
            model.answer(patch(0), [text], 8)
            found[kind] = server.asked[-1]
    for of in found.values():
        for message in of:
            for part in message["content"]:
                if part["type"] == "image_url":
                    part["image_url"]["url"] = part["image_url"]["url"].partition(",")[0] + ",…"
    return found


def build(kind, folder):
    """Build a tiny checkpoint with the tokenizer of the tiny checkpoints."""
    words = tiny_rs_internvl.tokenizer()
    if kind == "internvl":
        _, model, _, _ = tiny_rs_internvl.parts()
        for part in (model, words, tiny_image_processor()):
            part.save_pretrained(folder)
    else:
        builders = {
            "qwen3_vl": build_tiny_qwen,
            "glm46v": build_tiny_glm46v,
            "llava_onevision": build_tiny_llava_onevision,
        }
        builders[kind](folder, words, 1)
    return folder


def native(key, entry, settings):
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = find_checkpoint(build(entry.tiny, Path(folder) / "checkpoint"))
        model = TransformersModel(checkpoint, None, entry.chat, False, torch.device("cpu"), torch.float32)
        return {kind: model._prompt(text) for kind, text in instructions(entry).items()}


def rs_internvl(key, entry, settings):
    prompts = Prompts(tiny_rs_internvl.tokenizer(), IMAGE_TOKEN)
    decode = prompts.tokenizer.decode
    return {
        kind: decode(prompts.before) + IMAGE_TOKEN + decode(prompts.instruction(text))
        for kind, text in instructions(entry).items()
    }


#: By family; what is not here gets the instruction.
FAMILIES = {"openai": messages, "transformers": native, "rs_internvl": rs_internvl}


def render():
    """Return the prompts of all models as JSON."""
    found = {}
    for key, entry in read_models(MODELS).items():
        settings = {"seed": 1, **yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))}
        asked = FAMILIES.get(entry.family, lambda key, entry, settings: instructions(entry))
        template = {"chat template": "of the tiny checkpoint"} if entry.tiny else {}
        found[key] = {"family": entry.family} | template | asked(key, entry, settings)
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--update", action="store_true", help="write the golden file")
    args = parser.parse_args()

    text = render()
    before = GOLDEN.read_text(encoding="utf-8") if GOLDEN.exists() else ""
    sys.stdout.writelines(
        difflib.unified_diff(before.splitlines(True), text.splitlines(True), "golden", "now", n=1)
    )
    if args.update:
        GOLDEN.write_text(text, encoding="utf-8")
    elif text != before:
        sys.exit(1)


if __name__ == "__main__":
    main()
