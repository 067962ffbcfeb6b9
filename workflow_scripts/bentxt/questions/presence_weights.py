"""How often presence questions ask about a class, so that its name tells little (Section 3.1).

Frequent classes are mostly present and rare ones mostly absent: asked about at random, the name alone would
give most answers away. So a present class is drawn with a weight and an absent one with its inverse, and the
weights are such that, over all patches of BigEarthNet v2.0, a question about any class is as often answered
yes as no.
"""

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from bentxt.errors import InputError
from bentxt.nomenclature import CLASSES
from bentxt.questions.similar_classes import Tiers, similar_absent_classes
from bentxt.resources import RESOURCES

PRESENCE_WEIGHTS = RESOURCES / "presence_weights.csv"


def load_presence_weights(path: Path | str = PRESENCE_WEIGHTS) -> tuple[float, ...]:
    """Read the weight of each class.

    Parameters
    ----------
    path : str or Path
        CSV ``class,weight``, official names.

    Returns
    -------
    tuple of float
        19 weights in nomenclature order, above 0 and at most 1.

    Raises
    ------
    InputError
        If the file is missing or of another form, a class is missing, unknown or there twice, or a weight is
        not above 0 and at most 1.
    """
    try:
        with Path(path).open(encoding="utf-8", newline="") as file:
            rows = [(row["class"], float(row["weight"])) for row in csv.DictReader(file)]
    except FileNotFoundError:
        raise InputError("file not found", file=path) from None
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"expected the columns class and weight (a number): {error}", file=path) from error
    weights = dict(rows)
    if len(rows) != len(CLASSES) or set(weights) != set(CLASSES):
        wrong = sorted({name for name, _ in rows} ^ set(CLASSES))
        raise InputError(
            "the 19 official class names are expected, each once", file=path, item=", ".join(wrong)
        )
    for name, weight in rows:
        if not 0 < weight <= 1:
            raise InputError(f"weight {weight} is not above 0 and at most 1", file=path, item=name)
    return tuple(weights[name] for name in CLASSES)


def fit_presence_weights(
    patches: Mapping[tuple[int, ...], int], similar: tuple[Tiers, ...], steps: int = 2000
) -> tuple[np.ndarray, float]:
    """Find the weights with which each class is as often present as absent in the questions about it.

    Parameters
    ----------
    patches : dict of tuple of int to int
        Sets of present classes (ascending indices) to the number of patches that have them.
    similar : tuple
        Of :func:`bentxt.questions.similar_classes.load_similar_classes`.
    steps : int
        Of multiplicative updates, the square root of what would mend a class alone.

    Returns
    -------
    weights : numpy.ndarray
        float64, shape (19,), the greatest is 1.
    blind : float
        Share of the questions that the name of the class answers: 0.5 where the fit is perfect.
    """
    present = np.zeros((len(patches), len(CLASSES)))
    absent = np.zeros_like(present)
    for row, classes in enumerate(patches):
        present[row, list(classes)] = 1
        absent[row, list(similar_absent_classes(classes, similar))] = 1
    numbers = np.array(list(patches.values()), np.float64)
    weights = np.ones(len(CLASSES))
    for step in range(steps + 1):
        yes, no = (_expected(numbers, kinds) for kinds in (present * weights, absent / weights))
        if step < steps:
            asked = (yes > 0) & (no > 0)
            weights[asked] *= np.clip(no[asked] / yes[asked], 0.25, 4) ** 0.25
            weights /= weights.max()
    return weights, float(np.maximum(yes, no).sum() / (yes.sum() + no.sum()))


def _expected(numbers, kinds):
    """Return how often each class is drawn, for weights of shape (patches, 19)."""
    sums = kinds.sum(axis=1, keepdims=True)
    return numbers @ np.divide(kinds, sums, out=np.zeros_like(kinds), where=sums > 0)
