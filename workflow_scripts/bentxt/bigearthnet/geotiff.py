"""GeoTIFF files of BigEarthNet v2.0: written tag for tag as published, and read fast.

The published files come from GDAL: little-endian TIFF, the directory first, strips of about 8 kB, the
georeferencing as GeoKeys. Handling that one layout directly takes some microseconds a file, where opening
a dataset through GDAL takes hundreds, and the archives hold eight million files. Bands of any other layout
are read through rasterio, with the same result.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader, MemoryFile

from bentxt.errors import InputError
from bentxt.nomenclature import SIDE

#: What a refusal of another coordinate system says.
EXPECTED_SYSTEM = "expected a UTM zone on WGS 84 (EPSG:326xx or EPSG:327xx)"
_STRIP_BYTES = 8192
_SIZES = {"B": 1, "H": 2, "I": 4, "d": 8, "s": 1}
_TYPES = {"s": 2, "H": 3, "I": 4, "d": 12}


def encode(
    array: np.ndarray,
    *,
    epsg: int,
    left: float,
    top: float,
    pixel: float,
    nodata: int | None = None,
    deflate: bool = False,
) -> bytes:
    """Return the bytes of a single-band GeoTIFF in UTM.

    Parameters
    ----------
    array : numpy.ndarray
        uint16 or float32, shape (rows, columns).
    epsg : int
        326xx, a UTM zone of the northern hemisphere.
    left, top : float
        Easting and northing of the outer corner of the upper left pixel, m.
    pixel : float
        Side of a pixel, m.
    nodata : int, optional
        Value that stands for no data.
    deflate : bool
        Compress with deflate after horizontal differencing (predictor 2), as reference maps are.

    Returns
    -------
    bytes
    """
    array = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    rows, columns = array.shape
    row_bytes = columns * array.itemsize
    strip_rows = min(rows, _STRIP_BYTES // row_bytes)
    if rows * row_bytes <= _STRIP_BYTES:
        strip_rows = rows
    parts = [array[first : first + strip_rows] for first in range(0, rows, strip_rows)]
    strips = [_deflate(part) if deflate else part.tobytes() for part in parts]
    zone = epsg - 32600
    citation = f"WGS 84 / UTM zone {zone}N|WGS 84|\0".encode()
    floating = array.dtype.kind == "f"
    # GDAL stores the strips' sizes as 16-bit numbers where it can, but not for every kind of file.
    count_format = "H" if len(strips) > 1 and not floating and not deflate else "I"
    tags = [
        (256, "H", (columns,)),
        (257, "H", (rows,)),
        (258, "H", (8 * array.itemsize,)),
        (259, "H", (8 if deflate else 1,)),
        (262, "H", (1,)),
        (273, "I", (0,) * len(strips)),
        (277, "H", (1,)),
        (278, "H", (strip_rows,)),
        (279, count_format, tuple(map(len, strips))),
        (284, "H", (1,)),
        *([(317, "H", (2,))] if deflate else []),
        (339, "H", (3 if floating else 1,)),
        (33550, "d", (float(pixel), float(pixel), 0.0)),
        (33922, "d", (0.0, 0.0, 0.0, float(left), float(top), 0.0)),
        (34735, "H", _geo_keys(epsg, len(citation))),
        (34737, "s", citation),
        *([(42113, "s", f"{nodata}\0".encode())] if nodata is not None else []),
    ]
    return _assemble(tags, strips)


def _geo_keys(epsg, citation_length):
    name = citation_length - len("WGS 84|\0")
    return (
        *(1, 1, 0, 7),
        *(1024, 0, 1, 1),
        *(1025, 0, 1, 1),
        *(1026, 34737, name, 0),
        *(2049, 34737, 7, name),
        *(2054, 0, 1, 9102),
        *(3072, 0, 1, epsg),
        *(3076, 0, 1, 9001),
    )


def _deflate(strip):
    differences = strip.copy()
    differences[:, 1:] -= strip[:, :-1]
    return zlib.compress(differences.tobytes(), 6)


def _pack(form, values):
    return values if form == "s" else struct.pack(f"<{len(values)}{form}", *values)


def _assemble(tags, strips):
    """Lay out header, directory, the values that do not fit into it, and the strips."""
    position = 8 + 2 + 12 * len(tags) + 4
    # The sizes of the strips come first, as libtiff writes them before the offsets.
    order = sorted(range(len(tags)), key=lambda index: (tags[index][0] != 279, tags[index][0]))
    places = {}
    for index in order:
        tag, form, values = tags[index]
        size = _SIZES[form] * len(values)
        if size > 4:
            places[tag] = position
            position += size
    offsets = []
    for strip in strips:
        offsets.append(position)
        position += len(strip)
    tags = [(tag, form, tuple(offsets) if tag == 273 else values) for tag, form, values in tags]
    parts = [b"II*\0", struct.pack("<IH", 8, len(tags))]
    for tag, form, values in tags:
        inline = struct.pack("<I", places[tag]) if tag in places else _pack(form, values).ljust(4, b"\0")
        parts.append(struct.pack("<HHI", tag, _TYPES[form], len(values)) + inline)
    parts.append(bytes(4))
    parts += [_pack(tags[index][1], tags[index][2]) for index in order if tags[index][0] in places]
    return b"".join(parts + strips)


def read_band(data: bytes, dtype: str, side: int) -> np.ndarray:
    """Decode one band of Sentinel-1 or Sentinel-2.

    Parameters
    ----------
    data : bytes
        The GeoTIFF.
    dtype : str
        Expected type: ``uint16`` or ``float32``.
    side : int
        Expected rows and columns.

    Returns
    -------
    numpy.ndarray
        Shape (side, side); a read-only view of ``data`` where its layout is the published one.

    Raises
    ------
    InputError
        If the file is corrupt or truncated, or of another type, shape or coordinate system.
    """
    size, start, opening, geo_keys = _published_layout(dtype, side)
    # All but the six numbers of the tie point is as published.
    if len(data) == size and data.startswith(opening) and data[len(opening) + 48 : start] in geo_keys:
        return np.frombuffer(data, np.dtype(dtype).newbyteorder("<"), offset=start).reshape(side, side)
    with opened(data, dtype, side) as dataset:
        # The place of a band is not used, so that a file without one is read. But pixels of another system
        # than the patch's are other pixels.
        if dataset.crs and not is_utm(dataset.crs.to_epsg()):
            raise InputError(f"{dataset.crs.to_string()}; {EXPECTED_SYSTEM}")
        return dataset.read(1)


@contextmanager
def opened(data: bytes, dtype: str, side: int) -> Iterator[DatasetReader]:
    """Open a GeoTIFF of any layout through rasterio.

    Parameters
    ----------
    data : bytes
        The GeoTIFF.
    dtype : str
        Expected type, as rasterio names it.
    side : int
        Expected rows and columns.

    Yields
    ------
    rasterio.io.DatasetReader
        Of one band. Strips and tiles that a sparse file leaves out read as its nodata value, or zero.

    Raises
    ------
    InputError
        If the file is corrupt or truncated, here or within the block, or of another type or shape.
    """
    if not data:
        raise InputError("empty file, expected a GeoTIFF")
    try:
        with MemoryFile(data) as memory, memory.open(driver="GTiff") as dataset:
            found = (dataset.count, dataset.dtypes[0], dataset.height, dataset.width)
            if found != (1, dtype, side, side):
                raise InputError(
                    f"{found[0]} band(s) of {found[1]}, {found[2]}×{found[3]} pixels; "
                    f"expected 1 band of {dtype}, {side}×{side} pixels"
                )
            yield dataset
    except RasterioError as error:
        # The name that the bytes have in memory differs from run to run.
        problem = re.sub(r"'?/vsimem/[^\s']+'?", "the file", str(error))
        raise InputError(f"corrupt or truncated GeoTIFF: {problem}") from error


def is_utm(epsg: int | None) -> bool:
    """Tell whether an EPSG code is a UTM zone on WGS 84."""
    return epsg is not None and (32601 <= epsg <= 32660 or 32701 <= epsg <= 32760)


@cache
def _published_layout(dtype, side):
    """Return a published band's size, where its pixels begin, and its bytes around the tie point.

    Those before it are the same in every file, those behind it name one of the UTM zones.
    """
    nodata = 0 if dtype == "uint16" else None
    pixels = np.zeros((side, side), dtype)
    files = [
        encode(pixels, epsg=epsg, left=0, top=0, pixel=SIDE * 10 / side, nodata=nodata)
        for epsg in range(32610, 32661)
    ]
    (data, *_), start = files, len(files[0]) - pixels.nbytes
    entries = struct.iter_unpack("<HHII", data[10 : 10 + 12 * data[8]])
    tie_point = next(place for tag, _, _, place in entries if tag == 33922)
    return len(data), start, data[:tie_point], frozenset(file[tie_point + 48 : start] for file in files)
