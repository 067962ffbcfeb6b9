"""The annotations of one task as tokens, patch by patch; :mod:`bentxt.training.tokenisation` writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from bentxt.errors import InputError
from bentxt.models.visual_prompts import Prompts
from bentxt.training.mapped_arrays import AGAIN, Names, file_hashes, open_arrays, read_about

#: Names of the arrays in the folder.
ARRAYS = (
    "first",
    "starts",
    "asked",
    "tokens",
    "ids",
    "validation",
    "patches",
    "patches_ends",
    "s1_names",
    "s1_names_ends",
)


@dataclass(frozen=True)
class AnnotationTokens:
    """The annotations of a task, those of a patch next to each other.

    Attributes
    ----------
    patch_ids, s1_names : sequence of str
        Of each patch, sorted by the former.
    first : numpy.ndarray
        int64, shape (patches + 1,): the number of each patch's first annotation.
    starts : numpy.ndarray
        int64, shape (annotations + 1,): where in ``tokens`` each annotation begins.
    asked : numpy.ndarray
        int32, shape (annotations,): tokens of the instruction; the rest is the answer's.
    tokens : numpy.ndarray
        int32: instruction and answer of one annotation after the other.
    ids : numpy.ndarray
        int64, shape (annotations,): ID of each annotation in the data set.
    validation : numpy.ndarray
        bool, shape (patches,): whether a patch is of the validation split; else it is of the training split.
    key : str
        Hash of all of it.
    """

    patch_ids: Sequence[str]
    s1_names: Sequence[str]
    first: np.ndarray
    starts: np.ndarray
    asked: np.ndarray
    tokens: np.ndarray
    ids: np.ndarray
    validation: np.ndarray
    key: str

    def __len__(self) -> int:
        """Return the number of annotations."""
        return len(self.asked)

    def pair(self, annotation: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the tokens of an annotation's instruction and of its answer."""
        start, end = self.starts[annotation : annotation + 2]
        middle = start + self.asked[annotation]
        return self.tokens[start:middle], self.tokens[middle:end]

    def lengths(self) -> np.ndarray:
        """Return the tokens of each annotation, int32, shape (annotations,)."""
        return self._lengths

    @cached_property
    def _lengths(self):
        return np.diff(self.starts).astype(np.int32)

    def content(self) -> str:
        """Return a hash of all of it (32 hexadecimal digits)."""
        return self.key


def open_tokens(folder: str | Path, task: str, prompts: Prompts) -> AnnotationTokens:
    """Open the tokens of a task, memory-mapped: a page is read when one of its annotations is asked for.

    Parameters
    ----------
    folder : str or Path
        From ``tokenise_annotations.py``.
    task : str
        Of :data:`bentxt.release.TASKS`.
    prompts : bentxt.models.visual_prompts.Prompts
        Of the base that is to read them.

    Returns
    -------
    AnnotationTokens

    Raises
    ------
    InputError
        If the folder is incomplete or damaged, is of another task, or was made with another tokenizer or chat
        template.
    """
    about = read_about(folder, ("task", "files", "content", "prompts"))
    if about["task"] != task:
        problem = f"tokens of the {about['task']} annotations, not of the {task} ones"
        raise InputError(problem, file=folder, remedy=AGAIN)
    if about["prompts"] != prompts.identity():
        raise InputError(
            "made with another tokenizer or chat template than that of the base",
            file=folder,
            item=f"prompts {about['prompts']}, of the base {prompts.identity()}",
            remedy=AGAIN,
        )
    if file_hashes(folder) != about["files"]:
        raise InputError("the files are not those that were written", file=folder, remedy=AGAIN)
    arrays = dict(zip(ARRAYS, open_arrays(folder, ARRAYS), strict=True))
    patch_ids, s1_names = (Names(arrays.pop(of), arrays.pop(f"{of}_ends")) for of in ("patches", "s1_names"))
    return AnnotationTokens(patch_ids, s1_names, key=about["content"], **arrays)
