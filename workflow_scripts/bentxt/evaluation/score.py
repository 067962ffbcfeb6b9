"""The score of one model on one task, and its file: counts of answers, metrics, and how they were made.

A program that scores writes a :class:`Score`; tables, figures and other people's tools read it back with
:meth:`Score.from_json`, which refuses a file of another version or with a field missing rather than guess.
"""

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from bentxt.errors import InputError
from bentxt.release import TASKS

#: Raised whenever a field is added, dropped or changes its meaning.
SCORE_VERSION = 2
SCORED, UNAVAILABLE = "scored", "unavailable"
_REMEDY = "make the score again with this version's score_answers.py"


@dataclass(frozen=True)
class Metric:
    """One number of a table.

    Attributes
    ----------
    value, low, high : float or None
        The value and the ends of its 95 % interval, in %; None where the metric could not be computed.
    items : int
        Items behind the value.
    reason : str or None
        Why there is no value, or what to know about it.
    """

    value: float | None
    low: float | None
    high: float | None
    items: int
    reason: str | None


@dataclass(frozen=True)
class ConstantAnswer:
    """The best constant answer to all items: a model that says always the same reaches its accuracy, in %."""

    answer: str
    accuracy: float


@dataclass(frozen=True, kw_only=True)
class AnswerCounts:
    """How answers were found.

    Attributes
    ----------
    items, strict, lenient, unparsed : int
        All items; those answered in the format asked for, in another format, and not at all.
    instruction_following : bool or None
        Whether no answer is unparsed; None where no model ran.
    """

    items: int = 0
    strict: int = 0
    lenient: int = 0
    unparsed: int = 0
    instruction_following: bool | None = None


@dataclass(frozen=True, kw_only=True)
class TaskScore(AnswerCounts):
    """What scoring finds out from a task's items and a model's answers.

    Attributes
    ----------
    extraction : dict of str to AnswerCounts
        Counts by category.
    metrics : dict of str to Metric
        By name, and by ``name/category`` where a category has a number of its own.
    constant : ConstantAnswer or None
        For binary and multiple-choice questions. That of boxes and of captions is searched for, by
        :mod:`bentxt.evaluation.constant_answers`, where it is compared with: for ``figures/learning.csv``.
    clipped : int or None
        Boxes that reached beyond the image, for referring expressions.
    rotated : int or None
        Answers with an angle other than 0 behind their box, for referring expressions.
    box_angle : str or None
        What that angle did to the scored box: "ignore" or "hull".
    """

    extraction: dict[str, AnswerCounts] = field(default_factory=dict)
    metrics: dict[str, Metric] = field(default_factory=dict)
    constant: ConstantAnswer | None = None
    clipped: int | None = None
    rotated: int | None = None
    box_angle: str | None = None


@dataclass(frozen=True, kw_only=True)
class Score(TaskScore):
    """A score file.

    Attributes
    ----------
    version : int
        :data:`SCORE_VERSION`.
    model, task, split : str
        Key of the model, task of the benchmark, and ``bench`` or the split that was predicted instead.
    status : str
        ``scored`` or ``unavailable``.
    reason : str or None
        Why the model is unavailable.
    weights : str
        ``published``, or what was run instead.
    lineage, prediction : dict
        How this file was made; status, settings and counts of the prediction behind it.
    """

    version: int = SCORE_VERSION
    model: str
    task: str
    split: str
    status: str
    reason: str | None
    weights: str
    lineage: dict[str, Any]
    prediction: dict[str, Any]

    def to_json(self) -> str:
        """Return the text of the score file."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str, file: str | Path | None = None) -> "Score":
        """Read the text of a score file.

        Parameters
        ----------
        text : str
        file : str or Path, optional
            Named in errors.

        Raises
        ------
        InputError
            If the text is no JSON or no score, is of another version, lacks a field or has one too many, or
            names an unknown task or status.
        """
        try:
            values = json.loads(text)
        except json.JSONDecodeError as error:
            raise InputError(f"not readable JSON: {error}", file=file, remedy=_REMEDY) from error
        if not isinstance(values, dict) or "version" not in values:
            raise InputError("not a score file", file=file, remedy="give files written by score_answers.py")
        if values["version"] != SCORE_VERSION:
            raise InputError(
                f"score file of version {values['version']}, expected {SCORE_VERSION}",
                file=file,
                remedy=_REMEDY,
            )
        known = _checked(cls, values, file, "the score")
        known["extraction"] = _records(AnswerCounts, values["extraction"], file, "extraction")
        known["metrics"] = _records(Metric, values["metrics"], file, "metrics")
        if values["constant"] is not None:
            known["constant"] = ConstantAnswer(
                **_checked(ConstantAnswer, values["constant"], file, "constant")
            )
        score = cls(**known)
        if score.task not in TASKS:
            raise InputError(
                f"unknown task, expected one of {', '.join(TASKS)}",
                file=file,
                item=score.task,
                remedy=_REMEDY,
            )
        if score.status not in (SCORED, UNAVAILABLE):
            raise InputError("unknown status", file=file, item=score.status, remedy=_REMEDY)
        return score


def _records(kind, values, file, name):
    if not isinstance(values, dict):
        raise InputError(f"{name} is no mapping", file=file, remedy=_REMEDY)
    return {key: kind(**_checked(kind, value, file, f"{name}/{key}")) for key, value in values.items()}


def _checked(kind, values, file, name):
    """Return a copy of the values if they have exactly the fields of a record."""
    expected = {known.name for known in fields(kind)}
    found = set(values) if isinstance(values, dict) else set()
    if found != expected:
        parts = [
            f"{word} {', '.join(sorted(names))}"
            for word, names in (("lacks", expected - found), ("has the unknown", found - expected))
            if names
        ]
        raise InputError(f"{name} {'; '.join(parts)}", file=file, remedy=_REMEDY)
    return dict(values)
