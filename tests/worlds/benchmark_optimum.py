"""The optimum of a small benchmark split, found by HiGHS: the peer of the greedy choice."""

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from bentxt.dataset.benchmark_candidates import Candidates
from bentxt.dataset.benchmark_objective import Cells


def solve_with_highs(candidates: Candidates, cells: Cells, asked: int) -> float:
    """Return the greatest objective that any choice of patches and rows has.

    Variables: whether each patch is chosen, whether each question is, and how many rows of each cell count.
    """
    patches, rows = int(candidates.patch.max()) + 1, len(candidates)
    first_row, first_cell = patches, patches + rows
    entries, low, high = [], [], []

    def constrain(columns, factors, least, most):
        entries.extend((len(low), column, factor) for column, factor in zip(columns, factors, strict=True))
        low.append(least)
        high.append(most)

    constrain(range(patches), [1] * patches, asked, asked)
    for row, patch in enumerate(candidates.patch.tolist()):
        constrain([first_row + row, patch], [1, -1], -np.inf, 0)
    for group, quota in enumerate(cells.quotas.tolist()):
        own = first_row + np.flatnonzero(cells.group_of_row == group)
        constrain(own.tolist(), [1] * len(own), 0, quota)
    for key, patch in set(zip(candidates.key.tolist(), candidates.patch.tolist(), strict=True)):
        own = first_row + np.flatnonzero((candidates.key == key) & (candidates.patch == patch))
        constrain(own.tolist(), [1] * len(own), 0, int(cells.caps[key]))
    for cell in range(len(cells.weights)):
        own = first_row + np.flatnonzero((cells.of_row == cell).any(axis=1))
        constrain([first_cell + cell, *own.tolist()], [1] + [-1] * len(own), -np.inf, 0)
    places = np.array([(row, column) for row, column, _ in entries])
    values = [factor for *_, factor in entries]
    size = first_cell + len(cells.weights)
    matrix = sparse.csr_matrix((values, places.T), shape=(len(low), size))
    most = np.concatenate([np.ones(first_cell), cells.targets])
    found = milp(
        np.concatenate([np.zeros(first_cell), -cells.weights.astype(float)]),
        constraints=LinearConstraint(matrix, low, high),
        integrality=np.ones(size),
        bounds=Bounds(0, most),
        options={"mip_rel_gap": 1e-6},
    )
    assert found.status == 0, found.message
    return -found.fun
