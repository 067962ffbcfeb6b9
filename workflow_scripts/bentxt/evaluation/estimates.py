"""From values of items to what a score file says: counts of answers, metrics with intervals."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bentxt.evaluation.answer_extraction import LENIENT, STRICT, UNPARSED
from bentxt.evaluation.bootstrap import bootstrap_all, mean_of
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
    values: Mapping[str, ArrayLike], items: Mapping[str, Sequence[str]], draws: Mapping[str, int]
) -> dict[str, Metric]:
    """Return means over all items under the name of each metric and by category under ``name/category``.

    Parameters
    ----------
    values : mapping of str to array_like
        Of each metric: float or bool, shape (items,), 0–1.
    items : mapping
        Columns ``patch_id`` and ``category``.
    draws : mapping
        ``resamples`` and ``seed`` of the bootstrap.
    """
    images, categories = np.asarray(items["patch_id"], object), np.asarray(items["category"])
    groups = {"": np.ones(len(images), bool)}
    groups |= {f"/{category}": categories == category for category in sorted(set(items["category"]))}
    found: dict[str, Metric] = {}
    for group, chosen in groups.items():
        measures = [(_with_count(np.asarray(value)[chosen]), mean_of) for value in values.values()]
        for name, metric in zip(values, estimates(measures, images[chosen], draws), strict=True):
            found[name + group] = metric
    return {name + group: found[name + group] for name in values for group in groups}


def _with_count(values: np.ndarray) -> np.ndarray:
    return np.column_stack([values.astype(np.float64), np.ones(len(values))])


def estimates(
    measures: Sequence[tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]],
    images: Sequence[str] | np.ndarray,
    draws: Mapping[str, int],
) -> list[Metric]:
    """Return metrics with their intervals; see :func:`bentxt.evaluation.bootstrap.bootstrap_all`."""
    return [Metric(**found._asdict(), reason=None) for found in bootstrap_all(measures, images, **draws)]
