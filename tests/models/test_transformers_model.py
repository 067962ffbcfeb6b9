import json

import pytest
import torch
import transformers

from bentxt.errors import CheckpointUnavailable
from bentxt.models.checkpoints import TINY_RANDOM, find_checkpoint
from bentxt.models.families.transformers_model import TransformersModel
from bentxt.models.rgb import rgb_image, scaled
from bentxt.models.tiny.qwen import build_tiny_qwen
from worlds import tiny_models
from worlds.prediction_world import patch
from worlds.tiny_models import ENTRY, INSTRUCTIONS

TYPES = ["internvl", "qwen3_vl", "glm46v", "llava_onevision"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Checkpoints by type, made when they are first asked for."""
    made = {}

    def folder(kind):
        if kind not in made:
            made[kind] = tmp_path_factory.mktemp(kind) / "checkpoint"
            tiny_models.save_checkpoint(kind, made[kind])
        return made[kind]

    return folder


def load(folder, **entry):
    made = ENTRY | entry
    given = (made["image"]["side"], made.get("chat", {}), made["remote_code"])
    return TransformersModel(find_checkpoint(folder), *given, torch.device("cpu"), torch.float32)


@pytest.mark.parametrize("kind", TYPES)
def test_answers_do_not_depend_on_the_batch(folders, kind):
    model = load(folders(kind))
    patches = [patch(seed) for seed in range(2)]
    replies = model.answer_many(patches, [INSTRUCTIONS, INSTRUCTIONS], 12)
    together = [[reply.text for reply in of] for of in replies]
    alone = [[model.answer(one, [text], 12)[0] for text in INSTRUCTIONS] for one in patches]
    assert together == alone
    # The test could not fail if all answers were the same.
    assert len({text for said in together for text in said}) > 4
    assert together[0] != together[1]


@pytest.mark.parametrize("kind", TYPES)
def test_visual_tokens_shared_among_instructions_give_what_the_pixels_give(folders, kind):
    """The reference hands pixels and prompt to the model of transformers itself, one by one."""
    folder = folders(kind)
    model = load(folder)
    reference = transformers.AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()
    images = transformers.AutoImageProcessor.from_pretrained(folder, backend="pil")
    words = transformers.AutoTokenizer.from_pretrained(folder)
    options = {"crop_to_patches": False} if kind == "internvl" else {}
    inputs = images(images=[scaled(rgb_image(patch(4).s2))], return_tensors="pt", **options)
    inputs.pop("num_patches", None)
    image_token = words.convert_ids_to_tokens(reference.config.image_token_id)
    count = {"internvl": 4, "qwen3_vl": 16, "glm46v": 16, "llava_onevision": 16 + 8 * (8 + 1)}[kind]
    visual = image_token * count
    if kind == "internvl":
        visual = f"<img>{visual}</img>"
    for text, answer in zip(INSTRUCTIONS, model.answer(patch(4), INSTRUCTIONS, 10), strict=True):
        content = [{"type": "image"}, {"type": "text", "text": text}]
        prompt = words.apply_chat_template(
            [{"role": "user", "content": content}], tokenize=False, add_generation_prompt=True
        )
        tokens = words(prompt.replace(image_token, visual), return_tensors="pt")["input_ids"]
        more = {}
        if "image_grid_thw" in inputs:
            more["mm_token_type_ids"] = (tokens == reference.config.image_token_id).int()
        said = reference.generate(
            input_ids=tokens,
            attention_mask=torch.ones_like(tokens),
            max_new_tokens=10,
            do_sample=False,
            **inputs,
            **more,
        )
        assert words.decode(said[0, tokens.shape[1] :], skip_special_tokens=True).strip() == answer


def test_pictures_are_enlarged_to_the_entrys_side(folders):
    small, large = load(folders("qwen3_vl")), load(folders("qwen3_vl"), image={"input": "rgb", "side": 256})
    assert small.answer(patch(0), INSTRUCTIONS, 12) != large.answer(patch(0), INSTRUCTIONS, 12)


def test_variables_reach_the_chat_template(folders):
    plain, thinking = load(folders("internvl")), load(folders("internvl"), chat={"thinking": "off"})
    assert plain.answer(patch(0), INSTRUCTIONS, 12) != thinking.answer(patch(0), INSTRUCTIONS, 12)


def test_answers_are_cut_at_the_limit(folders):
    lengths = [len(text) for text in load(folders("internvl")).answer(patch(0), INSTRUCTIONS, 3)]
    assert max(lengths) <= 3


def test_tiny_qwen_says_that_it_is_random_and_is_the_same_each_time(tmp_path):
    words = tiny_models.tokenizer(image_token="<|image_pad|>")
    before = len(words)
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        build_tiny_qwen(tmp_path / name, words, seed)
    found = {name: find_checkpoint(tmp_path / name) for name in "abc"}
    assert found["a"].weights == TINY_RANDOM
    assert found["a"].identity == found["b"].identity != found["c"].identity
    assert len(words) == before


def copy_of(folder, target):
    target.mkdir()
    for path in folder.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    return target


def test_damaged_weights_are_refused(folders, tmp_path):
    folder = copy_of(folders("internvl"), tmp_path / "checkpoint")
    blob = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(blob[: len(blob) // 2])
    with pytest.raises(CheckpointUnavailable, match="cannot load it"):
        load(folder)


def test_a_model_of_another_type_is_refused(folders, tmp_path):
    folder = copy_of(folders("internvl"), tmp_path / "checkpoint")
    (folder / "config.json").write_text(json.dumps({"model_type": "bert"}))
    with pytest.raises(CheckpointUnavailable, match="its type is bert, known are internvl"):
        load(folder)


def test_a_chat_template_without_picture_is_refused(folders, tmp_path):
    folder = copy_of(folders("internvl"), tmp_path / "checkpoint")
    (folder / "chat_template.jinja").write_text("{{ messages[0].content[1].text }}")
    with pytest.raises(CheckpointUnavailable, match="writes no <IMG_CONTEXT>"):
        load(folder).answer(patch(0), ["Is it?"], 3)


def test_a_chat_template_beside_the_processor_is_found(folders, tmp_path):
    folder = copy_of(folders("internvl"), tmp_path / "checkpoint")
    template = (folder / "chat_template.jinja").read_text()
    (folder / "chat_template.jinja").unlink()
    (folder / "chat_template.json").write_text(json.dumps({"chat_template": template}))
    expected = load(folders("internvl")).answer(patch(0), INSTRUCTIONS, 8)
    assert load(folder).answer(patch(0), INSTRUCTIONS, 8) == expected
