"""From an archive to tables: complete, sorted, independent of shards and order, and honest about bad maps."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bentxt.bigearthnet import geotiff
from bentxt.bigearthnet.archives import members
from bentxt.bigearthnet.patch_names import reference_map_member
from bentxt.bigearthnet.reference_maps import patch_of, read_reference_map
from bentxt.errors import InputError
from bentxt.patches.attribute_extraction import extract_attribute_tables
from bentxt.program.lineage import Lineage, read_lineage
from bentxt.tables.schemas.adjacencies_schema import ADJACENCIES
from bentxt.tables.schemas.instances_schema import INSTANCES
from bentxt.tables.schemas.maps_schema import MAPS
from bentxt.tables.table_files import read_table
from worlds.map_archives import TILE, archive_of, codes_of, tif
from worlds.naive_attributes import naive_attributes

PATCHES = [f"{TILE}_{column:02d}_{row:02d}" for column in range(3) for row in range(4)]
NAMES = ("maps", "instances", "adjacencies")


def extract(archive, folder, patches=PATCHES, **options):
    targets = tuple(folder / "out" / f"{name}.parquet" for name in NAMES)
    rows = extract_attribute_tables(
        archive,
        pa.array(sorted(patches)),
        targets,
        lambda **notes: Lineage("extract_attributes.py", {"run": "mini"}, "", notes),
        **options,
    )
    tables = [
        read_table(path, schema) for path, schema in zip(targets, (MAPS, INSTANCES, ADJACENCIES), strict=True)
    ]
    assert rows == tuple(map(len, tables))
    assert sorted(path.name for path in (folder / "out").iterdir()) == sorted(path.name for path in targets)
    return tables, read_lineage(targets[0])["notes"]


@pytest.fixture
def files():
    return [(patch, tif(patch)) for patch in PATCHES]


def test_tables_hold_every_map_with_its_attributes(tmp_path, files):
    (maps, instances, adjacencies), notes = extract(archive_of(tmp_path, files), tmp_path, maps_per_shard=5)
    assert maps["patch_id"].to_pylist() == PATCHES
    assert set(maps["epsg"].to_pylist()) == {32633}
    assert maps["left"].to_pylist()[4] == 301200
    assert maps["top"].to_pylist()[1] == 5398800
    assert notes == {"skipped": {}, "patches_without_map": 0}
    rows = instances.to_pylist()
    for index, patch in enumerate(PATCHES):
        unlabelled, pixels, expected, pairs = naive_attributes(codes_of(patch))
        assert maps["unlabelled_pixels"][index].as_py() == unlabelled
        assert maps["class_pixels"][index].as_py() == pixels
        mine = [tuple(row.values())[1:] for row in rows if row["map_index"] == index]
        assert [row[:6] for row in mine] == [row[:6] for row in expected]
        np.testing.assert_allclose([row[6:] for row in mine], [row[6:] for row in expected])
        found = [tuple(row.values())[1:] for row in adjacencies.to_pylist() if row["map_index"] == index]
        assert found == pairs
    assert instances["map_index"].to_pylist() == sorted(instances["map_index"].to_pylist())


def test_neither_order_nor_shards_change_a_byte(tmp_path, files):
    rng = np.random.default_rng(0)
    written = set()
    for number, size in enumerate((1, 5, 12, 4096)):
        folder = tmp_path / str(number)
        shuffled = [files[index] for index in rng.permutation(len(files))]
        archive = archive_of(folder, shuffled if number else files)
        extract(archive, folder, maps_per_shard=size)
        written.add(tuple((folder / "out" / f"{name}.parquet").read_bytes() for name in NAMES))
    assert len(written) == 1


def test_folder_gives_the_same_as_the_archive(tmp_path, files):
    packed, _ = extract(archive_of(tmp_path / "a", files), tmp_path / "a")
    for patch, data in files:
        path = tmp_path / "b" / reference_map_member(patch)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    unpacked, _ = extract(tmp_path / "b" / "Reference_Maps", tmp_path / "b")
    assert packed == unpacked


def damage(files, kind):
    """Return files with one thing wrong, the patch at fault, and what the error says."""
    patch = PATCHES[7]
    others = [file for file in files if file[0] != patch]
    whole = tif(patch)
    unknown = codes_of(patch)
    unknown[100, 3] = 110
    # The last bytes belong to the last strip.
    corrupt = whole[:-20] + bytes(20)
    small = geotiff.encode(codes_of(patch)[:60], epsg=32633, left=300000, top=5400000, pixel=10, deflate=True)
    stranger = f"{TILE}_50_50"
    return {
        "missing": (others, patch, "no map in the archive"),
        "truncated": ([*others, (patch, whole[:-30])], patch, "truncated"),
        "corrupt": ([*others, (patch, corrupt)], patch, "corrupt"),
        "empty": ([*others, (patch, b"")], patch, "empty file"),
        "small": ([*others, (patch, small)], patch, "60×120"),
        "unknown code": ([*others, (patch, tif(patch, unknown))], patch, "code 110 at row 100, column 3"),
        "other zone": ([*others, (patch, tif(patch, epsg=32634))], patch, "EPSG:32634; expected EPSG:32633"),
        "duplicate": ([*files, (patch, whole)], patch, "more than one map"),
        "stranger": ([*files, (stranger, tif(stranger))], stranger, "neither metadata file"),
    }[kind]


KINDS = (
    "missing",
    "truncated",
    "corrupt",
    "empty",
    "small",
    "unknown code",
    "other zone",
    "duplicate",
    "stranger",
)


@pytest.mark.parametrize("kind", KINDS)
def test_bad_map_stops_the_run_by_name_and_leaves_nothing(tmp_path, files, kind):
    bad, patch, problem = damage(files, kind)
    archive = archive_of(tmp_path, bad)
    with pytest.raises(InputError, match=problem) as caught:
        extract(archive, tmp_path, maps_per_shard=5)
    assert patch in str(caught.value)
    assert "Reference_Maps.tar.zst" in str(caught.value)
    assert caught.value.remedy
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("kind", KINDS)
def test_bad_map_is_left_out_and_listed(tmp_path, files, kind, caplog):
    bad, patch, _ = damage(files, kind)
    (maps, instances, adjacencies), notes = extract(
        archive_of(tmp_path, bad), tmp_path, on_error="skip", maps_per_shard=5
    )
    left = PATCHES if kind in ("duplicate", "stranger") else [name for name in PATCHES if name != patch]
    assert maps["patch_id"].to_pylist() == left
    assert notes["patches_without_map"] == len(PATCHES) - len(left)
    (entry,) = notes["skipped"].values()
    assert entry == {"count": 1, "names": [patch]}
    assert patch in caplog.text
    # Rows of the maps behind the absent one moved up by one.
    for index, name in enumerate(left):
        mine = instances.filter(pa.compute.equal(instances["map_index"], index))
        assert len(mine) == len(naive_attributes(codes_of(name))[2])
    assert max(adjacencies["map_index"].to_pylist()) < len(left)


def test_good_map_behind_an_unreadable_one_is_used(tmp_path, files):
    patch = PATCHES[0]
    archive = archive_of(tmp_path, [(patch, tif(patch)[:-30]), *files])
    (maps, *_), notes = extract(archive, tmp_path, on_error="skip")
    assert maps["patch_id"].to_pylist() == PATCHES
    assert notes["patches_without_map"] == 0
    assert notes["skipped"]["unreadable map"]["names"] == [patch]


def test_many_missing_maps_are_counted_but_not_all_listed(tmp_path, files):
    patches = [f"{TILE}_{column:02d}_{row:02d}" for column in range(40) for row in range(40)]
    _, notes = extract(archive_of(tmp_path, files), tmp_path, patches=patches, on_error="skip")
    entry = notes["skipped"]["no map in the archive"]
    assert entry["count"] == notes["patches_without_map"] == 1600 - 12
    assert len(entry["names"]) == 1000


@pytest.mark.parametrize("on_error", ["stop", "skip"])
def test_archive_that_ends_early_is_fatal_either_way(tmp_path, files, on_error):
    path = archive_of(tmp_path, files)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match=r"Reference_Maps\.tar\.zst"):
        extract(path, tmp_path, on_error=on_error)
    assert not list((tmp_path / "out").iterdir())


def test_archive_without_a_single_map(tmp_path):
    with pytest.raises(InputError, match="no reference map"):
        extract(archive_of(tmp_path, []), tmp_path, on_error="skip")


def test_a_patch_of_another_naming_is_left_out(tmp_path, files):
    for patch, data in [*files[:2], ("meadow_3", files[2][1])]:
        path = tmp_path / "Reference_Maps" / "tile" / patch / f"{patch}_reference_map.tif"
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    patches = [*PATCHES[:2], "meadow_3"]
    with pytest.raises(InputError, match="meadow_3"):
        extract(tmp_path / "Reference_Maps", tmp_path, patches)
    (maps, *_), notes = extract(tmp_path / "Reference_Maps", tmp_path, patches, on_error="skip")
    assert maps["patch_id"].to_pylist() == PATCHES[:2]
    assert notes["skipped"] == {"unreadable map": {"count": 1, "names": ["meadow_3"]}}


def test_wrong_setting_is_named(tmp_path, files):
    with pytest.raises(InputError, match=r"reference_maps\.on_error"):
        extract(archive_of(tmp_path, files), tmp_path, on_error="ignore")


def test_program_on_the_miniature_world(miniature_world, tmp_path, run_program):
    settings = '{"run": "mini", "reference_maps": {"on_error": "stop", "maps_per_shard": 8}}'
    targets = [tmp_path / f"{name}.parquet" for name in NAMES]
    arguments = ["--settings", settings, "--code", "abc", "--reference-maps", miniature_world.reference_maps]
    arguments += ["--metadata", miniature_world.metadata]
    arguments += ["--excluded-metadata", miniature_world.excluded_metadata]
    arguments += ["--maps", targets[0], "--instances", targets[1], "--adjacencies", targets[2]]
    run_program("extract_attributes", *arguments)
    maps = read_table(targets[0], MAPS)
    assert sorted(maps["patch_id"].to_pylist()) == maps["patch_id"].to_pylist()
    assert set(maps["patch_id"].to_pylist()) == {patch.patch_id for patch in miniature_world.planned}
    rows = {patch: index for index, patch in enumerate(maps["patch_id"].to_pylist())}
    counts = np.bincount(read_table(targets[1], INSTANCES)["map_index"].to_numpy(), minlength=len(maps))
    for member, data in members(miniature_world.reference_maps, "_reference_map.tif"):
        row = rows[patch_of(member)]
        found = read_reference_map(data, member)
        unlabelled, pixels, instances, _ = naive_attributes(found.codes)
        expected = (unlabelled, pixels, found.left, found.top)
        mine = maps.slice(row, 1).to_pylist()[0]
        assert tuple(mine[key] for key in ("unlabelled_pixels", "class_pixels", "left", "top")) == expected
        assert counts[row] == len(instances)
    lineage = read_lineage(targets[2])
    assert (lineage["program"], lineage["code"]) == ("extract_attributes.py", "abc")
    # The same archive with a metadata file that lacks one patch.
    pq.write_table(pq.read_table(miniature_world.metadata).slice(1), tmp_path / "metadata.parquet")
    arguments[arguments.index(miniature_world.metadata)] = tmp_path / "metadata.parquet"
    for target in targets:
        target.unlink()
    failed = run_program("extract_attributes", *arguments, check=False)
    assert failed.returncode == 1
    assert "neither metadata file lists" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["metadata.parquet"]
