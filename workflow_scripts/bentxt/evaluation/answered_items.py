"""The annotations of a task next to the answers that a model gave, and how it gave them."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from bentxt.errors import InputError
from bentxt.release import TASKS
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.schemas.predictions_schema import PREDICTIONS
from bentxt.tables.table_files import read_table
from bentxt.tables.table_streams import read_matching

#: What an item is known by, next to the answer.
ITEM_COLUMNS = ("ID", "patch_id", "category", "country", "season", "climate_zone", "input", "output")


def read_answered_items(
    predictions_paths: Sequence[str | Path],
    dataset_path: str | Path,
    *,
    task: str,
    split: str,
    partial: bool = False,
) -> dict[str, list]:
    """Read a task's items with the answers of a model.

    Parameters
    ----------
    predictions_paths : sequence of str or Path
        Tables of the model's answers, one a shard.
    dataset_path : str or Path
        The data set as one table.
    task : str
        Of :data:`bentxt.release.TASKS`.
    split : str
        The split that was answered.
    partial : bool
        Whether items without a row in the predictions are left out, for a try with a few items.

    Returns
    -------
    dict of str to list
        :data:`ITEM_COLUMNS`, ``answer`` and ``failure``, one entry per item, in the order of the data set's
        IDs.

    Raises
    ------
    InputError
        If an item has no answer or two, or an answer belongs to no item.
    """
    chosen = {"split": split, "type": TASKS[task]}
    table = read_matching(dataset_path, DATASET, list(ITEM_COLUMNS), chosen).sort_by("ID")
    answers: dict[int, tuple[str, str | None]] = {}
    ids = table["ID"].to_pylist()
    known = set(ids)
    for path in predictions_paths:
        predictions = read_table(path, PREDICTIONS)
        for annotation, *answer in zip(*predictions.to_pydict().values(), strict=True):
            if annotation in answers:
                raise InputError(
                    "an annotation is answered twice",
                    file=path,
                    item=f"annotation {annotation}",
                    remedy="delete the predictions and make them again",
                )
            if annotation not in known:
                raise InputError(
                    f"an answer belongs to no annotation of the {split} split",
                    file=path,
                    item=f"annotation {annotation}",
                    remedy="delete the predictions and make them again from this data set",
                )
            answers[annotation] = tuple(answer)
    missing = [annotation for annotation in ids if annotation not in answers]
    if partial and answers:
        table = table.filter(pc.is_in(table["ID"], pa.array(answers)))
        ids = table["ID"].to_pylist()
    elif missing:
        raise InputError(
            f"answers do not fit the {split} split: {len(missing)} of {len(ids)} are missing",
            file=", ".join(map(str, predictions_paths)),
            item=f"annotation {missing[0]}",
            remedy="delete the predictions and make them again from this data set",
        )
    given, failures = zip(*(answers[annotation] for annotation in ids), strict=True)
    return table.to_pydict() | {"answer": list(given), "failure": list(failures)}


#: What every shard of a prediction has to say alike.
_ALIKE = ("model", "task", "split", "weights", "checkpoint", "revision", "limit")
#: What adds up over shards.
_SUMS = ("kept", "asked", "items", "seconds")


def read_statuses(paths: Sequence[str | Path], *, split: str) -> dict[str, Any]:
    """Read how a model's answers came about, from the status next to each shard.

    Parameters
    ----------
    paths : sequence of str or Path
        JSON files, written with the answers.
    split : str
        The split that they should be about.

    Returns
    -------
    dict
        The first shard's status, its counts summed over all shards, with their number under ``shards``. It is
        ``unavailable`` where one of the shards is, with that shard's reason.

    Raises
    ------
    InputError
        If a file is missing or not readable, or shards were answered with different weights.
    """
    statuses = [_read_json(path) for path in paths]
    together = dict(statuses[0]) | {"shards": len(statuses)}
    for path, status in zip(paths, statuses, strict=True):
        if status.get("split", split) != split:
            raise InputError(f"answers to the split {status['split']}, expected {split}", file=path)
        if status.get("status") == "unavailable":
            return status | {"shards": len(statuses)}
        for name in _ALIKE:
            if status.get(name) != statuses[0].get(name):
                raise InputError(
                    f"shards were not answered alike: {name} is {status.get(name)!r} here and "
                    f"{statuses[0].get(name)!r} in {paths[0]}",
                    file=path,
                    item=name,
                    remedy="delete the predictions and make all shards again",
                )
    for name in _SUMS:
        if name in together:
            together[name] = round(sum(status.get(name, 0) for status in statuses), 1)
    failures: Counter[str] = Counter()
    for status in statuses:
        failures.update(status.get("failures", {}))
    return together | {"failures": dict(sorted(failures.items()))}


def _read_json(path):
    try:
        status = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("file not found", file=path, remedy="make it with snakemake") from None
    except json.JSONDecodeError as error:
        remedy = "delete it, make it again"
        raise InputError(f"not readable JSON: {error}", file=path, remedy=remedy) from error
    if not isinstance(status, dict):
        raise InputError("not a status of answers", file=path, remedy="delete it, make it again")
    return status
