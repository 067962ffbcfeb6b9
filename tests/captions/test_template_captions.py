import json

import numpy as np
import pyarrow.parquet as pq
import pytest
import rasterio

from bentxt.captions.caption_check import check_caption
from bentxt.captions.caption_facts import caption_facts
from bentxt.captions.template_captions import template_caption
from bentxt.nomenclature import class_lookup
from bentxt.tables.schemas.template_captions_schema import TEMPLATE_CAPTIONS
from bentxt.tables.table_files import read_table
from worlds.caption_tables import CLIMATE, RULES, SETTINGS, STRICT, facts_of, random_map, write_tables

WARM = "Temperate, no dry season, warm summer"
HOT = "Temperate, no dry season, hot summer"
DRY = "Temperate, dry summer, hot summer"

# The three patches whose facts are published: arable land 526,000 m², inland wetlands 460,000 m² and so on.
KNOWN = {
    "32TMT_61_44": (
        ("Switzerland", "Summer", WARM, {2: [5260], 15: [4600], 17: [3050], 0: [500, 500, 490]}),
        [(2, 15), (0, 2), (15, 17), (0, 15)],
        'The satellite image primarily shows "arable land" (~526,000 sqm), followed by "inland wetlands" '
        '(~460,000 sqm). Secondarily, it shows "inland waters" (~305,000 sqm) and "urban fabric" (~149,000 '
        'sqm). "Arable land" borders "inland wetlands" and "urban fabric". "Inland wetlands" border "inland '
        'waters" and "urban fabric". "Urban fabric" is split into three individual areas, all of them '
        "marginal. The image was taken in summer in Switzerland, in the climate zone "
        '"temperate, no dry season, warm summer".',
    ),
    "34TCR_86_08": (
        ("Serbia", "Fall", HOT, {2: [13500], 0: [900]}),
        [(0, 2)],
        'The satellite image primarily shows "arable land" (~1,350,000 sqm). Secondarily, it shows "urban '
        'fabric" (~90,000 sqm). "Arable land" borders "urban fabric". The image was taken in fall in Serbia, '
        'in the climate zone "temperate, no dry season, hot summer".',
    ),
    "29SNC_70_09": (
        ("Portugal", "Summer", DRY, {7: [13515], 3: [300, 144], 4: [441]}),
        [(3, 7), (4, 7)],
        'The satellite image primarily shows "agro-forestry areas" (~1,352,000 sqm). Marginally, it shows '
        '"permanent crops" and "pastures", covering less than 5% (72,000 sqm) each. "Agro-forestry areas" '
        'border "permanent crops" and "pastures". "Permanent crops" are split into two individual areas, '
        'both of them marginal. The image was taken in summer in Portugal, in the climate zone "temperate, '
        'dry summer, hot summer".',
    ),
}


@pytest.mark.parametrize("patch", KNOWN)
def test_known_patches(patch):
    (country, season, zone, instances), pairs, caption = KNOWN[patch]
    assert template_caption(caption_facts(patch, country, season, zone, instances, pairs, RULES)) == caption


@pytest.mark.parametrize("patch", ["34TCR_86_08", "29SNC_70_09"])
def test_known_patches_from_their_maps(real_data, patch):
    (path,) = real_data.glob(f"Reference_Maps/*/*{patch}/*_reference_map.tif")
    with rasterio.open(path) as source:
        class_map = class_lookup()[source.read(1)]
    (country, season, zone, _), _, caption = KNOWN[patch]
    assert template_caption(facts_of(class_map, patch, country, season, zone)) == caption


def test_one_class_has_no_adjacency_sentence():
    caption = template_caption(facts_of(np.full((120, 120), 18, np.uint8)))
    assert caption == (
        'The satellite image primarily shows "marine waters" (~1,440,000 sqm). The image was taken in '
        'summer in Austria, in the climate zone "cold, no dry season, warm summer".'
    )


def test_a_patch_without_primary_class_says_so():
    instances = {index: [2880] for index in (0, 4, 8, 10, 17)}
    caption = template_caption(caption_facts("P", "Finland", "Winter", CLIMATE, instances, [], RULES))
    assert caption.startswith(
        'The satellite image shows no primary class. Secondarily, it shows "urban fabric" (~288,000 sqm), '
        '"pastures" (~288,000 sqm), "broad-leaved forest" (~288,000 sqm), "mixed forest" (~288,000 sqm) and '
        '"inland waters" (~288,000 sqm).'
    )


def test_instances_of_all_tiers():
    instances = {2: [4000, 2000, 1000, 80, 70, 50], 6: [3610, 3590]}
    caption = template_caption(caption_facts("P", "Austria", "Spring", CLIMATE, instances, [(2, 6)], RULES))
    assert (
        '"Arable land" is split into six individual areas: one large (~400,000 sqm), two smaller (~200,000 '
        "sqm and ~100,000 sqm) and three marginal."
    ) in caption
    assert (
        '"Land principally occupied by agriculture, with significant areas of natural vegetation" is split '
        "into two individual areas: one large (~361,000 sqm) and one smaller (~359,000 sqm)."
    ) in caption


def test_template_captions_are_true_complete_and_well_formed():
    for seed in range(100):
        facts = facts_of(random_map(seed))
        verdict = check_caption(template_caption(facts), facts, STRICT)
        assert verdict.linguistically_correct, verdict.findings
        assert verdict.factually_accurate, verdict.findings
        assert verdict.complete, verdict.findings
        # By definition: class names stand in quotation marks.
        assert not verdict.free_of_artifacts


def test_program_writes_the_captions_in_the_order_of_the_patches(tmp_path, run_program):
    maps = [random_map(seed) for seed in range(5)]
    tables = write_tables(tmp_path, maps)
    names = ("--patches", "--maps", "--instances", "--adjacencies")
    arguments = [part for pair in zip(names, tables, strict=True) for part in pair]
    out = tmp_path / "template.parquet"
    run_program("write_captions", *arguments, "--out", out, "--settings", json.dumps(SETTINGS))
    expected = [template_caption(facts_of(class_map)) for class_map in maps]
    table = read_table(out, TEMPLATE_CAPTIONS)
    assert table["caption"].to_pylist() == expected
    assert table["patch_id"].to_pylist() == pq.read_table(tables[0])["patch_id"].to_pylist()
