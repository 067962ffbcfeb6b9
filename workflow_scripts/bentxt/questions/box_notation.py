"""Bounding boxes and points as the release writes them (Section 3.1, referring detection).

Positions run to the right and downwards, both as a share of the patch's side.
"""

import math

from bentxt.nomenclature import SIDE

# The release rounds outwards in floating point, so 66 / 120 becomes 0.56 as a maximum:
# 0.55 * 100 is 55.00000000000001. There are only 121 edges: tables keep that arithmetic and its cost apart.
_MINIMUM = tuple(str(math.floor(edge / SIDE * 100) / 100) for edge in range(SIDE + 1))
_MAXIMUM = tuple(str(math.ceil(edge / SIDE * 100) / 100) for edge in range(SIDE + 1))


def box_text(x_min: int, y_min: int, x_max: int, y_max: int) -> str:
    """Write a bounding box: minimum floored and maximum ceiled to two decimals.

    Parameters
    ----------
    x_min, y_min, x_max, y_max : int
        Pixel edges in 0–120, maximum exclusive (columns of ``instances.parquet``).

    Returns
    -------
    str
        ``[x0 y0, x1 y1]`` in shares of the patch's side, as ``[0.64 0.0, 1.0 0.71]``.

    Raises
    ------
    ValueError
        If the edges do not make a box within the patch.

    Examples
    --------
    >>> box_text(77, 0, 120, 85)
    '[0.64 0.0, 1.0 0.71]'
    >>> box_text(0, 0, 66, 66)  # as the release: 0.55 * 100 is more than 55 in floating point
    '[0.0 0.0, 0.56 0.56]'
    """
    if not (0 <= x_min < x_max <= SIDE and 0 <= y_min < y_max <= SIDE):
        raise ValueError(f"no box within the patch: {x_min}, {y_min}, {x_max}, {y_max}")
    return f"[{_MINIMUM[x_min]} {_MINIMUM[y_min]}, {_MAXIMUM[x_max]} {_MAXIMUM[y_max]}]"


def point_text(centroid_x: float, centroid_y: float) -> str:
    """Write a point, rounded to two decimals.

    Parameters
    ----------
    centroid_x, centroid_y : float
        Pixels from the patch's left and upper edge, 0–120 (columns of ``instances.parquet``).

    Returns
    -------
    str
        ``(x, y)`` in shares of the patch's side, as ``(0.82, 0.28)``; the template adds the tags.

    Raises
    ------
    ValueError
        If the point lies outside the patch.

    Examples
    --------
    >>> point_text(98.5, 33.4)
    '(0.82, 0.28)'
    """
    if not (0 <= centroid_x <= SIDE and 0 <= centroid_y <= SIDE):
        raise ValueError(f"no point of the patch: {centroid_x}, {centroid_y}")
    # float(): numpy's own rounding multiplies first and differs from Python's at some ties.
    return f"({round(float(centroid_x) / SIDE, 2)}, {round(float(centroid_y) / SIDE, 2)})"
