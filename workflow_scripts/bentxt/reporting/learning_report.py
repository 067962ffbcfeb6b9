"""Whether fine-tuning taught RS-InternVL anything: against the untrained model and constant answers.

All four tasks, each on the metric of Table 8, captions on METEOR and CIDEr as well. Margins have paired
intervals: the fine-tuned model and what it is held against are drawn alike, image by image.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from bentxt.errors import InputError
from bentxt.evaluation.bootstrap import FEWEST_IMAGES
from bentxt.evaluation.constant_answers import best_constant
from bentxt.evaluation.paired_bootstrap import OPEN, Lead, drawn_lead, verdict
from bentxt.evaluation.score import SCORED, Score
from bentxt.release import TASKS
from bentxt.reporting.model_comparison import METRICS, ComparedMetric, item_statistics
from bentxt.reporting.scored_items import ModelItems, check_same_items
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_streams import read_matching

COLUMNS = (
    "task",
    "metric",
    "items",
    "images",
    "fine_tuned",
    "fine_tuned_low",
    "fine_tuned_high",
    "untrained",
    "constant_answer",
    "constant",
    "margin_over_untrained",
    "margin_over_untrained_low",
    "margin_over_untrained_high",
    "margin_over_constant",
    "margin_over_constant_low",
    "margin_over_constant_high",
    "verdict",
    "run",
    "note",
)
#: Columns of the items that it is made of.
ITEM_COLUMNS = ("score", "bleu4_counts", "meteor", "cider")
#: Metrics by task: that of Table 8 first, and of captions what else is at hand.
SHOWN_METRICS = {
    task: [metric for metric in metrics if metric == metrics[0] or metric.name in ITEM_COLUMNS]
    for task, metrics in METRICS.items()
}
#: Most captions of the training split that are tried as constant answer.
MOST_CAPTIONS = 5000
#: Longest constant answer that the terminal shows, characters.
_SHOWN = 40


class Learnt(NamedTuple):
    """What fine-tuning taught on one metric of a task.

    Attributes
    ----------
    task : str
    metric : ComparedMetric
    items, images : int
        What is behind the numbers.
    value, low, high : float or None
        The fine-tuned model's metric and its 95 % interval, in %.
    constant_answer : str
        The best constant answer, see :func:`bentxt.evaluation.constant_answers.best_constant`.
    over_untrained, over_constant : Lead or None
        Both None where there is no comparison.
    note : str
        Why there is none, or what to know of it.
    """

    task: str
    metric: ComparedMetric
    items: int = 0
    images: int = 0
    value: float | None = None
    low: float | None = None
    high: float | None = None
    constant_answer: str = ""
    over_untrained: Lead | None = None
    over_constant: Lead | None = None
    note: str = ""


def training_captions(dataset: Path | str) -> list[str]:
    """Return the captions of the training split; of very many :data:`MOST_CAPTIONS`, evenly spread.

    Parameters
    ----------
    dataset : str or Path
        The data set as one table.

    Raises
    ------
    InputError
        If it is missing or no data set.
    """
    chosen = {"split": "train", "type": TASKS["captioning"]}
    captions = read_matching(dataset, DATASET, ["output"], chosen)["output"]
    places = np.linspace(0, len(captions) - 1, min(len(captions), MOST_CAPTIONS)).round().astype(np.int64)
    return captions.take(places).to_pylist()


def what_was_learnt(
    found: Mapping[tuple[str, str], tuple[Score, pa.Table]],
    models: tuple[str, str],
    *,
    resamples: int,
    seed: int,
    captions: Sequence[str] = (),
    tasks: Sequence[str] = tuple(TASKS),
) -> list[Learnt]:
    """Compare a fine-tuned model with its baseline and the best constant answer, task by task.

    Parameters
    ----------
    found : mapping of (str, str) to (Score, pyarrow.Table)
        From :func:`bentxt.reporting.scored_items.read_scored_items`; both models on all ``tasks``.
    models : tuple of str
        The fine-tuned model, and its baseline without an adapter.
    resamples, seed : int
        Of the bootstrap over images.
    captions : sequence of str
        Captions that are tried as constant answer, besides those of the items.
    tasks : sequence of str

    Returns
    -------
    list of Learnt
        A task's metrics one after the other. METEOR and CIDEr are left out where captions have none.

    Raises
    ------
    InputError
        If a score file is missing, or the two models were scored on different items.
    """
    learnt: list[Learnt] = []
    for task in tasks:
        missing = [model for model in models if (model, task) not in found]
        if missing:
            raise InputError(f"no score file of {missing[0]} on {task}", remedy="give both models' scores")
        trained, untrained = (ModelItems(model, "", *found[model, task]) for model in models)
        unscored = [each.score for each in (trained, untrained) if each.score.status != SCORED]
        if unscored:
            reasons = "; ".join(f"{score.model}: {score.reason}" for score in unscored)
            learnt.append(Learnt(task, SHOWN_METRICS[task][0], note=reasons))
            continue
        check_same_items(trained, untrained)
        constant = best_constant(task, trained.table["output"].to_pylist(), captions)
        for metric in SHOWN_METRICS[task]:
            sides = [
                item_statistics(trained, metric),
                item_statistics(untrained, metric),
                constant.statistics.get(metric.name, np.full((len(trained.table), 1), np.nan)),
            ]
            known = np.logical_and.reduce([np.isfinite(side).all(axis=1) for side in sides])
            if known.any():
                images = np.asarray(trained.table["patch_id"].to_pylist())[known]
                ours, *rivals = (side[known] for side in sides)
                leads = [
                    drawn_lead(ours, rival, images, metric.combine, resamples=resamples, seed=seed)
                    for rival in rivals
                ]
                learnt.append(_described(trained.score, metric, images, constant.answer, leads))
            elif metric == SHOWN_METRICS[task][0]:
                learnt.append(Learnt(task, metric, note=f"no {metric.label} of any item"))
    return learnt


def _described(score, metric, images, answer, leads):
    number = leads[0].images
    measured = score.metrics.get(metric.name)
    notes = [f"weights: {score.weights}"] if score.weights != "published" else []
    if metric.name in ("meteor", "cider"):
        notes.append("the constant answer is the best by BLEU-4")
    if number < FEWEST_IMAGES:
        notes.append(f"no verdict: fewer than {FEWEST_IMAGES} images")
    return Learnt(
        task=score.task,
        metric=metric,
        items=len(images),
        images=number,
        value=leads[0].value,
        low=measured.low if measured else None,
        high=measured.high if measured else None,
        constant_answer=answer,
        over_untrained=leads[0],
        over_constant=leads[1],
        note="; ".join(notes),
    )


def learning_rows(learnt: Sequence[Learnt], run: str) -> list[dict[str, Any]]:
    """Return what was learnt as rows of :data:`COLUMNS`: metrics in %, margins in points.

    The verdict is that of the claim that the fine-tuned model beats both rivals.
    """
    return [learning_row(each, run) for each in learnt]


def learning_row(each: Learnt, run: str) -> dict[str, Any]:
    """Return one row of :func:`learning_rows`; numbers are None where there is no comparison."""
    row = dict.fromkeys(COLUMNS) | {
        "task": each.task,
        "metric": each.metric.label,
        "run": run,
        "note": each.note,
    }
    if each.over_untrained is None or each.over_constant is None:
        return row | {"verdict": OPEN}
    leads = {"untrained": each.over_untrained, "constant": each.over_constant}
    row |= {
        "items": each.items,
        "images": each.images,
        "fine_tuned": each.value,
        "fine_tuned_low": each.low,
        "fine_tuned_high": each.high,
        "constant_answer": each.constant_answer,
    }
    for name, lead in leads.items():
        low, high = lead.interval
        row |= {
            name: lead.rival,
            f"margin_over_{name}": lead.margin,
            f"margin_over_{name}_low": low,
            f"margin_over_{name}_high": high,
        }
    enough = each.images >= FEWEST_IMAGES
    return row | {"verdict": verdict(*(lead.interval for lead in leads.values())) if enough else OPEN}


def learning_report(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows as lines for a terminal."""
    lines = []
    for row in rows:
        head = f"{row['task']:>10} [{row['run']}]"
        if row["fine_tuned"] is None:
            lines.append(f"{head}: no comparison: {row['note']}")
            continue
        answer = row["constant_answer"]
        shown = answer if len(answer) <= _SHOWN else f"{answer[: _SHOWN - 1]}…"
        value, untrained, constant = (
            _with_interval(row, name)
            for name in ("fine_tuned", "margin_over_untrained", "margin_over_constant")
        )
        lines.append(
            f"{head}: {row['metric']} fine-tuned {value.lstrip('+')} % of {row['items']} items; "
            f"{untrained} points over untrained ({row['untrained']:.1f} %), "
            f"{constant} points over always answering {shown!r} ({row['constant']:.1f} %): {row['verdict']}"
        )
    return "\n".join(lines)


def _with_interval(row, name):
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    between = "" if low is None or high is None else f" [{low:.1f}, {high:.1f}]"
    return f"{row[name]:+.1f}{between}"
