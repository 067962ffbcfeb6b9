"""EarthMind's worker: pictures, masks, texts and its loop, with a stand-in for the model's class alone."""

import ast
import json
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from bentxt.errors import InputError
from bentxt.evaluation.box_extraction import extract_box, tight_box
from bentxt.models.families.worker_model import WorkerModel
from bentxt.models.model_table import ModelEntry
from earthmind.worker import (
    PICTURES,
    SETTINGS,
    clean_text,
    load,
    mask_boxes,
    optical_pictures,
    place_image,
    radar_picture,
    stretched,
)
from worker_checks import NotReady
from worker_protocol import Options
from worlds.earth_workers import (
    CPU_WORKER,
    MODELS,
    PROMPTS,
    ROOT,
    render_prompts,
    run_worker,
    write_checkout,
    write_checkpoint,
    write_images,
)
from worlds.prediction_world import patch


def test_prompts_are_those_that_were_read():
    """After a change: PYTHONPATH=workflow_scripts:tests python tests/worlds/earth_workers.py"""
    assert render_prompts() == PROMPTS.read_text(encoding="utf-8")


def test_the_image_stands_in_front():
    assert place_image("Is there water?") == "<image>Is there water?"
    assert place_image("Is <image> water?") == "Is <image> water?"


def ramp(low, high, side):
    """Return values from ``low`` to ``high``, evenly, row by row."""
    return np.linspace(low, high, side * side, dtype=np.float64).reshape(side, side)


def test_the_percentiles_of_a_band_become_black_and_white():
    # 0 … 100: the 2nd percentile is 2, the 98th is 98, and 50 lies half-way: 127.5, cut off.
    values = np.arange(101.0)[None]
    got = stretched(values)[0]
    assert got.dtype == np.uint8
    assert got[[0, 2, 50, 98, 100]].tolist() == [0, 0, 127, 255, 255]
    # 26 lies a quarter up: 63.75.
    assert got[26] == 63
    assert stretched(values * 3 + 700)[0].tolist() == got.tolist()


def test_a_constant_band_is_black():
    assert not stretched(np.full((120, 120), 812, np.uint16)).any()
    assert not stretched(np.full((120, 120), np.nan)).any()


def test_values_that_are_none_have_no_part_in_the_stretch():
    values = np.arange(101.0)
    holes = np.concatenate([values, [np.nan, np.inf, -np.inf]])[None]
    got = stretched(holes)[0]
    assert got[:101].tolist() == stretched(values[None])[0].tolist()
    assert got[101:].tolist() == [0, 255, 0]


def test_twelve_bands_become_four_pictures():
    # Each band is a step whose bright part is as wide as its number, at its own resolution.
    names = [name for picture in PICTURES for name in picture]
    assert sorted(names) == sorted(patch(0).s2)
    bands = {}
    for number, name in enumerate(names, 1):
        side = patch(0).s2[name].shape[0]
        bands[name] = np.full((side, side), 100, np.uint16)
        bands[name][:, : side * number // 20] = 900
    pictures = optical_pictures(bands)
    assert [(picture.size, picture.mode) for picture in pictures] == [((120, 120), "RGB")] * 4
    for picture, own in zip(pictures, PICTURES, strict=True):
        pixels = np.asarray(picture)
        for channel, name in enumerate(own):
            number = names.index(name) + 1
            bright = (pixels[60, :, channel] > 127).sum()
            assert bright == pytest.approx(120 * (20 * number // 20 / 20), abs=3), name
    assert PICTURES == (
        ("B04", "B03", "B02"),
        ("B01", "B05", "B06"),
        ("B07", "B08", "B8A"),
        ("B09", "B11", "B12"),
    )


def test_coarse_bands_are_interpolated_before_they_are_stretched():
    bands = {name: np.zeros_like(values) for name, values in patch(0).s2.items()}
    bands["B01"][:, 10:] = 600
    red = np.asarray(optical_pictures(bands)[1])[60, :, 0]
    # 0 up to pixel 56, then 50, 150, … 550 of 600, then 600.
    assert red[55:65].tolist() == [0, 0, 21, 63, 106, 148, 191, 233, 255, 255]


def test_radar_is_vv_vh_and_their_ratio():
    # VV from -20 to 0 dB, VH 6 dB below and 2 dB more of it at the end: the difference rises from 6 to 8.
    vv, rise = ramp(-20, 0, 120), ramp(0, 2, 120)
    bands = {"VV": vv.astype(np.float32), "VH": (vv - 6 - rise).astype(np.float32)}
    picture = radar_picture(bands, "difference", "decibels")
    assert picture.size == (120, 120)
    # First: (-20 + 25) / 25, (-26 + 30) / 25, 6 / 20 of 255. Last: 25 / 25, (-8 + 30) / 25, 8 / 20.
    assert picture.getpixel((0, 0)) == (51, 40, 76)
    assert picture.getpixel((119, 119)) == (255, 224, 102)
    # -20 / -26 of 255; 0 / -8.
    assert radar_picture(bands, "quotient", "decibels").getpixel((0, 0))[2] == 196
    assert radar_picture(bands, "quotient", "decibels").getpixel((119, 119))[2] == 0

    stretched_picture = np.asarray(radar_picture(bands, "difference", "percentiles"))
    middle = stretched_picture.reshape(-1, 3)[7200]
    assert stretched_picture[0, 0].tolist() == [0, 0, 0]
    assert stretched_picture[-1, -1].tolist() == [255, 255, 255]
    assert middle.tolist() == [127, 127, 127]
    assert radar_picture(bands, "difference", "percentiles", side=448).size == (448, 448)


def test_radar_without_a_ratio_is_black_there():
    bands = {"VV": np.full((120, 120), -9, np.float32), "VH": np.zeros((120, 120), np.float32)}
    assert not np.asarray(radar_picture(bands, "quotient", "decibels"))[..., 2].any()


def mask(columns, rows, side=120):
    found = np.zeros((1, side, side), bool)
    found[0, slice(*rows), slice(*columns)] = True
    return found


@pytest.mark.parametrize(
    ("masks", "boxes"),
    [
        ([mask((12, 24), (30, 60))], [[0.1, 0.25, 0.2, 0.5]]),
        ([mask((0, 1), (119, 120))], [[0, 119 / 120, 1 / 120, 1]]),
        ([np.ones((1, 120, 120), bool)], [[0, 0, 1, 1]]),
        ([mask((0, 448), (0, 1), side=448)], [[0, 0, 1, 1 / 448]]),
        # The first one counts, even where it is empty.
        ([mask((12, 24), (30, 60)), np.ones((1, 120, 120), bool)], [[0.1, 0.25, 0.2, 0.5]]),
        ([mask((0, 0), (0, 0)), np.ones((1, 120, 120), bool)], None),
        ([], None),
    ],
)
def test_the_first_mask_becomes_a_box(masks, boxes):
    found = mask_boxes(masks)
    assert found == (boxes and [pytest.approx(box) for box in boxes])


@given(arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=9)))
def test_boxes_of_masks_are_those_of_the_scorer(pixels):
    expected = tight_box(pixels)
    assert mask_boxes([pixels[None]]) == (None if expected is None else [list(expected)])


@pytest.mark.parametrize(
    ("prediction", "text", "cut"),
    [
        ("It is [SEG].<|end|>", "It is [SEG].", False),
        ("Sure, [SEG].<|im_end|>", "Sure, [SEG].", False),
        ("The segmentation is [SEG].<|end|><|endoftext|>", "The segmentation is [SEG].", False),
        ("yes", "yes", True),
        ("a) pastures<|en", "a) pastures", False),
        ("yes<|end|", "yes", False),
        ("<|end|>", "", False),
        ("a < b | c", "a < b | c", True),
    ],
)
def test_what_ends_a_text_is_taken_off(prediction, text, cut):
    assert clean_text(prediction) == (text, cut)


@given(st.text(alphabet="ab <|>.[SEG]"))
def test_a_finished_text_is_never_called_cut(text):
    assert clean_text(text + "<|end|>")[1] is False


@pytest.mark.parametrize("key", ["EMrgb", "EMs1s2"])
def test_the_entries_name_every_choice_that_concerns_them(key):
    of_radar = {"radar_ratio", "radar_stretch"}
    named = dict(MODELS[key].settings)
    assert named.pop("tags") == "kept"
    assert set(named) == (set(SETTINGS) if key == "EMs1s2" else set(SETTINGS) - of_radar)
    assert named == {name: SETTINGS[name][0] for name in named}


def test_code_of_the_checkpoint_is_remote_code():
    entry = MODELS["EMs1s2"].to_dict()
    entry["settings"] = entry["settings"] | {"model_code": "checkpoint"}
    with pytest.raises(InputError, match="remote_code must be true"):
        ModelEntry.from_dict(entry, "EMs1s2")
    assert ModelEntry.from_dict(entry | {"remote_code": True}, "EMs1s2").remote_code


@pytest.fixture
def told(tmp_path):
    """What a worker is told, with all that it needs."""
    return {
        "checkpoint": str(write_checkpoint(tmp_path / "weights")),
        "code": {"repository": "https://example.org/EarthMind", "commit": None},
        "checkout": str(write_checkout(tmp_path / "code", "earthmind")),
        "settings": {},
    }


def test_a_run_from_pictures_and_from_both_sensors(tmp_path, told):
    images = write_images(tmp_path, patch(3))
    both = {name: images[name] for name in ("s1", "s2")}
    told["settings"] = {"picture_side": 448}
    larger = tmp_path / "larger.png"
    Image.new("RGB", (500, 500)).save(larger)
    requests = [
        {"id": 3, "instruction": "Is it?", "images": {"rgb": str(larger)}, "max_new_tokens": 16},
        {"id": 4, "instruction": "Where is it?", "images": {"rgb": images["rgb"]}, "max_new_tokens": 48},
        {"id": 5, "instruction": "Is it?", "images": {"rgb": images["rgb"]}, "max_new_tokens": 16},
        {"id": 6, "instruction": "Where is it?", "images": both, "max_new_tokens": 48},
        {"id": 7, "instruction": "Where is it?", "images": {"s1": images["s1"]}, "max_new_tokens": 48},
    ]
    (greeting,), answers, said, log = run_worker("earthmind", told, requests)
    assert greeting["ready"]
    assert greeting["about"]["picture_side"] == "448"

    text, _, rest = answers[4]["text"].partition(" [SEG]")
    assert ast.literal_eval(text) == ("<image>Where is it?", 48, (448, 448), "RGB")
    assert rest == ", [SEG]."
    assert answers[4]["boxes"] == [[0, 0, 0.5, 1]]
    assert not answers[4]["cut"]
    # Without a mask the text stands alone.
    assert ast.literal_eval(answers[5]["text"]) == ("<image>Is it?", 16, (448, 448), "RGB")
    assert answers[5]["boxes"] is None
    # A picture is never made smaller.
    assert ast.literal_eval(answers[3]["text"]) == ("<image>Is it?", 16, (500, 500), "RGB")

    seen, _ = json.JSONDecoder().raw_decode(answers[6]["text"].replace("(", "[").replace(")", "]"))
    radar = radar_picture(patch(3).s1, "difference", "percentiles", 448)
    expected = [radar, *optical_pictures(patch(3).s2, 448)]
    assert seen == [[list(picture.getpixel((0, 0))), [448, 448]] for picture in expected]
    assert answers[6]["boxes"] == [[0, 0, 0.5, 1]]

    assert "s2" in answers[7]["error"]
    assert all({"ready", "alive", "id"} & set(record) for record in said)
    assert "input 4" in log


def test_older_code_of_the_model_is_refused_for_both_sensors(tmp_path, told):
    told["checkout"] = str(write_checkout(tmp_path / "older", "earthmind", blends=False))
    images = write_images(tmp_path, patch(3))
    request = {"instruction": "Is it?", "max_new_tokens": 16}
    requests = [
        {"id": 0, "images": {name: images[name] for name in ("s1", "s2")}} | request,
        {"id": 1, "images": {"rgb": images["rgb"]}} | request,
    ]
    _, answers, _, log = run_worker("earthmind", told, requests)
    assert "no vis_weight" in answers[0]["error"]
    assert "<image>Is it?" in answers[1]["text"]
    assert "does not blend both sensors" in log


def test_the_harness_gets_its_boxes_and_texts(told):
    command = [sys.executable, CPU_WORKER, ROOT / "workers/earthmind/worker.py"]
    model = WorkerModel("EMs1s2", command, MODELS["EMs1s2"].image, 60, 60, told)
    try:
        ((where, what),) = model.answer_many([patch(3)], [["Where is it?", "Is it?"]], 48)
    finally:
        model.close()
    assert extract_box(where.box, MODELS["EMs1s2"].box_scale).box == (0, 0, 0.5, 1)
    assert "[SEG]" in where.text
    assert where.failure is None
    assert "<image>Is it?" in what.text
    assert model.greeting["about"]["radar_stretch"] == "percentiles"


@pytest.fixture
def loading(monkeypatch):
    """Load in this process; its paths are put back afterwards."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)

    def loading(told):
        return load(Options.read(json.dumps(told)))

    return loading


def test_a_part_that_is_missing_is_named(tmp_path, told, loading):
    with pytest.raises(NotReady, match="no GPU"):
        loading(told)
    with pytest.raises(NotReady, match=r"modeling_earthmind_chat\.py"):
        loading(told | {"checkout": str(tmp_path / "weights")})
    for lacking in ("tokenizer_config.json", "model.safetensors", "config.json"):
        (tmp_path / "weights" / lacking).unlink()
        with pytest.raises(NotReady, match=lacking.replace("model.s", r".*\.s")):
            loading(told)


def test_the_copy_of_the_code_in_a_checkpoint_needs_a_pinned_revision(told, loading):
    of_checkpoint = told | {"settings": {"model_code": "checkpoint"}}
    for revision in (None, "main", "e8e0b97"):
        with pytest.raises(NotReady, match="pin its revision"):
            loading(of_checkpoint | {"revision": revision})
    with pytest.raises(NotReady, match=r"modeling_\*\.py"):
        loading(of_checkpoint | {"revision": "0" * 40})


@pytest.mark.parametrize("side", [119, 634, "448", 448.5])
def test_a_side_that_would_change_the_number_of_tiles_is_refused(told, loading, side):
    with pytest.raises(NotReady, match="picture_side must be a whole number from 120 to 633"):
        loading(told | {"settings": {"picture_side": side}})
