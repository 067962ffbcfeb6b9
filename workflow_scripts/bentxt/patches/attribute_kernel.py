"""Attributes of reference maps: classes, instances and adjacencies (Section 3.1 of the paper).

An instance is a 4-connected region of one of the 19 classes. Whole shards of maps go through one compiled
pass: rows are cut into runs of one class, runs that touch are joined (union-find) or add to the border of
their two classes, and everything else is summed over runs instead of pixels.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

from bentxt.nomenclature import CLASSES, PIXELS, SIDE, UNKNOWN, UNLABELLED, class_lookup

_CLASSES = len(CLASSES)

#: Instances as the kernel writes them: sums instead of means, all int32.
INSTANCE = np.dtype(
    [
        (name, np.int32)
        for name in (
            "map",
            "class_index",
            "pixels",
            "x_min",
            "y_min",
            "x_max",
            "y_max",
            "sum_x",
            "sum_y",
            "centroid_inside",
        )
    ]
)

#: Adjacencies as the kernel writes them, all int32.
ADJACENCY = np.dtype([(name, np.int32) for name in ("map", "first_class", "second_class", "border_length")])


@dataclass(frozen=True)
class Attributes:
    """Attributes of n maps.

    Attributes
    ----------
    unknown_pixel : numpy.ndarray
        int32, shape (n,): row × 120 + column of the first pixel whose code CORINE does not have, else -1.
        A map that has one carries no other attributes.
    unlabelled_pixels : numpy.ndarray
        int32, shape (n,): pixels whose code belongs to no class.
    class_pixels : numpy.ndarray
        int32, shape (n, 19): pixels of each class.
    instances : numpy.ndarray
        :data:`INSTANCE`, sorted by map, class, and first pixel in reading order. Boxes are pixel edges,
        maximum exclusive; ``sum_x`` and ``sum_y`` sum the pixel indices.
    adjacencies : numpy.ndarray
        :data:`ADJACENCY`, sorted by map and classes, first < second.
    """

    unknown_pixel: np.ndarray
    unlabelled_pixels: np.ndarray
    class_pixels: np.ndarray
    instances: np.ndarray
    adjacencies: np.ndarray


def extract(codes: np.ndarray) -> Attributes:
    """Extract the attributes of a shard of maps.

    Parameters
    ----------
    codes : numpy.ndarray
        uint16, shape (n, 120, 120), C order: CORINE codes.

    Returns
    -------
    Attributes
    """
    if codes.dtype != np.uint16 or codes.shape[1:] != (SIDE, SIDE):
        raise ValueError(f"expected uint16 of shape (n, {SIDE}, {SIDE}), not {codes.dtype} of {codes.shape}")
    count = len(codes)
    unknown = np.full(count, -1, np.int32)
    unlabelled = np.zeros(count, np.int32)
    class_pixels = np.zeros((count, _CLASSES), np.int32)
    instances, adjacencies = _extract(np.ascontiguousarray(codes), _LOOKUP, unknown, unlabelled, class_pixels)
    return Attributes(
        unknown, unlabelled, class_pixels, instances.view(INSTANCE)[:, 0], adjacencies.view(ADJACENCY)[:, 0]
    )


def instance_columns(instances: np.ndarray, map_index: np.ndarray) -> dict[str, np.ndarray]:
    """Turn :data:`INSTANCE` rows into the columns of ``INSTANCES``.

    Parameters
    ----------
    instances : numpy.ndarray
        :data:`INSTANCE`.
    map_index : numpy.ndarray
        int32, the rows' ``map_index``.

    Returns
    -------
    dict of str to numpy.ndarray
    """
    pixels = instances["pixels"]
    return {
        "map_index": map_index,
        "class_index": instances["class_index"].astype(np.int8),
        "pixels": pixels,
        **{edge: instances[edge].astype(np.int16) for edge in ("x_min", "y_min", "x_max", "y_max")},
        "centroid_x": instances["sum_x"] / pixels + 0.5,
        "centroid_y": instances["sum_y"] / pixels + 0.5,
        "centroid_inside": instances["centroid_inside"].astype(np.bool_),
    }


def adjacency_columns(adjacencies: np.ndarray, map_index: np.ndarray) -> dict[str, np.ndarray]:
    """Turn :data:`ADJACENCY` rows into the columns of ``ADJACENCIES``; as instance_columns."""
    return {
        "map_index": map_index,
        "first_class": adjacencies["first_class"].astype(np.int8),
        "second_class": adjacencies["second_class"].astype(np.int8),
        "border_length": adjacencies["border_length"],
    }


def _full_lookup():
    """Return class_lookup for every uint16, so that the kernel need not check bounds."""
    lookup = np.full(1 << 16, UNKNOWN, np.uint8)
    known = class_lookup()
    lookup[: len(known)] = known
    return lookup


_LOOKUP = _full_lookup()


@njit(cache=True, nogil=True)
def _find(parents, run):
    while parents[run] != run:
        parents[run] = parents[parents[run]]
        run = parents[run]
    return run


@njit(cache=True, nogil=True)
def _with_room(rows, used, more):
    """Return ``rows``, or a larger copy of its first ``used``, with room for ``more``."""
    if used + more <= len(rows):
        return rows
    larger = np.empty((2 * (used + more), rows.shape[1]), np.int32)
    # Element by element, here and below: numba takes seconds to compile the assignment to a slice.
    for row in range(used):
        for column in range(rows.shape[1]):
            larger[row, column] = rows[row, column]
    return larger


@njit(cache=True, nogil=True)
def _cut_into_runs(codes, lookup, y, runs, starts, ends, classes):
    """Cut row ``y`` into runs of one class; return their new number, or -1 - x at an unknown code."""
    x = 0
    while x < SIDE:
        code = codes[y, x]
        kind = lookup[code]
        if kind == UNKNOWN:
            return -1 - x
        starts[runs] = x
        x += 1
        while x < SIDE:
            if codes[y, x] != code:
                # Several codes make one class.
                code = codes[y, x]
                if lookup[code] != kind:
                    break
            x += 1
        ends[runs] = x
        classes[runs] = kind
        runs += 1
    return runs


@njit(cache=True, nogil=True)
def _join_rows(first, second, runs, ends, starts, classes, parents, borders):
    """Join the runs of two rows (``first`` to ``second``, ``second`` to ``runs``), or add to borders."""
    for run in range(second + 1, runs):
        if classes[run - 1] < _CLASSES and classes[run] < _CLASSES:
            borders[classes[run - 1], classes[run]] += 1
    upper, lower = first, second
    while upper < second and lower < runs:
        above, below = classes[upper], classes[lower]
        if above == below:
            if above < _CLASSES:
                one, other = _find(parents, upper), _find(parents, lower)
                # The root is the first run in reading order.
                if one < other:
                    parents[other] = one
                else:
                    parents[one] = other
        elif above < _CLASSES and below < _CLASSES:
            borders[above, below] += min(ends[upper], ends[lower]) - max(starts[upper], starts[lower])
        if ends[upper] < ends[lower]:
            upper += 1
        elif ends[upper] > ends[lower]:
            lower += 1
        else:
            upper += 1
            lower += 1


@njit(cache=True, nogil=True)
def _extract(codes, lookup, unknown, unlabelled, class_pixels):
    starts = np.empty(PIXELS, np.int32)
    ends = np.empty(PIXELS, np.int32)
    classes = np.empty(PIXELS, np.uint8)
    parents = np.empty(PIXELS, np.int32)
    places = np.empty(PIXELS, np.int32)
    rows = np.empty(SIDE + 1, np.int32)
    borders = np.zeros((_CLASSES, _CLASSES), np.int32)
    offsets = np.empty(_CLASSES + 1, np.int32)
    instances = np.empty((16 * len(codes) + PIXELS, 10), np.int32)
    adjacencies = np.empty((8 * len(codes) + _CLASSES * _CLASSES, 4), np.int32)
    found, touching = 0, 0
    for index in range(len(codes)):
        runs = 0
        borders.fill(0)
        for y in range(SIDE):
            rows[y] = runs
            more = _cut_into_runs(codes[index], lookup, y, runs, starts, ends, classes)
            if more < 0:
                unknown[index] = y * SIDE - 1 - more
                break
            for run in range(runs, more):
                parents[run] = run
            _join_rows(rows[y - 1] if y else 0, runs, more, ends, starts, classes, parents, borders)
            runs = more
        if unknown[index] >= 0:
            continue
        rows[SIDE] = runs

        # Places of the instances: by class, then in reading order.
        offsets.fill(0)
        for run in range(runs):
            if parents[run] == run and classes[run] < _CLASSES:
                offsets[classes[run] + 1] += 1
        for kind in range(_CLASSES):
            offsets[kind + 1] += offsets[kind]
        instances = _with_room(instances, found, offsets[_CLASSES])
        mine = instances[found:]
        found += offsets[_CLASSES]
        for y in range(SIDE):
            for run in range(rows[y], rows[y + 1]):
                kind = classes[run]
                length = ends[run] - starts[run]
                if kind == UNLABELLED:
                    unlabelled[index] += length
                    continue
                class_pixels[index, kind] += length
                root = _find(parents, run)
                parents[run] = root
                sum_x = (starts[run] + ends[run] - 1) * length // 2
                if root == run:
                    place = offsets[kind]
                    offsets[kind] += 1
                    places[root] = place
                    row = mine[place]
                    row[0], row[1], row[2] = index, kind, length
                    row[3], row[4], row[5], row[6] = starts[run], y, ends[run], y + 1
                    row[7], row[8] = sum_x, y * length
                else:
                    row = mine[places[root]]
                    row[2] += length
                    row[3] = min(row[3], starts[run])
                    row[5] = max(row[5], ends[run])
                    row[6] = y + 1
                    row[7] += sum_x
                    row[8] += y * length
        for run in range(runs):
            if parents[run] == run and classes[run] < _CLASSES:
                row = mine[places[run]]
                # The pixel under the centroid, which is the mean index + 0.5, in whole numbers.
                x = (2 * row[7] + row[2]) // (2 * row[2])
                y = (2 * row[8] + row[2]) // (2 * row[2])
                under = rows[y]
                while ends[under] <= x:
                    under += 1
                row[9] = parents[under] == run

        adjacencies = _with_room(adjacencies, touching, _CLASSES * _CLASSES)
        for one in range(_CLASSES):
            for other in range(one + 1, _CLASSES):
                length = borders[one, other] + borders[other, one]
                if length:
                    row = adjacencies[touching]
                    row[0], row[1], row[2], row[3] = index, one, other, length
                    touching += 1
    return instances[:found], adjacencies[:touching]
