"""Reference maps: GeoTIFFs of CORINE Land Cover codes, decoded into arrays (Section 3.1 of the paper).

The published files are all of one layout, which is read here directly: opening a dataset through GDAL
costs many times what its 1 kB holds. Whatever differs from that layout in any tag goes through rasterio.
Both ways give the same result, and both refuse what is not a reference map.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from isal import isal_zlib
from numba import njit

from bentxt.bigearthnet import geotiff
from bentxt.bigearthnet.archive_check import how_to_check
from bentxt.bigearthnet.archives import members
from bentxt.errors import InputError
from bentxt.nomenclature import SIDE, class_lookup

#: How the members of the archive end; what stands before it in the file name is the patch.
SUFFIX = "_reference_map.tif"

#: Side of a pixel, m.
PIXEL_SIDE = 10.0

# Tags of the published files with one value: TIFF type (3 is SHORT), count and value.
_PUBLISHED = {
    256: (3, 1, SIDE),  # width
    257: (3, 1, SIDE),  # length
    258: (3, 1, 16),  # bits per sample
    259: (3, 1, 8),  # compression: deflate
    262: (3, 1, 1),  # photometric: black is zero
    277: (3, 1, 1),  # samples per pixel
    278: (3, 1, 34),  # rows per strip
    284: (3, 1, 1),  # planar configuration
    317: (3, 1, 2),  # predictor: horizontal differences
    339: (3, 1, 1),  # sample format: unsigned
}
_OFFSETS, _LENGTHS, _SCALE, _TIE_POINT, _GEO_KEYS = 273, 279, 33550, 33922, 34735

# Tags whose values differ between files: TIFF type (4 is LONG, 12 is DOUBLE) and count.
_ARRAYS = {_OFFSETS: (4, 4), _LENGTHS: (4, 4), _SCALE: (12, 3), _TIE_POINT: (12, 6)}
_SIZES = {4: 4, 12: 8}

# Strip offsets and lengths, pixel scale, tie point, geo keys, their texts, and nodata.
_TAGS = {*_PUBLISHED, _OFFSETS, _LENGTHS, _SCALE, _TIE_POINT, _GEO_KEYS, 34737, 42113}
_ROW_BYTES = 2 * SIDE
_STRIP_BYTES = tuple(_ROW_BYTES * rows for rows in (34, 34, 34, 18))


@dataclass(frozen=True)
class ReferenceMap:
    """One reference map.

    Attributes
    ----------
    codes : numpy.ndarray
        uint16, shape (120, 120): CORINE Land Cover 2018 level-3 codes, first row in the north.
    epsg : int
        EPSG code of the UTM zone (WGS 84), 32601–32660 or 32701–32760.
    left, top : float
        Easting and northing of the upper left corner, m.
    """

    codes: np.ndarray
    epsg: int
    left: float
    top: float


def patch_of(member: str) -> str:
    """Return the patch that an archive member or a path ``…/<patch_id>_reference_map.tif`` is of."""
    return member.rpartition("/")[2].removesuffix(SUFFIX)


def read_reference_map(data: bytes, member: str, file: Path | str | None = None) -> ReferenceMap:
    """Decode one reference map.

    Parameters
    ----------
    data : bytes
        The GeoTIFF.
    member : str
        Its name, for messages.
    file : str or Path, optional
        The archive or folder that holds it, for messages.

    Returns
    -------
    ReferenceMap

    Raises
    ------
    InputError
        If the file is corrupt or truncated, or not a uint16 map of 120×120 pixels of 10 m in a UTM zone.
    """
    shard = MapShard(1)
    shard.add(data, member, file)
    return ReferenceMap(shard.decoded()[0], int(shard.epsg[0]), float(shard.left[0]), float(shard.top[0]))


def class_maps(archive: Path | str, patches: Sequence[str]) -> np.ndarray:
    """Return the class maps of patches, uint8, shape (patches, 120, 120)."""
    lookup, wanted = class_lookup(), {patch: row for row, patch in enumerate(patches)}
    maps = np.zeros((len(patches), 120, 120), np.uint8)
    for member, data in members(archive, SUFFIX):
        row = wanted.pop(patch_of(member), None)
        if row is not None:
            maps[row] = lookup[read_reference_map(data, member, archive).codes]
        if not wanted:
            return maps
    raise InputError("the archive lacks reference maps", file=archive, item=next(iter(wanted)))


def map_codes(archive: Path | str, patch: str) -> np.ndarray:
    """Return the CORINE codes of one patch, uint16, shape (120, 120)."""
    for name, data in members(archive, SUFFIX):
        if patch_of(name) == patch:
            return read_reference_map(data, name, archive).codes
    raise InputError("no reference map of this patch", file=archive, item=patch)


class MapShard:
    """Room for the pixels and positions of a number of maps, to be used again and again.

    Parameters
    ----------
    capacity : int
        Maps that it can hold.

    Attributes
    ----------
    count : int
        Maps that it holds.
    epsg : numpy.ndarray
        int32, shape (capacity,): EPSG code of each map's UTM zone.
    left, top : numpy.ndarray
        float64, shape (capacity,): corner of each map, m.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.count = 0
        self.epsg = np.zeros(capacity, np.int32)
        self.left = np.zeros(capacity)
        self.top = np.zeros(capacity)
        self._pixels = np.empty((capacity, SIDE, SIDE), np.uint16)
        self._flat = self._pixels.reshape(capacity, -1)
        self._differences = np.zeros(capacity, np.bool_)

    def add(self, data: bytes, member: str, file: Path | str | None = None) -> None:
        """Decode a GeoTIFF into the next place; parameters and errors as :func:`read_reference_map`."""
        index = self.count
        published = _published_layout(data)
        try:
            if published is None:
                pixels, *position = _read_with_rasterio(data)
                self._pixels[index] = pixels
            else:
                *position, strips = published
                self._flat[index] = np.frombuffer(_inflate(data, strips), "<u2")
            _check_corner(*position[1:])
        except InputError as error:
            remedy = "set reference_maps.on_error to skip to leave the patch out"
            check = f"{how_to_check(file)}; or " if file else ""
            raise InputError(error.problem, file=file, item=member, remedy=check + remedy) from error
        self._differences[index] = published is not None
        self.epsg[index], self.left[index], self.top[index] = position
        self.count = index + 1

    def clear(self) -> None:
        """Forget all maps."""
        self.count = 0

    def decoded(self) -> np.ndarray:
        """Return the codes of all maps: uint16, shape (count, 120, 120), valid until the next change."""
        pixels = self._pixels[: self.count]
        _undo_predictor(pixels, self._differences)
        self._differences[:] = False
        return pixels


def _published_layout(data):
    """Return EPSG code, left, top and strips of a file in the published layout, None of any other file."""
    tags = data[8] + 256 * data[9] if len(data) >= 10 else 0
    places = _published_places(data[: 10 + 12 * tags + 4])
    if places is None or len(data) < places["end"]:
        return None
    position = struct.unpack_from("<6d", data, places[_TIE_POINT])
    if position[:3] != (0.0, 0.0, 0.0) or struct.unpack_from("<2d", data, places[_SCALE]) != (10.0, 10.0):
        return None
    epsg = _utm_zone(data[places[_GEO_KEYS] : places["end of geo keys"]])
    if epsg is None:
        return None
    offsets = struct.unpack_from("<4I", data, places[_OFFSETS])
    lengths = struct.unpack_from("<4I", data, places[_LENGTHS])
    # A sparse file leaves out strips without data.
    if not all(offsets) or not all(lengths):
        return None
    return epsg, position[3], position[4], tuple(zip(offsets, lengths, strict=True))


# Files of one writer share their directory byte for byte: it is parsed once.
@lru_cache(maxsize=256)
def _published_places(opening):
    """Return where the values lie that differ between files, from a file's header and directory.

    None if the directory is not the published one; ``end`` is where the last of the values ends.
    """
    if opening[:8] != b"II*\0\x08\0\0\0" or len(opening) % 12 != 2 or opening[-4:] != b"\0\0\0\0":
        return None
    entries = {tag: tuple(entry) for tag, *entry in struct.iter_unpack("<HHII", opening[10:-4])}
    if not entries.keys() <= _TAGS or any(entries.get(tag) != value for tag, value in _PUBLISHED.items()):
        return None
    if any(entries.get(tag, ())[:2] != value for tag, value in _ARRAYS.items()):
        return None
    kind, count, start = entries.get(_GEO_KEYS, (0, 0, 0))
    if kind != 3 or count % 4:
        return None
    places: dict[int | str, int] = {tag: entries[tag][2] for tag in (*_ARRAYS, _GEO_KEYS)}
    places["end of geo keys"] = start + 2 * count
    sizes = ((tag, _SIZES[kind] * count) for tag, (kind, count) in _ARRAYS.items())
    places["end"] = max(start + 2 * count, *(places[tag] + size for tag, size in sizes))
    return places


@lru_cache(maxsize=256)
def _utm_zone(directory):
    """Return the EPSG code in a GeoTIFF key directory of WGS 84 / UTM in metres, None for any other."""
    keys = {key: (place, value) for key, place, _, value in struct.iter_unpack("<4H", directory)}
    epsg = keys.get(3072, (0, 0))[1]
    wanted = {1024: (0, 1), 1025: (0, 1), 2054: (0, 9102), 3072: (0, epsg), 3076: (0, 9001)}
    texts = {1026, 2049}
    if not geotiff.is_utm(epsg) or any(keys.get(key) != value for key, value in wanted.items()):
        return None
    return epsg if keys.keys() <= {1, *wanted, *texts} else None


def _check_corner(left, top):
    """Refuse a corner that no Sentinel-2 tile has: a file that lost its georeferencing has one at 0, 0."""
    if not (90_000 <= left <= 920_000 and 0 < top <= 10_000_000):
        raise InputError(f"upper left corner at {left} m east, {top} m north; not within a UTM zone")


def _inflate(data, strips):
    """Return the differences of all strips as bytes: ISA-L takes three quarters of zlib's time."""
    parts = []
    for (offset, length), size in zip(strips, _STRIP_BYTES, strict=True):
        if offset + length > len(data):
            raise InputError("truncated GeoTIFF: the file ends within its pixels")
        try:
            part = isal_zlib.decompress(data[offset : offset + length], bufsize=size)
        except isal_zlib.error as error:  # type: ignore[misc]  # its stub has an instance for the class
            raise InputError(f"corrupt GeoTIFF: {error}") from error
        if len(part) != size:
            raise InputError(f"corrupt GeoTIFF: a strip of {len(part)} bytes, expected {size}")
        parts.append(part)
    return b"".join(parts)


@njit(cache=True, nogil=True)
def _undo_predictor(pixels, differences):
    """Sum up the rows of those maps that hold horizontal differences, in place and modulo 2**16."""
    for index in range(pixels.shape[0]):
        if differences[index]:
            for y in range(pixels.shape[1]):
                value = np.uint16(0)
                for x in range(pixels.shape[2]):
                    value = np.uint16(value + pixels[index, y, x])
                    pixels[index, y, x] = value


def _read_with_rasterio(data):
    """Return codes, EPSG code, left and top of any GeoTIFF that holds a reference map."""
    with geotiff.opened(data, "uint16", SIDE) as dataset:
        epsg = dataset.crs.to_epsg() if dataset.crs else None
        if epsg is None or not geotiff.is_utm(epsg):
            crs = dataset.crs.to_string() if dataset.crs else "no coordinate reference system"
            raise InputError(f"{crs}; {geotiff.EXPECTED_SYSTEM}")
        step = dataset.transform
        if (step.a, step.b, step.d, step.e) != (PIXEL_SIDE, 0, 0, -PIXEL_SIDE):
            raise InputError(f"pixels of {step.a} m × {-step.e} m; expected 10 m × 10 m, north up")
        return dataset.read(1), epsg, step.c, step.f
