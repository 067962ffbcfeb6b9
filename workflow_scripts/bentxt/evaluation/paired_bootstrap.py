"""Two models on the same items: the difference of a metric, resampled over images (Table 8's claim).

Both models are drawn alike in every draw, so what is hard about an image falls out of the difference. An
interval of the difference is therefore narrower than what two separate intervals suggest.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bentxt.evaluation.bootstrap import resampled_sums
from bentxt.randomness import generator


class Difference(NamedTuple):
    """A metric of two models on the same items, and the first's lead over the second.

    Attributes
    ----------
    first, second : float
        The metric of either model, in %.
    difference, low, high : float
        First minus second and the ends of its 95 % percentile interval, in points.
    share_above : float
        Share of the draws in which the first is ahead, in %. Draws in which both are equal are not counted.
    p_value : float
        0–1: how readily draws like these come about without a difference; two-sided, never below
        2 / (draws + 1).
    items, images : int
        What is behind the numbers.
    """

    first: float
    second: float
    difference: float
    low: float
    high: float
    share_above: float
    p_value: float
    items: int
    images: int

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval lies on one side of 0."""
        return self.low > 0 or self.high < 0


def paired_difference(
    first: ArrayLike,
    second: ArrayLike,
    images: Sequence[str] | np.ndarray,
    combine: Callable[[np.ndarray], np.ndarray],
    *,
    resamples: int,
    seed: int,
) -> Difference:
    """Compare two models on one metric by a bootstrap over images, both drawn alike.

    Parameters
    ----------
    first, second : array_like
        float, shape (items, k): what an item adds to the sums that the metric is made of, of either model and
        in the same order.
    images : sequence of str
        Image of each item; whole images are drawn.
    combine : callable
        Maps sums of shape (…, k) to metrics of shape (…,), 0–1.
    resamples, seed : int
        As for :func:`bentxt.evaluation.bootstrap.bootstrap`, whose draws these are.

    Returns
    -------
    Difference
    """
    found = drawn_lead(first, second, images, combine, resamples=resamples, seed=seed)
    (low, high), lead = found.interval, found.draws
    # One draw is added to either side, so that no finite number of draws gives a probability of 0.
    tail = 1 + min(np.sum(lead <= 0), np.sum(lead >= 0))
    return Difference(
        first=found.value,
        second=found.rival,
        difference=found.margin,
        low=low,
        high=high,
        share_above=float(100 * np.mean(lead > 0)),
        p_value=float(min(1.0, 2 * tail / (resamples + 1))),
        items=len(images),
        images=found.images,
    )


class Lead(NamedTuple):
    """How far something is ahead of a rival on some items, with all draws.

    Attributes
    ----------
    value, rival : float
        The metric of either, in %.
    draws : numpy.ndarray
        float64, shape (resamples,): the lead in each draw of the images, points.
    images : int
        What is behind the numbers.
    """

    value: float
    rival: float
    draws: np.ndarray
    images: int

    @property
    def margin(self) -> float:
        """The lead on all items, points."""
        return self.value - self.rival

    @property
    def interval(self) -> tuple[float, float]:
        """The ends of the 95 % percentile interval of the lead."""
        low, high = np.percentile(self.draws, (2.5, 97.5))
        return float(low), float(high)


def drawn_lead(
    first: ArrayLike,
    second: ArrayLike,
    images: Sequence[str] | np.ndarray,
    combine: Callable[[np.ndarray], np.ndarray],
    *,
    resamples: int,
    seed: int,
) -> Lead:
    """Return the lead that :func:`paired_difference` describes; parameters as there."""
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    width = first.shape[1]
    total, draws, count = resampled_sums(np.hstack([first, second]), images, resamples=resamples, seed=seed)
    value, rival = (float(100 * combine(total[..., part])) for part in (slice(width), slice(width, None)))
    return Lead(value, rival, 100 * combine(draws[:, :width]) - 100 * combine(draws[:, width:]), count)


def pooled_margin(leads: Sequence[Lead], *, resamples: int, seed: int) -> tuple[float, tuple[float, float]]:
    """Return the mean margin over runs, and its interval over runs and images.

    Each of the resamples takes the mean of as many runs as there are, drawn with replacement, and for each of
    them a draw of its images. So what differs between runs and what differs between images both widen the
    interval. Of one run it is that of the images.

    Parameters
    ----------
    leads : sequence of Lead
        One of each run. Runs have images of their own, so their draws are independent.
    resamples, seed : int
        Number of draws, and what they depend on.

    Returns
    -------
    tuple of (float, (float, float))
        Mean, and the ends of the 95 % percentile interval, points.
    """
    draws, size = generator(seed, "runs of a claim", len(leads)), (resamples, len(leads))
    chosen, margins = draws.integers(0, len(leads), size), np.empty(size)
    for number, lead in enumerate(leads):
        of_run = chosen == number
        margins[of_run] = draws.choice(lead.draws, int(of_run.sum()))
    low, high = np.percentile(margins.mean(axis=1), (2.5, 97.5))
    return float(np.mean([lead.margin for lead in leads])), (float(low), float(high))


#: What an interval says of a claim that something is greater than something else.
HOLDS, FAILS, OPEN = "holds", "does not hold", "not decided"


def verdict(*leads: tuple[float, float]) -> str:
    """Return whether a claim holds that needs each of some leads to be above 0.

    Parameters
    ----------
    *leads : tuple of float
        Low and high end of the interval of each, points.

    Returns
    -------
    str
        :data:`HOLDS` if all intervals lie above 0, :data:`FAILS` if one reaches 0 at most, else :data:`OPEN`.

    Examples
    --------
    >>> verdict((1.0, 3.0), (0.5, 2.0)), verdict((1.0, 3.0), (0.0, 0.0)), verdict((-1.0, 3.0))
    ('holds', 'does not hold', 'not decided')
    """
    if all(low > 0 for low, _ in leads):
        return HOLDS
    return FAILS if any(high <= 0 for _, high in leads) else OPEN


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust probabilities for the number of comparisons by Holm's method.

    Parameters
    ----------
    p_values : sequence of float
        0–1, of the comparisons that are looked at together.

    Returns
    -------
    list of float
        In the same order; where one is below 5 %, so is the chance that any of those below it came about
        without a difference.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted
