"""The best constant answer to all items of a task: what a model reaches that says always the same.

It is chosen with hindsight, on the very items that are scored, so that it is a stronger rival than what a
model could have learned to say always: a model that beats it has looked at the image or at the question.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

import numpy as np

from bentxt.errors import MetricUnavailable
from bentxt.evaluation.box_overlap import intersection_over_union
from bentxt.evaluation.corpus_bleu import bleu4
from bentxt.evaluation.reference_answers import reference_boxes, reference_choices

#: Steps of the search for a box, as a share of the image's side: what the release rounds to.
BOX_STEP = 0.01
_IMAGE = (0.0, 0.0, 1.0, 1.0)


class ConstantItems(NamedTuple):
    """A constant answer, and what it adds to the sums that metrics are made of.

    Attributes
    ----------
    answer : str
    statistics : dict of str to numpy.ndarray
        By metric, float64, shape (items, k): value and count of each item, or the counts of BLEU-4.
    """

    answer: str
    statistics: dict[str, np.ndarray]


def best_constant(task: str, outputs: Sequence[str], captions: Sequence[str] = ()) -> ConstantItems:
    """Find the constant answer that scores best on a task's items.

    Of questions it is the most frequent right answer; of boxes :func:`best_box`; of captions
    :func:`best_caption` among the references of the items, which are entirely right once, and further ones.

    Parameters
    ----------
    task : str
        Of :data:`bentxt.release.TASKS`.
    outputs : sequence of str
        The data set's answers, one or more.
    captions : sequence of str
        Further captions that are tried, as those of the training split.

    Returns
    -------
    ConstantItems
        With the metric of Table 8; of captions also CIDEr and, where there is WordNet, METEOR of the same
        caption.
    """
    if task == "captioning":
        return _constant_caption(outputs, captions)
    if task == "referring":
        truth = reference_boxes(outputs)
        box = best_box(truth)
        overlap = intersection_over_union(np.broadcast_to(box, truth.shape), truth)
        left, top, right, bottom = (f"{edge:g}" for edge in box.round(4).tolist())
        return ConstantItems(f"[{left} {top}, {right} {bottom}]", {"miou": _with_count(overlap)})
    choices = reference_choices(task, outputs)
    answer = best_choice(choices)
    return ConstantItems(answer, {"accuracy": _with_count(np.array(choices) == answer)})


def best_choice(truth: Sequence[str]) -> str:
    """Return the most frequent right answer, of equally frequent ones the first in alphabetical order."""
    return max(sorted(Counter(truth).items()), key=lambda entry: entry[1])[0]


def best_box(truth: np.ndarray) -> np.ndarray:
    """Return the box with the greatest mean intersection over union with all others.

    The search starts from the best of the boxes themselves and the whole image, and moves one edge after the
    other to the best place in steps of :data:`BOX_STEP`, until no move helps.

    Parameters
    ----------
    truth : numpy.ndarray
        float64, shape (n, 4): x_min, y_min, x_max, y_max, 0–1.

    Returns
    -------
    numpy.ndarray
        float64, shape (4,).
    """
    candidates = np.unique(np.vstack([truth, _IMAGE]), axis=0)
    means = _mean_overlaps(candidates, truth)
    box, mean = candidates[means.argmax()], means.max()
    grid = np.arange(0, 1 + BOX_STEP / 2, BOX_STEP)
    while True:
        before = mean
        for edge in range(4):
            moved = np.repeat(box[None], len(grid), axis=0)
            moved[:, edge] = grid
            moved = moved[(moved[:, 0] < moved[:, 2]) & (moved[:, 1] < moved[:, 3])]
            means = _mean_overlaps(moved, truth)
            if means.max() > mean:
                box, mean = moved[means.argmax()], means.max()
        # A gain of rounding alone is none.
        if mean < before + 1e-9:
            return box


def _mean_overlaps(candidates: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return the mean overlap of each candidate with all boxes, float64 (candidates,)."""
    return np.array(
        [intersection_over_union(np.broadcast_to(box, truth.shape), truth).mean() for box in candidates]
    )


def best_caption(candidates: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> int:
    """Return the place of the candidate with the highest corpus BLEU-4 as the one caption of all references.

    Parameters
    ----------
    candidates, references : sequence of sequence of str
        Tokens of captions.

    Returns
    -------
    int
        Of equally good ones the first.
    """
    # Imported here: who scores questions only does without the packages that count n-grams.
    from bentxt.evaluation.ngram_metrics import bleu4_sums_of_constants

    return int(bleu4(bleu4_sums_of_constants(candidates, references)).argmax())


def _constant_caption(outputs: Sequence[str], others: Sequence[str]) -> ConstantItems:
    from bentxt.evaluation.meteor import meteor
    from bentxt.evaluation.ngram_metrics import bleu4_statistics, cider
    from bentxt.evaluation.ptb_tokens import ptb_tokens

    texts = [*outputs, *others]
    tokens = [list(ptb_tokens(text)) for text in texts]
    references = tokens[: len(outputs)]
    best = best_caption(tokens, references)
    candidates = [tokens[best]] * len(references)
    statistics = {
        "bleu4": bleu4_statistics(candidates, references),
        "cider": _with_count(cider(candidates, references)),
    }
    # Without WordNet there is no METEOR of a model's captions either.
    with suppress(MetricUnavailable):
        statistics["meteor"] = _with_count(meteor(candidates, references))
    return ConstantItems(texts[best], statistics)


def _with_count(values: np.ndarray) -> np.ndarray:
    return np.column_stack([values.astype(np.float64), np.ones(len(values))])
