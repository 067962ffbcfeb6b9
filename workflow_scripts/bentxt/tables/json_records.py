"""Records in JSON, whoever wrote them: one a line, one array, or as the hub's viewer answers ``/rows``."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bentxt.errors import InputError

#: The shapes that are read, for remedies.
JSON_SHAPES = (
    "JSON lines, one row a line; one JSON array of such rows; or an answer of the hub's viewer to /rows "
    '({"rows": [{"row": {…}, "truncated_cells": []}, …]}), one or one a line'
)


@dataclass(frozen=True, slots=True)
class JsonRecord:
    """One record as it stands in the file.

    Attributes
    ----------
    place : str
        "line 3" where records stand one a line, "row 3" where one value holds many.
    number : int
        The number in it.
    values : object
        A dict, as a rule; whatever else stands in the place of one; None where ``error`` says why.
    cut : tuple of str
        Columns that the hub's viewer cut off.
    error : str
        Why a line is not JSON; empty otherwise.
    """

    place: str
    number: int
    values: Any
    cut: tuple[str, ...] = ()
    error: str = ""


def read_json_records(
    path: Path | str, is_record: Callable[[Any], bool], expected: str, remedy: str
) -> Iterator[JsonRecord]:
    """Yield the records of a file. Its first value tells its shape, and whether it holds such records at all.

    A later line that is not JSON, or holds something else, is handed out as that: what becomes of it is the
    caller's. Halves of surrogate pairs are left as they are (:func:`encodable`).

    Parameters
    ----------
    path : str or Path
    is_record : callable
        Tells records from columns, messages of servers and other values.
    expected : str
        What the file should hold, for messages: "rows of annotations".
    remedy : str
        The shapes that can be read.

    Yields
    ------
    JsonRecord

    Raises
    ------
    InputError
        If the file is missing, or begins with no JSON or with other values.
    """
    first, many, count = True, False, 0
    for number, line in _values(Path(path)):
        error = ""
        try:
            line.encode()
            value = json.loads(line)
        # Of ValueError also: text that is not UTF-8, and numbers of thousands of digits.
        except (ValueError, RecursionError) as problem:
            if first:
                raise InputError(
                    f"neither Parquet nor JSON in UTF-8: {problem}", file=path, item="line 1", remedy=remedy
                ) from problem
            value, error = None, str(problem)
        if first:
            _check_shape(value, is_record, expected, path, remedy)
            many = isinstance(value, list) or _is_viewer_answer(value)
        first = False
        if not many or not (isinstance(value, list) or _is_viewer_answer(value)):
            count += 1
            yield _record("line", number, value, error)
            continue
        for row in value if isinstance(value, list) else value["rows"]:
            count += 1
            yield _record("row", count, row, "")


def _record(what, number, value, error):
    cut: tuple[str, ...] = ()
    if isinstance(value, dict) and isinstance(value.get("row"), dict):
        cut = tuple(name for name in value.get("truncated_cells") or () if isinstance(name, str))
        value = value["row"]
    return JsonRecord(f"{what} {number}", number, value, cut, error)


def _values(path):
    """Yield number and text of each JSON value: the lines, or the whole file where the first is a part."""
    try:
        # A broken byte spoils its own line only.
        file = path.open(encoding="utf-8-sig", errors="surrogateescape")
    except FileNotFoundError:
        raise InputError("file not found", file=path, remedy="name a file that is there") from None
    with file:
        lines = ((number, line) for number, line in enumerate(file, start=1) if line.strip())
        number, line = next(lines, (1, ""))
        if not line:
            return
        if line.lstrip()[0] in "[{" and not _is_json(line) and _is_json(text := line + file.read()):
            yield number, text
            return
        yield number, line
        yield from lines


def _is_json(text):
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _check_shape(value, is_record, expected, path, remedy):
    """Refuse a file whose first value is no record, no array of records and no answer of the viewer."""
    if _is_viewer_answer(value) or value == []:
        return
    if not any(map(is_record, value if isinstance(value, list) else [value])):
        found = f"an object of {', '.join(value)}" if isinstance(value, dict) else type(value).__name__
        problem = f"no {expected}: the file begins with {found[:200] or 'an object'}"
        raise InputError(problem, file=path, item="line 1", remedy=remedy)


def _is_viewer_answer(value):
    rows = value.get("rows") if isinstance(value, dict) else None
    return isinstance(rows, list) and all(
        isinstance(entry, dict) and isinstance(entry.get("row"), dict) for entry in rows
    )


def encodable(text: str) -> str:
    """Return a text that can be written as UTF-8: halves of surrogate pairs, as in JSON, are spelled out.

    Examples
    --------
    >>> encodable("half \\ud83d, whole é")
    'half \\\\ud83d, whole é'
    """
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
