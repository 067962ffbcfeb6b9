"""Answers that were made elsewhere, out of one file: JSON, Parquet or CSV with the columns ID and answer."""

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from bentxt.errors import InputError
from bentxt.failures import CUT, EMPTY, LONGEST_ANSWER, NO_ANSWER
from bentxt.tables.json_records import JSON_SHAPES, encodable, read_json_records
from bentxt.tables.table_files import as_declared, check_table
from bentxt.tables.table_streams import read_batches

COLUMNS = ("ID", "answer")
_SCHEMA = pa.schema([pa.field("ID", pa.int64(), nullable=False), pa.field("answer", pa.string())])
_SHAPES = f"give {JSON_SHAPES}; or Parquet or CSV: with the columns ID (of the data set) and answer (a text)"
#: Longest cell of a CSV file, characters.
_LONGEST_CELL = 1 << 30


def read_answer_file(path: Path | str) -> dict[int, str | None]:
    """Read a file of answers.

    Parameters
    ----------
    path : str or Path
        JSON lines, one JSON array, Parquet or CSV, told apart by what it begins with: in each record ``ID``
        (annotation in the data set) and ``answer``, the model's text as it was generated. Other columns do
        not matter.

    Returns
    -------
    dict of int to (str or None)
        In the order of the file; None where the file says that there is no answer (JSON's null).

    Raises
    ------
    InputError
        Naming file and line or row, if a record cannot be used or an ID is there twice.
    """
    answers: dict[int, str | None] = {}
    places: dict[int, str] = {}
    for place, number, answer in _records(Path(path)):
        if number in places:
            raise InputError(
                f"ID {number} is there twice, in {places[number]} and {place}",
                file=path,
                item=place,
                remedy="give one answer to each ID",
            )
        places[number] = place
        answers[number] = None if answer is None else encodable(answer)
    if not answers:
        raise InputError("the file holds no answers", file=path, remedy=_SHAPES)
    return answers


def _records(path: Path) -> Iterator[tuple[str, int, str | None]]:
    """Yield place, ID and answer of each record."""
    try:
        with path.open("rb") as file:
            opening = file.read(4096)
    except FileNotFoundError:
        raise InputError("file of answers not found", file=path, remedy=_SHAPES) from None
    except IsADirectoryError:
        raise InputError("a folder, not a file of answers", file=path, remedy=_SHAPES) from None
    text = opening.removeprefix(b"\xef\xbb\xbf").lstrip()
    if opening.startswith(b"PAR1"):
        yield from _parquet_records(path)
    elif text.startswith((b"{", b"[")) or not text:
        yield from _json_records(path)
    else:
        yield from _csv_records(path)


def _parquet_records(path):
    check_table(path, _SCHEMA)
    row = 0
    for batch in read_batches(path, list(COLUMNS)):
        table = as_declared(batch, _SCHEMA, COLUMNS, path)
        for number, answer in zip(*table.to_pydict().values(), strict=True):
            row += 1
            yield f"row {row}", number, answer


def _json_records(path):
    for record in read_json_records(path, _is_answer, "answers", _SHAPES):
        values, place = record.values, record.place
        if not isinstance(values, dict):
            problem = f"not JSON: {record.error}" if record.error else "no JSON object"
            raise InputError(problem, file=path, item=place, remedy=_SHAPES)
        _check_columns(values, path, place)
        number, answer = (values[name] for name in COLUMNS)
        if not isinstance(number, int) or isinstance(number, bool) or not -(2**63) <= number < 2**63:
            raise InputError(f"ID is {number!r:.60}, not a whole number", file=path, item=place)
        if answer is not None and not isinstance(answer, str):
            problem = f"answer is {answer!r:.60}, not a text"
            remedy = "give what the model wrote as a text; null, or no such line, where it said nothing"
            raise InputError(problem, file=path, item=place, remedy=remedy)
        yield place, number, answer


def _is_answer(value):
    return isinstance(value, dict) and "ID" in value


def _csv_records(path):
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"neither Parquet nor UTF-8: {error}", file=path, remedy=_SHAPES) from error
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        _check_columns(reader.fieldnames or (), path, "line 1")
        for record in reader:
            place = f"line {reader.line_num}"
            if None in record or None in record.values():
                problem = "more or fewer cells than the first line"
                raise InputError(problem, file=path, item=place, remedy="quote cells that hold commas")
            try:
                number = int(record["ID"])
            except ValueError:
                problem = f"ID is {record['ID']!r:.60}, not a whole number"
                raise InputError(problem, file=path, item=place) from None
            yield place, number, record["answer"]
    except csv.Error as error:
        raise InputError(f"not CSV: {error}", file=path, item=f"line {reader.reader.line_num}") from error


def _check_columns(found, path, place):
    if missing := [name for name in COLUMNS if name not in found]:
        there = ", ".join(str(name) for name in found)[:200]
        problem = f"columns missing: {', '.join(missing)}; there are {there}"
        raise InputError(problem, file=path, item=place, remedy=_SHAPES)


def check_known(answers: Collection[int], known: np.ndarray, path: Path | str) -> None:
    """Refuse answers to annotations that the data set does not have.

    Parameters
    ----------
    answers : collection of int
        IDs that are answered.
    known : numpy.ndarray
        int64: the IDs of the data set.
    path : str or Path
        The file of answers, for messages.

    Raises
    ------
    InputError
        Naming the first of them, and how many there are.
    """
    given = np.fromiter(answers, np.int64, len(answers))
    unknown = given[~np.isin(given, known)].tolist()
    if unknown:
        raise InputError(
            f"{len(unknown)} of {len(answers)} IDs are not in the data set of this run: "
            f"{', '.join(map(str, unknown[:10]))}{' …' if len(unknown) > 10 else ''}",
            file=path,
            item=f"ID {unknown[0]}",
            remedy="answer the rows of this data set (dataset.path), and give each answer the ID of its row",
        )


def adopt(
    answers: Mapping[int, str | None], wanted: Sequence[int]
) -> tuple[dict[str, list[Any]], dict[str, int]]:
    """Bring answers into the form of a model's that ran here.

    Parameters
    ----------
    answers : mapping of int to (str or None)
    wanted : sequence of int
        IDs of the items.

    Returns
    -------
    columns : dict of str to list
        Of the table of predictions: every item, with its failure where there is no answer.
    failures : dict of str to int
        Items by kind of failure.

    Examples
    --------
    >>> columns, failures = adopt({7: "yes", 8: " "}, [7, 8, 9])
    >>> columns["answer"], columns["failure"]
    (['yes', '', ''], [None, 'empty', 'no answer'])
    """
    texts = [answers.get(number) for number in wanted]
    failures = [_failure(text) for text in texts]
    columns: dict[str, list[Any]] = {
        "ID": list(wanted),
        "answer": [(text or "")[:LONGEST_ANSWER].strip() for text in texts],
        "failure": failures,
    }
    return columns, dict(sorted(Counter(filter(None, failures)).items()))


def _failure(text: str | None) -> str | None:
    if text is None:
        return NO_ANSWER
    if len(text) > LONGEST_ANSWER:
        return CUT
    return None if text.strip() else EMPTY
