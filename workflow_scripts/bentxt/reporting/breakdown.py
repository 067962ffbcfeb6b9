"""Scores by category, class, country, season and climate zone: which model is good at what.

A companion of the paper's tables. Nothing in it is in the paper, but that the rows of a whole task and of its
categories are the numbers of Tables 2–7 again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from bentxt.evaluation.answer_extraction import UNPARSED
from bentxt.evaluation.bootstrap import FEWEST_IMAGES, bootstrap, mean_of
from bentxt.models.table_rows import REFERENCE
from bentxt.nomenclature import CLASSES
from bentxt.release import CATEGORIES, TASKS
from bentxt.reporting.scored_items import ModelItems

#: Columns of the scored items that it is made of.
ITEM_COLUMNS = ("ID", "patch_id", "category", "country", "season", "climate_zone", "level", "score")
#: Groups of the models that it is about.
BREAKDOWN_GROUPS = ("RS", "CV", "ours", "own", REFERENCE)
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


def strata_of(task: str, items: pa.Table, classes: Sequence[tuple[int, ...] | None]) -> list[Stratum]:
    """Group the items of a task.

    Parameters
    ----------
    task : str
    items : pyarrow.Table
        ``category``, ``country``, ``season`` and ``climate_zone``.
    classes : sequence of tuple of int
        The classes that each item is about, by their places in :data:`bentxt.nomenclature.CLASSES`; None for
        an item that is not understood.

    Returns
    -------
    list of Stratum
        In the order of :data:`STRATA`; without the kinds that a task does not part: the category of captions,
        and the class where no item is about one.
    """
    columns = items.select(["category", "country", "season", "climate_zone"]).to_pydict()
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
    tasks: Mapping[str, tuple[Sequence[ModelItems], Mapping[str, str]]],
    classes: Mapping[str, Sequence[tuple[int, ...] | None]],
    run: str,
    *,
    resamples: int,
    seed: int,
    progress: Callable[[Iterable], Iterable] = iter,
) -> list[dict[str, Any]]:
    """Score every model on every stratum of every task.

    Parameters
    ----------
    tasks : dict of str to tuple
        By task, the models that answered it and why others did not, from
        :func:`bentxt.reporting.scored_items.models_of_task`.
    classes : dict of str to sequence
        By task, as for :func:`strata_of`.
    run : str
        ``mini`` or ``paper``.
    resamples, seed : int
        Of the bootstrap over images.
    progress : callable
        Wraps the strata and models that are gone through.

    Returns
    -------
    list of dict
        Columns :data:`COLUMNS`: scores in %, None where there is none, and the note says why. Models that did
        not answer a task come last.
    """
    todo = [
        (task, stratum, model)
        for task, (models, _) in tasks.items()
        if models
        for stratum in strata_of(task, models[0].table, classes[task])
        for model in models
    ]
    rows = [
        dict.fromkeys(COLUMNS) | {"run": run} | _scored(task, stratum, model, resamples, seed)
        for task, stratum, model in progress(todo)
    ]
    for task, (_, missing) in tasks.items():
        rows += [
            dict.fromkeys(COLUMNS) | {"task": task, "model": model, "run": run, "note": reason}
            for model, reason in missing.items()
        ]
    return rows


def _scored(task, stratum, model, resamples, seed):
    """Return the cells of one model on one stratum."""
    table = model.table.take(stratum.places)
    images, values = table["patch_id"].to_numpy(), table["score"].to_numpy()
    different = len(np.unique(images))
    cells = {
        "split": model.score.split,
        "task": task,
        "stratum": stratum.kind,
        "value": stratum.value,
        "model": model.name,
        "items": len(values),
        "images": different,
        "metric": METRICS[task],
        "score": 100 * float(values.mean()),
        "unparsed": int(np.sum(table["level"].to_numpy() == UNPARSED)),
        # Of a reference its weights say how its answers came about.
        "weights": "" if model.group == REFERENCE else model.score.weights,
    }
    if different < FEWEST_IMAGES:
        return cells | {"note": f"no interval: fewer than {FEWEST_IMAGES} images"}
    statistics = np.column_stack([values, np.ones(len(values))])
    estimate = bootstrap(statistics, images, mean_of, resamples=resamples, seed=seed)
    return cells | {"score": estimate.value, "score_low": estimate.low, "score_high": estimate.high}
