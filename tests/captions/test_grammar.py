import re

import numpy as np
import pytest

from bentxt.captions.caption_check import check_caption
from bentxt.captions.caption_facts import caption_facts
from bentxt.captions.grammar import paraphrase
from bentxt.captions.phrases import NAMES, listing, number, series
from worlds.caption_tables import CLIMATE, RULES, STRICT, facts_of, random_map

PLACES = [
    ("Austria", "Summer", CLIMATE),
    ("Portugal", "Fall", "Temperate, dry summer, hot summer"),
    ("Finland", "Winter", "Cold, no dry season, cold summer"),
    ("Serbia", "Spring", "Temperate, no dry season, hot summer"),
]


@pytest.fixture(scope="module")
def patches():
    return [facts_of(random_map(seed), f"P{seed}", *PLACES[seed % 4]) for seed in range(150)]


def test_captions_pass_the_check(patches):
    for facts in patches:
        for seed in range(3):
            caption = paraphrase(facts, seed)
            assert check_caption(caption, facts, STRICT).findings == (), caption


def test_all_classes_areas_and_numbers_of_areas_are_kept(patches):
    for facts in patches:
        caption = paraphrase(facts, 1)
        for c in facts.classes:
            assert NAMES[c.index] in caption.lower()
            if c.tier != "marginal":
                assert f"{c.area:,}" in caption
            if c.count > 1:
                assert re.search(rf"{number(c.count)} (?:\w+ )?(?:areas|regions|parts)", caption)
                assert all(f"{area:,}" in caption for area in (*c.large, *c.smaller))


def test_the_same_seed_and_patch_give_the_same_caption(patches):
    once = [paraphrase(facts, 1) for facts in patches]
    again = [paraphrase(facts, 1) for facts in reversed(patches)]
    assert once == again[::-1]


def test_wording_varies_with_patch_and_seed():
    facts = [
        caption_facts(f"P{i}", "Ireland", "Summer", CLIMATE, {4: [13000], 2: [1400]}, [(2, 4)], RULES)
        for i in range(100)
    ]
    assert len({paraphrase(patch, 1) for patch in facts}) > 90
    assert len({paraphrase(facts[0], seed) for seed in range(100)}) > 90


def test_verbs_agree_with_their_class():
    class_map = np.full((120, 120), 4, np.uint8)
    class_map[:, :20] = 2
    class_map[50:60, 50:60] = 8
    class_map[90:, 90:] = 2
    facts = facts_of(class_map)
    captions = " ".join(paraphrase(facts, seed) for seed in range(60)).lower()
    singular = (
        r"(?:covers|takes|occupies|dominates|borders|adjoins|touches|meets|is|shares|consists|forms|accounts)"
    )
    plural = r"(?:cover|take|occupy|dominate|border|adjoin|touch|meet|are|share|consist|form|account)"
    assert re.search(rf"pastures {plural}\b", captions)
    assert not re.search(rf"pastures {singular}\b", captions)
    assert re.search(rf"arable land {singular}\b", captions)
    assert not re.search(rf"(?:land|forest) {plural}\b", captions)


def test_lists():
    assert series([]) == ""
    assert series(["a"]) == "a"
    assert series(["a", "b", "c"]) == "a, b and c"
    assert listing(["a (~1,000 sqm)", "b"]) == "a (~1,000 sqm) and b"
    assert listing(["moors, heathland and sclerophyllous vegetation", "pastures"]) == (
        "moors, heathland and sclerophyllous vegetation as well as pastures"
    )
    assert listing(["a", "beaches, dunes and sands", "b"]) == "a, beaches, dunes and sands, and b"
