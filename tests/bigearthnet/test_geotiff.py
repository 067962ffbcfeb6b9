"""GeoTIFFs: byte for byte as published, and read whatever their layout."""

import struct
import warnings

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import from_origin

from bentxt.bigearthnet.archives import members
from bentxt.bigearthnet.geotiff import encode, read_band
from bentxt.errors import InputError

KINDS = [("uint16", 120), ("uint16", 60), ("uint16", 20), ("float32", 120)]


def picture(dtype, side, seed=1):
    values = np.random.default_rng(seed).normal(1000, 200, (side, side))
    return values.astype(dtype) if dtype == "uint16" else (values / -100).astype(dtype)


def published(dtype, side, **options):
    nodata = 0 if dtype == "uint16" else None
    place = {"epsg": 32633, "left": 331200, "top": 5331600, "pixel": 1200 / side} | options
    return encode(picture(dtype, side), nodata=nodata, **place)


def through_gdal(array, tags=None, **options):
    """Write an array as a GeoTIFF in one of the many layouts that are not the published one."""
    profile = {
        "driver": "GTiff",
        "dtype": array.dtype.name,
        "width": array.shape[-1],
        "height": array.shape[-2],
    }
    profile |= {"count": 1, "crs": "EPSG:32633", "transform": from_origin(331200, 5331600, 10, 10)} | options
    with rasterio.MemoryFile() as memory:
        with memory.open(**profile) as dataset:
            dataset.write(array if array.ndim == 3 else array[None])
            dataset.update_tags(**(tags or {}))
        return memory.read()


@pytest.mark.parametrize("sensor", ["BigEarthNet-S1", "BigEarthNet-S2"])
def test_bands_equal_the_published_files_byte_for_byte(real_data, sensor):
    for name, data in members(real_data / sensor):
        with rasterio.MemoryFile(data) as memory, memory.open() as dataset:
            nodata = None if dataset.nodata is None else int(dataset.nodata)
            step = dataset.transform
            place = {"epsg": dataset.crs.to_epsg(), "left": step.c, "top": step.f, "pixel": step.a}
            assert encode(dataset.read(1), nodata=nodata, **place) == data, name


def test_reference_map_has_the_published_tags_and_pixels(real_data):
    (found,) = (real_data / "Reference_Maps").rglob("*T33UUP_26_57_reference_map.tif")
    with rasterio.open(found) as real:
        codes, place = real.read(1), {"epsg": 32633, "left": real.bounds.left, "top": real.bounds.top}
        ours = encode(codes, **place, pixel=10, nodata=0, deflate=True)
        with rasterio.MemoryFile(ours) as memory, memory.open() as dataset:
            assert dataset.profile == real.profile
            assert dataset.tags() == real.tags()
            assert dataset.tags(ns="IMAGE_STRUCTURE") == real.tags(ns="IMAGE_STRUCTURE")
            np.testing.assert_array_equal(dataset.read(1), codes)
    # Only the strips differ, since zlib has several versions: they come last.
    assert ours[:218] == found.read_bytes()[:218]
    assert ours[250:416] == found.read_bytes()[250:416]


@pytest.mark.parametrize(("dtype", "side"), KINDS)
def test_gdal_reads_what_is_written(dtype, side):
    with rasterio.MemoryFile(published(dtype, side, epsg=32629)) as memory, memory.open() as dataset:
        np.testing.assert_array_equal(dataset.read(1), picture(dtype, side))
        assert dataset.crs.to_epsg() == 32629
        assert dataset.transform == from_origin(331200, 5331600, 1200 / side, 1200 / side)
        assert dataset.tags() == {"AREA_OR_POINT": "Area"}
        assert dataset.nodata == (0 if dtype == "uint16" else None)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 11, 999, 65535]))
def test_gdal_reads_compressed_maps(seed, top):
    codes = np.random.default_rng(seed).integers(0, top, (120, 120), np.uint16, endpoint=True)
    data = encode(codes, epsg=32634, left=300000, top=5100000, pixel=10, nodata=0, deflate=True)
    with rasterio.MemoryFile(data) as memory, memory.open() as dataset:
        np.testing.assert_array_equal(dataset.read(1), codes)


@pytest.mark.parametrize(("dtype", "side"), KINDS)
def test_bands_come_back(dtype, side):
    band = read_band(published(dtype, side), dtype, side)
    np.testing.assert_array_equal(band, picture(dtype, side))
    assert band.dtype == dtype


def test_the_published_layout_takes_the_fast_way(real_data):
    for sensor, dtype in (("BigEarthNet-S1", "float32"), ("BigEarthNet-S2", "uint16")):
        for name, data in members(real_data / sensor):
            with rasterio.MemoryFile(data) as memory, memory.open() as dataset:
                band = read_band(data, dtype, dataset.width)
                np.testing.assert_array_equal(band, dataset.read(1))
            # A view of the bytes, not an array of its own.
            assert not band.flags.writeable, name


LAYOUTS = st.fixed_dictionaries(
    {},
    optional={
        "compress": st.sampled_from(["deflate", "lzw", "zstd", "packbits", "lzma"]),
        "predictor": st.sampled_from([1, 2, 3]),
        "BIGTIFF": st.sampled_from(["YES", "NO"]),
        "ENDIANNESS": st.sampled_from(["BIG", "LITTLE"]),
        "SPARSE_OK": st.sampled_from(["TRUE", "FALSE"]),
        "nodata": st.sampled_from([0, 7, 65535]),
        "interleave": st.sampled_from(["band", "pixel"]),
        "BLOCKS": st.sampled_from([{"blockysize": 1}, {"blockysize": 17}, {"blockysize": 200}])
        | st.sampled_from([16, 64, 128]).map(
            lambda side: {"tiled": True, "blockxsize": side, "blockysize": side}
        ),
        "TAGS": st.sampled_from([{"scale": "2"}, {"STATISTICS_MEAN": "3", "note": "x" * 400}]),
    },
)


@settings(max_examples=150)
@given(LAYOUTS, st.sampled_from(KINDS), st.integers(0, 120))
def test_bands_of_any_layout_are_what_rasterio_reads(layout, kind, empty_rows):
    options = dict(layout)
    tags, options = options.pop("TAGS", {}), options | options.pop("BLOCKS", {})
    # Floating point takes predictor 3 only, and integers only 2; neither goes without compression.
    fits = {"float32": (1, 3), "uint16": (1, 2)}[kind[0]]
    if options.get("compress") in (None, "packbits") or options.get("predictor") not in fits:
        options.pop("predictor", None)
    array = picture(*kind)
    array[:empty_rows] = options.get("nodata", 0)
    data = through_gdal(array, tags=tags, **options)
    with rasterio.MemoryFile(data) as memory, memory.open() as dataset:
        read = dataset.read(1)
    np.testing.assert_array_equal(read_band(data, *kind), read)
    # GDAL writes blocks of nothing but nodata into a big-endian file with their bytes in the wrong order.
    if options.get("ENDIANNESS") != "BIG":
        np.testing.assert_array_equal(read, array)


def without_strip(data, number):
    """Set place and length of a published file's strip to 0; the last one's bytes are taken out."""
    count = data[8]
    entries = {
        tag: (kind, length, place)
        for tag, kind, length, place in struct.iter_unpack("<HHII", data[10 : 10 + 12 * count])
    }
    (_, strips, offsets), (kind, _, lengths) = entries[273], entries[279]
    size = {3: 2, 4: 4}[kind]
    sparse = bytearray(data)
    first = struct.unpack_from("<I", data, offsets + 4 * number)[0]
    sparse[offsets + 4 * number : offsets + 4 * number + 4] = bytes(4)
    sparse[lengths + size * number : lengths + size * (number + 1)] = bytes(size)
    return bytes(sparse[:first] if number == strips - 1 else sparse)


@pytest.mark.parametrize("number", [0, 2, 3])
def test_a_sparse_strip_in_the_published_layout_reads_as_zeros(number):
    # 120 rows of 240 bytes: three strips of 34 rows and one of 18.
    expected = picture("uint16", 120)
    expected[34 * number : 34 * (number + 1)] = 0
    np.testing.assert_array_equal(
        read_band(without_strip(published("uint16", 120), number), "uint16", 120), expected
    )


def test_a_file_without_any_strip_reads_as_nodata():
    data = through_gdal(
        np.full((120, 120), 7, np.uint16),
        SPARSE_OK="TRUE",
        nodata=7,
        tiled=True,
        blockxsize=64,
        blockysize=64,
    )
    assert len(data) < 1000
    assert (read_band(data, "uint16", 120) == 7).all()


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"epsg": 4326}, "EPSG:4326; expected a UTM zone"),
        ({"epsg": 3035}, "EPSG:3035; expected a UTM zone"),
        ({"epsg": 25833}, "EPSG:25833; expected a UTM zone"),
    ],
)
def test_bands_of_another_coordinate_system_are_refused(options, found):
    with pytest.raises(InputError, match=found):
        read_band(through_gdal(picture("uint16", 120), crs=f"EPSG:{options['epsg']}"), "uint16", 120)
    # The published layout in all but the system's number.
    with pytest.raises(InputError, match="expected a UTM zone"):
        read_band(published("uint16", 120, **options), "uint16", 120)


def test_a_band_without_a_place_is_read():
    array = picture("uint16", 60)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        data = through_gdal(array, crs=None, transform=None)
        np.testing.assert_array_equal(read_band(data, "uint16", 60), array)


@pytest.mark.parametrize(
    ("array", "found"),
    [
        (np.zeros((120, 120), np.float32), "1 band.s. of float32, 120×120"),
        (np.zeros((60, 60), np.uint16), "1 band.s. of uint16, 60×60"),
        (np.zeros((120, 60), np.uint16), "1 band.s. of uint16, 120×60"),
        (np.zeros((2, 120, 120), np.uint16), "2 band.s. of uint16, 120×120"),
    ],
)
def test_wrong_type_or_shape(array, found):
    data = through_gdal(array, count=len(array) if array.ndim == 3 else 1)
    with pytest.raises(InputError, match=f"{found} pixels; expected 1 band of uint16, 120×120 pixels"):
        read_band(data, "uint16", 120)


@pytest.mark.parametrize("kept", [7, 100, 300, 8000, 29195])
def test_truncated_files(kept):
    with pytest.raises(InputError, match="corrupt or truncated GeoTIFF"):
        read_band(published("uint16", 120)[:kept], "uint16", 120)


def test_empty_file():
    with pytest.raises(InputError, match="empty file"):
        read_band(b"", "uint16", 120)


def test_something_else_altogether():
    with pytest.raises(InputError, match="corrupt or truncated GeoTIFF"):
        read_band(b"<html>" + bytes(29190), "uint16", 120)
