"""Blocks about where things lie: every answer follows from the map."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bentxt.class_wording import load_wording
from bentxt.models.tiny.tokenizer import train_tokenizer
from bentxt.training.landscapes import find_regions
from bentxt.training.place_pages import AT_POINT, BOX, EXTENT, gather_sentences, place_blocks
from bentxt.training.reading_pages import Vocabulary

BOXES = [
    "Where is the region at <point>(0.1, 0.25)</point>?",
    "Where is the <ref>largest region of mixed forest</ref>?",
    "Where is the <ref>smallest region of pastures</ref>?",
    "Where is the <ref>mixed forest</ref>?",
    "Where is it?",
]
TEXTS = [*BOXES, "Is it a) yes, b) no? : , [0.0 0.1, 0.2 0.3] " + " ".join(map(str, range(10, 101, 10)))] * 9
NAMES = [forms.lower for forms in load_wording()]


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer(TEXTS, 480)


@pytest.fixture(scope="module")
def vocabulary(tokenizer):
    return Vocabulary(tokenizer)


@pytest.fixture(scope="module")
def sentences(tokenizer, vocabulary):
    return gather_sentences(tokenizer(BOXES).input_ids, BOXES, vocabulary)


def _map():
    """Pastures with a rectangle of mixed forest and two waters."""
    of = np.full((120, 120), NAMES.index("pastures"), np.uint8)
    of[12:60, 60:90] = NAMES.index("mixed forest")
    of[90:114, :30] = of[90:96, 60:72] = NAMES.index("inland waters")
    return of


def _texts(tokenizer, vocabulary, sentences, seed):
    draws = np.random.default_rng(seed)
    token = np.arange(vocabulary.size)
    blocks = place_blocks(_map(), find_regions(_map()), sentences, vocabulary, token, draws, 3, 3, 9)
    return [
        (kind, tokenizer.decode(of[~learned]), tokenizer.decode(of[learned])) for of, learned, kind in blocks
    ]


def test_sentences_are_sorted_by_what_they_name(sentences):
    assert len(sentences.points) == 1
    assert {extreme: len(of) for extreme, of in sentences.names.items()} == {
        "largest": 1,
        "smallest": 1,
        "": 1,
    }


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_the_class_at_a_point_is_that_of_the_map(tokenizer, vocabulary, sentences, seed):
    asked = [of for of in _texts(tokenizer, vocabulary, sentences, seed) if of[0] == AT_POINT]
    assert len(asked) == 3
    for _, point, name in asked:
        x, y = (float(number) * 120 for number in re.findall(r"\d\.\d+", point))
        around = _map()[max(0, int(y) - 1) : int(y) + 2, max(0, int(x) - 1) : int(x) + 2]
        assert NAMES.index(name) in around, "a hundredth is 1.2 pixels"


def test_extents_and_boxes_by_hand(tokenizer, vocabulary, sentences):
    found = _texts(tokenizer, vocabulary, sentences, 1)
    extents = {name.lower(): edges for kind, name, edges in found if kind == EXTENT}
    assert extents == {
        "pastures": "0.0 0.0 1.0 1.0",
        "mixed forest": "0.5 0.1 0.75 0.5",
        "inland waters": "0.0 0.75 0.6 0.95",
    }
    ends = "<|im_end|>"
    boxes = {
        asked.removesuffix("<|im_end|><|im_start|>"): box.removesuffix(ends)
        for kind, asked, box in found
        if kind == BOX
    }
    assert boxes["Where is the <ref>mixed forest</ref>?"] == "[0.5 0.1, 0.75 0.5]"
    assert boxes["Where is the <ref>largest region of inland waters</ref>?"] == "[0.0 0.75, 0.25 0.95]"
    assert boxes["Where is the region at <point>(0.62, 0.3)</point>?"] == "[0.5 0.1, 0.75 0.5]"
    assert not any("pastures" in asked for asked in boxes), (
        "more than half of the patch is not asked for by name"
    )


def test_a_patch_of_one_class_has_no_places(vocabulary, sentences):
    of = np.full((120, 120), 3, np.uint8)
    draws = np.random.default_rng(0)
    assert not place_blocks(
        of, find_regions(of), sentences, vocabulary, np.arange(vocabulary.size), draws, 3, 3, 3
    )
