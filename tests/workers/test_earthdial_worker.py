"""EarthDial's worker: questions, tensors and its loop, with a stand-in for the model's class alone."""

import ast
import json
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bentxt.evaluation.box_extraction import extract_box
from earthdial.worker import (
    BAND_ORDERS,
    S2_MEAN,
    S2_STD,
    SETTINGS,
    band_stack,
    is_cut,
    load,
    place_image,
    rgb_pixels,
    s2_pixels,
)
from worker_checks import NotReady
from worker_protocol import Options
from worlds.earth_workers import MODELS, run_worker, write_checkout, write_checkpoint, write_images
from worlds.prediction_world import patch

AFTER = "after_task_tokens"


@pytest.mark.parametrize(
    ("instruction", "question"),
    [
        ("[refer] [hr_rgb_0.5] Give me the location", "[refer] [hr_rgb_0.5] <image> \n Give me the location"),
        ("[s2_ms_10] Is [pasture] there?", "[s2_ms_10] <image> \n Is [pasture] there?"),
        ("[s2_ms_10] [a] or [b]?", "[s2_ms_10] <image> \n [a] or [b]?"),
        ("[s2_ms_10] [0.1, 0.2] is what?", "[s2_ms_10] <image> \n [0.1, 0.2] is what?"),
        ("Is it [pasture]?", "<image>\nIs it [pasture]?"),
        ("<image>\nIs it?", "<image>\nIs it?"),
    ],
)
def test_the_image_stands_behind_the_task_tokens(instruction, question):
    assert place_image(instruction, AFTER) == question


@given(st.text(st.characters(exclude_characters="["), min_size=1).map(str.lstrip))
def test_nothing_of_an_instruction_is_lost(text):
    assert place_image(f"[refer] [s2_rgb_10] {text}", AFTER) == f"[refer] [s2_rgb_10] <image> \n {text}"
    assert place_image(f"[refer] {text}", "front") == f"<image>\n[refer] {text}"


def test_a_picture_is_enlarged_and_normalised():
    pixels = np.zeros((120, 120, 3), np.uint8)
    pixels[:, 60:] = (255, 128, 64)
    got = rgb_pixels(Image.fromarray(pixels), 448)
    assert got.shape == (1, 3, 448, 448)
    assert got.dtype == torch.float32
    black = [-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225]
    bright = [(1 - 0.485) / 0.229, (128 / 255 - 0.456) / 0.224, (64 / 255 - 0.406) / 0.225]
    assert got[0, :, 200, 0].tolist() == pytest.approx(black, abs=1e-5)
    assert got[0, :, 200, -1].tolist() == pytest.approx(bright, abs=1e-5)
    # Bicubic goes beyond the two values at their edge, bilinear would not.
    assert float(got[0, 1].max()) > bright[1] + 0.05


def bands_of(values):
    """Return bands of one value each, at their own size."""
    sides = {name: 120 if name in ("B02", "B03", "B04", "B08") else 60 for name in values}
    sides |= {"B01": 20, "B09": 20}
    return {name: np.full((sides[name],) * 2, value, np.uint16) for name, value in values.items()}


@pytest.mark.parametrize(
    ("order", "places"),
    [("ssl4eo", {"B8A": 8, "B09": 9, "B11": 10}), ("alphabetical", {"B8A": 11, "B09": 8})],
)
def test_bands_stand_in_their_order(order, places):
    names = BAND_ORDERS[order]
    assert sorted(names) == sorted(patch(0).s2)
    bands = bands_of({name: place for place, name in enumerate(names)})
    assert band_stack(bands, names, "nearest")[:, 5, 5].tolist() == list(range(12))
    assert {name: names.index(name) for name in places} == places


def test_coarse_bands_are_repeated_or_interpolated():
    coarse = np.zeros((20, 20), np.uint16)
    coarse[:, 10:] = 600
    nearest = band_stack({"B01": coarse}, ["B01"], "nearest")[0]
    assert nearest.shape == (120, 120)
    assert nearest[0].tolist() == [0] * 60 + [600] * 60
    # Centres of pixels lie at 57 and 63 of 120; between them the value rises by 100 a pixel.
    bilinear = band_stack({"B01": coarse}, ["B01"], "bilinear")[0]
    assert bilinear[0, 55:65].tolist() == [0, 0, 50, 150, 250, 350, 450, 550, 600, 600]


def test_a_band_that_is_missing_is_named():
    bands = patch(0).s2
    bands.pop("B09")
    with pytest.raises(KeyError, match="B09"):
        band_stack(bands, BAND_ORDERS["ssl4eo"], "nearest")


def test_bands_are_normalised_by_their_place():
    stack = np.stack([np.full((120, 120), mean + 2 * std) for mean, std in zip(S2_MEAN, S2_STD, strict=True)])
    got = s2_pixels(stack.astype(np.float32), 448)
    assert got.shape == (1, 12, 448, 448)
    assert got.dtype == torch.float32
    assert torch.allclose(got, torch.tensor(2.0), atol=1e-4)
    # SSL4EO's third and ninth band.
    assert (S2_MEAN[2], S2_STD[2], S2_MEAN[8], S2_STD[8]) == (1151.7, 1188.1, 2602.9, 1439.9)


def cubic(distance, a=-0.75):
    """Return the weight of a value in torch's bicubic filter."""
    if distance <= 1:
        return (a + 2) * distance**3 - (a + 3) * distance**2 + 1
    return a * distance**3 - 5 * a * distance**2 + 8 * a * distance - 4 * a if distance < 2 else 0


def test_bands_are_enlarged_by_torchs_cubic_without_aligned_corners():
    line = np.random.default_rng(5).uniform(0, 5000, 120).astype(np.float32)
    got = s2_pixels(np.tile(line, (12, 120, 1)), 448)[0, 0, 224] * S2_STD[0] + S2_MEAN[0]
    for i in (100, 224, 301):
        place = (i + 0.5) * 120 / 448 - 0.5
        expected = sum(cubic(abs(place - j)) * value for j, value in enumerate(line))
        assert float(got[i]) == pytest.approx(expected, abs=1)


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("[[83, 58, 87, 62, 37]]", (0.83, 0.58, 0.87, 0.62)),
        ("[[88, 33, 96, 41, 57]][[53, 18, 57, 22, 57]][[55, 18, 59, 22, 57]]", (0.88, 0.33, 0.96, 0.41)),
        ("[[39, 21, 46, 27, 0], [27, 31, 33, 36, 0]]", (0.39, 0.21, 0.46, 0.27)),
        ("[[2, 41, 4, 41, 90]]", (0.02, 0.41, 0.04, 0.41)),
    ],
)
@pytest.mark.parametrize("key", ["EDrgb", "EDs2"])
def test_its_own_notation_of_boxes_is_read(key, text, box):
    assert extract_box(text, MODELS[key].box_scale).box == pytest.approx(box)


def test_an_answer_is_cut_where_the_limit_came_before_the_end():
    assert is_cut([5, 5, 5], 3, 7)
    assert not is_cut([5, 5, 7], 3, 7)
    # Beams of other lengths are padded behind the end.
    assert not is_cut([5, 7, 0], 3, 7)
    assert not is_cut([5, 7], 3, 7)


@pytest.mark.parametrize("key", ["EDrgb", "EDs2"])
def test_the_entries_name_every_choice_that_concerns_them(key):
    of_bands = {"band_order", "band_resampling", "fusion"}
    named = set(MODELS[key].settings)
    assert named == ({*SETTINGS, "tags"} if key == "EDs2" else {*SETTINGS, "tags"} - of_bands)
    defaults = {name: values[0] for name, values in SETTINGS.items()}
    assert {name: value for name, value in MODELS[key].settings.items() if name != "tags"} == {
        name: defaults[name] for name in named - {"tags"}
    }
    assert not MODELS[key].remote_code


@pytest.fixture
def told(tmp_path):
    """What a worker is told, with all that it needs."""
    return {
        "checkpoint": str(write_checkpoint(tmp_path / "weights")),
        "code": {"repository": "https://example.org/EarthDial", "commit": None},
        "checkout": str(write_checkout(tmp_path / "code", "earthdial")),
        "settings": {},
    }


def test_a_run_from_pictures_and_from_bands(tmp_path, told):
    images = write_images(tmp_path, patch(3))
    told["settings"] = {"num_beams": 5}
    requests = [
        {"id": 4, "instruction": "[refer] [s2_rgb_10] Where?", "images": {"rgb": images["rgb"]}},
        {"id": 5, "instruction": "[s2_ms_10] Is it?", "images": {"s2": images["s2"]}},
        {"id": 6, "instruction": "[s2_ms_10] Is it?", "images": {"s2": images["s1"]}},
    ]
    greetings, answers, said, log = run_worker(
        "earthdial", told, [request | {"max_new_tokens": 9} for request in requests]
    )
    (greeting,) = greetings
    assert (greeting["ready"], greeting.get("device")) == (True, "cuda: none, this is a test")
    assert greeting["about"]["fusion"] == "bilinear"
    assert greeting["about"]["num_beams"] == "5"

    of_picture, of_bands = (ast.literal_eval(answers[number]["text"]) for number in (4, 5))
    assert of_picture["question"] == "[refer] [s2_rgb_10] <image> \n Where?"
    generation = {"num_beams": 5, "max_new_tokens": 9, "min_new_tokens": 1, "do_sample": False}
    assert of_picture["generation"] == generation
    assert of_picture["shape"] == [1, 3, 448, 448]
    assert answers[4] | {"text": ""} == {"id": 4, "text": "", "boxes": None, "cut": True}

    # Four groups of three bands, side by side and then below.
    stack = [patch(3).s2[name].mean() for name in BAND_ORDERS["ssl4eo"]]
    normalised = [(x - mean) / std for x, mean, std in zip(stack, S2_MEAN, S2_STD, strict=True)]
    assert of_bands["shape"] == [1, 1024, 1024]
    groups = [sum(normalised[i : i + 3]) / 3 for i in range(0, 12, 3)]
    assert of_bands["seen"] == pytest.approx(groups, abs=0.02)

    # A request without its bands fails alone, and what was printed is in the log only.
    assert "B01" in answers[6]["error"]
    assert all({"ready", "alive", "id"} & set(record) for record in said)
    assert "FlashAttention is not installed." in log
    assert "from a program that it starts" in log


def test_the_other_fusion_is_the_mean_of_the_groups(tmp_path, told):
    images = write_images(tmp_path, patch(3))
    told["settings"] = {"fusion": "average", "band_order": "alphabetical"}
    request = {"id": 0, "instruction": "Is it?", "images": {"s2": images["s2"]}, "max_new_tokens": 9}
    _, answers, _, _ = run_worker("earthdial", told, [request])
    seen = ast.literal_eval(answers[0]["text"])["seen"]
    stack = [patch(3).s2[name].mean() for name in BAND_ORDERS["alphabetical"]]
    normalised = [(x - mean) / std for x, mean, std in zip(stack, S2_MEAN, S2_STD, strict=True)]
    assert seen == pytest.approx([sum(normalised) / 12] * 4, abs=0.02)


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
    for lacking in ("tokenizer.model", "model.safetensors", "config.json"):
        (tmp_path / "weights" / lacking).unlink()
        with pytest.raises(NotReady, match=lacking.replace("model.s", r".*\.s")):
            loading(told)
    with pytest.raises(NotReady, match="none is named"):
        loading(told | {"checkpoint": None})
    with pytest.raises(NotReady, match="internvl_chat"):
        loading(told | {"checkout": str(tmp_path / "weights")})
    with pytest.raises(NotReady, match=r"no checkout of https://example\.org/EarthDial"):
        loading(told | {"checkout": str(tmp_path / "none")})
    commit = "0" * 40
    with pytest.raises(NotReady, match=f"pins {commit}"):
        loading(told | {"code": {"repository": "https://example.org/EarthDial", "commit": commit}})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"fusion": "max"}, "fusion must be one of bilinear, average, is 'max'"),
        ({"num_beams": 0}, "num_beams must be a whole number from 1 to 10, is 0"),
        ({"num_beams": True}, "num_beams must be a whole number"),
        ({"band_oder": "ssl4eo"}, "unknown setting band_oder"),
    ],
)
def test_a_slip_in_the_settings_is_named(told, loading, settings, message):
    with pytest.raises(NotReady, match=message):
        loading(told | {"settings": settings})


def test_without_a_gpu_it_says_so_and_ends(told):
    greetings, answers, _, _ = run_worker("earthdial", told, [], cpu=False)
    assert len(greetings) == 1
    assert greetings[0]["ready"] is False
    assert "no GPU" in greetings[0]["reason"]
    assert answers == {}
