from itertools import pairwise

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.captions.caption_facts import Rules, caption_facts, read_facts
from bentxt.errors import InputError
from bentxt.nomenclature import PIXELS
from bentxt.program.settings import section
from bentxt.tables.shards import shard_range
from worlds.caption_tables import CLIMATE, RULES, SETTINGS, facts_of, random_map, write_tables


def facts(instances, pairs=(), rules=RULES):
    return caption_facts("P", "Serbia", "Fall", CLIMATE, instances, pairs, rules)


def test_tiers_are_split_at_25_and_5_percent_of_the_patch():
    found = facts({2: [3600], 4: [3601], 8: [720], 10: [719], 0: [5760]})
    tiers = {c.index: c.tier for c in found.classes}
    assert tiers == {0: "primary", 4: "primary", 2: "secondary", 8: "secondary", 10: "marginal"}


def test_instances_are_sorted_into_tiers_by_their_own_size():
    (only,) = facts({4: [5000, 3601, 1000, 720, 719, 60]}).classes
    assert only.large == (500_000, 360_000)
    assert only.smaller == (100_000, 72_000)
    assert (only.count, only.marginal) == (6, 2)
    assert only.area == 1_110_000


@pytest.mark.parametrize(
    ("pixels", "area"), [(13515, 1_352_000), (7075, 708_000), (4131, 413_000), (14400, 1_440_000)]
)
def test_areas_are_rounded_to_the_nearest_1000_square_metres(pixels, area):
    assert RULES.area(pixels) == area


def test_classes_and_borders_are_in_descending_order_and_no_pair_comes_twice():
    found = facts({2: [3000], 4: [6000], 8: [5000]}, [(4, 8), (2, 8), (2, 4)])
    assert [c.index for c in found.classes] == [4, 8, 2]
    assert found.borders == ((4, (8, 2)), (8, (2,)))


def test_equal_classes_are_in_nomenclature_order():
    assert [c.index for c in facts({10: [7200], 3: [7200]}).classes] == [3, 10]


@given(st.integers(0, 3000), st.integers(1, 40))
def test_shards_are_contiguous_and_row_i_belongs_to_shard_i_times_shards_over_rows(rows, shards):
    bounds = [shard_range(rows, shard, shards) for shard in range(shards)]
    assert bounds[0][0] == 0
    assert bounds[-1][1] == rows
    assert all(left[1] == right[0] for left, right in pairwise(bounds))
    for shard, (start, stop) in enumerate(bounds):
        assert all(row * shards // rows == shard for row in range(start, stop))


@pytest.mark.parametrize("shard", [-1, 2])
def test_a_shard_that_does_not_exist_is_refused(shard):
    with pytest.raises(InputError, match="does not exist"):
        shard_range(10, shard, 2)


@pytest.fixture(scope="module")
def maps():
    return [random_map(seed) for seed in range(12)]


@pytest.fixture
def tables(tmp_path, maps):
    return write_tables(tmp_path, maps)


def test_tables_give_the_facts_of_their_maps(tables, maps):
    expected = [facts_of(class_map, f"PATCH_{i:04d}") for i, class_map in enumerate(maps, 1)]
    assert list(read_facts(*tables, RULES)) == expected


def test_a_shard_gives_its_rows_only(tables):
    everything = list(read_facts(*tables, RULES))
    assert list(read_facts(*tables, RULES, 3, 7)) == everything[3:7]
    assert list(read_facts(*tables, RULES, 5, 5)) == []


@pytest.mark.parametrize("block", [1, 5])
def test_facts_do_not_depend_on_the_blocks(tables, block):
    assert list(read_facts(*tables, RULES, 1, 11, block=block)) == list(read_facts(*tables, RULES, 1, 11))


def test_short_borders_are_left_out_by_the_setting(tmp_path):
    class_map = np.full((120, 120), 2, np.uint8)
    class_map[:5, :5] = 4
    tables = write_tables(tmp_path, [class_map])
    assert next(read_facts(*tables, Rules(25, 5, 1000, 10))).borders == ((2, (4,)),)
    assert next(read_facts(*tables, Rules(25, 5, 1000, 11))).borders == ()


def rewrite(path, change):
    table = pq.read_table(path)
    rows = table.to_pylist()
    change(rows)
    pq.write_table(type(table).from_pylist(rows, schema=table.schema), path)


def test_instances_of_another_run_are_refused(tables):
    rewrite(tables[2], lambda rows: rows[4].update(pixels=rows[4]["pixels"] + 1))
    with pytest.raises(InputError, match="do not add up") as error:
        list(read_facts(*tables, RULES))
    assert error.value.item.startswith("PATCH_")


def test_maps_of_another_run_are_refused(tables):
    rewrite(tables[1], lambda rows: rows[3].update(patch_id=rows[3]["patch_id"] + "X"))
    with pytest.raises(InputError, match="PATCH_0003"):
        list(read_facts(*tables, RULES))
    rewrite(tables[0], lambda rows: rows[-1].update(map_index=99))
    with pytest.raises(InputError, match="does not hold this patch"):
        list(read_facts(*tables, RULES))


def test_neighbours_without_an_instance_are_refused(tables):
    rewrite(tables[3], lambda rows: rows[-1].update(first_class=17, second_class=18))
    with pytest.raises(InputError, match="have no instance"):
        list(read_facts(*tables, RULES))


@pytest.mark.parametrize(
    "change",
    [
        {"tiers": {"primary": 5, "secondary": 25}},
        {"tiers": {"primary": 25, "secondary": 0}},
        {"area_rounding": 0},
    ],
)
def test_impossible_settings_are_refused(change):
    with pytest.raises(InputError, match="captions"):
        section({"captions": SETTINGS["captions"] | change}, "captions", Rules)


def test_all_pixels_are_accounted_for(maps):
    assert all(sum(c.pixels for c in facts_of(class_map).classes) == PIXELS for class_map in maps)
