"""Workers of GeoChat, LHRS-Bot and SkyEyeGPT: all but the weights, with a stand-in for the model's class."""

import ast
import json
import pickle
import sys

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from transformers import CLIPImageProcessor

import geochat.worker as geochat
import lhrs_bot.worker as lhrs_bot
import skyeyegpt.worker as skyeyegpt
from bentxt.evaluation.box_extraction import HULL, extract_box
from bentxt.models.families.worker_model import WorkerModel
from worker_protocol import NotReady, Options
from worlds.llama_workers import (
    LORA_LAYERS,
    MODELS,
    PROMPTS,
    ROOT,
    TEMPLATES,
    lora,
    render_prompts,
    run_worker,
    start_command,
    told,
    trained,
    write_checkout,
    write_checkpoint,
)
from worlds.prediction_world import patch

KEYS = ("GC", "LHRS", "SE")
SIDES = {"GC": 504, "LHRS": 224, "SE": 448}
#: Of a picture whose left half is black and whose right half is (255, 128, 64), by CLIP's mean and standard
#: deviation: (0 - 0.48145466) / 0.26862954 and so on.
BLACK = (-1.7923, -1.7521, -1.4802)
COLOUR = (
    (1 - 0.48145466) / 0.26862954,
    (128 / 255 - 0.4578275) / 0.26130258,
    (64 / 255 - 0.40821073) / 0.27577711,
)


def two_halves():
    pixels = np.zeros((120, 120, 3), np.uint8)
    pixels[:, 60:] = (255, 128, 64)
    return Image.fromarray(pixels)


def tensor(model, picture):
    """Return what a model is given of a picture."""
    if model == "GC":
        # As the hub has it: 336 pixels, unless the call says otherwise.
        return geochat.image_tensor(CLIPImageProcessor(size={"shortest_edge": 336}, crop_size=336), picture)
    if model == "LHRS":
        return lhrs_bot.image_tensor(CLIPImageProcessor(), picture)
    return torch.from_numpy(skyeyegpt.image_array(picture))


# Prompts


def test_prompts_are_those_of_the_golden_file():
    """After a change: PYTHONPATH=workflow_scripts:tests python tests/worlds/llama_workers.py"""
    assert render_prompts() == PROMPTS.read_text(encoding="utf-8")


def test_the_picture_stands_where_each_model_was_trained_with_it():
    instruction = "[refer] Where is <p> it </p>?"
    assert geochat.prompt(instruction) == TEMPLATES["GC"].replace("{}", "<image>\n" + instruction)
    assert lhrs_bot.prompt("Where?") == TEMPLATES["LHRS"].replace("{}", "<image>\nWhere?")
    assert lhrs_bot.prompt("Where?", "[VQA] ", "none") == TEMPLATES["LHRS"].replace(
        "{}", "<image>[VQA] Where?"
    )
    assert skyeyegpt.prompt(instruction) == TEMPLATES["SE"].replace("{}", instruction)


# Pictures


@pytest.mark.parametrize("model", KEYS)
def test_a_picture_is_enlarged_and_normalised_by_hand(model):
    got = tensor(model, two_halves())
    assert got.shape == (1, 3, SIDES[model], SIDES[model])
    assert got.dtype == (torch.float32 if model == "SE" else torch.float16)
    assert got[0, :, 0, 0].tolist() == pytest.approx(BLACK, abs=2e-3)
    assert got[0, :, -1, -1].tolist() == pytest.approx(COLOUR, abs=2e-3)


@pytest.mark.parametrize("model", KEYS)
def test_a_picture_is_what_clips_own_processor_makes_of_it(model):
    noise = np.random.default_rng(5).integers(0, 256, (120, 120, 3), dtype=np.uint8)
    side = SIDES[model]
    peer = CLIPImageProcessor(size={"height": side, "width": side}, do_center_crop=False)
    expected = peer(Image.fromarray(noise), return_tensors="pt")["pixel_values"]
    assert torch.allclose(tensor(model, Image.fromarray(noise)).float(), expected, atol=2e-3)


# Answers


@pytest.mark.parametrize(
    ("model", "said", "box", "hull"),
    [
        ("GC", "{<0><53><29><73>|<90>}</s>", (0, 0.53, 0.29, 0.73), (0.045, 0.485, 0.245, 0.775)),
        (
            "GC",
            "{<10><13><18><21>|<90>}{<16><10><20><14>|<90>}{<10><10><14><14>|<90>}",
            (0.1, 0.13, 0.18, 0.21),
            (0.1, 0.13, 0.18, 0.21),
        ),
        (
            "GC",
            "<p>some buildings</p> {<40><77><52><85>|<1>}<delim>{<45><64><57><72>|<90>}",
            (0.4, 0.77, 0.52, 0.85),
            (0.399311, 0.768959, 0.520689, 0.851041),
        ),
        ("GC", "{<0><0><100><100>|<90>}", (0, 0, 1, 1), (0, 0, 1, 1)),
        ("GC", "The lake lies in the north of the picture.", None, None),
        ("LHRS", "[0.12, 0.34, 0.56, 0.78]", (0.12, 0.34, 0.56, 0.78), None),
        ("LHRS", "[56, 112, 168, 224]", (0.25, 0.5, 0.75, 1), None),
        ("LHRS", "[0.12, 0.34, 0.56, 0.78] [0, 0, 1, 1]", (0.12, 0.34, 0.56, 0.78), None),
        ("SE", "<p>tree</p> {<12><34><56><78>}", (0.12, 0.34, 0.56, 0.78), None),
        ("SE", "{<1><2><30><40>}<delim>{<50><60><70><80>}", (0.01, 0.02, 0.3, 0.4), None),
        ("SE", "{<12> <34> <56> <78>}", (0.12, 0.34, 0.56, 0.78), None),
    ],
)
def test_a_models_own_answer_is_read_as_its_box(model, said, box, hull):
    text = geochat.without_stop(said) if model == "GC" else said
    assert "</s>" not in text
    scale = MODELS[model].box_scale
    found = extract_box(text, scale).box
    assert found == (box if box is None else pytest.approx(box))
    turned = extract_box(text, scale, HULL).box
    assert turned == (found if hull is None else pytest.approx(hull, abs=1e-6))


# The loop


@pytest.fixture
def world(tmp_path):
    """Prepare the parts of a model's worker; the weights are none."""

    def prepare(model):
        write_checkout(tmp_path / "code", model)
        write_checkpoint(tmp_path / "weights", model)
        return tmp_path

    return prepare


def request(number, instruction, picture, limit):
    return {
        "id": number,
        "instruction": instruction,
        "images": {"rgb": str(picture)},
        "max_new_tokens": limit,
    }


OPTIONS = {
    "GC": {"do_sample": False, "num_beams": 1, "max_new_tokens": 400, "use_cache": True},
    "LHRS": {
        **{"do_sample": False, "temperature": 1.0, "top_p": 1.0},
        **{"num_beams": 1, "max_new_tokens": 400, "use_cache": True},
    },
    "SE": {"num_beams": 1, "max_new_tokens": 400, "do_sample": False},
}


@pytest.mark.parametrize("model", KEYS)
def test_the_worker_asks_its_model_with_prompt_picture_and_greedy_decoding(world, model, tmp_path):
    two_halves().save(tmp_path / "rgb.png")
    # A picture with an alpha channel is one of three channels to the model.
    two_halves().convert("RGBA").save(tmp_path / "rgba.png")
    instruction = "[refer] Where is <ref>it</ref>?"
    requests = [
        request(4, instruction, tmp_path / "rgb.png", 400),
        request(5, instruction, tmp_path / "missing.png", 400),
        request(6, instruction, tmp_path / "rgba.png", 10),
    ]
    greeting, answers, log = run_worker(model, told(model, world(model)), requests)
    assert greeting["ready"] is True, greeting
    assert (greeting["device"], greeting["weights"]) == ("cuda: none, this is a test", "published")
    assert greeting["code"] == MODELS[model].code["commit"]
    assert greeting["settings"]["num_beams"] == 1
    seen = ast.literal_eval(answers[4]["text"])
    prompts = {"GC": geochat.prompt, "LHRS": lhrs_bot.prompt, "SE": skyeyegpt.prompt}
    assert seen["prompt"] == prompts[model](instruction)
    assert seen["options"] == OPTIONS[model]
    assert seen["shape"] == [1, 3, SIDES[model], SIDES[model]]
    assert seen["dtype"] == ("torch.float32" if model == "SE" else "torch.float16")
    assert seen["seen"] == pytest.approx(np.repeat(COLOUR, 2), abs=2e-3)
    assert answers[5]["error"].startswith("FileNotFoundError")
    assert ast.literal_eval(answers[6]["text"])["seen"] == seen["seen"]
    # The stand-ins end by themselves; SkyEyeGPT's code tells only the text, which is longer than ten tokens.
    assert [answers[number]["cut"] for number in (4, 6)] == [False, model == "SE"]
    assert "Load" in log or "Llama" in log


@pytest.mark.parametrize("model", KEYS)
def test_the_harness_and_the_worker_understand_each_other(world, model, monkeypatch):
    """With the tags of the instruction left out, and LHRS-Bot's prefix before it, as settings have it."""
    own = {"prefix": "[VG] ", "image_line": "none"} if model == "LHRS" else {}
    options = told(model, world(model), tags="stripped", **own)
    started = WorkerModel(model, start_command(model), MODELS[model].image, 60, 60, options)
    try:
        ((reply, _),) = started.answer_many([patch(2)], [["At <point>(0.5, 0.5)</point>?"] * 2], 2000)
    finally:
        started.close()
    assert reply.failure is None
    expected = "<image>[VG] At (0.5, 0.5)?" if own else "At (0.5, 0.5)?"
    assert expected in ast.literal_eval(reply.text)["prompt"]
    assert started.greeting["about"]


# Not ready


def remove(name):
    def change(world, options):
        path = world / name
        for file in [*path.glob("*"), path] if path.is_dir() else [path]:
            file.rmdir() if file.is_dir() else file.unlink()

    return change


def put(name, content):
    def change(world, options):
        if callable(content):
            content(world / name)
        elif isinstance(content, str):
            (world / name).write_text(content)
        else:
            torch.save(content, world / name)

    return change


def tell(**changes):
    return lambda world, options: options.update(changes)


def choose(**settings):
    return lambda world, options: options["settings"].update(settings)


class Evil:
    """Runs a program when it is unpickled."""

    def __reduce__(self):
        return print, ("evil",)


def pickled(path):
    path.write_bytes(pickle.dumps({"model": Evil()}))


HALF = {"rgb_ckpt": {"encoder.weight": torch.zeros(1)}, "other_ckpt": {"rgb_pooler": {}}}
WEIGHTS = "weights/checkpoint"
SHARD = f"{WEIGHTS}/pytorch_model-00001-of-00001.bin"
LORA = f"{WEIGHTS}/TextLoRA/adapter_model.safetensors"
SKYEYE = f"{WEIGHTS}/SkyEyeGPT.pth"
#: A LoRA, but not that of the model.
OTHER = trained("llama_model.q_lora_B.weight") | {"x.lora_B": torch.zeros(1)}
NEWER = "Metadata-Version: 2.1\nName: transformers\nVersion: 4.40.0\n"


def reason_in_process(model, options, monkeypatch):
    """Load a model here, as if there were a GPU, up to the imports of its code."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "none")
    load = {"GC": geochat, "LHRS": lhrs_bot, "SE": skyeyegpt}[model].load
    with pytest.raises(NotReady) as caught:
        load(Options.read(json.dumps(options)))
    return str(caught.value)


@pytest.mark.parametrize(
    ("model", "change", "reason"),
    [
        ("GC", remove(f"{WEIGHTS}/tokenizer.model"), "missing checkpoint part: tokenizer.model"),
        ("GC", remove(SHARD), "missing checkpoint part: pytorch_model*.bin"),
        ("GC", put(SHARD, pickled), "pytorch_model-00001-of-00001.bin holds more than weights"),
        ("GC", remove("weights/clip/preprocessor_config.json"), "checkpoint part: preprocessor_config.json"),
        ("GC", tell(checkpoint="/nowhere"), "missing checkpoint: no folder /nowhere"),
        ("GC", tell(checkpoint=None), "missing checkpoint: none is named"),
        ("GC", tell(checkout="/nowhere"), "missing code: no checkout of https://github.com/mbzuai-oryx"),
        ("GC", put("code/.git/HEAD", "f" * 40), f"is at commit {'f' * 40}, the entry pins 4850920e005a"),
        ("GC", remove("code/geochat/conversation.py"), "missing code part: geochat/conversation.py"),
        (
            "GC",
            put("code/transformers-4.31.0.dist-info/METADATA", NEWER),
            "wrong package: transformers is 4.40.0, the published code needs 4.31.0",
        ),
        ("LHRS", tell(checkpoint="LHRS/LHRS-Bot-Nova"), "stage 3 is not on the hub"),
        ("LHRS", remove(f"{WEIGHTS}/FINAL.pt"), "missing checkpoint part: FINAL.pt"),
        ("LHRS", remove(f"{WEIGHTS}/TextLoRA"), "missing checkpoint part: TextLoRA"),
        (
            "LHRS",
            put(LORA, lambda path: save_file(lora(LORA_LAYERS[:1]), path)),
            "missing checkpoint part: TextLoRA lacks model.layers.0.mlp.up_proj.lora_A",
        ),
        (
            "LHRS",
            put(LORA, lambda path: save_file(lora(matrices=["lora_A"]), path)),
            "missing checkpoint part: TextLoRA lacks model.layers.0.mlp.up_proj.lora_B",
        ),
        ("LHRS", put(f"{WEIGHTS}/FINAL.pt", {"rgb_ckpt": {}}), "FINAL.pt lacks other_ckpt"),
        ("LHRS", put(f"{WEIGHTS}/FINAL.pt", pickled), "FINAL.pt holds more than weights"),
        ("LHRS", remove("weights/llama/config.json"), "missing checkpoint part: config.json"),
        ("LHRS", choose(image_line="above"), "image_line must be one of newline, none"),
        ("SE", remove(SKYEYE), "missing checkpoint part: *.pth"),
        ("SE", put(f"{WEIGHTS}/other.pth", {}), "one checkpoint (*.pth) is expected"),
        ("SE", put(SKYEYE, {"model": trained("llama_proj.bias")}), "lacks llama_proj.bias"),
        ("SE", put(SKYEYE, {"model": trained("llama_model.q_lora_B.weight")}), "no lora_B of a LoRA"),
        ("SE", put(SKYEYE, pickled), "SkyEyeGPT.pth holds more than weights"),
        ("SE", remove("weights/llama/tokenizer.model"), "missing checkpoint part: tokenizer.model"),
    ],
)
def test_a_part_that_is_missing_or_wrong_is_named(world, model, change, reason, monkeypatch, capsys):
    folder = world(model)
    options = told(model, folder)
    change(folder, options)
    assert reason in reason_in_process(model, options, monkeypatch)
    assert "evil" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("model", "change", "reason"),
    [
        (
            "GC",
            put(
                f"{WEIGHTS}/pytorch_model.bin.index.json",
                json.dumps({"weight_map": {"lm_head.bias": SHARD[19:]}}),
            ),
            "missing checkpoint part: pytorch_model.bin lacks lm_head.weight",
        ),
        ("LHRS", put(f"{WEIGHTS}/FINAL.pt", HALF), "rgb_ckpt of FINAL.pt lacks encoder.bias"),
        (
            "LHRS",
            put(
                "code/Config/multi_modal_eval.yaml",
                "{stage: 3, bits: 16, dtype: float16, lora: {enable: false}}",
            ),
            "is no evaluation in float16",
        ),
        ("SE", put(SKYEYE, {"model": OTHER}), "lacks llama_model.q_lora_B.weight"),
        ("SE", remove("code/eva_vit_g.pth"), "part: eva_vit_g.pth cannot be fetched from https://storage"),
        (
            "SE",
            put("code/eval_configs/minigptv2_eval.yaml", "model: {arch: minigpt4}"),
            "is of minigpt4, not",
        ),
        (
            "SE",
            put("code/minigpt4/common/eval_utils.py", "def prepare_texts(*_):\n    return ['other']\n"),
            "wrong code: its template is 'other'",
        ),
    ],
)
def test_what_does_not_fit_the_loaded_code_is_named(world, model, change, reason):
    folder = world(model)
    options = told(model, folder)
    change(folder, options)
    greeting, _, _ = run_worker(model, options)
    assert greeting["ready"] is False
    assert reason in greeting["reason"]


@pytest.mark.parametrize("model", KEYS)
def test_without_a_gpu_the_worker_says_so(world, model, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    module = {"GC": geochat, "LHRS": lhrs_bot, "SE": skyeyegpt}[model]
    with pytest.raises(NotReady, match="no GPU: torch"):
        module.load(Options.read(json.dumps(told(model, world(model)))))


@pytest.mark.parametrize("model", ["LHRS", "SE"])
def test_a_gated_llama_that_cannot_be_fetched_is_named(world, model, monkeypatch):
    """Its folder is not here, and the hub is not reached."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    options = told(model, world(model), llama="meta-llama/Llama-2-7b-chat-hf")
    reason = reason_in_process(model, options, monkeypatch)
    assert reason.startswith("missing checkpoint: meta-llama/Llama-2-7b-chat-hf cannot be fetched")


# The published template


@pytest.mark.parametrize("change", [lambda text: text + " ", lambda text: text.replace("\n", " ")])
def test_a_template_that_is_not_the_published_one_is_refused(change):
    class Conversation:
        roles = ("USER", "ASSISTANT")

        def __init__(self, key):
            self.key = key

        def copy(self):
            self.message = ""
            return self

        def append_message(self, role, message):
            self.message = self.message or message

        def get_prompt(self):
            return change(TEMPLATES[self.key].replace("{}", self.message))

    with pytest.raises(NotReady, match="wrong code: its template is"):
        geochat.check_template({"llava_v1": Conversation("GC")})
    with pytest.raises(NotReady, match="wrong code: its template is"):
        lhrs_bot.check_template(Conversation("LHRS"))


def test_a_picture_that_is_not_the_published_processors_is_refused():
    picture = two_halves()
    skyeyegpt.check_processor(lambda each: tensor("SE", each)[0], picture)
    with pytest.raises(NotReady, match="wrong code: its picture differs by"):
        skyeyegpt.check_processor(lambda each: tensor("SE", each)[0].flip(0), picture)


def test_workers_run_where_their_environments_pythons_do():
    """The oldest has Python 3.9; the modules that all share are kept to 3.8."""
    paths = [path for path in (ROOT / "workers").rglob("*.py") if not {"code", "env"} & set(path.parts)]
    assert len(paths) >= 7
    for path in paths:
        if path.name != "install.py":
            ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))
