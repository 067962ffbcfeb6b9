"""What tables of scores need to know of each model: its group and its parameters."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from bentxt.models.model_table import ModelEntry, read_models


@dataclass(frozen=True)
class TableRow:
    """What a table says of a model next to its scores; fields as in ``resources/models.yaml``."""

    group: str
    parameters: str


def table_rows(models: Mapping[str, ModelEntry]) -> dict[str, TableRow]:
    """Return the rows of entries, by key and in their order."""
    return {key: TableRow(entry.group, entry.parameters) for key, entry in models.items()}


def rows_to_json(rows: Mapping[str, TableRow]) -> str:
    """Return rows as the JSON that :func:`read_rows` reads; their order is that of the tables."""
    return json.dumps({key: asdict(row) for key, row in rows.items()})


def read_rows(content: Mapping[str, dict[str, str]] | None, path: str | Path) -> dict[str, TableRow]:
    """Return the rows that JSON holds, or, where ``content`` is None, those of a file of models."""
    if content is None:
        return table_rows(read_models(path))
    return {key: TableRow(**row) for key, row in content.items()}
