"""Invented land cover: smooth polygons of CORINE codes that occur together as they do in ten countries."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import distance_transform_edt, label

from bentxt.nomenclature import SIDE, class_lookup

#: CORINE codes that occur together, with their weights.
THEMES = {
    "fields": {
        211: 9,
        242: 4,
        243: 4,
        231: 3,
        112: 4,
        311: 3,
        313: 2,
        312: 1,
        512: 1,
        121: 1,
        324: 1,
        511: 0.7,
    },
    "pastures": {
        231: 9,
        211: 4,
        112: 2,
        243: 3,
        242: 2,
        311: 1.5,
        412: 1,
        512: 0.7,
        324: 1,
        121: 0.5,
        321: 0.4,
    },
    "hills": {
        311: 8,
        243: 5,
        242: 3,
        324: 4,
        231: 2,
        321: 3,
        211: 3,
        112: 2,
        313: 2,
        312: 1,
        511: 0.6,
        333: 0.5,
    },
    "taiga": {312: 9, 313: 7, 324: 5, 512: 4, 412: 2, 211: 2, 243: 2, 311: 1, 112: 0.6, 322: 0.3},
    "woods": {313: 6, 312: 5, 311: 5, 211: 4, 231: 3, 243: 3, 112: 3, 324: 2, 242: 2, 512: 1, 121: 0.5},
    "town": {112: 9, 121: 5, 211: 4, 242: 3, 231: 2, 311: 2, 511: 1.5, 313: 1, 512: 0.8, 111: 2, 243: 1},
    "montado": {
        244: 9,
        311: 4,
        211: 3,
        323: 3,
        223: 3,
        221: 2,
        324: 4,
        243: 2,
        231: 1,
        512: 1,
        321: 1,
        241: 2,
    },
    "orchards": {
        221: 5,
        222: 5,
        223: 2,
        242: 5,
        211: 4,
        112: 3,
        243: 2,
        324: 2,
        311: 1,
        241: 1,
        121: 0.7,
        213: 1,
    },
    "alps": {312: 7, 321: 4, 313: 4, 231: 3, 333: 2, 322: 1.5, 324: 2, 112: 1.5, 311: 1, 512: 0.7},
    "bog": {412: 9, 231: 5, 324: 3, 322: 3, 312: 2, 512: 1.5, 321: 1, 411: 1.5, 211: 1},
    "lakes": {512: 9, 411: 2.5, 313: 4, 312: 3, 231: 2, 211: 2, 112: 1, 324: 1, 311: 1.5},
    "coast": {
        523: 10,
        331: 2.5,
        322: 1,
        112: 2,
        211: 2,
        231: 2,
        312: 1.5,
        313: 1.5,
        421: 1.5,
        324: 1,
        521: 0.5,
    },
    "estuary": {522: 6, 421: 4, 422: 2.5, 521: 3, 211: 3, 213: 3, 331: 2, 112: 2, 121: 1, 323: 1.5, 311: 1},
    "heath": {322: 6, 323: 3, 321: 3, 324: 3, 312: 3, 333: 1.5, 412: 1, 311: 2, 331: 0.6},
}

#: How often each theme occurs in a country.
COUNTRY_THEMES = {
    "Austria": {"fields": 4, "woods": 3, "alps": 2.5, "orchards": 2, "town": 2, "pastures": 1},
    "Belgium": {"pastures": 4, "town": 4, "fields": 3, "woods": 2, "heath": 1},
    "Finland": {"taiga": 6, "coast": 3, "lakes": 3, "bog": 1, "fields": 1},
    "Ireland": {"pastures": 6, "coast": 3, "bog": 3, "fields": 2, "town": 0.7},
    "Kosovo": {"hills": 6, "fields": 3, "town": 2, "heath": 0.5},
    "Lithuania": {"fields": 4, "woods": 4, "lakes": 2, "bog": 1, "coast": 0.8, "hills": 1, "town": 0.7},
    "Luxembourg": {"woods": 4, "town": 3, "pastures": 3, "fields": 2},
    "Portugal": {
        "montado": 6,
        "orchards": 3,
        "hills": 1.5,
        "estuary": 2.5,
        "coast": 1.5,
        "heath": 1.5,
        "town": 0.7,
    },
    "Serbia": {"fields": 5, "hills": 5, "orchards": 1, "town": 1, "lakes": 0.7},
    "Switzerland": {"alps": 3, "lakes": 3, "town": 4, "woods": 3, "fields": 2},
}

#: Codes that cover the ground between the others, and the sea, which has one shore; the rest are islands.
MATRIX = {211, 231, 242, 243, 244, 311, 312, 313, 321, 322, 323, 324, 333, 412, 221, 222, 223, 241}
SEA = {521, 522, 523}
RIVER = {511}

#: Codes of the same class that may take a polygon's place.
SIBLINGS = {
    211: (212, 213),
    111: (112,),
    112: (111,),
    221: (222,),
    222: (221, 223),
    411: (412,),
    523: (523, 522),
}

#: Share of maps by number of classes, 1 to 8 (Section 3.1: 2.9 on average, 18 % with one).
CLASS_COUNTS = (0.175, 0.19, 0.265, 0.21, 0.10, 0.04, 0.015, 0.005)

#: Codes without a class.
UNLABELLED = (122, 123, 124, 131, 132, 133, 141, 142, 332, 334, 335, 423, 999)

_LOOKUP = class_lookup()
_Y, _X = np.mgrid[0:SIDE, 0:SIDE].astype(np.float64) + 0.5


@dataclass(frozen=True)
class Landscape:
    """A reference map, and the parcels that its texture follows.

    Attributes
    ----------
    codes : numpy.ndarray
        uint16, shape (120, 120): CORINE level-3 codes.
    parcels : numpy.ndarray
        int16, shape (120, 120): fields and stands, some 60 a map; they tell nothing of the class.
    """

    codes: np.ndarray
    parcels: np.ndarray


def invent(rng: np.random.Generator, country: str, unlabelled: int | None = None) -> Landscape:
    """Invent the land cover of one patch.

    Parameters
    ----------
    rng : numpy.random.Generator
    country : str
        One of the ten; decides which classes occur.
    unlabelled : int, optional
        Code without a class that part of the map gets.

    Returns
    -------
    Landscape
    """
    x, y = _warp(rng)
    themes = COUNTRY_THEMES[country]
    theme = THEMES[_choose(rng, themes)]
    codes = _draw_codes(rng, theme)
    land = [code for code in codes if code in MATRIX] or [codes[0]]
    grounds = land[: 1 + int(rng.integers(0, 3))]
    islands = [code for code in codes if code not in grounds and code not in SEA | RIVER]
    image = _mosaic(rng, x, y, grounds)
    for code in islands:
        _add_islands(rng, image, x, y, code)
    for code in codes:
        if code in RIVER and code not in grounds:
            _add_river(rng, image, x, y, code)
        elif code in SEA and code not in grounds:
            _add_sea(rng, image, x, y, code)
    if unlabelled is not None:
        _add_islands(rng, image, x, y, unlabelled, copies=1)
    return Landscape(_absorb_slivers(image), _parcels(rng, x, y))


def _choose(rng, weights):
    keys = list(weights)
    shares = np.array([weights[key] for key in keys], float)
    return keys[int(np.searchsorted(np.cumsum(shares) / shares.sum(), rng.random(), side="right"))]


def _draw_codes(rng, theme):
    """Draw codes of distinct classes, the likelier ones first."""
    wanted = 1 + int(np.searchsorted(np.cumsum(CLASS_COUNTS), rng.random(), side="right"))
    left = dict(theme)
    codes: list[int] = []
    while left and len(codes) < wanted:
        code = _choose(rng, left)
        codes.append(code)
        left = {other: weight for other, weight in left.items() if _LOOKUP[other] != _LOOKUP[code]}
    return codes


def _warp(rng):
    """Return pixel coordinates moved by a few waves, so that straight borders become natural ones."""
    x, y = _X.copy(), _Y.copy()
    for wavelength, amplitude in ((110, 7.0), (60, 3.0), (28, 1.2), (16, 0.5)):
        for axis in (x, y):
            angle, phase = rng.uniform(0, 2 * np.pi, 2)
            length = wavelength * rng.uniform(0.8, 1.25)
            wave = np.cos(angle) * _X + np.sin(angle) * _Y
            axis += amplitude * np.sin(2 * np.pi * wave / length + phase)
    return x, y


def _nearest(x, y, sites):
    """Return for each pixel the index of the nearest of ``sites``, shape (n, 2)."""
    # |p - s|² without |p|², which is the same for every site. Site by site: all would not fit the cache.
    best, least = np.zeros(x.shape, np.int64), np.full(x.shape, np.inf)
    for site, (squared, (left, top)) in enumerate(zip((sites**2).sum(1), sites, strict=True)):
        distance = squared - 2 * (x * left + y * top)
        best[distance < least] = site
        np.minimum(least, distance, out=least)
    return best


def _sibling(rng, code):
    siblings = SIBLINGS.get(code)
    return int(rng.choice(siblings)) if siblings and rng.random() < 0.12 else code


def _mosaic(rng, x, y, grounds):
    count = len(grounds) + int(rng.poisson(1.5 * (len(grounds) - 1) + 0.3))
    sites = rng.uniform(0, SIDE, (count, 2))
    kinds = list(grounds) + [
        grounds[int(len(grounds) * rng.random() ** 1.6)] for _ in range(count - len(grounds))
    ]
    siblings = np.array([_sibling(rng, code) for code in kinds], np.uint16)
    return siblings[_nearest(x, y, sites)]


def _add_islands(rng, image, x, y, code, copies=None):
    copies = copies or min(int(rng.geometric(0.42)), 8)
    total = np.exp(rng.uniform(np.log(350), np.log(5500)))
    shares = rng.dirichlet(np.full(copies, 2.0))
    for share in shares:
        area = max(total * share, 110.0)
        stretch = np.exp(rng.uniform(0, 0.8))
        long, short = np.sqrt(area / np.pi * stretch), np.sqrt(area / np.pi / stretch)
        (centre_x, centre_y), angle = rng.uniform(4, SIDE - 4, 2), rng.uniform(0, np.pi)
        along = np.cos(angle) * (x - centre_x) + np.sin(angle) * (y - centre_y)
        across = np.cos(angle) * (y - centre_y) - np.sin(angle) * (x - centre_x)
        image[(along / long) ** 2 + (across / short) ** 2 < 1] = _sibling(rng, code)


def _add_river(rng, image, x, y, code):
    angle, width = rng.uniform(0, np.pi), rng.uniform(5, 8)
    offset = np.cos(angle) * (x - SIDE / 2) + np.sin(angle) * (y - SIDE / 2) - rng.uniform(-35, 35)
    image[np.abs(offset) < width] = code


def _add_sea(rng, image, x, y, code):
    angle, shore = rng.uniform(0, 2 * np.pi), rng.uniform(-40, 40)
    image[np.cos(angle) * (x - SIDE / 2) + np.sin(angle) * (y - SIDE / 2) > shore] = _sibling(rng, code)


def _absorb_slivers(image, smallest=20):
    """Give areas of fewer than ``smallest`` pixels to their neighbours, as CORINE's least area does."""
    sliver = np.zeros(image.shape, bool)
    classes = _LOOKUP[image]
    for index in np.unique(classes):
        areas, _ = label(classes == index)
        small = np.bincount(areas.ravel()) < smallest
        small[0] = False
        sliver |= small[areas]
    if not sliver.any():
        return image
    nearest = distance_transform_edt(sliver, return_distances=False, return_indices=True)
    return image[tuple(nearest)]


def _parcels(rng, x, y):
    return _nearest(x, y, rng.uniform(-5, SIDE + 5, (60, 2))).astype(np.int16)
