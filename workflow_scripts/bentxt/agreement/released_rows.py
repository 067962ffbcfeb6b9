"""Released annotations as rows, in batches: the published Parquet file, JSON in its three shapes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bentxt.errors import InputError
from bentxt.tables.json_records import JSON_SHAPES, encodable, read_json_records
from bentxt.tables.table_files import check_table
from bentxt.tables.table_streams import read_batches

#: Rows in memory at a time; without effect on the result.
BATCH = 1 << 16

COLUMNS = ("patch_id", "type", "category", "input", "output")
#: Characters of the longest text that is read; the release's longest caption has 2,265.
LONGEST = 20_000
#: What they hold; a row that lacks a text is reported, not the file.
_TEXTS = pa.schema([(name, pa.string()) for name in COLUMNS])
_PARQUET_MAGIC = b"PAR1"
_SHAPES = f"give Parquet with the columns {', '.join(COLUMNS)}; {JSON_SHAPES}"


@dataclass(frozen=True, slots=True)
class Row:
    """One annotation as it stands in the file.

    Attributes
    ----------
    number : int
        Row or line in the file, from 1.
    id : str
        The release's ``ID``; empty where the file has none.
    patch_id, type, category, input, output : str
    defect : str
        Why it is no annotation, as "output is missing"; empty for a whole row.
    """

    number: int
    id: str
    patch_id: str
    type: str
    category: str
    input: str
    output: str
    defect: str = ""


def read_rows(path: Path | str) -> Iterator[list[Row]]:
    """Yield the rows of a file of annotations in batches.

    Parameters
    ----------
    path : str or Path
        The release's Parquet file; or rows with at least :data:`COLUMNS` as JSON lines, as one JSON array, or
        as the hub's viewer answers to ``/rows``.

    Yields
    ------
    list of Row

    Raises
    ------
    InputError
        If the file is missing, none of these, or without any row.
    """
    empty = True
    for batch in (_parquet_rows if _is_parquet(path) else _json_rows)(Path(path)):
        empty &= not batch
        yield batch
    if empty:
        raise InputError("the file holds no annotations", file=path)


def _is_parquet(path):
    try:
        with Path(path).open("rb") as file:
            return file.read(4) == _PARQUET_MAGIC
    except FileNotFoundError:
        raise InputError(
            "annotations not found",
            file=path,
            remedy="fetch BigEarthNet.txt.parquet of the release, or name another file",
        ) from None


def patch_ids(path: Path | str) -> set[str]:
    """Return the different patches of a file of annotations, as a set."""
    found: set[str] = set()
    if _is_parquet(path):
        check_table(path, _TEXTS, ["patch_id"])
        for batch in read_batches(path, ["patch_id"], BATCH):
            found.update(name for name in batch.column(0).unique().to_pylist() if isinstance(name, str))
    else:
        for batch in _json_rows(Path(path)):
            found.update(row.patch_id for row in batch)
    return {name for name in map(encodable, found) if name.strip()}


def _parquet_rows(path):
    check_table(path, _TEXTS)
    columns = [*COLUMNS, *(["ID"] if "ID" in pq.read_schema(path).names else [])]
    number = 0
    for batch in read_batches(path, columns, BATCH):
        table = batch.to_pydict()
        ids = table.get("ID") or [None] * batch.num_rows
        rows = []
        for values in zip(ids, *(table[name] for name in COLUMNS), strict=True):
            number += 1
            rows.append(_row(number, *values))
        yield rows


def _json_rows(path):
    rows = []
    for row in _read_json(path):
        rows.append(row)
        if len(rows) == BATCH:
            yield rows
            rows = []
    if rows:
        yield rows


def _read_json(path):
    """Yield the rows of a JSON file; its first value tells whether it holds rows at all."""
    for record in read_json_records(path, _is_row, "rows of annotations", _SHAPES):
        yield _json_row(record)


def _is_row(value):
    """Tell rows from columns, messages of servers and other objects: some column of theirs is a text."""
    return isinstance(value, dict) and any(isinstance(value.get(name), str) for name in COLUMNS)


def _json_row(record):
    values = record.values
    if not isinstance(values, dict):
        return Row(record.number, "", "", "", "", "", "", "not a JSON object")
    row = _row(record.number, values.get("ID"), *(values.get(name) for name in COLUMNS))
    cut = [name for name in COLUMNS if name in record.cut]
    # A text that was cut off is no text.
    return replace(row, defect=f"{' and '.join(cut)} cut off by the viewer") if cut else row


def _row(number, identifier, *values):
    identifier = "" if identifier is None else encodable(str(identifier))[:LONGEST]
    # JSON's null is the release's category "None" of captions.
    if values[1] == "captioning" and values[2] in (None, "", "none"):
        values = (*values[:2], "None", *values[3:])
    named = list(zip(COLUMNS, values, strict=True))
    texts = [encodable(value)[:LONGEST] if isinstance(value, str) else "" for value in values]
    wrong = [name for name, value in named if not isinstance(value, str)]
    if not wrong and not values[0].strip():
        wrong = ["patch_id"]
    if wrong:
        texts.append(f"{' and '.join(wrong)} missing or no text")
        return Row(number, identifier, *texts)
    if tuple(texts) == values:
        return Row(number, identifier, *texts)
    wrong = [name for (name, value), text in zip(named, texts, strict=True) if value != text]
    texts.append(f"{' and '.join(wrong)} too long, or not Unicode")
    return Row(number, identifier, *texts)
