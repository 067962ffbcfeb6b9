"""The patches of the benchmark split (Section 3.3): greedy choice, then exchanges.

Patches are chosen so that their pools can fill every cell (see :mod:`bentxt.dataset.benchmark_objective`)
twice, and every group's quota: what a patch adds to that is a submodular function, for which taking the
best patch each time is known to be near the optimum. Where the rows that are then chosen do not come close
to the bound, chosen patches are exchanged for others: by what their pools can give, and by the rows
themselves. What is tried is limited by numbers, not by time, so that the choice is the same everywhere.
"""

import heapq
from collections.abc import Callable
from itertools import product

import numba
import numpy as np

from bentxt.dataset.benchmark_candidates import Candidates
from bentxt.dataset.benchmark_objective import Cells
from bentxt.release import TYPE_CATEGORIES

#: How many times over the pools of the chosen patches are to fill each cell, so that rows can be chosen:
#: the first choice, and others that are tried where it does not come close to the bound.
SURPLUSES = (2, 1, 4)
#: Weight of a row in its group's quota, next to those of cells.
QUOTA_WEIGHT = 8
#: Rounds of exchanges by pools at most; each holds every chosen patch against every other one. There are none
#: where a round would compare more pairs than this.
ROUNDS, PAIRS = 2, 20_000_000
#: Exchanges that are tried on the rows themselves: patches that may leave, those that may come for each,
#: and the most promising ones of all these.
LEAVING, COMING, TRIED = 64, 4, 48
#: Rows that are chosen again in all such exchanges together.
CHOSEN_AGAIN = 200_000
#: Share of the bound from which on no more exchanges are tried.
CLOSE = 0.995


def choose_patches(
    candidates: Candidates,
    cells: Cells,
    asked: int,
    order: np.ndarray,
    rows_of: Callable[[np.ndarray], np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Choose the patches, and with them the rows.

    Parameters
    ----------
    candidates : Candidates
        Of all eligible patches.
    cells : Cells
        Of ``candidates``.
    asked : int
        Patches to choose.
    order : numpy.ndarray
        float64, shape (patches,): who comes first among equals.
    rows_of : callable
        Chosen patches, int64, to their rows, positions in ``candidates``.

    Returns
    -------
    chosen, rows : numpy.ndarray
        int64, ascending positions: shape (asked,), and as ``rows_of`` returns them.
    """
    supply = _Supply(candidates, cells, len(order))
    variants = (False, True) if asked * len(order) <= PAIRS else (False,)
    trials = iter(range(CHOSEN_AGAIN // max(1, int(cells.quotas.sum()))))
    found = []
    for surplus, exchanging in product(SURPLUSES, variants):
        supply.need(surplus * cells.targets, surplus * cells.quotas)
        chosen = _greedy(supply, asked, order)
        if exchanging:
            _exchange(supply, chosen)
        found.append(_improve(candidates, cells, supply, np.sort(np.array(chosen)), order, rows_of, trials))
        if found[-1][0] >= CLOSE * cells.bound:
            break
    _, chosen, rows = max(found, key=lambda one: one[0])
    return chosen, rows


def _improve(candidates, cells, supply, chosen, order, rows_of, trials):
    """Exchange patches while the rows that are then chosen are better for it; return objective and both."""
    rows = rows_of(chosen)
    best = cells.objective(rows)
    improved = True
    while improved and best < CLOSE * cells.bound:
        improved = False
        for leaving, coming in _exchanges(candidates, cells, supply, chosen, rows, order):
            if next(trials, None) is None:
                break
            other = np.sort(np.append(chosen[chosen != leaving], coming))
            other_rows = rows_of(other)
            if (objective := cells.objective(other_rows)) > best:
                chosen, rows, best, improved = other, other_rows, objective, True
                break
    return best, chosen, rows


def _exchanges(candidates, cells, supply, chosen, rows, order):
    """Yield patches that may leave with patches that may come, the most promising ones first."""
    worth = cells.worth(rows)
    losses = np.bincount(candidates.patch[rows], worth, len(order))
    leaving = chosen[np.lexsort([order[chosen], losses[chosen]])[:LEAVING]]
    found = []
    for one in leaving.tolist():
        rest = rows[candidates.patch[rows] != one]
        taken = np.bincount(cells.group_of_row[rest], minlength=len(cells.groups))
        supply.need(cells.targets - cells.count(rest), cells.quotas - taken)
        gains = supply.gains()
        gains[chosen] = -1
        best = np.lexsort([order, -gains])[:COMING].tolist()
        found += [
            (losses[one] - gains[other], order[other], one, other) for other in best if gains[other] > 0
        ]
    for _, _, one, other in sorted(found)[:TRIED]:
        yield one, other


class _Supply:
    """What each patch can give to each cell and group, and what is still needed."""

    def __init__(self, candidates, cells, patches):
        starts, most = [0], []
        group_keys = np.array([key for key, _ in cells.groups])
        cell_keys = np.array([group[0] for group, _, _ in cells.names], np.int64)
        width = len(cells.weights) + len(cells.groups)
        order = []
        for key in range(len(TYPE_CATEGORIES)):
            own_cells = np.flatnonzero(cell_keys == key)
            own_groups = np.flatnonzero(group_keys == key)
            order += [*own_cells.tolist(), *(len(cells.weights) + own_groups).tolist()]
            starts.append(len(order))
            dimensions = 2 * (len({cells.names[cell][1] for cell in own_cells.tolist()}))
            most.append(min(int(cells.caps[key]), 1 << 20) * (dimensions + QUOTA_WEIGHT))
        place = np.empty(width, np.int64)
        place[order] = np.arange(width)
        counts = np.zeros(patches * width, np.int32)
        for cell in cells.of_row.T:
            own = cell >= 0
            counts += np.bincount(
                candidates.patch[own].astype(np.int64) * width + place[cell[own]], minlength=len(counts)
            ).astype(np.int32)
        group = place[len(cells.weights) + cells.group_of_row]
        counts += np.bincount(
            candidates.patch.astype(np.int64) * width + group, minlength=len(counts)
        ).astype(np.int32)
        self.counts = np.minimum(counts, 255).astype(np.uint8).reshape(patches, width)
        weights = np.concatenate([cells.weights, np.full(len(cells.groups), QUOTA_WEIGHT, np.int64)])
        self.weights = weights[order]
        self._order = order
        self.starts, self.most = np.array(starts), np.array(most, np.int64)

    def need(self, cells, groups):
        self.needs = np.concatenate([cells, groups])[self._order]

    def gain(self, patch):
        return int(_gain(self.counts[patch], self.needs, self.weights, self.starts, self.most))

    def gains(self):
        return _gains(self.counts, self.needs, self.weights, self.starts, self.most)

    def take(self, patch):
        self.needs -= self.counts[patch]

    def give_back(self, patch):
        self.needs += self.counts[patch]


@numba.njit(cache=True)
def _gain(counts, needs, weights, starts, most):
    total = 0
    for key in range(len(most)):
        own = 0
        for column in range(starts[key], starts[key + 1]):
            if counts[column] > 0 and needs[column] > 0:
                own += weights[column] * min(np.int64(counts[column]), needs[column])
        total += min(own, most[key])
    return total


@numba.njit(cache=True)
def _gains(counts, needs, weights, starts, most):
    found = np.empty(len(counts), np.int64)
    for patch in range(len(counts)):
        found[patch] = _gain(counts[patch], needs, weights, starts, most)
    return found


def _greedy(supply, asked, order):
    """Return the patches taken one after the other, each the one that adds most."""
    gains = supply.gains().tolist()
    waiting = [(-gain, rank, patch) for patch, (gain, rank) in enumerate(zip(gains, order, strict=True))]
    heapq.heapify(waiting)
    chosen: list[int] = []
    while len(chosen) < asked:
        _, rank, patch = heapq.heappop(waiting)
        # What a patch adds only ever falls: one that still leads after it is counted again is the best.
        now = (-supply.gain(patch), rank, patch)
        if not waiting or now <= waiting[0]:
            supply.take(patch)
            chosen.append(patch)
        else:
            heapq.heappush(waiting, now)
    return chosen


def _exchange(supply, chosen):
    """Exchange chosen patches for others as long as one of them adds more."""
    taken = np.zeros(len(supply.counts), bool)
    taken[chosen] = True
    for _ in range(ROUNDS):
        improved = False
        for place, patch in enumerate(chosen):
            supply.give_back(patch)
            gains = supply.gains()
            own = gains[patch]
            gains[taken] = -1
            best = int(gains.argmax())
            if gains[best] > own:
                taken[patch], taken[best] = False, True
                chosen[place], patch, improved = best, best, True
            supply.take(patch)
        if not improved:
            return
