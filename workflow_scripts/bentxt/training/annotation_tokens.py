"""The annotations of one task as tokens, patch by patch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bentxt.errors import InputError
from bentxt.models.instructions import write_instruction
from bentxt.release import TASKS
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import read_table

#: Splits that the paper trains on (Section 4.2).
TRAINED_SPLITS = ("train", "validation")


@dataclass(frozen=True)
class AnnotationTokens:
    """The annotations of a task, those of a patch next to each other.

    Attributes
    ----------
    patch_ids, s1_names : list of str
        Of each patch, sorted.
    first : numpy.ndarray
        int64, shape (patches + 1,): the number of each patch's first annotation.
    starts : numpy.ndarray
        int64, shape (annotations + 1,): where in ``tokens`` each annotation begins.
    asked : numpy.ndarray
        int32, shape (annotations,): tokens of the instruction; the rest is the answer's.
    tokens : numpy.ndarray
        int32: instruction and answer of one annotation after the other.
    """

    patch_ids: list[str]
    s1_names: list[str]
    first: np.ndarray
    starts: np.ndarray
    asked: np.ndarray
    tokens: np.ndarray

    def __len__(self) -> int:
        """Return the number of annotations."""
        return len(self.asked)

    def pair(self, annotation: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the tokens of an annotation's instruction and of its answer."""
        start, end = self.starts[annotation : annotation + 2]
        middle = start + self.asked[annotation]
        return self.tokens[start:middle], self.tokens[middle:end]

    def lengths(self) -> np.ndarray:
        """Return the tokens of each annotation, int64, shape (annotations,)."""
        return np.diff(self.starts)

    def content(self) -> str:
        """Return a hash of all of it (32 hexadecimal digits)."""
        digest = hashlib.blake2b(digest_size=16)
        for text in (self.patch_ids, self.s1_names):
            digest.update("\n".join(text).encode() + b"\0")
        for array in (self.first, self.starts, self.asked, self.tokens):
            digest.update(array.tobytes())
        return digest.hexdigest()


def read_task_annotations(
    dataset_path: str | Path,
    task: str,
    instruction_tokens: Callable[[str], list[int]],
    answer_tokens: Callable[[str], list[int]],
) -> AnnotationTokens:
    """Read the annotations of a task in the training and validation splits (Section 4.2).

    Parameters
    ----------
    dataset_path : str or Path
        The data set as one table.
    task : str
        Of :data:`bentxt.release.TASKS`.
    instruction_tokens, answer_tokens : callable
        Give the tokens of a text, as those of :class:`bentxt.models.rs_internvl.Prompts`.

    Returns
    -------
    AnnotationTokens

    Raises
    ------
    InputError
        If there is none.
    """
    columns = ["patch_id", "s1_name", "input", "output", "type", "category", "split"]
    rows = read_table(dataset_path, DATASET, columns).to_pandas()
    rows = rows[rows["split"].isin(TRAINED_SPLITS) & (rows["type"] == TASKS[task])]
    if rows.empty:
        raise InputError(
            f"no {task} annotation in the training and validation splits",
            file=dataset_path,
            remedy="make the data set again, from more patches",
        )
    rows = rows.sort_values("patch_id", kind="stable")
    pairs = [
        (instruction_tokens(write_instruction({}, task, category, text)), answer_tokens(answer))
        for category, text, answer in zip(rows["category"], rows["input"], rows["output"], strict=True)
    ]
    patches = rows.drop_duplicates("patch_id")
    counts = rows.groupby("patch_id", sort=True).size().to_numpy()
    lengths = [len(asked) + len(said) for asked, said in pairs]
    return AnnotationTokens(
        patches["patch_id"].tolist(),
        patches["s1_name"].tolist(),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.array([len(asked) for asked, _ in pairs], np.int32),
        np.concatenate([part for pair in pairs for part in pair]).astype(np.int32),
    )
