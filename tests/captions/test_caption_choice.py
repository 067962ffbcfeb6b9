"""Which version of a caption is used, and what is kept about the others."""

import numpy as np
import pytest

from bentxt.captions.caption_check import check_caption
from bentxt.captions.caption_choice import choose
from bentxt.captions.template_captions import template_caption
from bentxt.tables.schemas.augmented_captions_schema import CRITERIA
from worlds.caption_tables import STRICT, facts_of

FACTS = facts_of(np.full((120, 120), 18, np.uint8))
TEMPLATE = template_caption(FACTS)
GOOD = (
    "This satellite image, captured during the summer in Austria, shows a landscape entirely dominated by "
    'marine waters (~1,440,000 sqm), set within the "cold, no dry season, warm summer" climate zone.'
)
OTHER = (
    "Marine waters cover the whole image, about 1,440,000 square meters. It was taken in summer in Austria, "
    'in the "cold, no dry season, warm summer" climate zone.'
)
BAD = "A sunny day at a lake."


def criteria(row, version=""):
    return [row[f"{version}{name}"] for name in CRITERIA]


@pytest.mark.parametrize(
    ("paraphrased", "refined", "used"),
    [
        (GOOD, OTHER, "refined"),
        (GOOD, BAD, "paraphrased"),
        (GOOD, "", "paraphrased"),
        (BAD, OTHER, "refined"),
        (BAD, BAD, "template"),
        ("", "", "template"),
        ("  ", "\n", "template"),
    ],
)
def test_the_last_version_that_passes_is_used_and_the_verdict_of_each_is_kept(paraphrased, refined, used):
    row = choose(TEMPLATE, paraphrased, refined, FACTS, STRICT)
    texts = {"template": TEMPLATE, "paraphrased": paraphrased, "refined": refined}
    assert (row["used"], row["caption"]) == (used, texts[used])
    for version in ("paraphrased", "refined"):
        text = texts[version]
        verdict = check_caption(text, FACTS, STRICT)
        expected = [getattr(verdict, name) if text.strip() else None for name in CRITERIA]
        assert criteria(row, f"{version}_") == expected
    assert criteria(row) == [getattr(check_caption(texts[used], FACTS, STRICT), name) for name in CRITERIA]
    found = {finding["version"] for finding in row["findings"]}
    assert found == {v for v in texts if texts[v] == BAD} | ({"template"} if used == "template" else set())


def test_a_finding_has_its_criterion_and_the_place_in_its_version():
    row = choose(TEMPLATE, GOOD, "Output: " + GOOD, FACTS, STRICT)
    assert row["used"] == "paraphrased"
    assert {finding["version"] for finding in row["findings"]} == {"refined"}
    places = [
        (finding["start"], finding["stop"])
        for finding in row["findings"]
        if finding["criterion"] == "free_of_artifacts"
    ]
    assert places
    assert all(0 <= start < stop <= len("Output: ") for start, stop in places)


def test_a_refined_caption_that_repeats_a_bad_paraphrase_has_its_verdict_and_findings():
    row = choose(TEMPLATE, BAD, BAD, FACTS, STRICT)
    assert criteria(row, "refined_") == criteria(row, "paraphrased_")
    both = [
        [{**finding, "version": ""} for finding in row["findings"] if finding["version"] == version]
        for version in ("paraphrased", "refined")
    ]
    assert both[0] == both[1] != []
