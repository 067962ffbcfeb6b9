"""Invented Sentinel-2 pixels: surface reflectance by land cover, season and country.

The spectra are typical of their materials, the phenology of the middle latitudes. Season and country
leave traces that a model can learn (greenness, brightness, moisture, colour of the soil), as in reality.
Some classes show the same in the visible bands and differ in the others only: see
:mod:`bentxt.miniature.alike_classes`.
"""

import numpy as np
from scipy.ndimage import gaussian_filter, zoom

from bentxt.miniature.alike_classes import ALIKE_IN_RGB
from bentxt.miniature.landscape import UNLABELLED, Landscape
from bentxt.nomenclature import CLASS_INDEX, CODES, SIDE

#: Bands in the order of the spectra, and their pixel sizes in m.
BANDS = {
    "B01": 60,
    "B02": 10,
    "B03": 10,
    "B04": 10,
    "B05": 20,
    "B06": 20,
    "B07": 20,
    "B08": 10,
    "B8A": 20,
    "B09": 60,
    "B11": 20,
    "B12": 20,
}

#: The first bands: the three of RGB, and B01, which lies next to the blue one.
VISIBLE = ("B01", "B02", "B03", "B04")

#: Reflectance x 10,000 of pure materials, in the order of BANDS.
MATERIALS = {
    "bare soil": (850, 950, 1200, 1550, 1800, 1950, 2100, 2250, 2350, 2450, 2900, 2450),
    "straw": (650, 800, 1200, 1600, 1950, 2300, 2550, 2700, 2850, 2900, 3300, 2350),
    "crop": (300, 360, 720, 400, 1100, 3500, 4400, 4600, 4800, 4800, 2000, 1000),
    "grass": (340, 430, 880, 520, 1350, 3000, 3500, 3650, 3850, 3900, 2350, 1300),
    "pasture": (340, 430, 880, 520, 1050, 2600, 3050, 3200, 3350, 3400, 1600, 820),
    "broad-leaved": (220, 250, 520, 270, 820, 2800, 3600, 3700, 3950, 4000, 1750, 780),
    "bare wood": (360, 420, 540, 600, 830, 1150, 1300, 1400, 1550, 1600, 1750, 1150),
    "coniferous": (150, 170, 290, 180, 420, 1250, 1550, 1650, 1750, 1800, 800, 370),
    "shrub": (290, 350, 620, 540, 980, 1900, 2300, 2450, 2650, 2700, 2000, 1150),
    "heather": (300, 340, 480, 580, 850, 1350, 1600, 1700, 1850, 1900, 2000, 1350),
    "vines": (560, 680, 950, 1100, 1550, 2250, 2500, 2600, 2800, 2850, 2900, 1950),
    "holm oak": (260, 310, 500, 430, 750, 1500, 1800, 1900, 2050, 2100, 1450, 850),
    "roofs": (950, 1050, 1200, 1300, 1500, 1800, 1950, 2050, 2150, 2150, 2200, 1950),
    "halls": (1700, 1950, 2100, 2250, 2350, 2450, 2550, 2600, 2650, 2650, 2750, 2500),
    "sand": (1900, 2200, 2800, 3250, 3450, 3550, 3650, 3750, 3850, 3850, 4300, 3900),
    "rock": (1100, 1200, 1400, 1550, 1700, 1800, 1850, 1900, 1950, 1950, 2100, 1950),
    "peat": (250, 300, 450, 520, 760, 1150, 1350, 1450, 1600, 1600, 1350, 800),
    "reed": (300, 350, 600, 560, 950, 1800, 2200, 2350, 2500, 2500, 1250, 600),
    "mud": (600, 700, 900, 950, 1050, 1200, 1250, 1250, 1250, 1250, 850, 500),
    "fresh water": (360, 340, 400, 270, 240, 190, 180, 150, 140, 140, 70, 50),
    "sea water": (470, 460, 330, 170, 130, 100, 90, 70, 60, 70, 40, 30),
    "ice": (6800, 7000, 6800, 6500, 6200, 5800, 5400, 5000, 4700, 4400, 600, 400),
    "ash": (450, 480, 550, 650, 800, 950, 1050, 1150, 1250, 1300, 1900, 1800),
}

#: Of each code: materials at the height of its season, materials out of season, phenology, contrast between
#: parcels, grain (relative standard deviation from pixel to pixel).
COVERS = {
    111: ({"roofs": 1}, {"roofs": 1}, "none", 0.06, 0.22),
    112: ({"roofs": 0.7, "grass": 0.3}, {"roofs": 0.75, "bare wood": 0.25}, "leaf", 0.08, 0.24),
    121: ({"halls": 0.85, "grass": 0.15}, {"halls": 0.85, "bare soil": 0.15}, "leaf", 0.18, 0.25),
    211: ({"crop": 1}, {"bare soil": 0.8, "straw": 0.2}, "crop", 0.3, 0.04),
    212: ({"crop": 1}, {"bare soil": 0.7, "straw": 0.3}, "irrigated", 0.25, 0.04),
    213: ({"crop": 0.7, "fresh water": 0.3}, {"mud": 0.7, "straw": 0.3}, "irrigated", 0.15, 0.03),
    221: ({"vines": 1}, {"bare soil": 0.75, "bare wood": 0.25}, "leaf", 0.08, 0.12),
    222: ({"vines": 0.5, "broad-leaved": 0.5}, {"bare wood": 0.5, "bare soil": 0.5}, "leaf", 0.08, 0.14),
    223: ({"holm oak": 0.45, "bare soil": 0.55}, {"holm oak": 0.4, "grass": 0.6}, "dry", 0.05, 0.16),
    231: ({"pasture": 1}, {"pasture": 0.8, "straw": 0.2}, "grass", 0.07, 0.03),
    241: ({"vines": 0.6, "crop": 0.4}, {"bare soil": 0.8, "bare wood": 0.2}, "leaf", 0.15, 0.10),
    242: ({"crop": 0.5, "grass": 0.25, "roofs": 0.25}, {"bare soil": 0.6, "grass": 0.4}, "crop", 0.3, 0.13),
    243: ({"crop": 0.45, "shrub": 0.55}, {"bare soil": 0.4, "bare wood": 0.6}, "crop", 0.2, 0.17),
    244: ({"holm oak": 0.35, "straw": 0.65}, {"holm oak": 0.35, "grass": 0.65}, "dry", 0.05, 0.24),
    311: ({"broad-leaved": 1}, {"bare wood": 1}, "leaf", 0.04, 0.08),
    312: ({"coniferous": 1}, {"coniferous": 1}, "none", 0.05, 0.10),
    313: (
        {"broad-leaved": 0.5, "coniferous": 0.5},
        {"bare wood": 0.4, "coniferous": 0.6},
        "leaf",
        0.05,
        0.16,
    ),
    321: ({"grass": 0.6, "straw": 0.4}, {"straw": 0.8, "grass": 0.2}, "grass", 0.06, 0.08),
    322: ({"heather": 1}, {"heather": 0.9, "bare wood": 0.1}, "leaf", 0.05, 0.10),
    323: ({"heather": 0.5, "holm oak": 0.5}, {"heather": 0.5, "holm oak": 0.5}, "none", 0.05, 0.14),
    324: ({"shrub": 1}, {"bare wood": 0.5, "straw": 0.5}, "leaf", 0.10, 0.17),
    331: ({"sand": 1}, {"sand": 1}, "none", 0.04, 0.06),
    333: ({"rock": 0.6, "grass": 0.4}, {"rock": 0.8, "straw": 0.2}, "grass", 0.05, 0.14),
    411: (
        {"reed": 0.8, "fresh water": 0.2},
        {"reed": 0.3, "mud": 0.4, "fresh water": 0.3},
        "leaf",
        0.06,
        0.10,
    ),
    412: ({"peat": 1}, {"peat": 0.9, "straw": 0.1}, "grass", 0.05, 0.08),
    421: ({"reed": 0.5, "mud": 0.5}, {"mud": 0.8, "straw": 0.2}, "grass", 0.06, 0.10),
    422: ({"mud": 0.6, "sand": 0.4}, {"mud": 0.7, "sand": 0.3}, "none", 0.2, 0.05),
    511: ({"fresh water": 0.9, "mud": 0.1}, {"fresh water": 0.85, "mud": 0.15}, "none", 0.0, 0.05),
    512: ({"fresh water": 1}, {"fresh water": 1}, "none", 0.0, 0.04),
    521: ({"sea water": 0.6, "mud": 0.4}, {"sea water": 0.6, "mud": 0.4}, "none", 0.0, 0.05),
    522: ({"sea water": 0.75, "mud": 0.25}, {"sea water": 0.75, "mud": 0.25}, "none", 0.0, 0.05),
    523: ({"sea water": 1}, {"sea water": 1}, "none", 0.0, 0.05),
    122: ({"roofs": 1}, {"roofs": 1}, "none", 0.02, 0.12),
    123: ({"halls": 0.6, "sea water": 0.4}, {"halls": 0.6, "sea water": 0.4}, "none", 0.2, 0.2),
    124: ({"grass": 0.7, "roofs": 0.3}, {"straw": 0.7, "roofs": 0.3}, "grass", 0.1, 0.08),
    131: ({"rock": 0.6, "bare soil": 0.4}, {"rock": 0.6, "bare soil": 0.4}, "none", 0.1, 0.15),
    132: ({"rock": 0.4, "ash": 0.6}, {"rock": 0.4, "ash": 0.6}, "none", 0.1, 0.15),
    133: ({"bare soil": 0.7, "halls": 0.3}, {"bare soil": 0.7, "halls": 0.3}, "none", 0.1, 0.2),
    141: ({"grass": 0.6, "broad-leaved": 0.4}, {"grass": 0.6, "bare wood": 0.4}, "leaf", 0.1, 0.15),
    142: ({"grass": 0.8, "broad-leaved": 0.2}, {"grass": 0.8, "bare wood": 0.2}, "grass", 0.1, 0.12),
    332: ({"rock": 1}, {"rock": 1}, "none", 0.05, 0.15),
    334: ({"ash": 1}, {"ash": 1}, "none", 0.05, 0.10),
    335: ({"ice": 1}, {"ice": 1}, "none", 0.0, 0.04),
    423: ({"mud": 0.8, "sea water": 0.2}, {"mud": 0.8, "sea water": 0.2}, "none", 0.05, 0.06),
    999: ({"bare soil": 1}, {"bare soil": 1}, "none", 0.0, 0.05),
}

#: Factors by country on visible, red edge and near infrared, and short-wave infrared bands, on the red
#: band alone, and an offset of haze in the blue (reflectance x 10,000).
TINTS = {
    "Austria": (1.00, 1.06, 0.94, 1.00, 20),
    "Belgium": (1.12, 1.00, 1.00, 0.92, 90),
    "Finland": (0.84, 0.90, 0.92, 1.00, 0),
    "Ireland": (0.92, 1.14, 0.88, 0.90, 50),
    "Kosovo": (1.10, 0.92, 1.10, 1.08, 0),
    "Lithuania": (0.90, 1.02, 1.10, 0.95, 70),
    "Luxembourg": (1.00, 1.12, 1.08, 1.12, 60),
    "Portugal": (1.10, 0.96, 1.16, 1.16, 10),
    "Serbia": (0.96, 0.88, 1.04, 1.10, 100),
    "Switzerland": (1.08, 1.08, 0.86, 0.94, 0),
}

SNOW = np.array((8300, 8600, 8600, 8500, 8300, 8100, 8000, 7800, 7600, 7300, 900, 700), np.float32)
CLOUD = np.array((5500, 5600, 5500, 5500, 5600, 5700, 5800, 5900, 5900, 5000, 4000, 3200), np.float32)

ALL_CODES = (*(code for codes in CODES for code in codes), *UNLABELLED)
_POSITION = np.zeros(1000, np.int16)
_POSITION[list(ALL_CODES)] = np.arange(len(ALL_CODES))


def _mixture(shares):
    return sum(share * np.array(MATERIALS[name], np.float32) for name, share in shares.items())


_PEAK = np.stack([_mixture(COVERS[code][0]) for code in ALL_CODES])
_REST = np.stack([_mixture(COVERS[code][1]) for code in ALL_CODES])
_PHENOLOGY = [COVERS[code][2] for code in ALL_CODES]
_PARCEL = np.array([COVERS[code][3] for code in ALL_CODES], np.float32)
_GRAIN = np.array([COVERS[code][4] for code in ALL_CODES], np.float32)
#: Of each code, the position of the code that its visible bands show.
_LOOK = np.arange(len(ALL_CODES))
for _shown, _names in ALIKE_IN_RGB.items():
    for _name in _names:
        _LOOK[_POSITION[list(CODES[CLASS_INDEX[_name]])]] = _POSITION[_shown]


def _bump(day, middle, width):
    """Return how near ``day`` is to ``middle`` in the year: 1 there, falling to 0 over ``width`` days."""
    distance = abs((day - middle + 182.5) % 365 - 182.5)
    return float(np.exp(-((distance / width) ** 4)))


def greenness(day: int) -> dict[str, float]:
    """Return how far each phenology stands in its season on a day of the year, 0 to 1."""
    return {
        "none": 1.0,
        "leaf": _bump(day, 205, 95),
        "crop": _bump(day, 140, 70) * 0.95 + 0.05,
        "irrigated": _bump(day, 205, 60),
        "grass": 0.25 + 0.75 * _bump(day, 160, 95),
        "dry": _bump(day, 225, 80),
    }


def invent(rng: np.random.Generator, landscape: Landscape, country: str, day: int) -> dict[str, np.ndarray]:
    """Invent the 12 bands of one patch.

    Parameters
    ----------
    rng : numpy.random.Generator
    landscape : bentxt.miniature.landscape.Landscape
    country : str
        Decides on tint and haze.
    day : int
        Day of the year, 1 to 366.

    Returns
    -------
    dict of str to numpy.ndarray
        Band to uint16 array at the band's own resolution (120, 60 or 20 pixels a side): reflectance x 10,000.
    """
    return _sample(rng, _surface(rng, landscape, country, day))


def invent_snow(
    rng: np.random.Generator, landscape: Landscape, country: str, day: int
) -> dict[str, np.ndarray]:
    """Like :func:`invent`, with snow on most of the ground."""
    surface = _surface(rng, landscape, country, day)
    cover = np.clip(0.75 + 0.5 * _smooth_noise(rng, 9), 0, 1)[None]
    return _sample(rng, surface * (1 - cover) + cover * SNOW[:, None, None])


def invent_cloud(
    rng: np.random.Generator, landscape: Landscape, country: str, day: int
) -> dict[str, np.ndarray]:
    """Like :func:`invent`, with clouds and their shadows."""
    surface = _surface(rng, landscape, country, day)
    field = _smooth_noise(rng, 14)
    cover = np.clip(2 * field, 0, 1)[None]
    shadow = 1 - 0.5 * np.clip(2 * np.roll(field, (12, -10), (0, 1)), 0, 1)[None]
    return _sample(rng, surface * shadow * (1 - cover) + cover * CLOUD[:, None, None])


def _smooth_noise(rng, sigma):
    """Return noise of mean 0 and standard deviation 1, correlated over about ``sigma`` pixels."""
    step = max(sigma // 3, 1)
    side = SIDE // step + 8
    field = gaussian_filter(rng.standard_normal((side, side), dtype=np.float32), sigma / step)
    field = (
        zoom(field, step, order=1)[3 : 3 + SIDE, 3 : 3 + SIDE]
        if step > 1
        else field[4 : 4 + SIDE, 4 : 4 + SIDE]
    )
    return (field - field.mean()) / field.std()


def _surface(rng, landscape, country, day):
    """Return reflectance x 10,000 at 10 m, float32 of shape (12, 120, 120), without the sensor's noise."""
    offsets = rng.uniform(-1, 1, int(landscape.parcels.max()) + 1).astype(np.float32)
    parcel = offsets[landscape.parcels]
    grain = gaussian_filter(rng.standard_normal((SIDE, SIDE), dtype=np.float32), 0.7) / 0.40
    shade = _smooth_noise(rng, 12)
    green = greenness(day)
    season = np.array([green[name] for name in _PHENOLOGY], np.float32)
    cover, visible = _POSITION[landscape.codes], len(VISIBLE)
    surface = np.empty((len(BANDS), SIDE, SIDE), np.float32)
    for shown, bands in ((_LOOK[cover], slice(visible)), (cover, slice(visible, None))):
        contrast = _PARCEL[shown]
        # Where nothing grows, parcels differ in brightness; elsewhere in how far their plants are.
        share = np.clip(season[shown] + np.where(contrast > 0.1, parcel * contrast, 0), 0, 1)[..., None]
        brightness = 1 + _GRAIN[shown] * grain + 0.35 * contrast * parcel + 0.03 * shade
        spectrum = _PEAK[shown, bands] * share + _REST[shown, bands] * (1 - share)
        surface[bands] = (spectrum * np.clip(brightness, 0.35, 2.2)[..., None]).transpose(2, 0, 1)
    factors, haze = _tint(country)
    return surface * (_seasonal_factor(day) * factors)[:, None, None] + haze[:, None, None]


def _seasonal_factor(day):
    """Return the factor on each band: low sun in winter, dry ground and air in spring, wet in autumn."""
    angle = 2 * np.pi * (day - 197) / 365
    sun, autumn = np.cos(angle), np.sin(angle)
    names = list(BANDS)
    factor = np.full(len(names), 0.86 + 0.14 * sun)
    for name, amount in (("B11", 0.22), ("B12", 0.24), ("B01", -0.18), ("B02", -0.14)):
        factor[names.index(name)] *= 1 - amount * autumn
    return factor.astype(np.float32)


def _tint(country):
    visible, near, short, red, haze = TINTS[country]
    factors = np.array([visible] * 4 + [near] * 6 + [short] * 2, np.float32)
    factors[3] *= red
    offsets = np.zeros(12, np.float32)
    offsets[:3] = haze, 0.8 * haze, 0.4 * haze
    return factors, offsets


def _sample(rng, surface):
    """Average to each band's resolution, add the sensor's noise, and round to uint16."""
    bands = {}
    for plane, (name, pixel) in zip(surface, BANDS.items(), strict=True):
        step = pixel // 10
        side = SIDE // step
        if step > 1:
            plane = plane.reshape(side, step, side, step).mean((1, 3))
        plane = plane + 14 * rng.standard_normal((side, side), dtype=np.float32)
        bands[name] = np.clip(np.rint(plane), 1, 15_000).astype(np.uint16)
    return bands
