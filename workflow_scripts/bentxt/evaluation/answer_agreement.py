"""How alike two models answer the same items, whether they are right or wrong."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bentxt.evaluation.box_overlap import intersection_over_union
from bentxt.evaluation.verdicts import RIGHT, verdict

#: Stands for an answer that was not read, among the answers that kappa is made of.
_NO_ANSWER = ""


class Agreement(NamedTuple):
    """Two models on the same items; shares are in % of all items.

    Attributes
    ----------
    items : int
    equal : float
        Items whose answers were read as the same text.
    both_right, both_wrong, only_first, only_second : float or None
        Items that both, neither or one of them answers rightly. An unparsed answer is wrong. None for
        captions.
    unparsed_first, unparsed_second, unparsed_both : int
        Items without a readable answer of the first, of the second, of both.
    kappa_answers : float or None
        Cohen's kappa of the answers, unparsed being an answer of its own; None for boxes and captions, and
        where both give one and the same answer to everything.
    kappa_right : float or None
        Cohen's kappa of right and wrong: whether the two fail on the same items more than their accuracies
        make likely. None for captions, and where both are right, or wrong, throughout.
    both_boxes : int or None
        Items to which both gave a box; None but for boxes.
    box_overlap : float or None
        Mean intersection over union of the two models' boxes there, in %; None where there is none.
    score_correlation : float or None
        Pearson's correlation of the items' scores; None where those of a model are all the same.
    """

    items: int
    equal: float
    both_right: float | None
    both_wrong: float | None
    only_first: float | None
    only_second: float | None
    unparsed_first: int
    unparsed_second: int
    unparsed_both: int
    kappa_answers: float | None
    kappa_right: float | None
    both_boxes: int | None
    box_overlap: float | None
    score_correlation: float | None


class Answers(NamedTuple):
    """A model's answers to the items of a task: columns of the items' table.

    Attributes
    ----------
    extracted : sequence of str or None
    score : array_like
        float, 0–1.
    box : sequence of (sequence of float) or None
    """

    extracted: Sequence[str | None]
    score: ArrayLike
    box: Sequence[Sequence[float] | None]


def answer_agreement(task: str, first: Answers, second: Answers) -> Agreement:
    """Compare the answers of two models to the same items.

    Parameters
    ----------
    task : str
        Of :data:`bentxt.release.TASKS`.
    first, second : Answers
        Of one length, one item or more.

    Returns
    -------
    Agreement
    """
    pairs = list(zip(first.extracted, second.extracted, strict=True))
    scores = [np.asarray(model.score, np.float64) for model in (first, second)]
    unread = [np.array([answer is None for answer in model.extracted]) for model in (first, second)]
    equal = np.array([one is not None and one == other for one, other in pairs])
    shares: dict[str, float | None] = dict.fromkeys(("both_right", "both_wrong", "only_first", "only_second"))
    kappa_answers = kappa_right = None
    if task != "captioning":
        right, also = (
            np.array([verdict(task, *item) == RIGHT for item in zip(model.extracted, score, strict=True)])
            for model, score in zip((first, second), scores, strict=True)
        )
        shares = {
            "both_right": _percent(right & also),
            "both_wrong": _percent(~right & ~also),
            "only_first": _percent(right & ~also),
            "only_second": _percent(~right & also),
        }
        kappa_right = cohens_kappa(right.tolist(), also.tolist())
    if task in ("binary", "mcq"):
        kappa_answers = cohens_kappa(
            *([answer or _NO_ANSWER for answer in model.extracted] for model in (first, second))
        )
    both_boxes = box_overlap = None
    if task == "referring":
        boxes = [
            (one, other)
            for one, other in zip(first.box, second.box, strict=True)
            if one is not None and other is not None
        ]
        both_boxes = len(boxes)
        if boxes:
            box_overlap = float(100 * intersection_over_union(*zip(*boxes, strict=True)).mean())
    return Agreement(
        items=len(pairs),
        equal=_percent(equal),
        **shares,
        unparsed_first=int(unread[0].sum()),
        unparsed_second=int(unread[1].sum()),
        unparsed_both=int((unread[0] & unread[1]).sum()),
        kappa_answers=kappa_answers,
        kappa_right=kappa_right,
        both_boxes=both_boxes,
        box_overlap=box_overlap,
        score_correlation=_correlation(*scores),
    )


def _percent(chosen: np.ndarray) -> float:
    return float(100 * chosen.mean())


def cohens_kappa(first: Sequence[str | bool], second: Sequence[str | bool]) -> float | None:
    """Return Cohen's kappa of two raters: their agreement beyond what their habits make likely.

    Parameters
    ----------
    first, second : sequence of str or bool
        Labels of the same items; one or more.

    Returns
    -------
    float or None
        −1 to 1; None where both give one and the same label to everything, and nothing else is likely.

    Examples
    --------
    >>> cohens_kappa(["yes", "yes", "no", "no"], ["yes", "no", "no", "no"])
    0.5
    """
    count = len(first)
    seen = sum(one == other for one, other in zip(first, second, strict=True)) / count
    habits = Counter(first), Counter(second)
    likely = sum(number * habits[1][label] for label, number in habits[0].items()) / count**2
    return None if likely == 1 else (seen - likely) / (1 - likely)


def _correlation(first: np.ndarray, second: np.ndarray) -> float | None:
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.corrcoef(first, second)[0, 1])
