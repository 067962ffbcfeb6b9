"""Bootstrap intervals over images: items of one image stand or fall together."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bentxt.randomness import generator

#: Most weights of images in draws that are held at a time: 64 MB. A benchmark has an eighth of that, a test
#: split fourteen times as many.
_HELD = 1 << 23
#: Images below which there is no interval to rely on: the percentiles of so few draws are too narrow.
FEWEST_IMAGES = 10


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
    (estimate,) = bootstrap_all([(statistics, combine)], images, resamples=resamples, seed=seed)
    return estimate


def bootstrap_all(
    measures: Sequence[tuple[ArrayLike, Callable[[np.ndarray], np.ndarray]]],
    images: Sequence[str] | np.ndarray,
    *,
    resamples: int,
    seed: int,
) -> list[Estimate]:
    """Estimate several metrics of the same items from one set of draws.

    Parameters
    ----------
    measures : sequence of tuple
        ``statistics`` and ``combine`` of each metric.
    images, resamples, seed
        As for :func:`bootstrap`.

    Returns
    -------
    list of Estimate
    """
    columns = [np.asarray(statistics, np.float64) for statistics, _ in measures]
    found = []
    for (_, combine), (total, sums) in zip(
        measures, _resampled(columns, _Images.of(images), resamples, seed), strict=True
    ):
        low, high = np.percentile(100 * combine(sums), (2.5, 97.5))
        found.append(Estimate(float(100 * combine(total)), float(low), float(high), len(images)))
    return found


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
    numbered = _Images.of(images)
    ((total, sums),) = _resampled([statistics], numbered, resamples, seed)
    return total, sums, numbered.total


class _Images(NamedTuple):
    """Number of the image of each item, int64 (items,), in the order of their names; how many there are."""

    of_item: np.ndarray
    total: int

    @classmethod
    def of(cls, names: Sequence[str] | np.ndarray) -> "_Images":
        numbers = {name: number for number, name in enumerate(sorted(set(names)))}
        return cls(np.fromiter(map(numbers.__getitem__, names), np.int64, len(names)), len(numbers))

    def sums(self, statistics: np.ndarray) -> np.ndarray:
        """Return the sums of each image, float64 (images, k)."""
        return np.stack([np.bincount(self.of_item, column, self.total) for column in statistics.T], axis=1)


def _resampled(
    measures: Sequence[np.ndarray], images: _Images, resamples: int, seed: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the sums of statistics over all items and over those of each draw, a pair a measure."""
    per_image = [images.sums(statistics) for statistics in measures]
    drawn = [np.empty((resamples, sums.shape[1])) for sums in per_image]
    for part, times in _times_drawn(seed, images.total, resamples):
        for found, sums in zip(drawn, per_image, strict=True):
            found[part] = times @ sums
    return [(sums.sum(axis=0), found) for sums, found in zip(per_image, drawn, strict=True)]


def _times_drawn(seed: int, images: int, resamples: int) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield how often draws hold each image, float64 (draws, images), for some draws at a time."""
    if images * resamples <= _HELD:
        yield slice(resamples), _all_times_drawn(seed, images, resamples)
        return
    draws, step = generator(seed, "bootstrap", images), max(1, _HELD // images)
    for start in range(0, resamples, step):
        part = slice(start, min(start + step, resamples))
        yield part, _multinomial(draws, images, part.stop - part.start)


@lru_cache(maxsize=2)
def _all_times_drawn(seed: int, images: int, resamples: int) -> np.ndarray:
    """Return the draws of a benchmark, which all metrics and models of a task have in common."""
    return _multinomial(generator(seed, "bootstrap", images), images, resamples)


def _multinomial(draws: np.random.Generator, images: int, times: int) -> np.ndarray:
    return draws.multinomial(images, np.full(images, 1 / images), times).astype(np.float64)
