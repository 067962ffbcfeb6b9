"""Patches of the validation split that a fine-tuning is measured on, and not trained on.

The paper trains on both splits and holds none out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from bentxt.errors import InputError
from bentxt.randomness import generator
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import as_declared, check_table
from bentxt.tables.table_streams import read_batches


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


def validation_patches(dataset_path: str | Path) -> set[str]:
    """Return the patches of the validation split of a data set, by id."""
    columns = ["patch_id", "split"]
    check_table(dataset_path, DATASET, columns)
    found: set[str] = set()
    for batch in read_batches(dataset_path, columns):
        rows = as_declared(batch, DATASET, columns, dataset_path)
        found.update(rows.filter(pc.equal(rows["split"], "validation"))["patch_id"].unique().to_pylist())
    return found


def hold_out(patch_ids: Sequence[str], validation: Collection[str], count: int, seed: int) -> np.ndarray:
    """Draw the patches that are held out.

    Parameters
    ----------
    patch_ids : list of str
        Of the patches with annotations of the task.
    validation : collection of str
        Those of the validation split.
    count : int
        How many; all of the validation split where it has no more.
    seed : int

    Returns
    -------
    numpy.ndarray
        int64: their numbers in ``patch_ids``, sorted.

    Raises
    ------
    InputError
        If nothing would be left to train on.

    Examples
    --------
    >>> hold_out(["a", "b", "c"], {"c"}, 5, seed=1)
    array([2])
    """
    candidates = np.array([number for number, name in enumerate(patch_ids) if name in validation], np.int64)
    chosen = generator(seed, "held out").permutation(candidates)[:count]
    if len(chosen) == len(patch_ids):
        raise InputError(
            f"all {len(chosen)} patches would be held out for validation, and none be left to train on",
            item="finetuning.validation.patches",
            remedy="hold out fewer",
        )
    return np.sort(chosen)


def held_out_patches(dataset_path: str | Path, patch_ids: Sequence[str], count: int, seed: int) -> np.ndarray:
    """Return :func:`hold_out` of a data set, which is not looked at where no patch is held out."""
    if not count:
        return np.empty(0, np.int64)
    return hold_out(patch_ids, validation_patches(dataset_path), count, seed)


def remaining(count: int, held: np.ndarray) -> np.ndarray:
    """Return the numbers of the patches that are trained on: those below ``count`` that are not held out."""
    return np.setdiff1d(np.arange(count), held)
