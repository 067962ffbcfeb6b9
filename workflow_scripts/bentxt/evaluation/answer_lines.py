"""Answers in a file of their own, one a line, and what is read in them."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bentxt.errors import InputError
from bentxt.evaluation.answer_extraction import extract_binary, extract_choice
from bentxt.evaluation.box_extraction import extract_box
from bentxt.release import LETTERS

KINDS = ("binary", "mcq", "boxes")


def read_answer_lines(path: str | Path, *, other_words: bool) -> list[dict[str, Any]]:
    """Read a file of answers, and what each of them says.

    Parameters
    ----------
    path : str or Path
        JSON lines with ``kind``, ``text``, ``options`` and ``scale``; the help of ``extract_answers.py`` says
        what they hold. Blank lines are passed over.
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
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError("file not found", file=path, remedy="give a file of JSON lines") from None
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8: {error}", file=path, remedy="write it as UTF-8") from error
    lines = []
    # Not splitlines(): an answer may hold line separators that JSON leaves as they are.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            lines.append(_read(line, path, f"line {number}", other_words))
    return lines


def _read(line, path, item, other_words):
    try:
        answer = json.loads(line)
    except ValueError as error:
        raise InputError(f"not JSON: {error}", file=path, item=item, remedy="one object a line") from error
    if not isinstance(answer, dict):
        raise InputError("no JSON object", file=path, item=item, remedy="one object a line")
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
