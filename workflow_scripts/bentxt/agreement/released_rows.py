"""Released annotations as rows: the published Parquet file, or JSON lines, in batches."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bentxt.errors import InputError
from bentxt.tables.table_streams import read_batches

#: Rows in memory at a time; without effect on the result.
BATCH = 1 << 16

COLUMNS = ("patch_id", "type", "category", "input", "output")
#: Characters of the longest text that is read; the release's longest caption has 2,265.
LONGEST = 20_000
_PARQUET_MAGIC = b"PAR1"


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
        The release's Parquet file, or JSON lines with at least :data:`COLUMNS`.

    Yields
    ------
    list of Row

    Raises
    ------
    InputError
        If the file is missing, neither of the two, or without any row.
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
        _parquet_columns(path)
        for batch in read_batches(path, ["patch_id"], BATCH):
            found.update(name for name in batch.column(0).unique().to_pylist() if isinstance(name, str))
    else:
        for batch in _json_rows(Path(path)):
            found.update(row.patch_id for row in batch)
    return {name for name in map(_printable, found) if name.strip()}


def _parquet_columns(path):
    """Return the columns of a Parquet file of annotations; :class:`InputError` if some are missing."""
    try:
        names = pq.read_schema(path).names
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"not a readable Parquet file: {error}", file=path) from error
    if missing := [name for name in COLUMNS if name not in names]:
        raise InputError(f"columns missing: {', '.join(missing)}; there are {', '.join(names)}", file=path)
    return names


def _parquet_rows(path):
    columns = [*COLUMNS, *(["ID"] if "ID" in _parquet_columns(path) else [])]
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
    # A broken byte spoils its own line only.
    with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                rows.append(_json_row(number, line, path))
            if len(rows) == BATCH:
                yield rows
                rows = []
    if rows:
        yield rows


def _json_row(number, line, path):
    try:
        line.encode()
        values = json.loads(line)
    # Of ValueError also: text that is not UTF-8, and numbers of thousands of digits.
    except (ValueError, RecursionError) as error:
        if number == 1:
            problem = f"neither Parquet nor JSON lines in UTF-8: {error}"
            raise InputError(problem, file=path, item="line 1") from error
        return Row(number, "", "", "", "", "", "", "not a JSON object")
    if not isinstance(values, dict):
        return Row(number, "", "", "", "", "", "", "not a JSON object")
    return _row(number, values.get("ID"), *(values.get(name) for name in COLUMNS))


def _row(number, identifier, *values):
    identifier = "" if identifier is None else _printable(str(identifier))[:LONGEST]
    # JSON's null is the release's category "None" of captions.
    if values[1] == "captioning" and values[2] in (None, "", "none"):
        values = (*values[:2], "None", *values[3:])
    named = list(zip(COLUMNS, values, strict=True))
    texts = [_printable(value)[:LONGEST] if isinstance(value, str) else "" for value in values]
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


def _printable(text):
    """Return a text that can be written as UTF-8: halves of surrogate pairs, as in JSON, are spelled out."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
