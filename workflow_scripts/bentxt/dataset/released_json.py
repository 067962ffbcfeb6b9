"""Rows of the release in JSON, as the Parquet file that everything else reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from bentxt.atomic import remove
from bentxt.errors import InputError
from bentxt.program.lineage import Lineage
from bentxt.tables.json_records import JSON_SHAPES, JsonRecord, encodable, read_json_records
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import TableWriter

_SHAPES = f"give Parquet with the columns {', '.join(DATASET.names)}; or of such rows {JSON_SHAPES}"
#: Rows in memory at a time; without effect on the result.
_BATCH = 1 << 14
_KINDS = {pa.int64(): int, pa.float64(): float, pa.string(): str}


@contextmanager
def as_parquet(path: Path | str, scratch: Path | str) -> Iterator[Path]:
    """Yield the rows of a data set as a Parquet file: ``path`` itself, or what its JSON rows become.

    Parameters
    ----------
    path : str or Path
        Parquet, or JSON in one of the shapes of :data:`bentxt.tables.json_records.JSON_SHAPES`; is only read.
    scratch : str or Path
        Where the Parquet file is written; nothing is left of it.

    Yields
    ------
    Path

    Raises
    ------
    InputError
        If the file is neither, or a row lacks a column or holds another kind of value. The message names the
        file that was given, also where it is about the rows of the Parquet file.
    """
    with Path(path).open("rb") as file:
        if file.read(4) == b"PAR1":
            yield Path(path)
            return
    try:
        with TableWriter(scratch, DATASET, Lineage("", {}, "", {})) as writer:
            for rows in _batches(path):
                writer.write({name: [row[name] for row in rows] for name in DATASET.names})
        yield Path(scratch)
    except InputError as error:
        if error.file is None or Path(error.file) != Path(scratch):
            raise
        raise InputError(error.problem, file=path, item=error.item, remedy=error.remedy) from error
    finally:
        remove(Path(scratch))


def _batches(path):
    rows = []
    for record in read_json_records(path, _is_row, "rows of the data set", _SHAPES):
        rows.append(_row(record, path))
        if len(rows) == _BATCH:
            yield rows
            rows = []
    yield rows


def _is_row(value):
    return isinstance(value, dict) and "ID" in value and "patch_id" in value


def _row(record: JsonRecord, path: Path | str) -> dict[str, Any]:
    """Return a row whose values are of the kinds of the columns."""
    values, item = record.values, record.place
    if not isinstance(values, dict):
        problem = f"not JSON: {record.error}" if record.error else "no JSON object"
        raise InputError(problem, file=path, item=item, remedy=_SHAPES)
    if missing := [name for name in DATASET.names if name not in values]:
        raise InputError(f"columns missing: {', '.join(missing)}", file=path, item=item, remedy=_SHAPES)
    if cut := [name for name in DATASET.names if name in record.cut]:
        problem = f"{' and '.join(cut)} cut off by the hub's viewer"
        raise InputError(problem, file=path, item=item, remedy="take this row from the Parquet file")
    # JSON's null is the release's category "None" of captions.
    if values["type"] == "captioning" and values["category"] is None:
        values = values | {"category": "None"}
    found = {}
    for name in DATASET.names:
        value, kind = values[name], _KINDS[DATASET.field(name).type]
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind) or isinstance(value, bool):
            problem = f"{name} is {value!r:.60}; expected {DATASET.field(name).type}"
            raise InputError(problem, file=path, item=item)
        found[name] = encodable(value) if isinstance(value, str) else value
    return found
