"""The gate on captions as language models write them: published ones, and spoilt versions of them."""

import json

import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st

from bentxt.captions.caption_check import check_caption
from bentxt.captions.caption_facts import caption_facts
from bentxt.nomenclature import class_lookup
from bentxt.tables.schemas.augmented_captions_schema import CRITERIA
from worlds.caption_tables import CLIMATE, RULES, STRICT, facts_of

COLD = "Cold, no dry season, cold summer"
WARM = "Temperate, no dry season, warm summer"


def facts(country, season, zone, instances, pairs):
    return caption_facts("P", country, season, zone, instances, pairs, RULES)


def messages(verdict):
    return tuple(finding.message for finding in verdict.findings)


# Captions of the release (arXiv 2603.29630), and facts of which each can have been written.
FOREST = facts("Austria", "Summer", CLIMATE, {10: [9800, 120], 4: [3840, 400, 240]}, [(4, 10)])
FOREST_CAPTION = (
    "This satellite image, captured during the summer in Austria, showcases a landscape dominated by "
    'forest and agricultural areas within the "cold, no dry season, warm summer" climate zone. The primary '
    "feature is a vast mixed forest, spanning approximately 992,000 square meters, which is distributed "
    "over two areas, one large and one marginal. The mixed forest borders pastures, which cover around "
    "448,000 square meters and are divided into three areas, with one large area of about 384,000 square "
    "meters and two smaller marginal areas. The adjacency of the mixed forest and pastures, with the "
    "former being predominantly larger, indicates a diverse landscape of forest and agricultural areas."
)
WATER = facts(
    "Finland", "Fall", COLD, {17: [7260, 820], 9: [5360, 230], 15: [740]}, [(9, 17), (9, 15), (15, 17)]
)
WATER_CAPTION = (
    "This satellite image, captured during the fall season in Finland, showcases a diverse landscape "
    'within the "cold, no dry season, cold summer" climate zone. The dominant feature is the inland '
    "waters, covering approximately 808,000 square meters, which are distributed across two areas, one "
    "large (~726,000 sqm) and one smaller (~82,000 sqm). The inland waters border a coniferous forest, "
    "spanning around 559,000 square meters, that is divided into two areas, a larger one (~536,000 sqm) "
    "and a marginal area. The coniferous forest is adjacent to a small patch of inland wetlands (~74,000 "
    "sqm), which also borders the inland waters. The landscape presents a mix of water bodies and forest "
    "areas, characteristic of the region's natural scenery, with the inland waters and coniferous forest "
    "being the primary features, and the inland wetlands as a smaller but adjacent component."
)
SEA = facts("Finland", "Summer", CLIMATE, {18: [14400]}, [])
SEA_CAPTION = (
    "This satellite image, captured during the summer in Finland, showcases a landscape entirely dominated "
    'by marine waters (~1,440,000 sqm), with no other features visible, set within the "cold, no dry '
    'season, warm summer" climate zone.'
)
IRELAND = facts("Ireland", "Summer", WARM, {4: [14180], 2: [220]}, [(2, 4)])
IRELAND_CAPTION = (
    "This satellite image, captured during the summer season in Ireland, showcases a predominantly "
    'pastoral landscape within the "temperate, no dry season, warm summer" climate zone. The dominant '
    "feature is the expansive pastures (~1,418,000 sqm). A small patch of arable land, covering 72,000 "
    "square meters, is situated at the edge of the pastures. The pastures border the arable land, "
    "indicating a mixed agricultural landscape."
)
PUBLISHED = {
    "forest": (FOREST, FOREST_CAPTION),
    "water": (WATER, WATER_CAPTION),
    "sea": (SEA, SEA_CAPTION),
    "ireland": (IRELAND, IRELAND_CAPTION),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_captions_pass(name):
    patch, caption = PUBLISHED[name]
    assert check_caption(caption, patch, STRICT).findings == ()


def test_the_published_caption_of_a_real_map_passes(real_data):
    (path,) = real_data.glob("Reference_Maps/*/*33UUP_26_57/*_reference_map.tif")
    with rasterio.open(path) as source:
        patch = facts_of(class_lookup()[source.read(1)], "33UUP_26_57", "Austria", "Summer", CLIMATE)
    rows = map(json.loads, (real_data / "annotation_rows.jsonl").read_text().splitlines())
    (caption,) = (
        row["output"]
        for row in rows
        if row["type"] == "captioning" and row["patch_id"].endswith("33UUP_26_57")
    )
    # This source has it in lower case.
    assert messages(check_caption(caption, patch, STRICT)) == ("does not begin with a capital letter",)


FACTS = "factually_accurate"
SPOILT = [
    # (published caption, replaced, by, criterion, word in the finding)
    ("forest", "992,000", "929,000", FACTS, "929,000"),
    ("forest", "384,000", "448,500", FACTS, "448,500"),
    ("forest", "divided into three areas", "divided into four areas", FACTS, "four areas"),
    ("forest", "two smaller marginal areas", "five smaller marginal areas", FACTS, "five"),
    ("forest", "in Austria", "in Austria, near Switzerland", FACTS, "Switzerland"),
    ("forest", "in Austria", "in Germany", FACTS, "Germany"),
    ("forest", "during the summer", "during the summer and winter", FACTS, "winter"),
    ("forest", "climate zone.", "climate zone of the Mediterranean.", FACTS, "Mediterranean"),
    ("forest", "forest and agricultural areas within", "forest and wetlands within", FACTS, "wetlands"),
    ("forest", "borders pastures", "borders vineyards and pastures", FACTS, "vineyards"),
    ("forest", "borders pastures", "borders urban fabric and pastures", FACTS, "urban fabric"),
    ("forest", "during the summer", "in June during the summer", FACTS, "June"),
    ("water", "one large (~726,000 sqm)", "one large (~536,000 sqm)", FACTS, "536,000"),
    ("ireland", "~1,418,000", "~72,000", FACTS, "72,000"),
    ("forest", "in Austria", "in the country", "complete", "country"),
    ("forest", "during the summer ", "", "complete", "season"),
    ("forest", '"cold, no dry season, warm summer"', '"cold, warm summer"', "complete", "climate zone"),
    ("forest", "spanning approximately 992,000 square meters, ", "", "complete", "mixed forest"),
    ("water", "inland wetlands", "patches of land", "complete", "inland wetlands"),
    ("forest", "This satellite", "Output: This satellite", "free_of_artifacts", "Output"),
    ("forest", "This satellite", "Here is the caption. This satellite", "free_of_artifacts", "Here is"),
    ("forest", "borders pastures", 'borders "pastures"', "free_of_artifacts", "pastures"),
    ("forest", "borders pastures", "borders “pastures”", "free_of_artifacts", "pastures"),
    ("forest", "a vast mixed", "a **vast** mixed", "free_of_artifacts", "*"),
    ("forest", "The primary", "\n\nThe primary", "free_of_artifacts", "line break"),
    ("forest", "diverse landscape of", "diverse land use of", "free_of_artifacts", "land use"),
    ("forest", "The primary feature", "主要 feature", "free_of_artifacts", "主"),
    ("forest", "The primary feature is", "Главная feature is", "free_of_artifacts", "Г"),
    ("forest", "forest and agricultural areas.", "forest and agri", "linguistically_correct", "full stop"),
    ("forest", "a vast mixed", "a vast vast mixed", "linguistically_correct", "vast"),
    ("forest", "a vast mixed", "a expansive mixed", "linguistically_correct", "a expansive"),
    ("water", "(~726,000 sqm)", "(~726,000 sqm", "linguistically_correct", "unbalanced"),
    ("forest", "This satellite", "this satellite", "linguistically_correct", "capital"),
    (
        "forest",
        "forest and agricultural areas.",
        f"areas. {FOREST_CAPTION}",
        "linguistically_correct",
        "repeated",
    ),
]


@pytest.mark.parametrize(("name", "old", "new", "criterion", "word"), SPOILT)
def test_spoilt_captions_fail_the_criterion_and_say_why(name, old, new, criterion, word):
    patch, caption = PUBLISHED[name]
    assert old in caption
    verdict = check_caption(caption.replace(old, new), patch, STRICT)
    assert not verdict.passed
    assert not getattr(verdict, criterion)
    assert any(word.lower() in message.lower() for message in messages(verdict)), messages(verdict)


def test_an_empty_caption_fails_everything():
    verdict = check_caption("  ", FOREST, STRICT)
    assert set(messages(verdict)) == {"empty"}
    assert not any(getattr(verdict, name) for name in CRITERIA)


def test_a_false_border_is_found():
    patch = facts("Austria", "Summer", CLIMATE, {2: [8000], 4: [4000], 10: [2400]}, [(2, 4)])
    text = (
        'This summer image of Austria lies in the "cold, no dry season, warm summer" climate zone. Arable '
        "land (~800,000 sqm) borders pastures (~400,000 sqm){} mixed forest (~240,000 sqm) covers the rest."
    )
    assert check_caption(text.format(", and"), patch, STRICT).passed
    verdict = check_caption(text.format(" and").replace(" covers the rest", ""), patch, STRICT)
    assert messages(verdict) == ("do not touch: arable land and mixed forest",)


GROUPED = facts("Austria", "Summer", CLIMATE, {9: [5000], 10: [4400], 2: [5000]}, [(9, 10), (2, 9)])
GROUPED_CAPTION = (
    'Taken in summer in Austria, within the "cold, no dry season, warm summer" climate zone, this image '
    "shows arable land (~500,000 sqm) next to forests that cover about {} square meters."
)


def test_classes_may_be_put_together_with_the_sum_of_their_areas():
    assert check_caption(GROUPED_CAPTION.format("940,000"), GROUPED, STRICT).passed
    verdict = check_caption(GROUPED_CAPTION.format("950,000"), GROUPED, STRICT)
    assert messages(verdict) == ("area of forest: about 950,000 square meters",)


def test_a_general_class_does_not_stand_for_one_that_was_dropped():
    text = GROUPED_CAPTION.format("500,000").replace(
        "forests that cover", "coniferous forest, part of forests, with"
    )
    assert "not named: mixed forest" in messages(check_caption(text, GROUPED, STRICT))


def test_other_units_are_understood():
    text = (
        'Taken in summer in Finland, within the "cold, no dry season, warm summer" climate zone, this '
        "image shows marine waters of {}."
    )
    for area in ("1.44 square kilometers", "144 hectares", "1.4 million square meters", "1,440,000 m²"):
        assert check_caption(text.format(area), SEA, STRICT).passed, area
    for area in ("1.54 square kilometers", "154 hectares", "1.6 million square meters", "44,000 m²"):
        assert not check_caption(text.format(area), SEA, STRICT).factually_accurate, area


def test_a_verb_is_no_season():
    text = SEA_CAPTION.replace("with no other", "which fall into no class but one, with no other")
    assert check_caption(text, SEA, STRICT).passed


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_any_text_is_judged_without_failing(text):
    verdict = check_caption(text, FOREST, STRICT)
    assert verdict.passed == (not verdict.findings)
    assert not verdict.passed
