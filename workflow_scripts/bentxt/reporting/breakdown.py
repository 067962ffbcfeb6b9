"""Scores by category, class, country, season and climate zone: which model is good at what.

A companion of the paper's tables. Nothing in it is in the paper, but that the rows of a whole task and of its
categories are the numbers of Tables 2–7 again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from bentxt.evaluation.answer_extraction import UNPARSED
from bentxt.evaluation.bootstrap import bootstrap, mean_of
from bentxt.evaluation.score import SCORED, Score
from bentxt.models.table_rows import TableRow
from bentxt.nomenclature import CLASSES
from bentxt.release import CATEGORIES, TASKS
from bentxt.reporting.answered_tasks import AnsweredTask

COLUMNS = (
    "split",
    "task",
    "stratum",
    "value",
    "model",
    "items",
    "images",
    "metric",
    "score",
    "score_low",
    "score_high",
    "unparsed",
    "weights",
    "run",
    "note",
)
#: Kinds of strata, in the order of the table. Items about two classes are in the stratum of each.
STRATA = ("all", "category", "class", "country", "season", "climate zone")
#: What is measured of each item, by task, and its name for readers.
METRICS = {"binary": "accuracy", "mcq": "accuracy", "referring": "mIoU", "captioning": "ROUGE-L"}
#: Images below which a stratum has no interval: the percentiles of so few draws are too narrow.
FEWEST_IMAGES = 10
#: Stratum of the items that are about no class, and of those that are not understood.
NO_CLASS, NOT_UNDERSTOOD = "about no class", "not understood"
_SEASONS = ("Spring", "Summer", "Fall", "Winter")


class Stratum(NamedTuple):
    """Some items of a task.

    Attributes
    ----------
    kind, value : str
        Of :data:`STRATA`, and which one: ``country``, ``Austria``.
    places : numpy.ndarray
        int, the items' places in the task.
    """

    kind: str
    value: str
    places: np.ndarray


def strata_of(task: str, answered: AnsweredTask, classes: Sequence[tuple[int, ...] | None]) -> list[Stratum]:
    """Group the items of a task.

    Parameters
    ----------
    task : str
    answered : AnsweredTask
    classes : sequence of tuple of int
        The classes that each item is about, by their places in :data:`bentxt.nomenclature.CLASSES`; None for
        an item that is not understood.

    Returns
    -------
    list of Stratum
        In the order of :data:`STRATA`; without the kinds that a task does not part: the category of captions,
        and the class where no item is about one.
    """
    columns = answered.items.select(["category", "country", "season", "climate_zone"]).to_pydict()
    found = [Stratum("all", "", np.arange(len(classes)))]
    categories = CATEGORIES[TASKS[task]]
    if len(categories) > 1:
        found += _grouped("category", columns["category"], categories)
    if any(named is None or named for named in classes):
        named = [
            [NOT_UNDERSTOOD] if about is None else [CLASSES[index] for index in set(about)] or [NO_CLASS]
            for about in classes
        ]
        found += _grouped_by_several("class", named, (*CLASSES, NO_CLASS, NOT_UNDERSTOOD))
    found += _grouped("country", columns["country"])
    found += _grouped("season", columns["season"], _SEASONS)
    return found + _grouped("climate zone", columns["climate_zone"])


def _grouped(kind, values, order=()):
    return _grouped_by_several(kind, [[value] for value in values], order)


def _grouped_by_several(kind, values, order):
    """Return a stratum a value: those of ``order`` first, others by name."""
    places: dict[str, list[int]] = {}
    for place, own in enumerate(values):
        for value in own:
            places.setdefault(value, []).append(place)
    known = {value: number for number, value in enumerate(order)}
    names = sorted(places, key=lambda value: (known.get(value, len(known)), value))
    return [Stratum(kind, value, np.array(places[value])) for value in names]


def breakdown_rows(
    scores: Mapping[tuple[str, str], Score],
    tasks: Mapping[str, AnsweredTask],
    classes: Mapping[str, Sequence[tuple[int, ...] | None]],
    models: Mapping[str, TableRow],
    absent: Mapping[str, str],
    run: str,
    *,
    resamples: int,
    seed: int,
    progress: Callable[[Iterable], Iterable] = iter,
) -> list[dict[str, Any]]:
    """Score every model on every stratum of every task.

    Parameters
    ----------
    scores, tasks
        From :func:`bentxt.reporting.answered_tasks.read_answered_tasks`.
    classes : dict of str to sequence
        By task, as for :func:`strata_of`.
    models : dict of str to TableRow
        Rows are in its order.
    absent : dict of str to str
        Why a model is not in this run.
    run : str
        ``mini`` or ``paper``.
    resamples, seed : int
        Of the bootstrap over images.
    progress : callable
        Wraps the strata and models that are gone through.

    Returns
    -------
    list of dict
        Columns :data:`COLUMNS`: scores in %, None where there is none, and the note says why. Models without
        any score come last, one row each, and one for each task that a model could not be run on.
    """
    rows = []
    todo = [
        (task, stratum, model)
        for task in TASKS
        if task in tasks
        for stratum in strata_of(task, tasks[task], classes[task])
        for model in models
        if model in tasks[task].scores
    ]
    for task, stratum, model in progress(todo):
        answered, places = tasks[task], stratum.places
        images = np.asarray(answered.items["patch_id"])[places]
        values = answered.scores[model][places]
        different = len(np.unique(images))
        row = {
            "split": scores[model, task].split,
            "task": task,
            "stratum": stratum.kind,
            "value": stratum.value,
            "model": models[model].label or model,
            "items": len(places),
            "images": different,
            "metric": METRICS[task],
            "unparsed": int(np.sum(answered.levels[model][places] == UNPARSED)),
            "weights": "" if models[model].label else scores[model, task].weights,
            "run": run,
            "score": 100 * float(values.mean()),
        }
        if different < FEWEST_IMAGES:
            row["note"] = f"no interval: fewer than {FEWEST_IMAGES} images"
        else:
            statistics = np.column_stack([values, np.ones(len(values))])
            estimate = bootstrap(statistics, images, mean_of, resamples=resamples, seed=seed)
            row |= {"score": estimate.value, "score_low": estimate.low, "score_high": estimate.high}
        rows.append(dict.fromkeys(COLUMNS) | row)
    return rows + _missing_rows(scores, models, absent, run)


def _missing_rows(scores, models, absent, run):
    """Return a row for each model, or model and task, without a score."""
    rows = []
    for model, about in models.items():
        own = {task: scores[model, task] for task in TASKS if (model, task) in scores}
        label = about.label or model
        if not own and about.group != "baseline":
            reason = absent.get(model) or "no score was made in this run"
            rows.append(dict.fromkeys(COLUMNS) | {"model": label, "run": run, "note": reason})
        rows += [
            dict.fromkeys(COLUMNS)
            | {"split": score.split, "task": task, "model": label, "run": run, "note": score.reason}
            for task, score in own.items()
            if score.status != SCORED
        ]
    return rows
