"""The rows of the benchmark split (Section 3.4): greedy choice from its patches' pools, then exchanges.

Rows are taken one after the other, of the group that is furthest behind its quota; each is the one that
adds most to the objective (:mod:`bentxt.dataset.benchmark_objective`), among equals the one whose cells
have fewest rows, and among those the one that a seeded draw puts first. Then rows are exchanged for others
of their group as long as that raises the objective, or leaves it and makes the cells more even.
"""

import numpy as np

from bentxt.dataset.benchmark_candidates import Candidates
from bentxt.dataset.benchmark_objective import Cells

#: Exchanges looked at together: the best rows to leave with the best to come.
_BEST = 48


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


class _Choice:
    """Rows of one category, in the order of their ranks, and which are chosen."""

    def __init__(self, candidates, cells, rows, key):
        self.rows = rows
        self._cells = cells.of_row[rows]
        self._in_cell = self._cells >= 0
        self._label = candidates.label[rows]
        _, self._patch = np.unique(candidates.patch[rows], return_inverse=True)
        self._cap = int(cells.caps[key])
        self._weights, self._targets = cells.weights, cells.targets
        self._quotas = {
            group[1]: int(quota)
            for group, quota in zip(cells.groups, cells.quotas, strict=True)
            if group[0] == key
        }
        self.chosen = np.zeros(len(rows), bool)
        self._counts = np.zeros(len(cells.weights), np.int64)
        self._of_patch = np.zeros(int(self._patch.max()) + 1 if len(rows) else 0, np.int64)

    def fill(self):
        """Take rows up to the quotas, the answers in turn."""
        taken = dict.fromkeys(self._quotas, 0)
        waiting = {label for label, quota in self._quotas.items() if quota}
        own = {label: np.flatnonzero(self._label == label) for label in waiting}
        while waiting:
            label = min(waiting, key=lambda one: (taken[one] / self._quotas[one], one))
            free = own[label][~self.chosen[own[label]]]
            free = free[self._of_patch[self._patch[free]] < self._cap]
            if len(free):
                gain, even = self._worth(free)
                best = np.flatnonzero(gain == gain.max())
                self._move(free[best[even[best].argmin()]], 1)
                taken[label] += 1
            if not len(free) or taken[label] == self._quotas[label]:
                waiting.remove(label)

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
        loss, crowd = self._worth(inside, -1)
        gain, even = self._worth(outside)
        leave = inside[np.lexsort([-crowd, loss])[:_BEST]]
        come = outside[np.lexsort([even, -gain])[:_BEST]]
        best, exchange = (0, 0), None
        for one in leave:
            self._move(one, -1)
            allowed = come[self._of_patch[self._patch[come]] < self._cap]
            if len(allowed):
                gain, even = self._worth(allowed)
                # What the leaving row would add were it to come again.
                (lost,), (own_even,) = self._worth(np.array([one]))
                place = np.lexsort([even, -gain])[0]
                found = (int(gain[place] - lost), int(own_even - even[place]))
                if found > best:
                    best, exchange = found, (one, allowed[place])
            self._move(one, 1)
        if exchange is None:
            return False
        self._move(exchange[0], -1)
        self._move(exchange[1], 1)
        return True

    def _worth(self, rows, step=1):
        """Return what rows add to the objective (``step`` -1: take from it), and how full their cells are."""
        cells, there = self._cells[rows], self._in_cell[rows]
        counts = self._counts[cells]
        below = counts < self._targets[cells] if step > 0 else counts <= self._targets[cells]
        return (self._weights[cells] * below * there).sum(axis=1), (counts * there).sum(axis=1)

    def _move(self, row, step):
        self.chosen[row] = step > 0
        self._of_patch[self._patch[row]] += step
        own = self._cells[row][self._in_cell[row]]
        np.add.at(self._counts, own, step)
