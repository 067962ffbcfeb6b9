"""Scored items of several models side by side: read next to their scores, and held to be the same items."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from bentxt.errors import InputError
from bentxt.evaluation.score import SCORED, Score
from bentxt.models.table_rows import TableRow
from bentxt.program.lineage import read_lineage
from bentxt.reporting.score_files import read_scores
from bentxt.tables.schemas.scored_items_schema import SCORED_ITEMS
from bentxt.tables.table_files import read_table

#: What makes two items the same.
_ITEM = ("ID", "patch_id", "category", "input", "output")


@dataclass(frozen=True)
class ModelItems:
    """A model's items of one task, with its answers.

    Attributes
    ----------
    name : str
        The model's key, or what a reference is called.
    group : str
        As in ``resources/models.yaml``; of a reference :data:`bentxt.models.table_rows.REFERENCE`.
    score : Score
        The task, the split and the weights are in it.
    table : pyarrow.Table
        Columns of :data:`bentxt.tables.schemas.scored_items_schema.SCORED_ITEMS`, in the order of ID.
    """

    name: str
    group: str
    score: Score
    table: pa.Table


def read_scored_items(
    scores: Sequence[Path | str],
    items: Sequence[Path | str],
    columns: Sequence[str] = tuple(SCORED_ITEMS.names),
) -> dict[tuple[str, str], tuple[Score, pa.Table]]:
    """Read score files, and the table of items next to each.

    Parameters
    ----------
    scores, items : sequence of str or Path
        As ``score_answers.py`` wrote them, in the same order.
    columns : sequence of str
        Read only these of the items, and what makes two items the same.

    Returns
    -------
    dict of (str, str) to (Score, pyarrow.Table)
        By model and task; a model that could not be run has no rows.

    Raises
    ------
    InputError
        If a file is missing or unreadable, or a table does not belong to the score in the same place.
    """
    if len(scores) != len(items):
        raise InputError(
            f"{len(scores)} score files and {len(items)} tables of items",
            remedy="give the table of each score, in the same order",
        )
    found = {}
    wanted = list(dict.fromkeys([*_ITEM, *columns, "level"]))
    for (key, score), path in zip(read_scores(scores).items(), items, strict=True):
        table = read_table(path, SCORED_ITEMS, wanted)
        levels = {level: pc.sum(pc.equal(table["level"], level)).as_py() or 0 for level in _LEVELS}
        expected = {level: getattr(score, level) for level in _LEVELS}
        if levels != expected or read_lineage(path) != score.lineage:
            raise InputError(
                f"these are not the items of the score of {score.model} on {score.task}",
                file=path,
                item="/".join(key),
                remedy="give the table of each score, in the same order, or make both again",
            )
        found[key] = score, table
    return found


_LEVELS = ("strict", "lenient", "unparsed")


def models_of_task(
    task: str,
    found: Mapping[tuple[str, str], tuple[Score, pa.Table]],
    rows: Mapping[str, TableRow],
    absent: Mapping[str, str],
    groups: Iterable[str],
) -> tuple[list[ModelItems], dict[str, str]]:
    """Return the models that answered a task, and why others did not.

    Parameters
    ----------
    task : str
        Of :data:`bentxt.release.TASKS`.
    found : mapping
        From :func:`read_scored_items`.
    rows : mapping of str to TableRow
        The order of the models.
    absent : mapping of str to str
        Why a model is not in this run, by its key.
    groups : iterable of str
        Groups that are looked at.

    Returns
    -------
    tuple of (list of ModelItems, dict of str to str)
        Those with items, and the reason for each of the others, by name.

    Raises
    ------
    InputError
        If two models answered different items.
    """
    chosen = set(groups)
    models: list[ModelItems] = []
    missing: dict[str, str] = {}
    for key, row in rows.items():
        if row.group not in chosen:
            continue
        name = row.label or key
        if (key, task) not in found:
            missing[name] = absent.get(key) or "no score was made in this run"
            continue
        score, table = found[key, task]
        if score.status == SCORED:
            models.append(ModelItems(name, row.group, score, table))
        else:
            missing[name] = score.reason or "the model could not be run"
    for model in models[1:]:
        check_same_items(models[0], model)
    return models, missing


def check_same_items(first: ModelItems, second: ModelItems) -> None:
    """Refuse two models that were not asked the same items.

    Raises
    ------
    InputError
        Naming both models and the first annotation that differs.
    """
    one, other = (model.table.select(_ITEM) for model in (first, second))
    if first.score.split == second.score.split and one.equals(other):
        return
    who = f"{first.name} and {second.name}"
    remedy = "make both scores again from one data set"
    if first.score.split != second.score.split:
        problem = f"{who} were scored on the splits {first.score.split} and {second.score.split}"
        raise InputError(problem, item=first.score.task, remedy=remedy)
    ids = set(one["ID"].to_pylist()) ^ set(other["ID"].to_pylist())
    if not ids:
        pairs = zip(one.to_pylist(), other.to_pylist(), strict=True)
        ids = {row["ID"] for row, another in pairs if row != another}
    raise InputError(
        f"{who} answered different {first.score.task} items: {len(ids)} differ",
        item=f"annotation {min(ids)}",
        remedy=remedy,
    )
