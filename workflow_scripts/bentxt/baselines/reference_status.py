"""Answers of the blind baseline and the oracle, written as a model's: a table, a status next to it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bentxt.atomic import write_text
from bentxt.program.lineage import Lineage
from bentxt.tables.schemas.predictions_schema import PREDICTIONS
from bentxt.tables.table_files import write_table

#: Why a reference has no score on captions.
NOT_DEFINED = "not defined for captions: many captions of an image are right, and no rule says which to give"


def write_reference(
    out: Path | str,
    status: Path | str,
    name: str,
    task: str,
    split: str,
    answers: Mapping[int, str] | None,
    notes: str,
    found: Mapping[str, Any],
    made: Lineage,
) -> None:
    """Write the table of answers and its status.

    Parameters
    ----------
    out, status : str or Path
    name, task, split : str
        Key of the row in the tables; task of the benchmark; the split that was answered.
    answers : mapping of int to str, or None
        By ID; None where the reference is not defined for the task.
    notes : str
        How the answers came about, for the note of a table.
    found : mapping
        The same, item by item.
    made : bentxt.program.lineage.Lineage
    """
    given = answers or {}
    ids = sorted(given)
    columns = {"ID": ids, "answer": [given[number] for number in ids], "failure": [None] * len(ids)}
    write_table(out, columns, PREDICTIONS, made)
    content = {
        "model": name,
        "task": task,
        "split": split,
        "status": "unavailable" if answers is None else "predicted",
        "reason": NOT_DEFINED if answers is None else None,
        "weights": notes or None,
        **found,
        "items": len(given),
        "settings": made.settings,
        "lineage": made.to_dict(),
    }
    write_text(status, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
