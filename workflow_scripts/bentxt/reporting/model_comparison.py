"""Any two models on the same items: differences with their intervals, and how alike they answer."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from bentxt.evaluation.answer_agreement import Agreement, Answers, answer_agreement
from bentxt.evaluation.bootstrap import mean_of
from bentxt.evaluation.corpus_bleu import bleu4
from bentxt.evaluation.paired_bootstrap import Difference, holm, paired_difference
from bentxt.models.table_rows import REFERENCE
from bentxt.reporting.scored_items import ModelItems

#: Columns of the items that comparisons look at.
ITEM_COLUMNS = (
    *("extracted", "box", "score", "bleu4_counts"),
    *("meteor", "cider", "bertscore", "sbert_cosine", "clair"),
)


class ComparedMetric(NamedTuple):
    """A metric of a task: its name in score files, its label, and the column of the items it is made of."""

    name: str
    label: str
    column: str
    combine: Callable[[np.ndarray], np.ndarray] = mean_of


#: Groups that are compared; the references among them.
COMPARED_GROUPS = ("RS", "CV", "ours", "own", REFERENCE)
#: Groups of the models that Table 8 holds against the best of the others.
TRAINED_GROUPS = ("ours", "own")

#: Metrics by task. The first one is that of Table 8, the others of captions are those of Table 7.
METRICS = {
    "captioning": (
        ComparedMetric("bleu4", "BLEU-4", "bleu4_counts", bleu4),
        ComparedMetric("rouge", "ROUGE-L", "score"),
        ComparedMetric("meteor", "METEOR", "meteor"),
        ComparedMetric("cider", "CIDEr", "cider"),
        ComparedMetric("bertscore", "BERTScore", "bertscore"),
        ComparedMetric("sbert_cosine", "SBERT cosine", "sbert_cosine"),
        ComparedMetric("clair", "CLAIR", "clair"),
    ),
    "binary": (ComparedMetric("accuracy", "accuracy", "score"),),
    "mcq": (ComparedMetric("accuracy", "accuracy", "score"),),
    "referring": (ComparedMetric("miou", "mIoU", "score"),),
}


class Comparison(NamedTuple):
    """Two models on one metric.

    Attributes
    ----------
    task : str
    metric : ComparedMetric
    first, second : ModelItems
    found : Difference
    pairs : int
        Pairs of models that were compared on this metric.
    p_holm : float
        The probability, adjusted for that number by Holm's method.
    """

    task: str
    metric: ComparedMetric
    first: ModelItems
    second: ModelItems
    found: Difference
    pairs: int
    p_holm: float


def compare_models(task: str, models: Sequence[ModelItems], *, resamples: int, seed: int) -> list[Comparison]:
    """Compare every two models of a task on each of its metrics.

    Parameters
    ----------
    task : str
        Of :data:`bentxt.release.TASKS`.
    models : sequence of ModelItems
        Of the same items.
    resamples, seed : int
        Of the bootstrap.

    Returns
    -------
    list of Comparison
        Metric by metric. Where a metric lacks the value of an item for one of two models, the item is left
        out of their comparison; a pair without any common item has none.
    """
    compared = []
    for metric in METRICS[task]:
        found = []
        for first, second in _pairs(models):
            one, other = item_statistics(first, metric), item_statistics(second, metric)
            known = np.isfinite(one).all(axis=1) & np.isfinite(other).all(axis=1)
            if known.any():
                images = np.asarray(first.table["patch_id"].to_pylist())[known]
                difference = paired_difference(
                    one[known], other[known], images, metric.combine, resamples=resamples, seed=seed
                )
                found.append((first, second, difference))
        adjusted = holm([difference.p_value for _, _, difference in found])
        compared += [
            Comparison(task, metric, *pair, len(found), p_holm)
            for pair, p_holm in zip(found, adjusted, strict=True)
        ]
    return compared


def _pairs(models: Sequence[ModelItems]) -> Iterator[tuple[ModelItems, ModelItems]]:
    """Yield every two models; a fine-tuned one first, so that its lead over the other is what is given."""
    return combinations(sorted(models, key=lambda model: model.group not in TRAINED_GROUPS), 2)


def item_statistics(model: ModelItems, metric: ComparedMetric) -> np.ndarray:
    """Return what each item adds to the sums of a metric, float64 (items, k); NaN where it has no value."""
    values = model.table[metric.column].to_pylist()
    if metric.combine is mean_of:
        column = np.array([np.nan if value is None else value for value in values], np.float64)
        return np.column_stack([column, np.ones(len(column))])
    width = max((len(value) for value in values if value is not None), default=1)
    return np.array([[np.nan] * width if value is None else value for value in values], np.float64)


COMPARISON_COLUMNS = (
    *("task", "metric", "first", "second", "first_value", "second_value"),
    *("difference", "low", "high", "share_above", "p_value", "p_holm", "pairs"),
    *("items", "images", "first_weights", "second_weights", "run", "note"),
)


def comparison_rows(comparisons: Sequence[Comparison], run: str) -> list[dict[str, Any]]:
    """Return comparisons as rows of :data:`COMPARISON_COLUMNS`; values in %, differences in points."""
    return [
        {
            "task": each.task,
            "metric": each.metric.name,
            "first": each.first.name,
            "second": each.second.name,
            "first_value": each.found.first,
            "second_value": each.found.second,
            "difference": each.found.difference,
            "low": each.found.low,
            "high": each.found.high,
            "share_above": each.found.share_above,
            "p_value": f"{each.found.p_value:.4f}",
            "p_holm": f"{each.p_holm:.4f}",
            "pairs": each.pairs,
            "items": each.found.items,
            "images": each.found.images,
            "first_weights": each.first.score.weights,
            "second_weights": each.second.score.weights,
            "run": run,
            "note": "",
        }
        for each in comparisons
    ]


class AnsweringPair(NamedTuple):
    """Two models and how alike they answer a task."""

    task: str
    first: ModelItems
    second: ModelItems
    found: Agreement


def agreement_pairs(task: str, models: Sequence[ModelItems]) -> Iterator[AnsweringPair]:
    """Yield how alike every two models answer a task; they have the same items."""
    answers = {
        model.name: Answers(*(model.table[name].to_pylist() for name in Answers._fields)) for model in models
    }
    for first, second in _pairs(models):
        yield AnsweringPair(
            task, first, second, answer_agreement(task, answers[first.name], answers[second.name])
        )


AGREEMENT_COLUMNS = ("task", "first", "second", *Agreement._fields, "run", "note")


def agreement_rows(pairs: Sequence[AnsweringPair], run: str) -> list[dict[str, Any]]:
    """Return pairs as rows with the columns :data:`AGREEMENT_COLUMNS`."""
    return [
        {"task": pair.task, "first": pair.first.name, "second": pair.second.name}
        | pair.found._asdict()
        | {"run": run, "note": ""}
        for pair in pairs
    ]


class Claim(NamedTuple):
    """RS-InternVL, or a user's own model, against the best model of a group, as in a column of Table 8.

    Attributes
    ----------
    task : str
    metric : ComparedMetric
    group : str
        ``RS`` or ``CV``.
    ours : str
        The model that the claim is about.
    best : str or None
        The best model of the group; None where none was run.
    found : Difference or None
        The model's lead over the best one.
    p_holm : float or None
        Adjusted for the number of such comparisons.
    """

    task: str
    metric: ComparedMetric
    group: str
    ours: str
    best: str | None
    found: Difference | None
    p_holm: float | None


def table8_claims(
    comparisons: Sequence[Comparison], tasks: Mapping[str, Sequence[ModelItems]]
) -> list[Claim]:
    """Hold the fine-tuned models against the best model of each group on the metric of each task.

    Parameters
    ----------
    comparisons : sequence of Comparison
        From :func:`compare_models`.
    tasks : mapping of str to (sequence of ModelItems)
        The models of each task, in the order of Table 8.

    Returns
    -------
    list of Claim
        Task by task, RS before CV.
    """
    claims = []
    for task, models in tasks.items():
        metric = METRICS[task][0]
        for ours in (model.name for model in models if model.group in TRAINED_GROUPS):
            for group in ("RS", "CV"):
                rivals = [
                    each
                    for each in comparisons
                    if (each.task, each.metric, each.first.name) == (task, metric, ours)
                    and each.second.group == group
                ]
                best = max(rivals, key=lambda each: each.found.second, default=None)
                name, found = (best.second.name, best.found) if best else (None, None)
                claims.append(Claim(task, metric, group, ours, name, found, None))
    adjusted = iter(holm([claim.found.p_value for claim in claims if claim.found]))
    return [claim._replace(p_holm=next(adjusted)) if claim.found else claim for claim in claims]
