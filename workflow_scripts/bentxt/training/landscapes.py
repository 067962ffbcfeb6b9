"""Landscapes for the pages of the language model: training maps turned, mirrored, and pasted into each other.

The training split is small and many of its patches show one class only; where regions lie can only be learned
from more layouts than it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.ndimage import find_objects, label

from bentxt.nomenclature import CLASSES

#: Most regions that are pasted into a landscape.
_PASTED = 4


class Region(NamedTuple):
    """A connected region of one class.

    Attributes
    ----------
    class_index : int
    pixels : int
    box : tuple of int
        x_min, y_min, x_max, y_max: pixel edges, maximum exclusive.
    point : tuple of float
        x and y of its centroid, pixels from the left and upper edge.
    around : bool
        Whether the centroid lies within the region.
    """

    class_index: int
    pixels: int
    box: tuple[int, int, int, int]
    point: tuple[float, float]
    around: bool


def turned(class_map: np.ndarray, turn: int) -> np.ndarray:
    """Return a map turned and mirrored, by one of eight numbers; 0 leaves it as it is."""
    picture = np.rot90(class_map, turn % 4)
    return picture[:, ::-1] if turn >= 4 else picture


def invent_landscape(class_maps: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Invent a landscape from some maps: one of them turned, with up to four regions of others moved into it.

    Parameters
    ----------
    class_maps : numpy.ndarray
        uint8, shape (maps, side, side), values 0–18.
    generator : numpy.random.Generator

    Returns
    -------
    numpy.ndarray
        uint8, shape (side, side).
    """

    def draw():
        return turned(class_maps[generator.integers(len(class_maps))], int(generator.integers(8)))

    landscape = draw().copy()
    side = len(landscape)
    for _ in range(1 + int(generator.integers(_PASTED))):
        other = draw()
        row, column = generator.integers(side, size=2)
        numbered, _ = label(other == other[row, column])
        rows, columns = np.nonzero(numbered == numbered[row, column])
        if len(rows) == other.size:
            continue
        # Moved so that the pixel that was drawn comes to lie anywhere in the landscape.
        to_row, to_column = generator.integers(side, size=2)
        rows, columns = rows - row + to_row, columns - column + to_column
        inside = (rows >= 0) & (rows < side) & (columns >= 0) & (columns < side)
        landscape[rows[inside], columns[inside]] = other[row, column]
    return landscape


def find_regions(class_map: np.ndarray) -> list[Region]:
    """Return the 4-connected regions of each class of a map (uint8, shape (side, side), values 0–18)."""
    found = []
    for index in np.flatnonzero(np.bincount(class_map.ravel(), minlength=len(CLASSES))).tolist():
        numbered, _ = label(class_map == index)
        for number, slices in enumerate(find_objects(numbered), 1):
            rows, columns = slices
            inside = numbered[slices] == number
            pixels = int(np.count_nonzero(inside))
            x = columns.start + float(inside.sum(0) @ np.arange(inside.shape[1])) / pixels
            y = rows.start + float(inside.sum(1) @ np.arange(inside.shape[0])) / pixels
            found.append(
                Region(
                    index,
                    pixels,
                    (columns.start, rows.start, columns.stop, rows.stop),
                    (x + 0.5, y + 0.5),
                    bool(numbered[int(y + 0.5), int(x + 0.5)] == number),
                )
            )
    return found


def named_regions(regions: Sequence[Region]) -> list[tuple[Region, str]]:
    """Return the regions that a class names: its only one, or the ``largest`` or ``smallest`` of several."""
    named = []
    for index in sorted({region.class_index for region in regions}):
        own = sorted(
            (region for region in regions if region.class_index == index), key=lambda region: region.pixels
        )
        if len(own) == 1:
            named.append((own[0], ""))
            continue
        if own[-1].pixels > own[-2].pixels:
            named.append((own[-1], "largest"))
        if own[0].pixels < own[1].pixels:
            named.append((own[0], "smallest"))
    return named
