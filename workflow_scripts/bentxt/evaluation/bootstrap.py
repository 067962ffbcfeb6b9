"""Bootstrap intervals over images: items of one image stand or fall together."""

from collections.abc import Callable, Sequence
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
    names, index = np.unique(np.asarray(images), return_inverse=True)
    per_image = np.zeros((len(names), statistics.shape[1]))
    np.add.at(per_image, index, statistics)
    count = len(names)
    weights = generator(seed, "bootstrap", count).multinomial(count, np.full(count, 1 / count), resamples)
    draws = 100 * combine(weights @ per_image)
    low, high = np.percentile(draws, (2.5, 97.5))
    value = 100 * combine(per_image.sum(axis=0))
    return Estimate(float(value), float(low), float(high), len(statistics))
