"""The box that overlaps most with those of training rows: one for all, or one for each kind of question."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

from bentxt.evaluation.box_overlap import intersection_over_union

#: Boxes that a best box is sought among; more make it hardly better.
_SEEN = 1_000
#: Fewer rows of a kind than this have the box of all rows.
_LEAST = 20
#: Steps of the search, shares of the patch, to as fine as boxes are written; and how far each reaches.
_STEPS = ((0.1, 10), (0.02, 5), (0.01, 2))
_SWEEPS = 6


class BoxRule(NamedTuple):
    """How a box follows from a question.

    Attributes
    ----------
    name : str
    keys : list of hashable
        Kind of each question: those of one kind get one box.
    relative : bool
        The box is laid round the question's point, not fixed in the patch.
    """

    name: str
    keys: list[Hashable]
    relative: bool


def place_box(sides: np.ndarray, points: np.ndarray | None) -> np.ndarray:
    """Return boxes.

    Parameters
    ----------
    sides : numpy.ndarray
        float, shape (…, 4): the box; with points, how far it reaches from them to the left, top, right and
        bottom.
    points : numpy.ndarray or None
        float, shape (…, 2), shares of the patch; None for a box that is fixed.

    Returns
    -------
    numpy.ndarray
        float64, shape (…, 4): x0, y0, x1, y1 in 0–1.
    """
    if points is None:
        return sides
    corners = np.concatenate([points - sides[..., :2], points + sides[..., 2:]], axis=-1)
    return np.clip(corners, 0, 1)


def best_box(boxes: np.ndarray, points: np.ndarray | None = None) -> np.ndarray:
    """Return the box, or the reach round the points, with the greatest mean overlap, by coordinate search.

    Parameters
    ----------
    boxes : numpy.ndarray
        float, shape (n, 4), n > 0.
    points : numpy.ndarray or None
        float, shape (n, 2).

    Returns
    -------
    numpy.ndarray
        float64, shape (4,), hundredths.
    """
    every = -(-len(boxes) // _SEEN)
    boxes = boxes[::every]
    points = None if points is None else points[::every]
    if points is None:
        starts = [np.array([0.0, 0.0, 1.0, 1.0]), np.median(boxes, axis=0)]
    else:
        reach = np.concatenate([points - boxes[:, :2], boxes[:, 2:] - points], axis=1)
        starts = [np.ones(4), np.median(reach, axis=0)]

    def overlaps(sides):
        """Return the mean overlap of each of some boxes, float64, shape (boxes,)."""
        placed = place_box(sides[:, None, :], points)
        shape = (len(sides), len(boxes), 4)
        pairs = (np.broadcast_to(part, shape).reshape(-1, 4) for part in (placed, boxes))
        return intersection_over_union(*pairs).reshape(shape[:2]).mean(axis=1)

    found = [_climb(np.clip(np.round(start, 2), 0, 1), overlaps) for start in starts]
    return max(found, key=lambda entry: entry[0])[1]


def _climb(sides, overlaps):
    """Return the greatest mean overlap that changing one side after the other reaches, and its box."""
    best = overlaps(sides[None])[0]
    for step, reach in _STEPS:
        for _ in range(_SWEEPS):
            before = best
            for side in range(4):
                near = np.round(sides[side] + step * np.arange(-reach, reach + 1), 2)
                near = near[(near >= 0) & (near <= 1)]
                tried = np.repeat(sides[None], len(near), axis=0)
                tried[:, side] = near
                # A box whose corners have changed places overlaps with nothing.
                reached = overlaps(tried)
                if reached.max() > best + 1e-12:
                    best, sides = reached.max(), tried[reached.argmax()]
            if best == before:
                break
    return best, sides


class BoxModel:
    """The best box of each kind of question, learnt from rows; a rare kind has that of all rows.

    Parameters
    ----------
    boxes : numpy.ndarray
        float, shape (n, 4).
    points : numpy.ndarray or None
        float, shape (n, 2); None where the box does not lie round a point.
    keys : sequence of hashable
        Kind of each row.
    """

    def __init__(self, boxes: np.ndarray, points: np.ndarray | None, keys: Sequence[Hashable]) -> None:
        rows: dict[Hashable, list[int]] = {}
        for row, key in enumerate(keys):
            rows.setdefault(key, []).append(row)
        self._all = best_box(boxes, points)
        self._own = {
            key: best_box(boxes[own], None if points is None else points[own])
            for key, own in rows.items()
            if _LEAST <= len(own) < len(boxes)
        }

    def boxes(self, points: np.ndarray | None, keys: Sequence[Hashable]) -> np.ndarray:
        """Return the box of each question, float64, shape (n, 4)."""
        sides = np.array([self._own.get(key, self._all) for key in keys]).reshape(-1, 4)
        return np.round(place_box(sides, points), 2)
