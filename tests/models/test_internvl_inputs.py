"""RS-InternVL's RGB tile, prompt and token layout against InternVL's own processor and model."""

import json
from pathlib import Path

import pytest
import torch
import transformers
from PIL import Image

from bentxt.errors import CheckpointUnavailable
from bentxt.models.modalities import Make
from bentxt.models.rs_internvl import Preparation, load_parts
from bentxt.models.special_tokens import IMAGE_TOKEN
from bentxt.models.tiny.internvl import tiny_image_processor
from bentxt.models.visual_prompts import Prompts
from worlds.published_internvl import (
    CHAT_TEMPLATE,
    PICTURES,
    QUESTIONS,
    TILE_SIDE,
    TILE_TOKENS,
    patch,
    published_tokenizer,
)
from worlds.tiny_rs_internvl import images, model, parts

#: What InternVLProcessor of transformers made (see worlds/render_internvl_inputs.py).
GOLDEN = json.loads((Path(__file__).parents[1] / "golden/internvl_inputs.json").read_text(encoding="utf-8"))
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def published_pictures(tmp_path_factory):
    """The image processor out of the published file, which names the one of torchvision."""
    folder = tmp_path_factory.mktemp("processor")
    about = PICTURES | {
        "image_processor_type": "GotOcr2ImageProcessorFast",
        "processor_class": "InternVLProcessor",
        "crop_to_patches": False,
        "do_convert_rgb": True,
        "do_normalize": True,
        "do_rescale": True,
        "do_resize": True,
        "max_patches": 12,
        "min_patches": 1,
        "resample": 3,
        "rescale_factor": 1 / 255,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(about))
    return transformers.AutoImageProcessor.from_pretrained(folder, backend="pil")


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_tokens_are_those_of_internvls_processor(question):
    prompts = Prompts(published_tokenizer(), IMAGE_TOKEN)
    picture = [GOLDEN["image_token"]] * TILE_TOKENS
    ours = [*prompts.before, *picture, *prompts.instruction(question)]
    assert ours == GOLDEN["prompts"][question]


def test_the_tile_is_that_of_internvls_processor(published_pictures):
    tiles, _, _ = Preparation(published_pictures, ("rgb",))([patch()])
    assert list(tiles.shape) == GOLDEN["shape"] == [1, 3, TILE_SIDE, TILE_SIDE]
    expected = torch.tensor(GOLDEN["pixels"])
    found = tiles[0, :, :: GOLDEN["step"], :: GOLDEN["step"]]
    # Pillow and torchvision round an enlarged picture to the same grey level or to the next one.
    level = 1 / 255 / torch.tensor(PICTURES["image_std"])[:, None, None]
    assert bool(((found - expected).abs() <= 1.01 * level + 1e-4).all())
    assert ((found - expected).abs() < 1e-3).float().mean() > 0.9


@pytest.mark.parametrize("kind", ["published", "tiny"])
def test_the_tiles_are_bit_by_bit_those_of_the_image_processor(published_pictures, kind):
    processor = published_pictures if kind == "published" else tiny_image_processor()
    patches = [patch(), patch(white=2000), images("noise")]
    tiles, _, _ = Preparation(processor, ("rgb",))(patches)
    pictures = [Image.fromarray(of.rgb) for of in patches]
    expected = processor(images=pictures, return_tensors="pt", crop_to_patches=False)["pixel_values"]
    assert torch.equal(tiles, expected)


def test_another_white_is_another_tile(published_pictures):
    prepare = Preparation(published_pictures, ("rgb",))
    assert not torch.equal(prepare([patch()])[0], prepare([patch(white=2000)])[0])


def inputs(network, words, question):
    """Return tokens as InternVL's processor lays them out, and this project's prefix and instruction."""
    prompts = Prompts(words, IMAGE_TOKEN)
    visual = [words.convert_tokens_to_ids(IMAGE_TOKEN)] * network.internvl.config.image_seq_length
    tokens = [*prompts.before, *visual, *prompts.instruction(question)]
    return torch.tensor([tokens]), prompts.before, prompts.instruction(question)


def test_with_rgb_alone_it_is_internvl():
    """The same prompt and tile through InternVL's own forward pass give the same logits."""
    words, network = model(make=Make.of(["rgb"]))
    words.chat_template = CHAT_TEMPLATE
    tokens, before, instruction = inputs(network, words, QUESTIONS[0])
    tile = torch.randn(1, 3, 112, 112)
    with torch.inference_mode():
        expected = network.internvl(input_ids=tokens, pixel_values=tile).logits
        prefix = network.prefix(network.encode(tile, torch.zeros(1, 0), torch.zeros(1, 0)), before)
        text = network.language_model.embed_tokens(torch.tensor([instruction]))
        hidden = network.language_model(inputs_embeds=torch.cat([prefix, text], 1)).last_hidden_state
        ours = network.internvl.lm_head(hidden)
    torch.testing.assert_close(ours, expected)


def test_all_that_differs_from_internvl_are_the_tokens_of_the_encoders_behind_its_own():
    words, network = model()
    words.chat_template = CHAT_TEMPLATE
    tokens, before, _ = inputs(network, words, QUESTIONS[0])
    tile, s2, s1 = torch.randn(1, 3, 112, 112), torch.randn(1, 10, 120, 120), torch.randn(1, 2, 120, 120)
    features = network.encode(tile, s2, s1)
    prefix = network.prefix(features, before)
    own = network.internvl.model.get_image_features(pixel_values=tile, return_dict=True).pooler_output
    start = len(before)
    text = network.language_model.embed_tokens(tokens)
    torch.testing.assert_close(prefix[:, :start], text[:, :start])
    torch.testing.assert_close(prefix[:, start : start + 16], own)
    assert tokens[0, start - 1] == words.convert_tokens_to_ids("<img>")
    torch.testing.assert_close(prefix[:, start + 16 : start + 25], network.s2_projection(features.s2))
    torch.testing.assert_close(prefix[:, start + 25 :], network.s1_projection(features.s1))


# The published folder


@pytest.fixture
def base(tmp_path):
    """A folder with the files of OpenGVLab/InternVL3-1B-hf, its picture processor named as there."""
    words, internvl, _, _ = parts()
    internvl.save_pretrained(tmp_path)
    words.chat_template = None
    words.save_pretrained(tmp_path)
    (tmp_path / "chat_template.jinja").write_text(CHAT_TEMPLATE)
    pictures = PICTURES | {"image_processor_type": "GotOcr2ImageProcessorFast", "crop_to_patches": False}
    pictures["size"] = {"height": 112, "width": 112}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(pictures))
    about = {"image_seq_length": 16, "processor_class": "InternVLProcessor"}
    (tmp_path / "processor_config.json").write_text(json.dumps(about))
    return tmp_path


RGB = Make.of(["rgb"])


def test_the_published_folder_is_loaded(base):
    network, prompts, prepare = load_parts(base, None, None, 1, CPU, torch.float32, RGB)
    words = prompts.tokenizer
    said = words.decode([*prompts.before, *prompts.instruction("Is it?")])
    assert said == "<|im_start|>user\n<img></img>\nIs it?<|im_end|>\n<|im_start|>assistant\n"
    tiles, s2, s1 = prepare([images("first")])
    assert network.encode(tiles, s2, s1).rgb.shape == (1, 16, 64)


def test_a_chat_template_next_to_the_processor_is_found(base):
    (base / "chat_template.jinja").unlink()
    (base / "chat_template.json").write_text(json.dumps({"chat_template": CHAT_TEMPLATE}))
    _, prompts, _ = load_parts(base, None, None, 1, CPU, torch.float32, RGB)
    assert prompts.tokenizer.decode(prompts.before) == "<|im_start|>user\n<img>"


def change(path, **values):
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("template", "the base cannot be loaded"),
        ("processor", "the base cannot be loaded"),
        ("tile", r"makes tiles of \(448, 448\) pixels, its vision tower takes \(112, 112\)"),
        ("other", "is a CLIPImageProcessorPil, which is not InternVL's"),
        ("tokens", "counts 256 visual tokens a tile, its tower makes 16"),
    ],
)
def test_a_published_folder_with_a_fault_is_refused(base, fault, message):
    if fault == "template":
        (base / "chat_template.jinja").unlink()
    elif fault == "processor":
        (base / "preprocessor_config.json").unlink()
        (base / "processor_config.json").unlink()
    elif fault == "other":
        change(base / "preprocessor_config.json", image_processor_type="CLIPImageProcessor")
    elif fault == "tile":
        change(base / "preprocessor_config.json", size={"height": 448, "width": 448})
    else:
        change(base / "config.json", image_seq_length=256)
    with pytest.raises(CheckpointUnavailable, match=message):
        load_parts(base, None, None, 1, CPU, torch.float32, RGB)
