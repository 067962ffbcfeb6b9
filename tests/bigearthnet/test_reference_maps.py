"""Reference maps are decoded exactly, whichever way, and what is none is refused by name."""

import io
import struct
import warnings

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.crs import CRS
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile
from rasterio.transform import Affine, from_origin

from bentxt.bigearthnet.reference_maps import MapShard, _published_layout, patch_of, read_reference_map
from bentxt.errors import InputError
from bentxt.nomenclature import CODES

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")

PATCH = "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_26_57"
MEMBER = f"Reference_Maps/S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP/{PATCH}/{PATCH}_reference_map.tif"
CORNER = (331200.0, 5331600.0)


def geotiff(array, crs="EPSG:32633", transform=None, tags=None, **options):
    """Return a GeoTIFF by rasterio; with the default options it has the published layout."""
    profile = {
        "driver": "GTiff",
        "height": array.shape[0],
        "width": array.shape[1],
        "count": 1,
        "dtype": array.dtype,
        "crs": CRS.from_string(crs) if crs else None,
        "transform": transform or from_origin(*CORNER, 10, 10),
        "nodata": 0,
        "compress": "deflate",
        "predictor": 2,
        **options,
    }
    with MemoryFile() as memory:
        with memory.open(**profile) as dataset:
            dataset.update_tags(**tags or {})
            for band in range(1, profile["count"] + 1):
                dataset.write(array, band)
        return memory.read()


def random_codes(seed, kind=np.uint16):
    """Return blocks of random CORINE codes."""
    rng = np.random.default_rng(seed)
    codes = np.array([code for codes in CODES for code in codes])
    return np.kron(rng.choice(codes, (12, 12)), np.ones((10, 10))).astype(kind)


def by_rasterio(data):
    with MemoryFile(data) as memory, memory.open() as dataset:
        return dataset.read(1), dataset.crs.to_epsg(), dataset.transform.c, dataset.transform.f


def test_published_layout_is_read_directly_and_equals_rasterio():
    codes = random_codes(1)
    data = geotiff(codes)
    assert _published_layout(data) is not None
    found = read_reference_map(data, MEMBER)
    np.testing.assert_array_equal(found.codes, codes)
    np.testing.assert_array_equal(found.codes, by_rasterio(data)[0])
    assert (found.epsg, found.left, found.top) == (32633, *CORNER)


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 65535))
def test_any_numbers_survive_the_predictor(seed, highest):
    codes = np.random.default_rng(seed).integers(0, highest, (120, 120), np.uint16, endpoint=True)
    np.testing.assert_array_equal(read_reference_map(geotiff(codes), MEMBER).codes, codes)


@pytest.mark.parametrize(
    "options",
    [
        {"predictor": 1},
        {"compress": None, "predictor": 1},
        {"compress": "lzw"},
        {"compress": "zstd"},
        {"tiled": True, "blockxsize": 64, "blockysize": 64},
        {"blockysize": 1},
        {"blockysize": 120},
        {"BIGTIFF": "YES"},
        {"ENDIANNESS": "BIG"},
        {"nodata": None, "predictor": 1},
        {"GEOTIFF_KEYS_FLAVOR": "ESRI_PE", "predictor": 1},
        {"GEOTIFF_VERSION": "1.0", "predictor": 1},
    ],
    ids=str,
)
def test_other_layouts_give_the_same_map(options):
    codes = random_codes(2)
    data = geotiff(codes, **options)
    assert _published_layout(data) is None
    found = read_reference_map(data, MEMBER)
    np.testing.assert_array_equal(found.codes, codes)
    assert (found.epsg, found.left, found.top) == (32633, *CORNER)


def test_pixel_is_point_moves_the_corner_as_gdal_says():
    data = geotiff(random_codes(3), tags={"AREA_OR_POINT": "Point"})
    assert _published_layout(data) is None
    found = read_reference_map(data, MEMBER)
    assert (found.epsg, found.left, found.top) == by_rasterio(data)[1:]


def test_shard_holds_maps_of_both_kinds_and_can_be_filled_again():
    shard = MapShard(3)
    for turn in range(2):
        shard.clear()
        maps = [random_codes(10 * turn + index) for index in range(3)]
        for index, codes in enumerate(maps):
            options = {"compress": "lzw"} if index == turn else {}
            corner = from_origin(CORNER[0] + 1200 * index, CORNER[1], 10, 10)
            shard.add(geotiff(codes, f"EPSG:{32633 + index}", corner, **options), MEMBER)
        np.testing.assert_array_equal(shard.decoded(), maps)
        # Asking again must not sum up twice.
        np.testing.assert_array_equal(shard.decoded(), maps)
        assert shard.epsg.tolist() == [32633, 32634, 32635]
        assert shard.left.tolist() == [CORNER[0], CORNER[0] + 1200, CORNER[0] + 2400]


def test_map_that_fails_leaves_no_trace_in_the_shard():
    shard = MapShard(2)
    first, second = random_codes(4), random_codes(5)
    shard.add(geotiff(first), MEMBER)
    data = geotiff(random_codes(6))
    with pytest.raises(InputError):
        shard.add(data[:-40], MEMBER)
    shard.add(geotiff(second, compress="lzw"), MEMBER)
    np.testing.assert_array_equal(shard.decoded(), [first, second])


SMALL = np.full((60, 60), 211, np.uint16)
FULL = np.full((120, 120), 211, np.uint16)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "empty file"),
        (b"not a GeoTIFF at all" * 20, "corrupt or truncated"),
        (geotiff(SMALL), "60×60 pixels; expected 1 band of uint16, 120×120"),
        (geotiff(FULL.astype(np.uint8)), "1 band.* of uint8"),
        (geotiff(FULL.astype(np.int16)), "1 band.* of int16"),
        (geotiff(FULL.astype(np.float32), predictor=3), "1 band.* of float32"),
        (geotiff(FULL, count=2), "2 band"),
        (geotiff(FULL, crs="EPSG:4326"), "EPSG:4326; expected a UTM zone"),
        (geotiff(FULL, crs="EPSG:3035"), "EPSG:3035; expected a UTM zone"),
        (geotiff(FULL, crs="EPSG:25833"), "EPSG:25833; expected a UTM zone"),
        (geotiff(FULL, crs=None), "no coordinate reference system"),
        (geotiff(FULL, transform=from_origin(*CORNER, 20, 20)), "pixels of 20.0 m"),
        (geotiff(FULL, transform=Affine(10, 1, CORNER[0], 1, -10, CORNER[1])), "north up"),
        (geotiff(FULL, transform=Affine(10, 0, CORNER[0], 0, 10, CORNER[1])), "north up"),
        (geotiff(FULL, transform=from_origin(10, 20, 10, 10)), "not within a UTM zone"),
    ],
)
def test_what_is_no_reference_map_is_refused_by_name(data, problem):
    with pytest.raises(InputError, match=problem) as caught:
        read_reference_map(data, MEMBER, "Reference_Maps.tar.zst")
    assert PATCH in str(caught.value)
    assert "Reference_Maps.tar.zst" in str(caught.value)
    assert "on_error" in caught.value.remedy


@pytest.mark.parametrize("number", [0, 2, 3])
def test_a_sparse_strip_reads_as_zeros(number):
    codes = random_codes(7)
    sparse = bytearray(geotiff(codes))
    entries = {
        tag: place for tag, _, _, place in struct.iter_unpack("<HHII", sparse[10 : 10 + 12 * sparse[8]])
    }
    for tag in (273, 279):
        sparse[entries[tag] + 4 * number : entries[tag] + 4 * number + 4] = bytes(4)
    codes[34 * number : 34 * (number + 1)] = 0
    np.testing.assert_array_equal(by_rasterio(bytes(sparse))[0], codes)
    np.testing.assert_array_equal(read_reference_map(bytes(sparse), MEMBER).codes, codes)


def test_no_truncation_goes_unseen():
    data = geotiff(random_codes(7))
    for length in range(0, len(data), max(1, len(data) // 150)):
        with pytest.raises(InputError):
            read_reference_map(data[:length], MEMBER)


def test_damaged_pixels_never_give_another_map():
    codes = random_codes(8)
    data = geotiff(codes)
    refused = 0
    start = min(offset for offset, _ in _published_layout(data)[-1])
    rng = np.random.default_rng(9)
    for place in rng.integers(start, len(data), 100):
        damaged = bytearray(data)
        damaged[place] ^= 1 << int(rng.integers(8))
        try:
            # Only the padding bits at the end of a strip mean nothing.
            np.testing.assert_array_equal(read_reference_map(bytes(damaged), MEMBER).codes, codes)
        except InputError as error:
            assert "corrupt" in error.problem  # noqa: PT017
            refused += 1
    assert refused > 90


@settings(max_examples=300)
@given(st.integers(0, 415), st.integers(0, 255), st.integers(0, 415), st.integers(0, 255))
def test_damaged_header_never_crashes(place, value, other_place, other_value):
    damaged = bytearray(geotiff(random_codes(8)))
    damaged[place], damaged[other_place] = value, other_value
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            found = read_reference_map(bytes(damaged), MEMBER)
        except InputError:
            return
    assert found.codes.shape == (120, 120)


def test_patch_of_a_member():
    assert patch_of(MEMBER) == PATCH
    assert patch_of(f"{PATCH}_reference_map.tif") == PATCH


def test_real_maps_take_the_direct_way_and_equal_rasterio(real_data):
    files = sorted((real_data / "Reference_Maps").rglob("*_reference_map.tif"))
    assert len(files) == 9
    for file in files:
        data = file.read_bytes()
        assert _published_layout(data) is not None
        found = read_reference_map(data, file.name)
        with rasterio.open(io.BytesIO(data)) as dataset:
            np.testing.assert_array_equal(found.codes, dataset.read(1))
            assert found.epsg == dataset.crs.to_epsg()
            assert (found.left, found.top) == (dataset.transform.c, dataset.transform.f)


def test_miniature_maps_have_the_published_layout(miniature_world):
    from bentxt.bigearthnet.archives import members

    archive = miniature_world.reference_maps
    for member, data in members(archive, suffix="_reference_map.tif"):
        assert _published_layout(data) is not None
        np.testing.assert_array_equal(read_reference_map(data, member).codes, by_rasterio(data)[0])
