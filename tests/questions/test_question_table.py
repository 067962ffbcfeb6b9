"""Question tables: real rows found again, tables that do not fit together, the programs."""

import json
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rasterio

from bentxt.errors import InputError
from bentxt.nomenclature import class_lookup
from bentxt.patches.climate_legend import zone_names
from bentxt.patches.patch_attributes import Instance, PatchAttributes
from bentxt.program.lineage import read_lineage
from bentxt.questions.captioning import generate_instructions
from bentxt.questions.distractors import near_zones
from bentxt.questions.referring import BoxQuestions
from bentxt.questions.relative_position import direction
from bentxt.questions.templates import load_templates
from bentxt.resources import RESOURCES
from bentxt.tables.schemas.augmented_captions_schema import AUGMENTED_CAPTIONS
from worlds.asked_questions import SETTINGS, box_words, make, read, resources_of, settings_of, template_files
from worlds.question_world import LINEAGE, captions_of, instances_of, small_world, write_tables


@pytest.fixture
def world(tmp_path):
    return small_world(tmp_path / "world", patches=6)


def tables(world):
    return world.patches, world.maps, world.instances, world.adjacencies


def rewrite(path, change):
    """Replace a table by what a function makes of its rows."""
    table = pq.read_table(path)
    pq.write_table(pa.Table.from_pylist(change(table.to_pylist()), schema=table.schema), path)


# Real rows


def real_maps(real_data):
    lookup = class_lookup()
    for path in sorted((real_data / "Reference_Maps").glob("*/*/*.tif")):
        with rasterio.open(path) as file:
            yield path.parent.name, lookup[file.read(1)]


def released(real_data, patch_id, category):
    """Return expression or point, and box, of the released rows of a patch."""
    tag = {"reference": "ref", "point": "point"}[category]
    rows = map(json.loads, (real_data / "annotation_rows.jsonl").read_text(encoding="utf-8").splitlines())
    return {
        (match[1], row["output"])
        for row in rows
        if row["patch_id"] == patch_id and row["category"] == category
        for match in [re.search(rf"<{tag}>(.*)</{tag}>", row["input"])]
        if match
    }


def test_boxes_of_a_real_patch_are_the_released_ones(real_data, tmp_path):
    maps = dict(real_maps(real_data))
    world = write_tables(tmp_path, maps)
    patch_id = "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_26_57"
    assert patch_id in world.rows
    rows = [row for row in make(world, "bounding_box", tmp_path / "q.parquet") if row["patch_id"] == patch_id]
    points = {(read(row)["point"], row["output"]) for row in rows if row["category"] == "point"}
    assert points == released(real_data, patch_id, "point")
    expressions = released(real_data, patch_id, "reference")
    references = [(read(row), row["output"]) for row in rows if row["category"] == "reference"]
    ours = {
        (f"{values['extreme']} {values['lower']}" if "extreme" in values else values["lower"], box)
        for values, box in references
    }
    theirs = {
        (re.sub(r" (connected|continuous|contiguous) \w+ of ", " ", text), box) for text, box in expressions
    }
    assert ours == theirs
    assert len(points) == 4
    assert len(ours) == 5


# Boxes


def box_maker(**changed):
    resources = resources_of("bounding_box")
    return BoxQuestions(1, settings_of("bounding_box", **changed), resources.templates, resources.wording)


def patch_of(*instances):
    """Return a patch with instances given as ``(class, pixels, box, centroid, inside)``."""
    rows = [
        Instance(index, pixels, *box, *centroid, inside) for index, pixels, box, centroid, inside in instances
    ]
    classes = sorted({row.class_index for row in rows})
    counts = [sum(row.class_index == index for row in rows) for index in range(19)]
    pixels = [sum(row.pixels for row in rows if row.class_index == index) for index in range(19)]
    place = ("Austria", "Fall", "Polar, tundra", "train")
    return PatchAttributes("P", *place, classes, pixels, counts, [], rows)


def test_points_that_read_alike_are_left_out():
    one = (3, 200, (0, 0, 20, 20), (60.0, 60.0), True)
    same = (4, 200, (50, 50, 70, 70), (60.1, 60.1), True)
    other = (4, 200, (50, 50, 70, 70), (90.0, 60.0), True)
    assert box_maker().points(patch_of(one, same)) == []
    assert [point for _, point in box_maker().points(patch_of(one, other))] == ["(0.5, 0.5)", "(0.75, 0.5)"]


def test_points_need_size_their_centroid_and_a_second_class():
    background = (9, 9000, (0, 0, 120, 120), (60.0, 60.0), False)
    exact = (3, 144, (0, 0, 12, 12), (6.0, 6.0), True)
    small = (4, 143, (50, 50, 62, 62), (56.0, 56.0), True)
    assert [row.class_index for row, _ in box_maker().points(patch_of(background, exact, small))] == [3]
    assert box_maker().points(patch_of(exact)) == []


def test_limits_of_references_are_inclusive():
    for pixels, box, referred in (
        (144, (0, 0, 12, 12), True),
        (143, (0, 0, 12, 12), False),
        (7200, (0, 0, 120, 60), True),
        (7201, (0, 0, 120, 61), False),
        (400, (0, 0, 20, 50), True),
        (399, (0, 0, 20, 50), False),
    ):
        patch = patch_of((3, pixels, box, (1.0, 1.0), True))
        assert bool(box_maker().references(patch)) == referred, pixels
    assert box_maker(reference_min_fill=39.0).references(patch_of((3, 399, (0, 0, 20, 50), (1.0, 1.0), True)))


def test_neither_of_two_equal_instances_is_the_largest():
    large = [(3, 400, (x, 0, x + 20, 20), (1.0, 1.0), True) for x in (0, 40)]
    small = (3, 200, (0, 50, 20, 60), (1.0, 1.0), True)
    found = box_maker().references(patch_of(*large, small))
    assert [(row.pixels, extreme) for row, extreme in found] == [(200, "smallest")]
    assert box_maker().references(patch_of(*large)) == []


def test_rows_of_boxes_come_in_the_order_of_the_release(world, tmp_path):
    rows = make(world, "bounding_box", tmp_path / "q.parquet")
    keys = [(row["patch_id"], row["category"]) for row in rows]
    assert keys == sorted(keys)
    for row in rows:
        boxes = [box_words(instance) for instance in instances_of(world.class_maps[row["patch_id"]])]
        assert row["output"] in boxes


# Directions and climate zones


@pytest.mark.parametrize(
    ("target", "seen"),
    [
        ((0, 40, 40, 60), "left"),
        ((60, 40, 90, 60), "right"),
        ((45, 0, 55, 40), "top"),
        ((45, 60, 55, 90), "bottom"),
        ((0, 0, 40, 40), "top-left"),
        ((60, 0, 90, 40), "top-right"),
        ((60, 60, 90, 90), "bottom-right"),
        ((0, 60, 40, 90), "bottom-left"),
        ((0, 0, 41, 41), None),
        ((0, 0, 41, 40), "top"),
    ],
)
def test_direction_of_a_box_seen_from_another(target, seen):
    assert direction((40, 40, 60, 60), target) == seen


def test_near_climate_zones_share_parts_of_their_names():
    zones = zone_names()
    assert len(zones) == 30
    near = near_zones("Cold, no dry season, warm summer", zones)
    assert "Cold, no dry season, cold summer" in near
    assert "Temperate, no dry season, warm summer" in near
    assert "Polar, frost" not in near
    assert all(len(near_zones(zone, zones)) >= 6 and zone not in near_zones(zone, zones) for zone in zones)


def test_a_zone_that_the_legend_lacks_names_the_patch(world, tmp_path):
    rewrite(world.patches, lambda rows: [{**row, "climate_zone": "Warm"} for row in rows])
    with pytest.raises(InputError, match="'Warm' is not in the legend") as caught:
        make(world, "mcq", tmp_path / "q.parquet")
    assert caught.value.item == "P000"
    assert not (tmp_path / "q.parquet").exists()


# Captioning instructions


def write_captions(path, patch_ids):
    pq.write_table(pa.Table.from_pylist(captions_of(patch_ids), schema=AUGMENTED_CAPTIONS), path)
    return path


def instruct(world, shards, out, block=8192):
    templates = load_templates([RESOURCES / "templates" / "captioning.yaml"], "captioning")
    generate_instructions(3, templates, world.patches, shards, out, LINEAGE, block)
    return pq.read_table(out).to_pylist()


def test_each_patch_has_one_instruction_and_its_caption(world, tmp_path):
    ids = list(world.rows)
    shards = [
        write_captions(tmp_path / "0.parquet", ids[::-2]),
        write_captions(tmp_path / "1.parquet", ids[-2::-2]),
    ]
    rows = instruct(world, shards, tmp_path / "q.parquet")
    assert [row["patch_id"] for row in rows] == ids
    assert all(row["output"] == f"Caption of {row['patch_id']}." for row in rows)
    assert {row["category"] for row in rows} == {"None"}
    assert len({row["input"] for row in rows}) > 5
    assert instruct(world, shards[::-1], tmp_path / "q.parquet", block=3) == rows


def test_captions_that_do_not_fit_the_patches_are_refused(world, tmp_path):
    ids = list(world.rows)
    for found, problem in (
        (ids[1:], "captions for"),
        ([*ids[1:], "stranger"], "patch without caption"),
        ([*ids, ids[0]], "two captions"),
    ):
        with pytest.raises(InputError, match=problem):
            instruct(world, [write_captions(tmp_path / "c.parquet", found)], tmp_path / "q.parquet")


# Programs


def test_the_program_writes_questions_with_their_lineage(world, tmp_path, run_program):
    arguments = []
    for name in ("patches", "maps", "instances", "adjacencies"):
        arguments += [f"--{name}", getattr(world, name)]
    settings = {"run": "mini", "seed": 3, "questions": SETTINGS}
    arguments += ["--settings", json.dumps(settings), "--code", "abc", "--out", tmp_path / "q.parquet"]
    arguments += ["--type", "binary", "--templates"]
    run_program("generate_questions", *arguments, *template_files("binary"))
    written = read_lineage(tmp_path / "q.parquet")
    assert written["program"] == "generate_questions.py"
    assert (written["code"], written["settings"]) == ("abc", settings)
    assert pq.read_table(tmp_path / "q.parquet").to_pylist() == make(
        world, "binary", tmp_path / "own.parquet"
    )
    done = run_program("generate_questions", *arguments, template_files("mcq")[0], check=False)
    assert done.returncode == 1
    assert "adjacency.yaml" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_impossible_setting_is_refused_by_name(world, tmp_path):
    with pytest.raises(InputError) as caught:
        make(world, "mcq", tmp_path / "q.parquet", area_range_width=[40, 40])
    assert caught.value.item == "questions.area_range_width"
