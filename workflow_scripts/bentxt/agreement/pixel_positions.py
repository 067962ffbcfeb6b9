"""Boxes and points of the release as pixels of the 120 x 120 grid of the reference map, and back.

Positions run to the right and downwards from the patch's upper left corner. A pixel is 10 m; ``x`` and
``y`` of a box are pixel edges, 0 to 120, the maximum exclusive: ``x_max - x_min`` pixels lie between them,
and ``classes[y_min:y_max, x_min:x_max]`` is what the box encloses. ``docs/release.md`` has the proof.

The way back from two decimals is exact but for one pixel: minima were floored, maxima ceiled, so each
number stands for one edge or for two neighbouring ones. Two only where it is a multiple of 0.05: ``v`` as a
minimum for the edges ``120 v`` and ``120 v + 1``, as a maximum for ``120 v - 1`` and ``120 v``. One
exception comes from floating point: as a maximum, edge 66 is written 0.56, so 0.55 stands for 65, and 0.56
for 66 and 67.
"""

import math

from bentxt.agreement.answers_from_maps import read_point
from bentxt.agreement.question_reading import read_box
from bentxt.errors import Unreadable
from bentxt.nomenclature import SIDE
from bentxt.questions.box_notation import box_text

#: Edges of a box: x_min, y_min, x_max, y_max.
Edges = tuple[int, int, int, int]


def _edges_by_number():
    """Return what numbers stand for as {number: edges}: as minimum and as maximum, by writing each edge."""
    minima: dict[float, list[int]] = {}
    maxima: dict[float, list[int]] = {}
    for edge in range(SIDE):
        minima.setdefault(read_box(box_text(edge, edge, SIDE, SIDE))[0], []).append(edge)
        maxima.setdefault(read_box(box_text(0, 0, edge + 1, edge + 1))[2], []).append(edge + 1)
    return tuple({number: tuple(edges) for number, edges in found.items()} for found in (minima, maxima))


_MINIMA, _MAXIMA = _edges_by_number()


def possible_edges(text: str) -> tuple[tuple[int, ...], ...]:
    """Return the pixel edges that each number of a box may stand for.

    Parameters
    ----------
    text : str
        A box as the release writes it: ``[x0 y0, x1 y1]``.

    Returns
    -------
    tuple of tuple of int
        Of x_min, y_min, x_max and y_max: one edge or two neighbouring ones, ascending.

    Raises
    ------
    Unreadable
        If the text is no box within the patch, or has a number that no edge is written as.

    Examples
    --------
    >>> possible_edges("[0.64 0.0, 1.0 0.71]")
    ((77,), (0, 1), (119, 120), (85,))
    """
    edges = []
    for number, known in zip(read_box(text), (_MINIMA, _MINIMA, _MAXIMA, _MAXIMA), strict=True):
        if number not in known:
            raise Unreadable(f"{number} is no pixel edge of the patch in two decimals")
        edges.append(known[number])
    return tuple(edges)


def box_pixels(text: str) -> Edges:
    """Return a box in pixel edges: the smallest one that surely encloses what was meant.

    It is the box that was written, or larger by one pixel on a side whose number stands for two edges
    (:func:`possible_edges`). :func:`bentxt.questions.box_notation.box_text` writes it as the same text again.

    Parameters
    ----------
    text : str
        A box as the release writes it: ``[x0 y0, x1 y1]``.

    Returns
    -------
    tuple of int
        ``(x_min, y_min, x_max, y_max)``, 0 to 120, maximum exclusive.

    Raises
    ------
    Unreadable
        As :func:`possible_edges`.

    Examples
    --------
    >>> box_pixels("[0.64 0.0, 1.0 0.71]")
    (77, 0, 120, 85)
    >>> box_text(*box_pixels("[0.64 0.0, 1.0 0.71]"))
    '[0.64 0.0, 1.0 0.71]'
    """
    x_min, y_min, x_max, y_max = possible_edges(text)
    return x_min[0], y_min[0], x_max[-1], y_max[-1]


def point_pixel(text: str) -> tuple[int, int]:
    """Return the pixel that a point lies in.

    The point is an instance's centre (mean pixel index + 0.5) rounded to a hundredth of the side. So the
    centre is up to 0.6 pixels away on either axis, and may be in a neighbouring pixel: :func:`centre_range`.

    Parameters
    ----------
    text : str
        A point as the release writes it: ``(x, y)``.

    Returns
    -------
    column, row : int
        0 to 119, as in ``classes[row, column]``.

    Raises
    ------
    Unreadable
        If the text is no point of the patch.

    Examples
    --------
    >>> point_pixel("(0.82, 0.28)")
    (98, 33)
    """
    x, y = _point(text)
    # In whole numbers: 0.35 * 120 and the like stay exact. 1.0 is the last pixel's right edge.
    column, row = (min(round(number * 100) * SIDE // 100, SIDE - 1) for number in (x, y))
    return column, row


def centre_range(text: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return between which pixel positions the centre lies that a point was written for.

    Parameters
    ----------
    text : str
        A point as the release writes it: ``(x, y)``.

    Returns
    -------
    x, y : tuple of float
        Least and greatest position in pixels from the left and from the top, 0 to 120.

    Raises
    ------
    Unreadable
        If the text is no point of the patch.

    Examples
    --------
    >>> centre_range("(0.82, 0.28)")
    ((97.8, 99.0), (33.0, 34.2))
    """
    x, y = (
        (round(max(0.0, (number - 0.005) * SIDE), 9), round(min(float(SIDE), (number + 0.005) * SIDE), 9))
        for number in _point(text)
    )
    return x, y


def _point(text):
    try:
        point = read_point(text)
    except ValueError:
        raise Unreadable(f"{text!r} is no point (x, y)") from None
    if not all(math.isfinite(number) and 0 <= number <= 1 for number in point):
        raise Unreadable("the point lies outside the image")
    return point
