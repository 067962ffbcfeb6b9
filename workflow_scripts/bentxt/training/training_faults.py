"""What a fine-tuning says where it cannot go on: which annotations, and what to set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from bentxt.errors import InputError
from bentxt.models.answering_model import OutOfMemory
from bentxt.models.device import memory_watched
from bentxt.printable import printable
from bentxt.training.annotation_tokens import AnnotationTokens

#: Annotations that a message names, and characters of each, at most.
_NAMED, _LONGEST = 20, 160


def annotation_names(
    tokens: AnnotationTokens, numbers: Sequence[int], text: Callable[[Sequence[int]], str]
) -> list[str]:
    """Return annotations as a message names them: ID in the data set, patch, and instruction.

    Parameters
    ----------
    tokens : AnnotationTokens
    numbers : list of int
    text : callable
        Gives the text of tokens, as a tokenizer's ``decode``.
    """
    patches = np.searchsorted(tokens.first, numbers, side="right") - 1
    names = []
    for number, patch in zip(numbers, patches.tolist(), strict=True):
        instruction = text(tokens.pair(number)[0].tolist())
        name = f"annotation {tokens.ids[number]} ({tokens.patch_ids[patch]}): {instruction}"
        names.append(printable(name, _LONGEST))
    return names


def not_a_number(step: int, loss: float, norm: float, names: Sequence[str]) -> InputError:
    """Return the error of a step whose loss or gradient is not a finite number.

    Parameters
    ----------
    step : int
        From 1.
    loss : float
    norm : float
        Of the gradient.
    names : list of str
        The annotations whose loss is no finite number, or all of the step.
    """
    more = len(names) - _NAMED
    lines = [*names[:_NAMED], *([f"and {more} more"] if more > 0 else [])]
    return InputError(
        f"step {step}: the loss is {loss}, the norm of its gradient {norm}; the step is not taken",
        item="\n          ".join(lines),
        remedy="look at these annotations and at the images of their patches, or lower "
        "finetuning.learning_rate; the state before is kept",
    )


@contextmanager
def memory_named(tokens_per_pass: int) -> Iterator[None]:
    """Say what to set where the memory does not suffice.

    Parameters
    ----------
    tokens_per_pass : int
        The setting.

    Raises
    ------
    InputError
    """
    try:
        with memory_watched():
            yield
    except OutOfMemory as error:
        raise InputError(
            f"out of memory: {error}",
            item=f"finetuning.tokens_per_pass: {tokens_per_pass}",
            remedy="set finetuning.gradient_checkpointing to true, or lower finetuning.tokens_per_pass, so "
            "that a step takes more passes; the run goes on from the last saved state",
        ) from error
