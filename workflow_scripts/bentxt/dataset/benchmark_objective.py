"""What the selection of the benchmark split aims at, in numbers (Section 3.3).

The rows of a type, category and answer are a **group**: binary presence answered yes. A group has a quota,
an equal part of its category's. Within a group rows are counted by **cell**: the class that they are about
(two classes for adjacency and relative position), and the tenth of an area, the number of instances, the
direction, the country, season or climate zone of the right answer. A cell has a target, and the targets of
a group's classes, or values, are as even as the pool lets: the level to which all cells with enough
questions in the pool can be filled.

The objective is the sum over all cells of the rows up to the target, each with the weight of its cell. Its
*bound* would be reached where every group could fill all its cells at once.
"""

from dataclasses import dataclass

import numpy as np

from bentxt.dataset.benchmark_candidates import LABELS, Candidates
from bentxt.dataset.benchmark_quotas import Quota
from bentxt.nomenclature import CLASSES
from bentxt.questions.benchmark_pool import CLASSES_ABOUT
from bentxt.release import TYPE_CATEGORIES

#: Weight of a row in the cell of its class or value, and in each of the cells of its two classes.
SINGLE, PAIR = 2, 1

#: A group: place in TYPE_CATEGORIES, place in LABELS.
Group = tuple[int, int]


@dataclass(frozen=True)
class Cells:
    """The cells of a pool, and what is asked of them.

    Attributes
    ----------
    of_row : numpy.ndarray
        int32, shape (rows, 3): the cells that each question of the pool counts in, -1 for none.
    group_of_row : numpy.ndarray
        int32, shape (rows,): its group.
    groups : list of tuple of int
    quotas : numpy.ndarray
        int64, shape (groups,): rows to keep.
    caps : numpy.ndarray
        int64, shape (TYPE_CATEGORIES,): most rows of one patch in a category.
    names : list of tuple
        Of each cell: group, ``class`` or ``value``, item.
    weights, targets, available : numpy.ndarray
        int64, shape (cells,): weight of a row, rows asked for, questions in the pool.
    even : numpy.ndarray
        float64, shape (cells,): the even share, were the pool without limits.
    bound : int
        No choice of rows has a greater objective.
    """

    of_row: np.ndarray
    group_of_row: np.ndarray
    groups: list[Group]
    quotas: np.ndarray
    caps: np.ndarray
    names: list[tuple[Group, str, str]]
    weights: np.ndarray
    targets: np.ndarray
    available: np.ndarray
    even: np.ndarray
    bound: int

    def count(self, rows: np.ndarray) -> np.ndarray:
        """Return how many of some rows of the pool count in each cell: int64, shape (cells,)."""
        cells = self.of_row[rows].ravel()
        return np.bincount(cells[cells >= 0], minlength=len(self.weights))

    def worth(self, rows: np.ndarray) -> np.ndarray:
        """Return what each of some rows adds to their objective: int64, as long as ``rows``."""
        needed = self.weights * (self.count(rows) <= self.targets)
        own = self.of_row[rows]
        return (needed[own] * (own >= 0)).sum(axis=1)

    def objective(self, rows: np.ndarray) -> int:
        """Return the objective of some rows of the pool, positions without repetition."""
        return int(self.weights @ np.minimum(self.count(rows), self.targets))


def make_cells(candidates: Candidates, quotas: dict[tuple[str, str], Quota], patches: int) -> Cells:
    """Find the cells of a pool, and set their targets.

    Parameters
    ----------
    candidates : Candidates
    quotas : dict
        Of :func:`bentxt.dataset.benchmark_quotas.read_quotas`; categories without one are not asked for.
    patches : int
        Patches that will be chosen.

    Returns
    -------
    Cells
    """
    groups = [(key, label) for key, name in enumerate(TYPE_CATEGORIES) for label in range(len(LABELS[name]))]
    place = np.full((len(TYPE_CATEGORIES), 2), -1, np.int32)
    for number, group in enumerate(groups):
        place[group] = number
    group_of_row = place[candidates.key, candidates.label]
    most = np.iinfo(np.int32).max
    asked = [quotas.get(name, Quota(0)) for name in TYPE_CATEGORIES]
    caps = np.array([most if quota.most_per_patch is None else quota.most_per_patch for quota in asked])
    # An odd quota has one row more of the first answer.
    own_quotas = np.array(
        [_share(asked[key].rows, len(LABELS[TYPE_CATEGORIES[key]]), label) for key, label in groups]
    )
    items = len(CLASSES) + len(candidates.values)
    codes = np.full((len(candidates), 3), -1, np.int64)
    for column, item in enumerate((candidates.classes[:, 0], candidates.classes[:, 1])):
        codes[:, column] = np.where(item >= 0, group_of_row * np.int64(items) + item, -1)
    value = candidates.value
    codes[:, 2] = np.where(value >= 0, group_of_row * np.int64(items) + len(CLASSES) + value, -1)
    found, cells = np.unique(codes, return_inverse=True)
    cells = cells.reshape(codes.shape).astype(np.int32)
    if len(found) and found[0] == -1:
        found, cells = found[1:], cells - 1
    names, weights = [], []
    for group_number, item in zip(*(part.tolist() for part in np.divmod(found, items)), strict=True):
        group = groups[group_number]
        if item < len(CLASSES):
            names.append((group, "class", CLASSES[item]))
            weights.append(PAIR if _about_pairs(group) else SINGLE)
        else:
            names.append((group, "value", candidates.values[item - len(CLASSES)]))
            weights.append(SINGLE)
    group_of_cell = (found // items).astype(np.int64)
    supply, available = _supply(candidates, cells, len(found), caps, patches)
    targets = np.zeros(len(found), np.int64)
    even = np.zeros(len(found))
    bound = 0
    sort = np.array([name[1] == "value" for name in names], bool)
    for number, group in enumerate(groups):
        for kind in (False, True):
            own = np.flatnonzero((group_of_cell == number) & (sort == kind))
            if len(own):
                counted = int(own_quotas[number]) * (2 if not kind and _about_pairs(group) else 1)
                targets[own] = _level(supply[own], counted)
                even[own] = counted / len(own)
                # Targets are whole rows, so that their sum may exceed the rows that there will be.
                bound += weights[own[0]] * min(int(targets[own].sum()), counted)
    return Cells(
        cells,
        group_of_row,
        groups,
        own_quotas,
        caps,
        names,
        np.array(weights, np.int64),
        targets,
        available,
        even,
        bound,
    )


def _about_pairs(group):
    return CLASSES_ABOUT[TYPE_CATEGORIES[group[0]]] == 2


def _share(rows, parts, number):
    return rows // parts + (number < rows % parts)


def _supply(candidates, cells, count, caps, patches):
    """Return the most rows of each cell that so many patches can give, and all questions of each cell."""
    supply = np.zeros(count, np.int64)
    available = np.zeros(count, np.int64)
    for column in cells.T:
        own = column >= 0
        if not own.any():
            continue
        pairs, numbers = np.unique(
            np.column_stack([column[own], candidates.patch[own]]), axis=0, return_counts=True
        )
        available += np.bincount(pairs[:, 0], numbers, count).astype(np.int64)
        cap = np.zeros(count, np.int64)
        cap[column[own]] = caps[candidates.key[own]]
        numbers = np.minimum(numbers, cap[pairs[:, 0]])
        order = np.lexsort([-numbers, pairs[:, 0]])
        cell, numbers = pairs[order, 0], numbers[order]
        first = np.searchsorted(cell, cell)
        best = np.arange(len(cell)) - first < patches
        supply += np.bincount(cell[best], numbers[best], count).astype(np.int64)
    return supply, available


def _level(supply, counted):
    """Return the targets of cells that are filled evenly until ``counted`` rows are in them."""
    low, high = 0, counted
    while low < high:
        level = (low + high) // 2
        if np.minimum(supply, level).sum() >= counted:
            high = level
        else:
            low = level + 1
    return np.minimum(supply, low)
