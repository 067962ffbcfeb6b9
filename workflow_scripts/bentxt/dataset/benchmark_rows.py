"""The rows of the benchmark split (Section 3.3): greedy choice from its patches' pools, then exchanges.

Rows are taken one after the other, of the group that is furthest behind its quota; each is the one that
adds most to the objective (:mod:`bentxt.dataset.benchmark_objective`), among equals the one whose cells
have fewest rows, and among those the one that a seeded draw puts first. Then rows are exchanged for others
of their group as long as that raises the objective, or leaves it and makes the cells more even.
"""

from typing import NamedTuple

import numpy as np

from bentxt.dataset.benchmark_candidates import Candidates
from bentxt.dataset.benchmark_objective import Cells

#: Exchanges looked at together: the best rows to leave with the best to come.
_BEST = 48
#: What one step of the objective outweighs: how full cells are, which counts among equals only.
_GAIN = 1 << 40
#: Of a row that cannot be taken; outweighs everything.
_NOT_FREE = -(1 << 60)


def choose_rows(
    candidates: Candidates, cells: Cells, rows: np.ndarray, ranks: np.ndarray, key: int
) -> np.ndarray:
    """Choose the rows of one type and category.

    Parameters
    ----------
    candidates : Candidates
    cells : Cells
        Of ``candidates``.
    rows : numpy.ndarray
        int64: positions of the questions of the chosen patches in this category.
    ranks : numpy.ndarray
        float64, as long as ``rows``: who comes first among equals.
    key : int
        Place of type and category in ``TYPE_CATEGORIES``.

    Returns
    -------
    numpy.ndarray
        int64, ascending positions; as many of each answer as its quota, or as there are.
    """
    choice = _Choice(candidates, cells, rows[np.argsort(ranks, kind="stable")], key)
    choice.fill()
    choice.exchange()
    return np.sort(choice.rows[choice.chosen])


class _Group(NamedTuple):
    """Rows of one answer, (n,): ``free`` is 0 where one can be taken. What is of their cells is (3, n)."""

    rows: np.ndarray
    cells: np.ndarray
    weights: np.ndarray
    targets: np.ndarray
    free: np.ndarray


class _Choice:
    """Rows of one category, in the order of their ranks, and which are chosen."""

    def __init__(self, candidates, cells, rows, key):
        self.rows = rows
        # Shape (3, rows); -1, for none, is a cell of its own behind the others, which is never counted.
        self._cells = cells.of_row[rows].T.astype(np.intp, order="C")
        self._label = candidates.label[rows]
        _, self._patch = np.unique(candidates.patch[rows], return_inverse=True)
        self._cap = int(cells.caps[key])
        self._weights, self._targets = np.append(cells.weights, 0), np.append(cells.targets, 0)
        self._quotas = {
            group[1]: int(quota)
            for group, quota in zip(cells.groups, cells.quotas, strict=True)
            if group[0] == key
        }
        self.chosen = np.zeros(len(rows), bool)
        self._counts = np.zeros(len(self._weights), np.int64)
        self._of_patch = np.zeros(int(self._patch.max()) + 1 if len(rows) else 0, np.int64)

    def fill(self):
        """Take rows up to the quotas, the answers in turn."""
        taken = dict.fromkeys(self._quotas, 0)
        waiting = {label for label, quota in self._quotas.items() if quota}
        groups = {label: self._group(np.flatnonzero(self._label == label)) for label in waiting}
        while waiting:
            label = min(waiting, key=lambda one: (taken[one] / self._quotas[one], one))
            rows, cells, weights, targets, free = groups[label]
            row = None
            if len(rows):
                counts = self._counts[cells]
                order = (weights * (counts < targets) - counts).sum(axis=0) + free
                best = int(order.argmax())
                if free[best] == 0:
                    row = int(rows[best])
            if row is not None:
                self._move(row, 1)
                taken[label] += 1
                free[best] = _NOT_FREE
                patch = self._patch[row]
                if self._of_patch[patch] >= self._cap:
                    for other in groups.values():
                        other.free[self._patch[other.rows] == patch] = _NOT_FREE
            if row is None or taken[label] == self._quotas[label]:
                waiting.remove(label)

    def _group(self, rows):
        cells = self._cells[:, rows]
        free = np.where(self._cap > 0, np.zeros(len(rows), np.int64), _NOT_FREE)
        return _Group(rows, cells, _GAIN * self._weights[cells], self._targets[cells], free)

    def exchange(self):
        """Exchange rows within a group as long as one is better for it."""
        for label in self._quotas:
            own = np.flatnonzero(self._label == label)
            while self._exchange_one(own):
                pass

    def _exchange_one(self, own):
        inside, outside = own[self.chosen[own]], own[~self.chosen[own]]
        if not len(inside) or not len(outside):
            return False
        # Of rows that are in, as if each had left.
        loss, crowd = self._sums(self._cells[:, inside], 1)
        gain, even = self._sums(self._cells[:, outside], 0)
        leave = inside[np.lexsort([-crowd, loss])[:_BEST]]
        come = outside[np.lexsort([even, -gain])[:_BEST]]
        # As cells count once a row has left: what it would add again, and what others would in its place.
        own_cells, other_cells = self._cells[:, leave], self._cells[:, come]
        gone = np.where(own_cells < 0, len(self._counts), own_cells)
        lost, own_even = self._sums(own_cells, (gone[:, None] == own_cells).sum(axis=0))
        gain, even = self._sums(
            other_cells[:, None], (gone[:, None, :, None] == other_cells[:, None]).sum(axis=0)
        )
        of_patch = self._of_patch[self._patch[come]] - (self._patch[leave][:, None] == self._patch[come])
        order = np.where(of_patch < self._cap, _GAIN * gain - even, _NOT_FREE)
        best = order.max(axis=1)
        found = np.where(best > _NOT_FREE, best - (_GAIN * lost - own_even), 0)
        one = int(found.argmax())
        if found[one] <= 0:
            return False
        self._move(leave[one], -1)
        self._move(come[order[one].argmax()], 1)
        return True

    def _sums(self, cells, gone):
        """Return what rows add to the objective, and how full their cells are, which lack what is gone."""
        counts = self._counts[cells] - gone
        return (self._weights[cells] * (counts < self._targets[cells])).sum(axis=0), counts.sum(axis=0)

    def _move(self, row, step):
        self.chosen[row] = step > 0
        self._of_patch[self._patch[row]] += step
        for cell in self._cells[:, row].tolist():
            if cell >= 0:
                self._counts[cell] += step
