"""Annotations of a patch behind one shared visual prefix: layout, positions and losses of packed sequences.

Each annotation sees the prefix and itself only, and its positions go on from the prefix, so that a packed
annotation gets what it would get alone. The prefix, by far the longer part, is computed once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch


@dataclass(frozen=True)
class Segment:
    """The text of one annotation, from the end of the visual prefix on.

    Attributes
    ----------
    tokens : numpy.ndarray
        int64, shape (length,): instruction and answer.
    targets : numpy.ndarray
        int64: places in ``tokens`` that are to be predicted, the answer's as a rule; none is 0.
    """

    tokens: np.ndarray
    targets: np.ndarray


def answer_segment(instruction: Sequence[int] | np.ndarray, answer: Sequence[int] | np.ndarray) -> Segment:
    """Return the segment of an instruction's tokens and its answer's; the answer is to be predicted."""
    tokens = np.array([*instruction, *answer], np.int64)
    return Segment(tokens, np.arange(len(instruction), len(tokens)))


@dataclass(frozen=True)
class Packed:
    """A batch of packed sequences: ``prefix`` positions, then the segments of each patch, padded.

    Attributes
    ----------
    tokens : torch.Tensor
        int64, shape (patches, text): the segments one after the other, padded with 0.
    positions : torch.Tensor
        int64, shape (patches, prefix + text).
    blocks : torch.Tensor
        int32, shape (patches, prefix + text): 0 in the prefix, 1, 2, … in the segments, -1 in padding.
    rows, columns : torch.Tensor
        int64, shape (targets,): where each token of the answers is predicted.
    targets : torch.Tensor
        int64, shape (targets,): that token.
    annotations : torch.Tensor
        int64, shape (targets,): the annotation it belongs to, counted over the batch.
    count : int
        Annotations in the batch.
    """

    tokens: torch.Tensor
    positions: torch.Tensor
    blocks: torch.Tensor
    rows: torch.Tensor
    columns: torch.Tensor
    targets: torch.Tensor
    annotations: torch.Tensor
    count: int

    def to(self, device: torch.device | str) -> Packed:
        """Return the batch on another device."""
        return self._each(lambda tensor: tensor.to(device, non_blocking=True))

    def pin_memory(self) -> Packed:
        """Return the batch in memory that a GPU reads without a copy by the processor."""
        return self._each(torch.Tensor.pin_memory)

    def __reduce__(self):
        # Between processes as bytes: tensors would take a file handle each.
        return _from_arrays, (self.count, *(of.numpy() for of in self._values().values()))

    def _values(self):
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "count"}

    def _each(self, change):
        return replace(self, **{name: change(of) for name, of in self._values().items()})


def _from_arrays(count, *arrays):
    values: list[Any] = [*map(torch.from_numpy, arrays), count]
    return Packed(*values)


def pack(prefix: int, segments: Sequence[Sequence[Segment]]) -> Packed:
    """Lay out the annotations of some patches.

    Parameters
    ----------
    prefix : int
        Length of the visual prefix, the same for all patches.
    segments : list of list of Segment
        The annotations of each patch.

    Returns
    -------
    Packed
    """
    text = max(sum(len(segment.tokens) for segment in patch) for patch in segments)
    total = prefix + text
    tokens = np.zeros((len(segments), text), np.int64)
    positions = np.zeros((len(segments), total), np.int64)
    positions[:, :prefix] = np.arange(prefix)
    blocks = np.full((len(segments), total), -1, np.int32)
    blocks[:, :prefix] = 0
    rows, columns, targets, annotations = [], [], [], []
    count = 0
    for row, patch in enumerate(segments):
        start = prefix
        for number, segment in enumerate(patch, 1):
            length = len(segment.tokens)
            tokens[row, start - prefix : start - prefix + length] = segment.tokens
            positions[row, start : start + length] = np.arange(prefix, prefix + length)
            blocks[row, start : start + length] = number
            rows.append(np.full(len(segment.targets), row))
            columns.append(start - 1 + segment.targets)
            targets.append(segment.tokens[segment.targets])
            annotations.append(np.full(len(segment.targets), count))
            count += 1
            start += length
    return Packed(
        tokens=torch.from_numpy(tokens),
        positions=torch.from_numpy(positions),
        blocks=torch.from_numpy(blocks),
        rows=torch.from_numpy(np.concatenate(rows)),
        columns=torch.from_numpy(np.concatenate(columns)),
        targets=torch.from_numpy(np.concatenate(targets)),
        annotations=torch.from_numpy(np.concatenate(annotations)),
        count=count,
    )


def token_losses(logits: torch.Tensor, packed: Packed) -> torch.Tensor:
    """Return the cross entropy of each answer token, nats: float32, shape (targets,)."""
    return torch.nn.functional.cross_entropy(logits.float(), packed.targets, reduction="none")


def annotation_losses(losses: torch.Tensor, packed: Packed) -> torch.Tensor:
    """Return the mean over the answer tokens of each annotation: float32, shape (count,)."""
    lengths = torch.bincount(packed.annotations, minlength=packed.count)
    sums = torch.zeros(packed.count, device=losses.device).index_add(0, packed.annotations, losses)
    return sums / lengths
