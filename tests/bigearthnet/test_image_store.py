"""From archives to the LMDB and back."""

import json
import multiprocessing
import pickle
import resource
import shutil

import lmdb
import numpy as np
import pyarrow as pa
import pytest
import rasterio
from safetensors.numpy import load, save

from bentxt.bigearthnet.archives import members, write_archive
from bentxt.bigearthnet.geotiff import encode
from bentxt.bigearthnet.image_encoding import encode_images
from bentxt.bigearthnet.image_store import S1_BANDS, S2_BANDS, open_images
from bentxt.bigearthnet.patch_names import s1_member, s2_member
from bentxt.errors import InputError
from bentxt.program.lineage import Lineage
from bentxt.tables.schemas.metadata_schema import METADATA
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.table_files import read_table, write_table

LINEAGE = Lineage("encode_images.py", {"run": "mini"}, "", {})
S2 = "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_26_57"
S1 = "S1B_IW_GRDH_1SDV_20170612T165809_33UUP_26_57"
PLACE = {"epsg": 32633, "left": 331200, "top": 5331600}


def files_of(patch_id=S2, s1_name=S1):
    """Return one patch of each sensor as archive members."""
    rng = np.random.default_rng(3)
    s1 = {
        s1_member(s1_name, band): encode(rng.normal(-12, 3, (120, 120)).astype("float32"), **PLACE, pixel=10)
        for band in S1_BANDS
    }
    s2 = {
        s2_member(patch_id, band): encode(
            rng.integers(1, 9000, (side, side)).astype("uint16"), **PLACE, pixel=1200 / side, nodata=0
        )
        for band, side in S2_BANDS.items()
    }
    return s1, s2


def archive(path, *groups):
    with write_archive(path) as writer:
        for group in groups:
            for name, data in group.items():
                writer.add(name, data)
    return path


def encode_all(tmp_path, s1, s2, patch_ids=(S2,), s1_names=(S1,)):
    out = tmp_path / "images.lmdb"
    groups = (s1 if isinstance(s1, tuple) else (s1,), s2 if isinstance(s2, tuple) else (s2,))
    first = archive(tmp_path / "BigEarthNet-S1.tar.zst", *groups[0])
    second = archive(tmp_path / "BigEarthNet-S2.tar.zst", *groups[1])
    encode_images(patch_ids, s1_names, first, second, out, LINEAGE)
    return out


@pytest.fixture(scope="module")
def world_images(miniature_world, tmp_path_factory):
    """The LMDB of the miniature world's clear patches, and their metadata."""
    patches = read_table(miniature_world.metadata, METADATA).to_pylist()
    out = tmp_path_factory.mktemp("images") / "images.lmdb"
    names = [[patch[key] for patch in patches] for key in ("patch_id", "s1_name")]
    encode_images(*names, miniature_world.s1, miniature_world.s2, out, LINEAGE)
    return out, patches


def test_every_band_equals_its_geotiff(miniature_world, world_images):
    path, patches = world_images
    images = open_images(path)
    wanted = {patch[key] for patch in patches for key in ("patch_id", "s1_name")}
    checked = 0
    for source, read in ((miniature_world.s1, images.s1), (miniature_world.s2, images.s2)):
        for member, data in members(source):
            name, _, band = member.rpartition("/")[2].removesuffix(".tif").rpartition("_")
            if name in wanted:
                with rasterio.MemoryFile(data) as memory, memory.open() as dataset:
                    np.testing.assert_array_equal(read(name)[band], dataset.read(1))
                checked += 1
    assert checked == 14 * len(patches)


def test_only_the_patches_asked_for(miniature_world, world_images):
    path, patches = world_images
    images = open_images(path)
    assert len(images) == 2 * len(patches) == 48
    snowy = next(patch for patch in miniature_world.planned if patch.sky == "snow")
    assert snowy.patch_id not in images
    assert patches[0]["patch_id"] in images


def test_sample_has_all_bands_at_their_resolution(world_images):
    path, patches = world_images
    sample = open_images(path).sample(patches[0]["patch_id"], patches[0]["s1_name"])
    assert {band: len(array) for band, array in sample.items()} == S2_BANDS | S1_BANDS
    assert {array.dtype.name for array in sample.values()} == {"uint16", "float32"}


def test_layout_is_that_of_rico_hdl(world_images, tmp_path):
    """Key: name in UTF-8; value: a safetensors blob of the bands. Read here without our reader."""
    path, patches = world_images
    copy = shutil.copytree(path, tmp_path / "copy.lmdb")
    with lmdb.open(str(copy), readonly=True, lock=False) as environment, environment.begin() as transaction:
        blob = transaction.get(patches[3]["patch_id"].encode())
        keys = [bytes(key).decode() for key, _ in transaction.cursor()]
    assert {name: array.shape[0] for name, array in load(blob).items()} == S2_BANDS
    assert set(keys) == {patch[key] for patch in patches for key in ("patch_id", "s1_name")}


def put(path, key, value):
    """Make an LMDB of one entry."""
    environment = lmdb.open(str(path), map_size=1 << 20)
    with environment, environment.begin(write=True) as transaction:
        transaction.put(key, value)


def test_an_lmdb_of_another_tool_is_read(tmp_path):
    arrays = {
        "VV": np.arange(14400, dtype="float32").reshape(120, 120),
        "VH": np.zeros((120, 120), "float32"),
    }
    put(tmp_path / "other", S1.encode(), save(arrays, metadata={"tool": "other"}))
    found = open_images(tmp_path / "other").s1(S1)
    assert found.keys() == arrays.keys()
    np.testing.assert_array_equal(found["VV"], arrays["VV"])


def test_a_fingerprint_follows_the_stored_patch(tmp_path):
    band = {"B02": np.ones((2, 2), np.uint16)}
    for key, blob in (("A", save(band)), ("same", save(band)), ("other", save({"B03": band["B02"]}))):
        put(tmp_path, key.encode(), blob)
    images = open_images(tmp_path)
    assert images.fingerprint("A") == images.fingerprint("same") != images.fingerprint("other")
    with pytest.raises(InputError, match="patch not in the LMDB"):
        images.fingerprint("absent")


def test_lineage_says_mini(world_images):
    lineage = json.loads((world_images[0] / "lineage.json").read_text())
    assert lineage["settings"]["run"] == "mini"


def test_real_patches(real_data, tmp_path):
    s1_name = "S1A_IW_GRDH_1SDV_20170613T165043_33UUP_70_48"
    patch_id = "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_75_43"
    out = tmp_path / "images.lmdb"
    encode_images(
        [patch_id], [s1_name], real_data / "BigEarthNet-S1", real_data / "BigEarthNet-S2", out, LINEAGE
    )
    sample = open_images(out).sample(patch_id, s1_name)
    for band, array in sample.items():
        member = s1_member(s1_name, band) if band in S1_BANDS else s2_member(patch_id, band)
        with rasterio.open(real_data / member) as dataset:
            np.testing.assert_array_equal(array, dataset.read(1))


def _in(images, name):
    return name in images and images.s2(name)["B02"].sum()


def test_two_readers_and_forked_workers(world_images):
    path, patches = world_images
    first, second = open_images(path), open_images(path)
    name = patches[0]["patch_id"]
    expected = _in(first, name)
    assert _in(second, name) == expected
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.starmap(_in, [(first, name)] * 4) == [expected] * 4
    assert _in(pickle.loads(pickle.dumps(first)), name) == expected


def test_an_lmdb_made_again_at_the_same_place(tmp_path):
    for _ in range(2):
        s1, s2 = files_of()
        assert len(open_images(encode_all(tmp_path, s1, s2))) == 2


def test_unknown_patch(world_images):
    with pytest.raises(InputError, match="not in the LMDB") as caught:
        open_images(world_images[0]).s2("nowhere")
    assert caught.value.item == "nowhere"


def test_no_lmdb(tmp_path):
    with pytest.raises(InputError, match="no LMDB"):
        open_images(tmp_path)


@pytest.mark.parametrize("blob", [b"", b"12", b"\xff" * 64, save({"B02": np.ones((4, 4), "<u2")})[:-3]])
def test_corrupt_blob(tmp_path, blob):
    put(tmp_path / "bad", b"patch", blob)
    with pytest.raises(InputError, match="corrupt blob") as caught:
        open_images(tmp_path / "bad").s2("patch")
    assert caught.value.item == "patch"


def refused(tmp_path, s1, s2, problem, **wanted):
    """Assert that encoding fails with ``problem`` and leaves nothing; return the error."""
    with pytest.raises(InputError, match=problem) as caught:
        encode_all(tmp_path, s1, s2, **wanted)
    assert {path.name for path in tmp_path.iterdir()} == {"BigEarthNet-S1.tar.zst", "BigEarthNet-S2.tar.zst"}
    return caught.value


def test_missing_band(tmp_path):
    s1, s2 = files_of()
    del s2[s2_member(S2, "B8A")]
    error = refused(tmp_path, s1, s2, "patch without band B8A")
    assert error.item == S2
    assert error.file == tmp_path / "BigEarthNet-S2.tar.zst"


def test_missing_patch(tmp_path):
    s1, s2 = files_of()
    error = refused(tmp_path, s1, s2, "1 of 2 patches are not in the archive", patch_ids=(S2, S2[:-2] + "58"))
    assert error.item == S2[:-2] + "58"


def test_missing_sentinel_1_patch(tmp_path):
    error = refused(tmp_path, {}, files_of()[1], "1 of 1 patches are not in the archive")
    assert (error.item, error.file) == (S1, tmp_path / "BigEarthNet-S1.tar.zst")


@pytest.mark.parametrize("again", [slice(None), slice(2, 3), slice(11, None)])
def test_duplicate_patch(tmp_path, again):
    s1, s2 = files_of()
    twice = dict(list(s2.items())[again])
    error = refused(tmp_path, s1, (s2, twice), "is there twice")
    assert error.item == next(iter(twice))


def test_patch_in_the_archive_alone_is_left_out(tmp_path):
    s1, s2 = files_of()
    other = files_of(patch_id=S2[:-2] + "58")[1]
    assert len(open_images(encode_all(tmp_path, s1, (s2, other)))) == 2


@pytest.mark.parametrize(
    ("band", "array", "problem"),
    [
        (
            "B02",
            np.zeros((120, 120), "float32"),
            "float32, 120×120 pixels; expected 1 band of uint16, 120×120",
        ),
        ("B05", np.zeros((120, 120), "uint16"), "uint16, 120×120 pixels; expected 1 band of uint16, 60×60"),
    ],
)
def test_wrong_type_or_shape(tmp_path, band, array, problem):
    s1, s2 = files_of()
    s2[s2_member(S2, band)] = encode(array, **PLACE, pixel=10)
    assert refused(tmp_path, s1, s2, problem).item == s2_member(S2, band)


@pytest.mark.parametrize("kept", [0, 100, 20_000])
def test_truncated_geotiff(tmp_path, kept):
    s1, s2 = files_of()
    name = s1_member(S1, "VH")
    s1[name] = s1[name][:kept]
    assert refused(tmp_path, s1, s2, "GeoTIFF").item == name


def test_unknown_band(tmp_path):
    s1, s2 = files_of()
    s2[s2_member(S2, "B10")] = s2[s2_member(S2, "B09")]
    assert refused(tmp_path, s1, s2, "unknown band B10").item == s2_member(S2, "B10")


def test_archive_that_ends_early(tmp_path):
    s1, s2 = files_of()
    first = archive(tmp_path / "s1.tar.zst", s1)
    second = archive(tmp_path / "s2.tar.zst", s2)
    second.write_bytes(second.read_bytes()[: second.stat().st_size // 2])
    with pytest.raises(InputError, match="ends early") as caught:
        encode_images([S2], [S1], first, second, tmp_path / "images.lmdb", LINEAGE)
    assert caught.value.file == second
    assert not (tmp_path / "images.lmdb").exists()


@pytest.fixture
def patches_table(miniature_world, tmp_path):
    """patches.parquet of the miniature world, with only what encoding reads."""
    rows = read_table(miniature_world.metadata, METADATA)
    count = len(rows)
    columns = {name: rows[name] for name in ("patch_id", "s1_name", "country", "split")}
    columns |= {"map_index": list(range(count)), "season": ["Summer"] * count, "climate_zone": ["?"] * count}
    columns |= {"latitude": [0.0] * count, "longitude": [0.0] * count}
    path = tmp_path / "patches.parquet"
    write_table(path, pa.table({name: columns[name] for name in PATCHES.names}, PATCHES), PATCHES, LINEAGE)
    return path


def arguments(world, patches, out):
    settings = '{"run": "mini", "images": {"splits": "all"}}'
    return ("--patches", patches, "--s1", world.s1, "--s2", world.s2, "--out", out, "--settings", settings)


def test_program(miniature_world, patches_table, tmp_path, run_program):
    run_program("encode_images", *arguments(miniature_world, patches_table, tmp_path / "images.lmdb"))
    assert len(open_images(tmp_path / "images.lmdb")) == 48
    lineage = json.loads((tmp_path / "images.lmdb" / "lineage.json").read_text())
    assert lineage["program"] == "encode_images.py"


def test_full_disk(miniature_world, patches_table, tmp_path, run_program):
    # A limit on file sizes stands in for a full disk: writing fails in the same way.
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        out = tmp_path / "images.lmdb"
        failed = run_program("encode_images", *arguments(miniature_world, patches_table, out), check=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert failed.returncode == 1
    assert "cannot write the LMDB" in failed.stderr
    assert str(out) in failed.stderr
    assert "free space" in failed.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"patches.parquet"}
