"""What every model is asked is what people have read in the golden file."""

import json

from bentxt.models.instructions import AREA_SENTENCE
from bentxt.models.model_table import read_models
from worlds.render_prompts import GOLDEN, MODELS, QUESTIONS, render


def test_prompts_are_the_golden_ones():
    # After a change see render_prompts.py.
    assert render() == GOLDEN.read_text(encoding="utf-8")


def test_every_model_and_every_kind_of_question_is_in_the_golden_file():
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert list(golden) == list(read_models(MODELS))
    for key, asked in golden.items():
        for kind, (_, category, text) in QUESTIONS.items():
            prompt = json.dumps(asked[kind], ensure_ascii=False)
            assert text in prompt, (key, kind)
            assert (AREA_SENTENCE in prompt) == (category in ("area", "None")), (key, kind)


def test_the_golden_prompts_of_glm_switch_thinking_off():
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))["GLM"]
    assert all(golden[kind].endswith("/nothink<|assistant|>\n<think></think>\n") for kind in QUESTIONS)
