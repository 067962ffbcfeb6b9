"""Answers in a file of their own, one a line, and what is read in them."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bentxt.errors import InputError
from bentxt.evaluation.answer_extraction import extract_binary, extract_choice
from bentxt.evaluation.box_extraction import extract_box
from bentxt.release import LETTERS
from bentxt.tables.json_records import JSON_SHAPES, read_json_records

KINDS = ("binary", "mcq", "boxes")
_SHAPES = f"give {JSON_SHAPES}, each with kind and text"


def read_answer_lines(path: str | Path, *, other_words: bool) -> list[dict[str, Any]]:
    """Read a file of answers, and what each of them says.

    Parameters
    ----------
    path : str or Path
        JSON with ``kind``, ``text``, ``options`` and ``scale``; the help of ``extract_answers.py`` says what
        they hold. One a line, blank lines passed over, or in another shape of
        :data:`bentxt.tables.json_records.JSON_SHAPES`.
    other_words : bool
        See :func:`bentxt.evaluation.answer_extraction.extract_binary`.

    Returns
    -------
    list of dict
        The lines with ``extracted`` and ``level``.

    Raises
    ------
    InputError
        If the file is missing or a line cannot be used; it names the line.
    """
    records = read_json_records(path, _is_answer, "answers", _SHAPES)
    return [_read(record, path, other_words) for record in records]


def _is_answer(value):
    return isinstance(value, dict) and "kind" in value


def _read(record, path, other_words):
    answer, item = record.values, record.place
    if record.error:
        problem = f"not JSON: {record.error}"
        raise InputError(problem, file=path, item=item, remedy="one object a line")
    if not isinstance(answer, dict):
        raise InputError("no JSON object", file=path, item=item, remedy="one object a line")
    if record.cut:
        problem = f"{' and '.join(record.cut)} cut off by the hub's viewer"
        raise InputError(problem, file=path, item=item, remedy="give whole texts")
    kind, text = answer.get("kind"), answer.get("text")
    if kind not in KINDS:
        problem = f"kind is {kind!r}; expected one of {', '.join(KINDS)}"
        raise InputError(problem, file=path, item=item, remedy="say what was asked")
    if not isinstance(text, str):
        problem = f"text is {text!r}, not a text"
        remedy = "leave out what the model did not answer: a missing answer is no answer"
        raise InputError(problem, file=path, item=item, remedy=remedy)
    if kind == "binary":
        found: Any = extract_binary(text, other_words=other_words)
        return answer | {"extracted": found.answer, "level": found.level}
    if kind == "mcq":
        found = extract_choice(text, _options(answer.get("options"), path, item))
        return answer | {"extracted": found.answer, "level": found.level}
    box = extract_box(text, _scale(answer.get("scale"), path, item))
    return answer | {"extracted": box.box and list(box.box), "level": box.level}


def _options(options: Any, path: str | Path, item: str) -> Mapping[str, str]:
    given = isinstance(options, dict) and set(options) == set(LETTERS)
    if not given or not all(isinstance(text, str) and text.strip() for text in options.values()):
        problem = f"options is {options!r}; expected a text for each of {', '.join(LETTERS)}"
        raise InputError(problem, file=path, item=item, remedy="give the options that the model was shown")
    return options


def _scale(scale: Any, path: str | Path, item: str) -> float | None:
    if scale is None:
        return None
    if isinstance(scale, bool) or not isinstance(scale, int | float) or not 0 < scale < math.inf:
        problem = f"scale is {scale!r}; expected a positive number, or null for 0 to 1"
        raise InputError(problem, file=path, item=item, remedy="as box_scale of the model in models.yaml")
    return scale
