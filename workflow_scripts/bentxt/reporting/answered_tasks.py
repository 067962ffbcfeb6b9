"""The scored items of many models, task by task: what the items are, once, and what each model scored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from bentxt.errors import InputError
from bentxt.evaluation.score import SCORED, Score
from bentxt.program.lineage import read_lineage
from bentxt.reporting.score_files import read_scores
from bentxt.tables.schemas.scored_items_schema import SCORED_ITEMS
from bentxt.tables.table_files import read_table

#: What an item is, whoever answered it.
_COMMON = ("ID", "patch_id", "category", "country", "season", "climate_zone", "input", "output")


@dataclass(frozen=True)
class AnsweredTask:
    """The items of a task, and what each model scored on them.

    Attributes
    ----------
    items : pyarrow.Table
        Of the columns of :data:`bentxt.tables.schemas.scored_items_schema.SCORED_ITEMS` those that do not
        depend on the model.
    scores : dict of str to numpy.ndarray
        float64, shape (items,), 0–1, by model.
    levels : dict of str to numpy.ndarray
        str, shape (items,): strict, lenient or unparsed, by model.
    """

    items: pa.Table
    scores: dict[str, np.ndarray] = field(default_factory=dict)
    levels: dict[str, np.ndarray] = field(default_factory=dict)


def read_answered_tasks(
    score_paths: Sequence[str | Path], item_paths: Sequence[str | Path]
) -> tuple[dict[tuple[str, str], Score], dict[str, AnsweredTask]]:
    """Read score files and the tables of items that were written with them.

    Parameters
    ----------
    score_paths, item_paths : sequence of str or Path
        As written by ``score_answers.py``, in one order.

    Returns
    -------
    dict of (str, str) to Score
        By model and task.
    dict of str to AnsweredTask
        By task; a model that could not be run has no scores, and a task that none answered is not there.

    Raises
    ------
    InputError
        If there are not as many of either, a table was not written with its score file, or two models were
        scored on different items.
    """
    if len(score_paths) != len(item_paths):
        raise InputError(
            f"{len(score_paths)} score files and {len(item_paths)} tables of items",
            remedy="give a table of items for each score file, in the same order",
        )
    scores: dict[tuple[str, str], Score] = {}
    tasks: dict[str, AnsweredTask] = {}
    for score_path, item_path in zip(score_paths, item_paths, strict=True):
        ((key, score),) = read_scores([score_path]).items()
        if key in scores:
            raise InputError(
                "two score files of one model and task",
                file=score_path,
                item="/".join(key),
                remedy="give each score once",
            )
        scores[key] = score
        table = read_table(item_path, SCORED_ITEMS, [*_COMMON, "level", "score"])
        if read_lineage(item_path) != score.lineage or len(table) != score.items:
            raise InputError(
                f"these items do not belong to {score_path}",
                file=item_path,
                item="/".join(key),
                remedy="give both in one order, or make them again with score_answers.py",
            )
        if score.status != SCORED:
            continue
        task = tasks.setdefault(score.task, AnsweredTask(table.select(_COMMON)))
        if not table.select(_COMMON).equals(task.items):
            raise InputError(
                f"{score.model} was scored on other {score.task} items than the models before it",
                file=item_path,
                remedy="make all scores again from one data set and one split",
            )
        task.scores[score.model] = table["score"].to_numpy()
        task.levels[score.model] = np.array(table["level"].to_pylist())
    return scores, tasks
