"""What tables of scores need to know of each row: its group, its parameters, and how it is called."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from bentxt.errors import InputError
from bentxt.models.model_table import ModelEntry, read_models

#: Group of the rows that are no models.
REFERENCE = "reference"


@dataclass(frozen=True)
class TableRow:
    """What a table says next to scores.

    Attributes
    ----------
    group, parameters : str
        As in ``resources/models.yaml``; the group of a reference is :data:`REFERENCE`.
    label : str
        What the row is called; empty for a model, which is called by its key.
    """

    group: str
    parameters: str
    label: str = ""


#: Rows below the models that say what their numbers are to be held against, by key.
REFERENCES = {
    "Blind": TableRow(REFERENCE, "", "Blind (no image)"),
    "Oracle": TableRow(REFERENCE, "", "Oracle (reference map)"),
}


def table_rows(models: Mapping[str, ModelEntry]) -> dict[str, TableRow]:
    """Return the rows of entries, by key and in their order, and then those of the references.

    Raises
    ------
    InputError
        If a model has the key of a reference.
    """
    for key in REFERENCES:
        if key in models:
            raise InputError(
                "a row below the models has this key", item=key, remedy="name the model otherwise"
            )
    return {key: TableRow(entry.group, entry.parameters) for key, entry in models.items()} | REFERENCES


def rows_to_json(rows: Mapping[str, TableRow]) -> str:
    """Return rows as the JSON that :func:`read_rows` reads; their order is that of the tables."""
    return json.dumps({key: asdict(row) for key, row in rows.items()})


def read_rows(content: Mapping[str, dict[str, str]] | None, path: str | Path) -> dict[str, TableRow]:
    """Return the rows that JSON holds, or, where ``content`` is None, those of a file of models."""
    if content is None:
        return table_rows(read_models(path))
    return {key: TableRow(**row) for key, row in content.items()}
