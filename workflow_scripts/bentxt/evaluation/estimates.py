"""From values of items to what a score file says: counts of answers, metrics with intervals."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bentxt.evaluation.answer_extraction import LENIENT, STRICT, UNPARSED
from bentxt.evaluation.bootstrap import bootstrap, mean_of
from bentxt.evaluation.score import AnswerCounts, Metric, TaskScore


class ScoredTask(NamedTuple):
    """A task's score, and the columns of its items that scoring adds to those that it was given.

    Attributes
    ----------
    score : TaskScore
    items : dict of str to list
        ``extracted``, ``level`` and ``score``, and what of the other columns of
        :data:`bentxt.tables.schemas.scored_items_schema.SCORED_ITEMS` the task has.
    """

    score: TaskScore
    items: dict[str, list]


def missing_metric(reason: str) -> Metric:
    """Return a metric that could not be computed."""
    return Metric(None, None, None, 0, reason)


def extraction_counts(levels: Sequence[str], categories: Sequence[str]) -> dict[str, Any]:
    """Return the fields of a :class:`TaskScore` that count answers, overall and by category."""

    def counts(chosen: Sequence[str]) -> AnswerCounts:
        number = Counter(chosen)
        return AnswerCounts(
            items=len(chosen),
            strict=number[STRICT],
            lenient=number[LENIENT],
            unparsed=number[UNPARSED],
            instruction_following=number[UNPARSED] == 0,
        )

    groups: dict[str, list[str]] = {}
    for level, category in zip(levels, categories, strict=True):
        groups.setdefault(category, []).append(level)
    return asdict(counts(levels)) | {"extraction": {name: counts(groups[name]) for name in sorted(groups)}}


def means(
    name: str, values: ArrayLike, items: Mapping[str, Sequence[str]], draws: Mapping[str, int]
) -> dict[str, Metric]:
    """Return the mean over all items under ``name`` and by category under ``name/category``.

    Parameters
    ----------
    name : str
    values : array_like
        float or bool, shape (items,), 0–1.
    items : mapping
        Columns ``patch_id`` and ``category``.
    draws : mapping
        ``resamples`` and ``seed`` of the bootstrap.
    """
    statistics = np.column_stack([np.asarray(values, np.float64), np.ones(len(items["patch_id"]))])
    images, categories = np.asarray(items["patch_id"]), np.asarray(items["category"])
    metrics = {name: estimate(statistics, images, mean_of, draws)}
    for category in sorted(set(items["category"])):
        chosen = categories == category
        metrics[f"{name}/{category}"] = estimate(statistics[chosen], images[chosen], mean_of, draws)
    return metrics


def estimate(
    statistics: np.ndarray,
    images: Sequence[str] | np.ndarray,
    combine: Callable[[np.ndarray], np.ndarray],
    draws: Mapping[str, int],
) -> Metric:
    """Return a metric with its interval; see :func:`bentxt.evaluation.bootstrap.bootstrap`."""
    return Metric(**bootstrap(statistics, images, combine, **draws)._asdict(), reason=None)
