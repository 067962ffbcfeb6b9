"""The blind baseline: the best answer that we find from a question's text and category, without any image.

For each category a predictor learns from rows of the training split; which of a few predictors it is, is
decided by cross-validation on training rows, the rows of a patch in one fold. No row of another split is
learnt from, and no answer of one is read. What it reaches on the benchmark is a lower bound of what can be
had without looking: a better reader of questions may find more, and a model that scores no better than it has
not shown that it sees anything.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bentxt.agreement.question_reading import Reading, read_box
from bentxt.baselines.answer_signs import DEPTHS, alternatives
from bentxt.baselines.box_model import BoxModel, BoxRule
from bentxt.baselines.choice_model import SignTable, choose_answers, fit_weights
from bentxt.baselines.questions_alone import read_question
from bentxt.baselines.task_rows import folds_of, rows_to_answer, sample_training_rows
from bentxt.errors import InputError, Unreadable
from bentxt.evaluation.box_overlap import intersection_over_union
from bentxt.program.progress_bars import progress
from bentxt.release import ANSWERS, TASKS

_PENALTIES = (10.0, 1.0)
#: Bins of a point along each side.
_BINS = (1, 3, 5, 8)


@dataclass(frozen=True)
class BlindSettings:
    """The config's ``blind``.

    Attributes
    ----------
    rows : int
        Training rows of a category at most; of more a sample is drawn.
    folds : int
        Parts of the cross-validation.
    """

    rows: int
    folds: int


class Learnt(NamedTuple):
    """What was learnt for one category.

    Attributes
    ----------
    category : str
    rows, available : int
        Training rows that were used, and that there are.
    predictor : str
        The predictor that cross-validation chose.
    accuracy : float or None
        Of it on training rows in cross-validation, %: the share of right answers, or the mean overlap of
        boxes. None without training rows.
    """

    category: str
    rows: int
    available: int
    predictor: str
    accuracy: float | None


class _Tried(NamedTuple):
    name: str
    score: float
    answers: list[str]


def answer_blind(
    task: str, dataset: str | Path, split: str, settings: BlindSettings, seed: int, zones: tuple[str, ...]
) -> tuple[dict[int, str], list[Learnt]]:
    """Answer a task's questions in a split without looking.

    Parameters
    ----------
    task : {"binary", "mcq", "referring"}
    dataset : str or Path
        The data set as one table, the release's columns.
    split : str
        Not ``train``.
    settings : BlindSettings
    seed : int
        Of the sample and of the folds.
    zones : tuple of str
        Names of the climate legend.

    Returns
    -------
    answers : dict of int to str
        By ID of the annotation, as the release writes answers.
    learnt : list of Learnt
        By category that has rows in the split.

    Raises
    ------
    InputError
        If the split has no row of the task, or a training row's answer is none.
    """
    kind = TASKS[task]
    table = rows_to_answer(dataset, kind, split)
    samples = sample_training_rows(dataset, kind, settings.rows, seed)
    answers: dict[int, str] = {}
    learnt = []
    asked = table.to_pylist()
    categories = [name for name in samples if any(row["category"] == name for row in asked)]
    for category in progress(categories, desc=f"blind {task}", unit=" categories"):
        rows = [row for row in asked if row["category"] == category]
        sample = samples[category]
        answer = _answer_boxes if kind == TASKS["referring"] else _choose
        texts = [row["input"] for row in rows]
        try:
            found = answer(kind, category, sample, texts, settings.folds, seed, zones)
        except InputError as error:
            remedy = "mend the row, or leave it out"
            raise InputError(error.problem, file=dataset, item=error.item, remedy=remedy) from error
        answers |= {row["ID"]: text for row, text in zip(rows, found.answers, strict=True)}
        accuracy = found.score * 100 if sample.inputs else None
        learnt.append(Learnt(category, len(sample.inputs), sample.available, found.name, accuracy))
    if unknown := {row["ID"] for row in asked} - answers.keys():
        row = next(row for row in asked if row["ID"] in unknown)
        raise InputError(
            f"unknown category {row['category']!r} of type {kind}", file=dataset, item=f"ID {row['ID']}"
        )
    return answers, learnt


def blind_notes(learnt: Sequence[Learnt]) -> str:
    """Return how the predictors came about, in words for a table's note."""
    rows = sum(entry.rows for entry in learnt)
    parts = [
        f"{entry.category} {entry.accuracy:.1f} %" if entry.accuracy is not None else f"{entry.category} none"
        for entry in learnt
    ]
    return f"no image: learnt from {rows} training rows, in cross-validation there {', '.join(parts)}"


def _choose(kind, category, sample, asked, folds, seed, zones):
    """Answer binary or multiple-choice questions by the predictor that cross-validation chooses."""
    names = ANSWERS[kind]
    if not sample.inputs:
        return _Tried("no training rows: always the same", 0.0, [names[0]] * len(asked))
    known = [alternatives(kind, category, text, zones) for text in sample.inputs]
    right = np.array([_place(kind, text, entry) for text, entry in zip(sample.outputs, known, strict=True)])
    table = SignTable([entry.signs for entry in known])
    signs = table.matrix(entry.signs for entry in known)
    fold = folds_of(sample.patches, folds, seed)
    tried = []
    for depth, end in enumerate(table.ends):
        for penalty in _PENALTIES if depth else _PENALTIES[-1:]:
            tried.append(((depth, penalty), _hits(signs[:, :end], right, fold, penalty, table.answers)))
    (depth, penalty), score = _best(tried)
    end = table.ends[depth]
    weights = fit_weights(signs[:, :end], right, penalty)
    new = [alternatives(kind, category, text, zones) for text in asked]
    places = choose_answers(table.matrix(entry.signs for entry in new)[:, :end], weights, table.answers)
    answers = [_answer(kind, place, entry) for place, entry in zip(places.tolist(), new, strict=True)]
    return _Tried(f"{DEPTHS[depth]}, penalty {penalty:g}", score, answers)


def _place(kind, output, entry):
    """Return the place of the right answer among the alternatives."""
    answer = output.strip().lower().rstrip(".")
    if answer not in ANSWERS[kind]:
        raise InputError(f"the data set's answer to a {kind} question is none of its answers", item=output)
    place = ANSWERS[kind].index(answer)
    return 1 - place if entry.negated else place


def _answer(kind, place, entry):
    return ANSWERS[kind][1 - place if entry.negated else place]


def _hits(signs, right, fold, penalty, answers):
    """Return for each row whether it is answered right in cross-validation."""
    hits = np.zeros(len(right))
    owner = np.repeat(fold, answers)
    for number in np.unique(fold):
        learning = fold != number
        # Where all rows are of one fold there is nothing to learn from.
        if learning.any():
            weights = fit_weights(signs[owner != number], right[learning], penalty)
            chosen = choose_answers(signs[owner == number], weights, answers)
            hits[~learning] = chosen == right[~learning]
    return hits


def _best(tried):
    """Return the predictor to use, and its mean score in cross-validation.

    ``tried`` are predictors, the simplest first, with the score of each row. A later one is taken where it is
    better by more than a standard error of the difference: of many that are equally good one looks best.
    """
    chosen, scores = tried[0]
    for predictor, found in tried[1:]:
        gain = found - scores
        if gain.mean() > gain.std() / np.sqrt(len(gain)):
            chosen, scores = predictor, found
    return chosen, float(scores.mean())


def _answer_boxes(kind, category, sample, asked, folds, seed, zones):
    """Answer referring expressions with the boxes that cross-validation finds best."""
    if not sample.inputs:
        return _Tried("no training rows: the whole image", 0.0, [_box_text([0, 0, 1, 1])] * len(asked))
    boxes = np.array([_box(text) for text in sample.outputs])
    known = [read_question(kind, category, text, zones) for text in sample.inputs]
    points = _points(known)
    fold = folds_of(sample.patches, folds, seed)
    tried = []
    for rule in _rules(known, category):
        own = points if rule.relative else None
        overlap = np.zeros(len(boxes))
        for number in np.unique(fold):
            learning = fold != number
            if learning.any():
                model = _model(boxes, own, rule, learning)
                tested = model.boxes(None if own is None else own[~learning], _some(rule.keys, ~learning))
                overlap[~learning] = intersection_over_union(tested, boxes[~learning])
        tried.append((rule, overlap))
    rule, score = _best(tried)
    new = [read_question(kind, category, text, zones) for text in asked]
    (chosen,) = (other for other in _rules(new, category) if other.name == rule.name)
    model = _model(boxes, points if rule.relative else None, rule, np.ones(len(boxes), bool))
    found = model.boxes(_points(new) if rule.relative else None, chosen.keys)
    return _Tried(rule.name, score, [_box_text(box) for box in found.tolist()])


def _model(boxes, points, rule, learning):
    return BoxModel(boxes[learning], None if points is None else points[learning], _some(rule.keys, learning))


def _some(keys, chosen):
    return [key for key, own in zip(keys, chosen, strict=True) if own]


def _rules(readings: Sequence[Reading | None], category: str) -> list[BoxRule]:
    if category == "point":
        points = _points(readings)
        rules = [BoxRule("one box", [()] * len(points), False)]
        for bins in _BINS:
            keys: list[Hashable] = [
                tuple(np.minimum((point * bins).astype(int), bins - 1).tolist()) for point in points
            ]
            rules.append(BoxRule(f"box round the point, by {bins} × {bins} bins of it", keys, True))
        return rules

    def rule(name, key):
        return BoxRule(name, [None if reading is None else key(reading) for reading in readings], False)

    return [
        rule("one box", lambda reading: ()),
        rule("a box for largest, smallest and neither", lambda reading: reading.extreme),
        rule("a box for each class", lambda reading: reading.classes),
        rule("a box for each class and extreme", lambda reading: (reading.classes, reading.extreme)),
    ]


def _points(readings):
    """Return the points asked about, float, shape (n, 2); the middle where there is none."""
    middle = (0.5, 0.5)
    points = [reading.point if reading and reading.point else middle for reading in readings]
    return np.array(points, np.float64).reshape(-1, 2)


def _box(text):
    try:
        return read_box(text)
    except Unreadable as error:
        raise InputError(f"the data set's answer to a referring expression: {error}", item=text) from error


def _box_text(box):
    x0, y0, x1, y1 = (float(side) for side in box)
    return f"[{x0} {y0}, {x1} {y1}]"
