"""The filter keeps the right patches and counts them as published."""

import csv
import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from bentxt.bigearthnet.metadata import read_patch_ids, read_patches
from bentxt.bigearthnet.omissions import Omissions
from bentxt.errors import InputError
from bentxt.patches.patch_filter import COUNT_COLUMNS, keep_patches
from bentxt.program.lineage import Lineage, read_lineage
from bentxt.tables.schemas.kept_patches_schema import KEPT_PATCHES
from bentxt.tables.schemas.maps_schema import MAPS
from bentxt.tables.schemas.metadata_schema import METADATA
from bentxt.tables.table_files import read_table, write_table
from worlds.foreign_files import FORMS
from worlds.metadata_world import metadata_rows

SPLITS = ["train", "validation", "test"]
SETTINGS = '{"run": "mini", "reference_maps": {"on_error": "stop"}}'


@pytest.fixture
def files(tmp_path):
    """Six clear patches (not in order), a snowy one, a cloudy one."""
    pq.write_table(metadata_rows(["p3", "p1", "p2", "p7", "p8", "p9"]), tmp_path / "metadata.parquet")
    excluded = metadata_rows(
        ["p5", "p4"], contains_seasonal_snow=[True, False], contains_cloud_or_shadow=[False, True]
    )
    pq.write_table(excluded, tmp_path / "excluded.parquet")
    return tmp_path / "metadata.parquet", tmp_path / "excluded.parquet"


@pytest.mark.parametrize("write", FORMS, ids=lambda write: write.__name__)
def test_metadata_are_read_whoever_wrote_them(files, write):
    expected = read_patches(*files)
    write(pq.read_table(files[0]), files[0])
    assert read_patches(*files).equals(expected)
    write(pq.read_table(files[1]).cast(METADATA), files[1])
    assert read_patches(*files).equals(expected)


def maps_of(names, unlabelled=()):
    return pa.table({"patch_id": names, "unlabelled_pixels": [3 * (name in unlabelled) for name in names]})


ALL = ["p1", "p2", "p3", "p4", "p5", "p7", "p8", "p9"]


def test_patch_ids_of_both_files_are_sorted(files):
    assert read_patch_ids(*files).to_pylist() == ALL


def test_kept_patches_and_counts_of_each_step(files):
    kept, counts = keep_patches(read_patches(*files), maps_of(ALL, unlabelled=["p2", "p5"]))
    assert kept.schema.equals(KEPT_PATCHES)
    # Splits follow the order in the file: p3 train, p1 validation, p2 test, p7 train …
    assert kept.select(["patch_id", "map_index", "split"]).to_pydict() == {
        "patch_id": ["p1", "p3", "p7", "p8", "p9"],
        "map_index": [0, 2, 5, 6, 7],
        "split": ["validation", "train", "train", "validation", "test"],
    }
    assert kept["s1_name"][0].as_py() == "S1_p1"
    assert [dict(zip(COUNT_COLUMNS, row, strict=True)) for row in counts] == [
        {"step": "all", "patches": 8, "train": 3, "validation": 3, "test": 2},
        {"step": "without snow", "patches": 7, "train": 2, "validation": 3, "test": 2},
        {"step": "without cloud or shadow", "patches": 6, "train": 2, "validation": 2, "test": 2},
        {"step": "without unlabelled pixels", "patches": 5, "train": 2, "validation": 2, "test": 1},
    ]


def test_patches_whose_maps_were_left_out_have_a_step_of_their_own(files):
    names = [name for name in ALL if name != "p7"]
    kept, counts = keep_patches(read_patches(*files), maps_of(names), maps_left_out=1)
    assert kept["patch_id"].to_pylist() == ["p1", "p2", "p3", "p8", "p9"]
    assert kept["map_index"].to_pylist() == [0, 1, 2, 5, 6]
    assert [row[:2] for row in counts[2:]] == [
        ("without cloud or shadow", 6),
        ("with a readable map", 5),
        ("without unlabelled pixels", 5),
    ]


@pytest.mark.parametrize(
    ("names", "left_out", "patch"),
    [(ALL[1:], 0, "p1"), (["p0", *ALL], 0, "p0"), (ALL[1:], 2, "p1"), (["p0", *ALL[1:]], 0, "p0")],
)
def test_maps_of_another_run_are_refused(files, names, left_out, patch):
    with pytest.raises(InputError, match="do not belong") as caught:
        keep_patches(read_patches(*files), maps_of(names), left_out)
    assert caught.value.item == patch


def test_split_that_is_left_empty_is_named(files):
    with pytest.raises(InputError, match="no patch of the test split is left"):
        keep_patches(read_patches(*files), maps_of(ALL, unlabelled=["p2", "p9"]))


def test_patch_in_both_files(files):
    pq.write_table(metadata_rows(["p4", "p2"]), files[1])
    with pytest.raises(InputError, match="listed twice") as caught:
        read_patch_ids(*files)
    assert caught.value.item == "p2"


def test_patch_twice_in_one_file(files):
    pq.write_table(metadata_rows(["p7", "p1", "p7"]), files[0])
    with pytest.raises(InputError, match="listed twice") as caught:
        read_patches(*files)
    assert caught.value.item == "p7"


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(
    ("column", "values", "problem"),
    [
        ("split", ["train", "dev"], "split is 'dev'; expected one of train, validation, test"),
        ("split", ["train", None], "split has no value"),
        ("country", ["Austria", "Utopia"], "country is 'Utopia'"),
        ("country", ["Austria", None], "country has no value"),
        ("s1_name", ["x", None], "s1_name has no value"),
        ("contains_seasonal_snow", [False, None], "contains_seasonal_snow has no value"),
        ("contains_cloud_or_shadow", [False, None], "contains_cloud_or_shadow has no value"),
    ],
)
def test_bad_value_names_the_patch_and_its_file(files, place, column, values, problem):
    pq.write_table(metadata_rows(["q1", "q2"], **{column: values}), files[place])
    with pytest.raises(InputError, match=problem) as caught:
        read_patches(*files)
    assert (caught.value.item, caught.value.file) == ("q2", files[place])


def test_patches_without_usable_metadata_are_left_out_and_have_a_step_of_their_own(files):
    names = ["p3", "p1", "p2", "p7", "p8", "p9"]
    splits = ["train", "dev", "test", "train", None, "validation"]
    # p2 lacks two values and is reported once.
    countries = ["Austria", "Austria", "Utopia", "Austria", "Austria", "Austria"]
    snow = [False, False, None, False, False, False]
    rows = metadata_rows(names, split=splits, country=countries, contains_seasonal_snow=snow)
    pq.write_table(rows, files[0])
    omissions = Omissions("skip")
    patches = read_patches(*files, omissions)
    assert omissions.to_dict() == {"unusable metadata": {"count": 3, "names": ["p1", "p8", "p2"]}}
    assert patches.filter(pc.invert(patches["usable"]))["patch_id"].to_pylist() == ["p1", "p2", "p8"]
    with pytest.raises(InputError, match="no patch of the test split is left"):
        keep_patches(patches, maps_of(ALL))
    splits[0] = "test"
    pq.write_table(metadata_rows(names, split=splits, country=countries), files[0])
    kept, counts = keep_patches(read_patches(*files, Omissions("skip")), maps_of(ALL))
    assert kept["patch_id"].to_pylist() == ["p3", "p7", "p9"]
    assert kept["map_index"].to_pylist() == [2, 5, 7]
    # p4 and p5 are the cloudy and the snowy one.
    assert [dict(zip(COUNT_COLUMNS, row, strict=True)) for row in counts] == [
        {"step": "all", "patches": 8, "train": 2, "validation": 2, "test": 2},
        {"step": "with usable metadata", "patches": 5, "train": 2, "validation": 2, "test": 1},
        {"step": "without snow", "patches": 4, "train": 1, "validation": 2, "test": 1},
        {"step": "without cloud or shadow", "patches": 3, "train": 1, "validation": 1, "test": 1},
        {"step": "without unlabelled pixels", "patches": 3, "train": 1, "validation": 1, "test": 1},
    ]


def test_row_without_a_patch_is_always_an_error(files):
    pq.write_table(metadata_rows(["p1", None]), files[1])
    with pytest.raises(InputError, match="patch_id has no value") as caught:
        read_patches(*files, Omissions("skip"))
    assert (caught.value.item, caught.value.file) == ("row 1, counted from 0", files[1])


def test_file_without_a_column(files):
    pq.write_table(metadata_rows(["p1"]).drop_columns("split"), files[0])
    assert read_patch_ids(*files).to_pylist()[0] == "p1"
    with pytest.raises(InputError, match="columns missing: split"):
        read_patches(*files)


def test_program_writes_both_tables(files, tmp_path, run_program):
    columns = {
        "patch_id": ALL,
        "epsg": [32633] * 8,
        "left": [300000.0] * 8,
        "top": [5400000.0] * 8,
        "unlabelled_pixels": [0] * 7 + [2],
        "class_pixels": [[14400] + [0] * 18] * 8,
    }
    note = {"skipped": {}, "patches_without_map": 0}
    write_table(tmp_path / "maps.parquet", columns, MAPS, Lineage("extract_attributes.py", {}, "", note))
    run_program(
        "filter_patches",
        *("--settings", SETTINGS, "--metadata", files[0], "--excluded-metadata", files[1]),
        *("--maps", tmp_path / "maps.parquet", "--out", tmp_path / "kept.parquet"),
        *("--counts", tmp_path / "counts.csv"),
    )
    assert len(read_table(tmp_path / "kept.parquet", KEPT_PATCHES)) == 5
    assert read_lineage(tmp_path / "kept.parquet")["settings"] == json.loads(SETTINGS)
    with (tmp_path / "counts.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["step", "patches", "train", "validation", "test"]
    assert rows[-1] == ["without unlabelled pixels", "5", "2", "2", "1"]


def test_published_counts(real_data):
    patches = read_patches(
        real_data / "metadata.parquet", real_data / "metadata_for_patches_with_snow_cloud_or_shadow.parquet"
    )
    names = patches["patch_id"].to_pylist()
    assert names == sorted(set(names))
    # The maps are not available: take all as labelled.
    maps = pa.table({"patch_id": names, "unlabelled_pixels": np.zeros(len(names), np.int32)})
    kept, counts = keep_patches(patches, maps)
    assert [row[:2] for row in counts] == [
        ("all", 549_488),
        ("without snow", 488_715),
        ("without cloud or shadow", 480_038),
        ("without unlabelled pixels", 480_038),
    ]
    assert counts[2][2:] == (237_871, 122_342, 119_825)
    assert kept["patch_id"][0].as_py() == "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_26_57"
