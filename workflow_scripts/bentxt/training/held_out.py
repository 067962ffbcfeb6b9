"""Patches of the validation split that a fine-tuning is measured on, and not trained on.

The paper trains on both splits and holds none out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bentxt.errors import InputError
from bentxt.randomness import generator


@dataclass(frozen=True)
class ValidationSettings:
    """The config's ``finetuning.validation``.

    Attributes
    ----------
    patches : int
        Patches of the validation split that are held out of training; 0: none, and no validation.
    times : int
        Measurements of a run, evenly by annotations: the first before the first step, the last at the end.
    samples : int
        Held-out annotations that are answered at each measurement.
    """

    patches: int
    times: int
    samples: int


def held_out_patches(validation: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Draw the patches that are held out.

    Parameters
    ----------
    validation : numpy.ndarray
        bool, shape (patches,): whether each patch with annotations of the task is of the validation split.
    count : int
        How many; all of the validation split where it has no more.
    seed : int

    Returns
    -------
    numpy.ndarray
        int64: their numbers, sorted.

    Raises
    ------
    InputError
        If nothing would be left to train on.

    Examples
    --------
    >>> held_out_patches(np.array([False, False, True]), 5, seed=1)
    array([2])
    """
    chosen = generator(seed, "held out").permutation(np.flatnonzero(validation))[:count]
    if len(chosen) == len(validation):
        raise InputError(
            f"all {len(chosen)} patches would be held out for validation, and none be left to train on",
            item="finetuning.validation.patches",
            remedy="hold out fewer",
        )
    return np.sort(chosen)


def remaining(count: int, held: np.ndarray) -> np.ndarray:
    """Return the numbers of the patches that are trained on: those below ``count`` that are not held out."""
    return np.setdiff1d(np.arange(count), held)
