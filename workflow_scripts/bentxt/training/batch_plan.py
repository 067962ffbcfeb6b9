"""Which annotations a step of fine-tuning holds, and how they are packed into forward passes.

A step is a mini-batch as in training one at a time: a number of annotations, each of which counts the same.
Annotations of a patch come next to each other in the order of an epoch, so that they share a visual prefix. A
patch at the border of two steps is in both, with different annotations.

Everything follows from the seed and the step, and nothing from the number of processes: they share the
passes of a step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bentxt.randomness import generator

#: What a pass costs besides its tokens, in tokens: less padding than this is no reason for another pass.
PASS = 512


@dataclass(frozen=True)
class Row:
    """Some annotations of one patch behind its visual prefix: numbers of the patch and of the annotations."""

    patch: int
    annotations: tuple[int, ...]


@dataclass(frozen=True)
class Pass:
    """Rows that go through the model together; ``number`` counts the passes of a step."""

    number: int
    rows: tuple[Row, ...]


class BatchPlan:
    """The steps of a run.

    Parameters
    ----------
    patch_ids : list of str
        In sorted order.
    first : numpy.ndarray
        int64, shape (patches + 1,): the number of each patch's first annotation.
    lengths : numpy.ndarray
        int64, shape (annotations,): tokens of each annotation.
    prefix : int
        Tokens of a visual prefix.
    epochs : int
        Passes over all annotations.
    batch_size : int
        Annotations of a step.
    tokens_per_row : int
        Longest row, prefix included; an annotation that is longer by itself gets a row of its own.
    tokens_per_pass : int
        Most tokens that go through the model together, padding included; one row at least does.
    seed : int
        Of the order.
    patches : numpy.ndarray, optional
        int64: numbers of the patches that take part, sorted; all of them where it is left out.
    """

    def __init__(
        self,
        patch_ids: Sequence[str],
        first: np.ndarray,
        lengths: np.ndarray,
        prefix: int,
        epochs: int,
        batch_size: int,
        tokens_per_row: int,
        tokens_per_pass: int,
        seed: int,
        patches: np.ndarray | None = None,
    ) -> None:
        self._patch_ids, self._first, self._lengths, self.prefix = patch_ids, first, lengths, prefix
        self._batch_size, self._seed = batch_size, seed
        self._tokens_per_row, self._tokens_per_pass = tokens_per_row, tokens_per_pass
        #: Numbers of the patches that take part.
        self.patches = np.arange(len(patch_ids)) if patches is None else patches
        #: Annotations of an epoch, steps of an epoch, and steps in all.
        self.annotations = int(np.diff(first)[self.patches].sum())
        self.steps_per_epoch = math.ceil(self.annotations / batch_size)
        self.steps = self.steps_per_epoch * epochs
        #: Annotations of the whole run, each counted once an epoch.
        self.total = self.annotations * epochs
        self._order: tuple[int, np.ndarray, np.ndarray] | None = None

    def at_once(self, patches: np.ndarray) -> BatchPlan:
        """Return the plan of one step with all annotations of other patches (int64, numbers, sorted)."""
        return BatchPlan(
            self._patch_ids,
            self._first,
            self._lengths,
            self.prefix,
            1,
            int(np.diff(self._first)[patches].sum()),
            self._tokens_per_row,
            self._tokens_per_pass,
            self._seed,
            patches,
        )

    def seen(self, step: int) -> int:
        """Return how many annotations come before a step."""
        epoch, place = divmod(step, self.steps_per_epoch)
        return epoch * self.annotations + min(place * self._batch_size, self.annotations)

    def size(self, step: int) -> int:
        """Return the number of annotations of a step."""
        return self.seen(step + 1) - self.seen(step)

    def passes(self, step: int) -> list[Pass]:
        """Return the passes of a step."""
        rows = [row for patch, chosen in self._members(step) for row in self._rows(patch, chosen)]
        # Rows of like length pad each other least.
        rows.sort(key=lambda row: (-self._length(row), row.annotations))
        sizes = _least_padding([self._length(row) for row in rows], self._tokens_per_pass)
        ends = np.cumsum(sizes)
        cuts = zip(ends - sizes, ends, strict=True)
        return [Pass(number, tuple(rows[begin:end])) for number, (begin, end) in enumerate(cuts)]

    def share(self, step: int, rank: int, count: int) -> list[Pass]:
        """Return the passes of a step that one of ``count`` processes takes, about as many tokens each.

        Every process finds the same answer: the largest pass left goes to whoever has least.
        """
        passes = self.passes(step)
        loads, own = [0] * count, []
        for of in sorted(passes, key=lambda of: (-self.tokens(of)[1], of.number)):
            chosen = loads.index(min(loads))
            loads[chosen] += self.tokens(of)[1]
            if chosen == rank:
                own.append(of)
        return sorted(own, key=lambda of: of.number)

    def tokens(self, of: Pass) -> tuple[int, int]:
        """Return the tokens of a pass, without and with its padding."""
        lengths = [self._length(row) for row in of.rows]
        return sum(lengths), len(lengths) * max(lengths)

    def padding(self, steps: int = 200) -> float:
        """Return the share of padding among all tokens that go through the model, 0 to 1.

        Parameters
        ----------
        steps : int
            So many steps, evenly spread, are looked at.
        """
        places = np.unique(np.linspace(0, self.steps - 1, min(steps, self.steps)).astype(int))
        counted = [self.tokens(of) for step in places.tolist() for of in self.passes(step)]
        own, whole = np.sum(counted, axis=0)
        return float(1 - own / whole)

    def _members(self, step):
        """Yield the patches of a step, each with those of its annotations that the step holds."""
        epoch, place = divmod(step, self.steps_per_epoch)
        order, ends = self._epoch(epoch)
        begin = place * self._batch_size
        end = min(begin + self._batch_size, self.annotations)
        at = int(np.searchsorted(ends, begin, side="right"))
        while begin < end:
            patch = int(order[at])
            own = np.arange(self._first[patch], self._first[patch + 1])
            own = generator(self._seed, "annotations", epoch, self._patch_ids[patch]).permutation(own)
            start = int(ends[at]) - len(own)
            chosen = own[begin - start : end - start]
            yield patch, sorted(chosen.tolist())
            begin += len(chosen)
            at += 1

    def _epoch(self, epoch):
        """Return the order of the patches in an epoch, and the number of annotations up to each one's end."""
        if self._order is None or self._order[0] != epoch:
            order = generator(self._seed, "order", epoch).permutation(self.patches)
            self._order = (epoch, order, np.cumsum(np.diff(self._first)[order]))
        return self._order[1:]

    def _rows(self, patch, annotations):
        row: list[int] = []
        used = self.prefix
        for annotation in annotations:
            length = int(self._lengths[annotation])
            if row and used + length > self._tokens_per_row:
                yield Row(patch, tuple(row))
                row, used = [], self.prefix
            row.append(annotation)
            used += length
        yield Row(patch, tuple(row))

    def _length(self, row):
        return self.prefix + int(self._lengths[list(row.annotations)].sum())


def _least_padding(lengths, tokens_per_pass):
    """Return how many of some rows, sorted from the longest on, go into each pass.

    The passes cost the least tokens, padding included, where each costs :data:`PASS` tokens besides.
    """
    longest = np.array(lengths, np.int64)
    most = max(1, tokens_per_pass // lengths[-1])
    best, chosen = np.zeros(len(lengths) + 1, np.int64), np.zeros(len(lengths) + 1, np.int64)
    for end in range(1, len(lengths) + 1):
        counts = np.arange(1, min(end, most) + 1)
        # The first row of a pass is its longest.
        tokens = counts * longest[end - counts]
        costs = best[end - counts] + tokens + PASS
        costs[(tokens > tokens_per_pass) & (counts > 1)] = np.iinfo(np.int64).max
        chosen[end] = counts[np.argmin(costs)]
        best[end] = costs.min()
    sizes, end = [], len(lengths)
    while end:
        sizes.append(int(chosen[end]))
        end -= sizes[-1]
    return np.array(sizes[::-1])
