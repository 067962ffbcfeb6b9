"""One reader of the tables of attributes: blocks, ranges, columns, and tables that do not belong together."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from bentxt.errors import InputError
from bentxt.patches.patch_attributes import BOXES, SIZES, Instance, read_patch_attributes
from worlds.question_world import instances_of, small_world


@pytest.fixture
def world(tmp_path):
    return small_world(tmp_path, patches=30)


def read(world, *arguments, **options):
    tables = (world.patches, world.maps, world.instances, world.adjacencies)
    return [patch for block in read_patch_attributes(*tables, *arguments, **options) for patch in block]


def rewrite(path, change):
    table = pq.read_table(path)
    pq.write_table(type(table).from_pylist(change(table.to_pylist()), schema=table.schema), path)


def test_attributes_are_those_of_the_maps(world):
    patches = read(world, block=5)
    assert [patch.patch_id for patch in patches] == list(world.rows)
    for patch in patches:
        class_map = world.class_maps[patch.patch_id]
        assert patch.classes == np.unique(class_map).tolist()
        assert patch.pixels == np.bincount(class_map.ravel(), minlength=19).tolist()
        instances = [Instance(*instance.values()) for instance in instances_of(class_map)]
        assert patch.instances == instances
        assert patch.counts == [sum(of.class_index == index for of in instances) for index in range(19)]
        assert patch.country == world.rows[patch.patch_id]["country"]


def test_an_instance_names_its_box_and_its_centroid():
    instance = Instance(4, 144, 1, 2, 13, 14, 7.0, 8.0, True)
    assert instance.box == (1, 2, 13, 14)
    assert instance.centroid == (7.0, 8.0)


@pytest.mark.parametrize("block", [1, 4, 100])
@pytest.mark.parametrize(("start", "stop"), [(0, None), (0, 7), (3, 11), (12, 30), (29, 30), (5, 5)])
def test_a_range_is_that_part_of_all_whatever_the_blocks(world, start, stop, block):
    assert read(world, start, stop, block=block) == read(world)[start:stop]


@pytest.mark.parametrize("row_group", [1, 3, 1000])
def test_a_range_does_not_depend_on_the_row_groups_of_the_files(world, row_group):
    expected = read(world)[8:20]
    for path in (world.patches, world.maps, world.instances, world.adjacencies):
        pq.write_table(pq.read_table(path), path, row_group_size=row_group)
    assert read(world, 8, 20, block=3) == expected


def test_only_the_fields_that_are_asked_for_are_read(world):
    sizes, boxes, none = (read(world, instance_fields=fields) for fields in (SIZES, BOXES, ()))
    for whole, with_sizes, with_boxes, bare in zip(read(world), sizes, boxes, none, strict=True):
        assert [of[:2] for of in with_sizes.instances] == [of[:2] for of in whole.instances]
        assert all(of.box == (None,) * 4 and of.centroid == (None, None) for of in with_sizes.instances)
        assert [of.box for of in with_boxes.instances] == [of.box for of in whole.instances]
        assert bare.instances == []
        assert bare.counts == with_sizes.counts == whole.counts


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        ("instances", lambda rows: rows[1:], "do not add up"),
        ("instances", lambda rows: [*rows[1:], rows[0]], "not sorted by map_index"),
        ("maps", lambda rows: rows[:5], "does not hold this patch"),
        ("maps", lambda rows: [rows[1], rows[0], *rows[2:]], "not sorted by patch_id"),
        ("maps", lambda rows: [{**rows[0], "patch_id": "A"}, *rows[1:]], "does not hold this patch"),
        (
            "adjacencies",
            lambda rows: [*rows[:-1], {**rows[-1], "first_class": 17, "second_class": 18}],
            "have no instance",
        ),
    ],
)
def test_tables_of_different_runs_are_refused(world, name, change, problem):
    rewrite(getattr(world, name), change)
    with pytest.raises(InputError, match=problem) as caught:
        read(world)
    assert str(caught.value.file) == str(getattr(world, name))


def test_a_map_that_does_not_have_the_pixels_of_its_instances_is_refused(world):
    rewrite(world.maps, lambda rows: [{**rows[0], "class_pixels": [0] * 19}, *rows[1:]])
    with pytest.raises(InputError, match="do not add up") as caught:
        read(world)
    assert caught.value.item == next(iter(world.rows))


def test_a_table_of_another_schema_is_refused(world):
    world.maps = world.patches
    with pytest.raises(InputError, match="columns missing: class_pixels"):
        read(world)
