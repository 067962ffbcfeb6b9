import json

import pytest
import torch
import transformers

from bentxt.errors import CheckpointUnavailable
from bentxt.failures import CUT
from bentxt.models.answering_model import Reply
from bentxt.models.checkpoints import TINY_RANDOM, find_checkpoint
from bentxt.models.families.transformers_model import TransformersModel
from bentxt.models.rgb import scaled
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


#: Visual tokens of a picture of the tiny checkpoints.
VISUAL = {"internvl": 4, "qwen3_vl": 16, "glm46v": 16, "llava_onevision": 16 + 8 * (8 + 1)}


def plain_answer(folder, kind, picture, instruction, limit, ends=None):
    """Give pixels and the whole prompt to transformers' own ``generate``; return text and tokens."""
    reference = transformers.AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()
    images = transformers.AutoImageProcessor.from_pretrained(folder, backend="pil")
    words = transformers.AutoTokenizer.from_pretrained(folder)
    options = {"crop_to_patches": False} if kind == "internvl" else {}
    inputs = images(images=[scaled(picture.rgb)], return_tensors="pt", **options)
    inputs.pop("num_patches", None)
    image_token = words.convert_ids_to_tokens(reference.config.image_token_id)
    visual = image_token * VISUAL[kind]
    if kind == "internvl":
        visual = f"<img>{visual}</img>"
    content = [{"type": "image"}, {"type": "text", "text": instruction}]
    prompt = words.apply_chat_template(
        [{"role": "user", "content": content}], tokenize=False, add_generation_prompt=True
    )
    tokens = words(prompt.replace(image_token, visual), return_tensors="pt")["input_ids"]
    if "image_grid_thw" in inputs:
        inputs["mm_token_type_ids"] = (tokens == reference.config.image_token_id).int()
    said = reference.generate(
        input_ids=tokens,
        attention_mask=torch.ones_like(tokens),
        max_new_tokens=limit,
        do_sample=False,
        **({"eos_token_id": ends} if ends else {}),
        **inputs,
    )[0, tokens.shape[1] :]
    return words.decode(said, skip_special_tokens=True).strip(), said.tolist()


@pytest.mark.parametrize("kind", TYPES)
def test_what_instructions_share_changes_no_token(folders, kind):
    """Neither the shared keys and values of a picture nor other patches in the call change an answer."""
    folder = folders(kind)
    patches, asked = [patch(4), patch(5)], [INSTRUCTIONS, INSTRUCTIONS[1:3]]
    together = load(folder).answer_many(patches, asked, 10)
    alone = [
        [plain_answer(folder, kind, picture, text, 10)[0] for text in texts]
        for picture, texts in zip(patches, asked, strict=True)
    ]
    assert [[reply.text for reply in replies] for replies in together] == alone
    assert {reply.failure for replies in together for reply in replies} == {CUT}


@pytest.mark.parametrize("kind", ["internvl", "qwen3_vl"])
def test_a_long_answer_is_that_of_generate(folders, kind):
    """Longer than the room that keys and values have at first, and at second."""
    folder, texts = folders(kind), INSTRUCTIONS[:2]
    (replies,) = load(folder).answer_many([patch(4)], [texts], 150)
    assert [reply.text for reply in replies] == [
        plain_answer(folder, kind, patch(4), text, 150)[0] for text in texts
    ]


@pytest.mark.parametrize("kind", TYPES)
def test_an_answer_ends_at_any_of_the_ends_and_is_marked_where_it_does_not(folders, tmp_path, kind):
    """Checkpoints may name several ends; one that random weights do write serves here."""
    plain = [plain_answer(folders(kind), kind, patch(4), text, 10) for text in INSTRUCTIONS]
    ends = [plain[0][1][3], 1]
    folder = copy_of(folders(kind), tmp_path / "checkpoint")
    generation = json.loads((folder / "generation_config.json").read_text())
    (folder / "generation_config.json").write_text(json.dumps(generation | {"eos_token_id": ends}))
    (replies,) = load(folder).answer_many([patch(4)], [INSTRUCTIONS], 10)
    for reply, text in zip(replies, INSTRUCTIONS, strict=True):
        expected, tokens = plain_answer(folder, kind, patch(4), text, 10, ends)
        ended = tokens[-1] in ends
        words = transformers.AutoTokenizer.from_pretrained(folder)
        if ended:
            expected = words.decode(tokens[:-1], skip_special_tokens=True).strip()
        assert reply == Reply(expected, None if ended else CUT)
    assert replies[0].failure is None


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
