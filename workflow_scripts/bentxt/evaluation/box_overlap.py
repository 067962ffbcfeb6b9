"""Intersection over union of boxes, and what the paper derives from it (Section 4.1)."""

import numpy as np
from numpy.typing import ArrayLike

#: acc@k counts boxes whose intersection over union exceeds k %.
THRESHOLDS = (25, 50, 75, 90)


def intersection_over_union(first: ArrayLike, second: ArrayLike) -> np.ndarray:
    """Return the overlap of boxes, pair by pair.

    Parameters
    ----------
    first, second : array_like
        float, shape (n, 4): x_min, y_min, x_max, y_max with x_min ≤ x_max and y_min ≤ y_max.

    Returns
    -------
    numpy.ndarray
        float64, shape (n,), 0–1; 0 where the union has no area.
    """
    first = np.asarray(first, np.float64).reshape(-1, 4)
    second = np.asarray(second, np.float64).reshape(-1, 4)
    lower = np.maximum(first[:, :2], second[:, :2])
    upper = np.minimum(first[:, 2:], second[:, 2:])
    intersection = np.clip(upper - lower, 0, None).prod(axis=1)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (first, second)]
    union = areas[0] + areas[1] - intersection
    overlap = np.divide(intersection, union, out=np.zeros_like(union), where=union > 0)
    # The areas are rounded apart from each other, so that equal boxes may come out just above 1.
    return np.minimum(overlap, 1.0)
