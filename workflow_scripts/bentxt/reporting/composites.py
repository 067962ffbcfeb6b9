"""Pictures of a patch: true colour, radar composite, reference map in the colours of its classes."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from bentxt.errors import InputError
from bentxt.nomenclature import CLASSES, class_lookup

#: Drawn where a pixel has no class.
NO_CLASS = (128, 128, 128)


def stretched(
    channels: Iterable[ArrayLike], percentiles: tuple[float, float] = (2, 98), joint: bool = False
) -> np.ndarray:
    """Stretch channels between two percentiles for display.

    Parameters
    ----------
    channels : sequence of array_like
        Three arrays of one shape (height, width), any unit.
    percentiles : tuple of float
        What becomes black and what becomes full colour.
    joint : bool
        Whether all channels share one stretch, which keeps their balance.

    Returns
    -------
    numpy.ndarray
        uint8, shape (height, width, 3).
    """
    stack = np.stack([np.asarray(channel, np.float64) for channel in channels], axis=-1)
    axis = None if joint else (0, 1)
    low, high = np.percentile(stack, percentiles, axis=axis)
    width = np.maximum(high - low, 1e-9)
    return np.rint(255 * np.clip((stack - low) / width, 0, 1)).astype(np.uint8)


def true_colour(bands: Mapping[str, ArrayLike]) -> np.ndarray:
    """Return the true-colour picture of a Sentinel-2 patch.

    Parameters
    ----------
    bands : dict of str to array_like
        At least B04, B03 and B02: reflectance × 10,000, shape (120, 120).

    Returns
    -------
    numpy.ndarray
        uint8, shape (120, 120, 3); joint stretch, slightly brightened as eyes expect.
    """
    picture = stretched([bands[name] for name in ("B04", "B03", "B02")], joint=True)
    return np.rint(255 * (picture / 255) ** 0.8).astype(np.uint8)


def radar_composite(bands: Mapping[str, ArrayLike]) -> np.ndarray:
    """Return the composite of a Sentinel-1 patch: red VV, green VH, blue VV/VH (a difference in dB).

    Parameters
    ----------
    bands : dict of str to array_like
        VV and VH in dB, shape (120, 120).

    Returns
    -------
    numpy.ndarray
        uint8, shape (120, 120, 3); each channel stretched by itself.
    """
    vv, vh = (np.asarray(bands[name], np.float64) for name in ("VV", "VH"))
    return stretched([vv, vh, vv - vh])


def read_class_colours(path: Path | str) -> np.ndarray:
    """Read the colours of the 19 classes.

    Parameters
    ----------
    path : str or Path
        CSV with the columns ``class`` and ``colour`` (``#rrggbb``).

    Returns
    -------
    numpy.ndarray
        uint8, shape (19, 3), nomenclature order.

    Raises
    ------
    InputError
        If a class is missing or unknown, or a colour cannot be read.
    """
    with Path(path).open(encoding="utf-8", newline="") as file:
        found = {row["class"]: row["colour"] for row in csv.DictReader(file)}
    if set(found) != set(CLASSES):
        odd = sorted(set(found) ^ set(CLASSES))
        raise InputError("expected one colour for each of the 19 classes", file=path, item=odd[0])
    colours = np.empty((len(CLASSES), 3), np.uint8)
    for index, name in enumerate(CLASSES):
        try:
            colours[index] = list(bytes.fromhex(found[name].removeprefix("#")))
        except ValueError:
            raise InputError(f"not a colour #rrggbb: {found[name]}", file=path, item=name) from None
    return colours


def class_map(codes: ArrayLike) -> np.ndarray:
    """Return the classes of a reference map: uint8, 0–18, or a value above 18 where there is none."""
    return class_lookup()[np.asarray(codes)]


def map_picture(classes: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """Return the picture of a class map: uint8, shape (height, width, 3)."""
    table = np.tile(np.array(NO_CLASS, np.uint8), (256, 1))
    table[: len(colours)] = colours
    return table[classes]
