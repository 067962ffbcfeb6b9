"""Bootstrap intervals over images: items of one image stand or fall together."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bentxt.randomness import generator


class Estimate(NamedTuple):
    """A value with its interval.

    Attributes
    ----------
    value, low, high : float
        Point estimate and the ends of the interval, in %.
    items : int
        Items behind the value.
    """

    value: float
    low: float
    high: float
    items: int


def mean_of(sums: np.ndarray) -> np.ndarray:
    """Combine summed (value, count) pairs, shape (…, 2), into means."""
    return sums[..., 0] / sums[..., 1]


def bootstrap(
    statistics: ArrayLike,
    images: Sequence[str] | np.ndarray,
    combine: Callable[[np.ndarray], np.ndarray],
    *,
    resamples: int,
    seed: int,
) -> Estimate:
    """Estimate a metric and its 95 % percentile interval from resampled images.

    Parameters
    ----------
    statistics : array_like
        float, shape (items, k): what an item adds to the sums that the metric is made of.
    images : sequence of str
        Image of each item; whole images are drawn.
    combine : callable
        Maps sums of shape (…, k) to metrics of shape (…,).
    resamples : int
        Number of draws.
    seed : int
        The draws depend on it and on the number of images alone, so that two models that answered the same
        items are resampled alike.

    Returns
    -------
    Estimate
        The metric times 100.
    """
    statistics = np.asarray(statistics, np.float64)
    total, sums, _ = resampled_sums(statistics, images, resamples=resamples, seed=seed)
    low, high = np.percentile(100 * combine(sums), (2.5, 97.5))
    return Estimate(float(100 * combine(total)), float(low), float(high), len(statistics))


def resampled_sums(
    statistics: np.ndarray, images: Sequence[str] | np.ndarray, *, resamples: int, seed: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """Sum what items add over all of them, and over those of each draw.

    Parameters
    ----------
    statistics, images, resamples, seed
        As for :func:`bootstrap`.

    Returns
    -------
    tuple of (numpy.ndarray, numpy.ndarray, int)
        float64, shape (k,): the sums over all items; shape (resamples, k): over those of each draw; and the
        number of images.
    """
    names, index = np.unique(np.asarray(images), return_inverse=True)
    per_image = np.zeros((len(names), statistics.shape[1]))
    np.add.at(per_image, index, statistics)
    return per_image.sum(axis=0), _times_drawn(seed, len(names), resamples) @ per_image, len(names)


@lru_cache(maxsize=4)
def _times_drawn(seed: int, images: int, resamples: int) -> np.ndarray:
    """Return how often each draw holds each image: float64, shape (resamples, images).

    Drawing takes far longer than summing, and all metrics and models of a task have one number of images.
    """
    times = generator(seed, "bootstrap", images).multinomial(images, np.full(images, 1 / images), resamples)
    return times.astype(np.float64)
