"""Tiny checkpoints of the published classes, answered by vLLM (CPU build) and by transformers alike."""

import re

import pytest
import torch

from bentxt.failures import CUT, REFUSED_REQUEST
from bentxt.models.checkpoints import find_checkpoint
from bentxt.models.families.server_model import ServerModel
from bentxt.models.families.transformers_model import TransformersModel
from worlds.prediction_world import PREDICTION, patch
from worlds.processes import gone, processes_named
from worlds.served_checkpoints import save_served
from worlds.tiny_models import INSTRUCTIONS
from worlds.vllm_here import VLLM, replies_of, start_family, vllm_server

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.skipif(
        not VLLM, reason="no vLLM: run tests/workflow/vllm_cpu.sh DIR and export BENTXT_VLLM=DIR"
    ),
]
PATCHES = [patch(seed) for seed in range(3)]
#: Sides that the processors do not scale: vLLM scales otherwise, and one or two answers of twelve differ.
SIDES = {"internvl": 56, "qwen3_vl": 128, "glm46v": 112, "llava_onevision": 56}


def whole(text):
    """Leave out the end that is no whole character: vLLM holds such bytes back, transformers marks them."""
    return re.sub(r"[\ufffd\s]+$", "", text)


def by_transformers(folder, side=None):
    model = TransformersModel(find_checkpoint(folder), side, {}, False, torch.device("cpu"), torch.float32)
    replies = model.answer_many(PATCHES, [INSTRUCTIONS] * len(PATCHES), 16)
    return [[whole(reply.text) for reply in of] for of in replies]


@pytest.mark.parametrize("kind", ["internvl", "qwen3_vl", "glm46v", "llava_onevision"])
def test_vllms_server_answers_as_transformers_does(tmp_path, kind):
    folder = save_served(kind, tmp_path / "checkpoint")
    options = PREDICTION["openai"] | {
        "key_variable": None,
        "temperature": 0.0,
        "length_parameter": "max_tokens",
    }
    # One tile, as the family transformers asks for; tiny tiles are smaller than a patch.
    more = ["--mm-processor-kwargs", '{"crop_to_patches": false}'] if kind == "internvl" else []
    side = SIDES[kind]
    with vllm_server(folder, tmp_path / "log", *more) as address:
        model = ServerModel("tiny", {"input": "rgb", "side": side}, options | {"base_url": address})
        replies = model.answer_many(PATCHES, [INSTRUCTIONS] * len(PATCHES), 16)
    assert {reply.failure for of in replies for reply in of} <= {None, CUT}
    said = [[whole(reply.text) for reply in of] for of in replies]
    assert said == by_transformers(folder, side)
    # The test could not fail if all answers were the same.
    assert len({text for of in said for text in of}) > 8


def test_one_engine_and_two_answer_as_transformers_does_and_end_with_the_program(tmp_path):
    folder = save_served("qwen3_vl", tmp_path / "checkpoint")
    asked = [*INSTRUCTIONS, "x" * 2000]
    expected = by_transformers(folder)
    for engines in (1, 2):
        # One has vLLM's own processes below it, as on a GPU.
        apart = {"VLLM_ENABLE_V1_MULTIPROCESSING": "1" if engines == 1 else "0"}
        with start_family(folder, engines, asked, len(PATCHES), **apart) as process:
            found = replies_of(process)
            assert found["device"].startswith("cpu" if engines == 1 else "cpu, 2 engines")
            assert [[whole(text) for text, _ in of[:-1]] for of in found["replies"]] == expected
            assert {failure for of in found["replies"] for _, failure in of[:-1]} <= {None, CUT}
            # A prompt that is too long fails, and no other.
            assert [of[-1] for of in found["replies"]] == [["", REFUSED_REQUEST]] * len(PATCHES)
            alive = processes_named(VLLM, "spawn_main")
            assert len(alive) >= engines
            process.kill()
        assert gone(alive)
