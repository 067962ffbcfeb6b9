"""Attributes of one map the plain way, with scipy.ndimage per class: what the kernel must equal."""

import numpy as np
from scipy import ndimage

from bentxt.nomenclature import CLASSES, UNLABELLED, class_lookup

_LOOKUP = class_lookup()
_CROSS = [[0, 1, 0], [1, 1, 1], [0, 1, 0]]


def naive_attributes(codes):
    """Return classes, instances and adjacencies of one map of CORINE codes.

    Returns
    -------
    unlabelled_pixels : int
    class_pixels : list of int
    instances : list of tuple
        Class, pixels, x_min, y_min, x_max, y_max, centroid x and y, whether the centroid's pixel is inside;
        by class and first pixel in reading order.
    adjacencies : list of tuple
        First class, second class, border length.
    """
    classes = _LOOKUP[codes]
    instances = []
    present = [index for index in np.unique(classes) if index < len(CLASSES)]
    for index in present:
        labels, count = ndimage.label(classes == index, _CROSS)
        numbers = range(1, count + 1)
        sizes = ndimage.sum_labels(np.ones_like(labels), labels, numbers)
        centres = ndimage.center_of_mass(np.ones_like(labels), labels, numbers)
        for number, size, (y, x), box in zip(
            numbers, sizes, centres, ndimage.find_objects(labels), strict=True
        ):
            rows, columns = box
            inside = labels[int(np.floor(y + 0.5)), int(np.floor(x + 0.5))] == number
            edges = (columns.start, rows.start, columns.stop, rows.stop)
            instances.append((int(index), int(size), *edges, x + 0.5, y + 0.5, bool(inside)))
    adjacencies = []
    for place, one in enumerate(present):
        mine = classes == one
        for other in present[place + 1 :]:
            theirs = classes == other
            length = (
                np.count_nonzero(mine[:, :-1] & theirs[:, 1:])
                + np.count_nonzero(theirs[:, :-1] & mine[:, 1:])
                + np.count_nonzero(mine[:-1] & theirs[1:])
                + np.count_nonzero(theirs[:-1] & mine[1:])
            )
            if length:
                adjacencies.append((int(one), int(other), int(length)))
    pixels = [int(np.count_nonzero(classes == index)) for index in range(len(CLASSES))]
    return int(np.count_nonzero(classes == UNLABELLED)), pixels, instances, adjacencies
