"""Invented Sentinel-1 pixels: backscatter in dB by land cover and season, with speckle."""

import numpy as np
from scipy.ndimage import gaussian_filter

from bentxt.miniature.landscape import Landscape
from bentxt.miniature.reflectance import ALL_CODES
from bentxt.nomenclature import SIDE

#: Mean backscatter in dB of each code: VV, VH, and how many dB VH falls when the leaves do. Classes that look
#: alike in RGB (:mod:`bentxt.miniature.alike_classes`) are further apart than real ones.
_MEANS = {
    111: (-4.0, -11.5, 0.0),
    112: (-6.0, -13.0, 0.5),
    121: (-3.0, -12.5, 0.0),
    211: (-10.5, -17.2, 2.0),
    212: (-10.2, -16.8, 2.0),
    213: (-11.2, -18.0, 2.0),
    221: (-11.0, -17.5, 1.5),
    222: (-10.0, -16.0, 1.5),
    223: (-9.8, -16.0, 0.0),
    231: (-14.0, -22.0, 0.8),
    241: (-10.8, -17.0, 1.5),
    242: (-10.2, -17.0, 1.8),
    243: (-9.8, -16.2, 1.5),
    244: (-11.0, -17.8, 0.3),
    311: (-7.4, -12.6, 1.2),
    312: (-10.4, -17.0, 0.2),
    313: (-8.9, -14.8, 0.7),
    321: (-13.0, -20.5, 0.8),
    322: (-11.8, -18.2, 0.3),
    323: (-10.5, -16.8, 0.0),
    324: (-9.8, -15.6, 1.0),
    331: (-15.5, -23.5, 0.0),
    333: (-12.0, -20.0, 0.3),
    411: (-10.0, -18.5, 1.5),
    412: (-12.0, -19.2, 0.4),
    421: (-12.8, -20.5, 0.5),
    422: (-15.0, -23.0, 0.0),
    511: (-17.5, -24.5, 0.0),
    512: (-19.0, -26.0, 0.0),
    521: (-17.5, -25.5, 0.0),
    522: (-16.5, -25.0, 0.0),
    523: (-15.5, -25.0, 0.0),
    122: (-10.0, -18.0, 0.0),
    123: (-5.0, -14.0, 0.0),
    124: (-13.0, -21.0, 0.3),
    131: (-10.0, -18.5, 0.0),
    132: (-11.0, -19.0, 0.0),
    133: (-9.0, -16.5, 0.0),
    141: (-9.5, -15.5, 0.8),
    142: (-11.5, -18.0, 0.6),
    332: (-10.0, -18.0, 0.0),
    334: (-11.5, -19.0, 0.0),
    335: (-12.0, -19.5, 0.0),
    423: (-15.0, -23.5, 0.0),
    999: (-11.0, -18.0, 0.0),
}
_TABLE = np.array([_MEANS[code] for code in ALL_CODES], np.float32)
_POSITION = np.zeros(1000, np.int16)
_POSITION[list(ALL_CODES)] = np.arange(len(ALL_CODES))
_BUILT = [111, 112, 121, 123]
_WATER = [511, 512, 521, 522, 523]

#: Equivalent number of looks: speckle is gamma distributed with this shape.
LOOKS = 4.4


def invent(rng: np.random.Generator, landscape: Landscape, day: int) -> dict[str, np.ndarray]:
    """Invent both polarisations of one patch.

    Parameters
    ----------
    rng : numpy.random.Generator
    landscape : bentxt.miniature.landscape.Landscape
    day : int
        Day of the year, 1 to 366.

    Returns
    -------
    dict of str to numpy.ndarray
        ``VV`` and ``VH``: float32, shape (120, 120), dB.
    """
    codes = landscape.codes
    cover = _POSITION[codes]
    winter = 0.5 - 0.5 * np.cos(2 * np.pi * (day - 197) / 365)
    moist = 0.9 * np.sin(2 * np.pi * (day - 197) / 365)
    water = np.isin(codes, _WATER)
    built = np.isin(codes, _BUILT)
    wind = rng.normal(0, 1.5)
    parcels = rng.normal(0, 0.6, int(landscape.parcels.max()) + 1).astype(np.float32)[landscape.parcels]
    corners = np.where(
        built & (rng.random((SIDE, SIDE)) < 0.06), rng.exponential(4.0, (SIDE, SIDE)).clip(0, 13), 0
    )
    bands = {}
    for column, (name, loss) in enumerate((("VV", 0.3), ("VH", 1.0))):
        mean = _TABLE[cover, column] - winter * loss * _TABLE[cover, 2]
        mean = mean + np.where(water, wind, parcels + moist) + corners
        speckle = rng.standard_gamma(LOOKS, (SIDE, SIDE), dtype=np.float32) / LOOKS
        # Pixels of 10 m are finer than the sensor's 20 m, so neighbours share part of their speckle.
        speckle = 0.6 * speckle + 0.4 * gaussian_filter(speckle, 0.8)
        bands[name] = (mean + 10 * np.log10(speckle)).astype(np.float32)
    return bands
