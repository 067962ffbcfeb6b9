"""Archives of invented reference maps, patch by patch."""

import numpy as np

from bentxt.bigearthnet import geotiff
from bentxt.bigearthnet.archives import write_archive
from bentxt.bigearthnet.patch_names import reference_map_member

TILE = "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP"


def codes_of(patch):
    """Return a map that depends on the patch's name alone."""
    rng = np.random.default_rng(list(patch.encode()))
    return np.kron(rng.choice([211, 231, 312, 142], (6, 6)), np.ones((20, 20))).astype(np.uint16)


def tif(patch, codes=None, epsg=32633):
    column, row = (int(part) for part in patch.split("_")[-2:])
    codes = codes_of(patch) if codes is None else codes
    corner = {"left": 300000 + 1200 * column, "top": 5400000 - 1200 * row}
    return geotiff.encode(codes, epsg=epsg, **corner, pixel=10, nodata=0, deflate=True)


def archive_of(folder, files):
    """Write (patch, bytes) pairs into an archive."""
    path = folder / "Reference_Maps.tar.zst"
    with write_archive(path) as archive:
        for patch, data in files:
            archive.add(reference_map_member(patch), data)
    return path
