from pathlib import Path

import pytest

from bentxt.models.instructions import write_instruction
from bentxt.models.model_table import read_models

MODELS = read_models(Path(__file__).parents[2] / "resources/models.yaml")
AREA = "The whole image area is 1440000 square meters."


@pytest.mark.parametrize(
    ("key", "task", "category", "expected"),
    [
        ("GC", "binary", "presence", 'Q Answer with a single word: "yes" or "no".'),
        ("GC", "mcq", "count", "Q Answer with exactly one of a, b, c, d."),
        ("GC", "referring", "point", "[refer] Q"),
        ("GC", "captioning", "None", f"{AREA} Q"),
        ("SE", "binary", "area", f'[vqa] {AREA} Q Answer with a single word: "yes" or "no".'),
        ("SE", "captioning", "None", f"[caption] {AREA} Q"),
        ("EDrgb", "mcq", "season", "[s2_rgb_10] Q"),
        ("EDrgb", "referring", "reference", "[refer] [s2_rgb_10] Q"),
        ("EDs2", "mcq", "area", f"[s2_ms_10] {AREA} Q Answer with exactly one of A, B, C, D."),
        ("EMrgb", "captioning", "None", f"{AREA} Q"),
        ("GPT", "mcq", "count", "Q Answer using either a), b), c), or d)."),
        ("Qwen", "binary", "count", "Q"),
        ("IVL", "referring", "point", "Q"),
        ("RS-InternVL", "mcq", "area", f"{AREA} Q"),
        ("RS-InternVL", "binary", "presence", "Q"),
    ],
)
def test_each_model_gets_its_own_additions(key, task, category, expected):
    assert write_instruction(MODELS[key].instructions, task, category, "Q") == expected


@pytest.mark.parametrize("key", ["Qwen", "GLM", "LLaVa", "GPT", "LHRS"])
def test_models_that_were_not_trained_on_boxes_are_asked_for_the_box_alone(key):
    text = write_instruction(MODELS[key].instructions, "referring", "point", "Q")
    assert text.startswith("Q Answer only with the bounding box [")
