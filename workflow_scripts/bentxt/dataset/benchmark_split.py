"""The benchmark split: patches out of the test split, and questions out of their pools (Section 3.3).

Which patches and questions is an optimisation (:mod:`bentxt.dataset.benchmark_objective`) that a greedy
choice with exchanges solves (:mod:`bentxt.dataset.benchmark_patches`,
:mod:`bentxt.dataset.benchmark_rows`). Then each chosen question about an area or a number is given what it
says, so that a statement is as often true as false, and the letters of multiple choice are dealt, so that
each is as often right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bentxt.dataset.benchmark_balance import BalanceLine, balance_lines
from bentxt.dataset.benchmark_candidates import Candidates
from bentxt.dataset.benchmark_objective import make_cells
from bentxt.dataset.benchmark_patches import choose_patches
from bentxt.dataset.benchmark_quotas import Quota
from bentxt.dataset.benchmark_rows import choose_rows
from bentxt.errors import InputError
from bentxt.questions.benchmark_pool import PoolQuestion, Statement
from bentxt.randomness import generator
from bentxt.release import LETTERS, TYPE_CATEGORIES

#: Rounds in which statements are given again, at most; few are needed.
ROUNDS = 20


class Chosen(NamedTuple):
    """One question of the benchmark split: its patch's position among the eligible ones, and what it asks."""

    patch: int
    question: PoolQuestion


@dataclass
class Selection:
    """What the benchmark split holds.

    Attributes
    ----------
    patches : list of int
        Ascending positions among the eligible patches.
    questions : list of Chosen
        By patch, within a patch as its pool has them: by type and category in the release's order.
    balance : list of tuple
        Lines of the balance table (:data:`bentxt.dataset.benchmark_balance.BALANCE_COLUMNS`).
    notes : dict
        For the lineage.
    """

    patches: list[int]
    questions: list[Chosen]
    balance: list[BalanceLine]
    notes: dict[str, int]


def select_benchmark(
    seed: int,
    patches: int,
    patch_ids: Sequence[str],
    candidates: Candidates,
    quotas: dict[tuple[str, str], Quota],
) -> Selection:
    """Select the patches and the questions of the benchmark split.

    Parameters
    ----------
    seed : int
        The run's seed; decides among equals only.
    patches : int
        Patches to select.
    patch_ids : sequence of str
        The eligible patches.
    candidates : Candidates
        Their pools.
    quotas : dict
        Of :func:`bentxt.dataset.benchmark_quotas.read_quotas`.

    Returns
    -------
    Selection

    Raises
    ------
    InputError
        If there are fewer eligible patches than asked for, or a selected patch keeps no row.
    """
    if len(patch_ids) < patches:
        raise InputError(
            f"{len(patch_ids)} test patches have captions that pass the check; {patches} are asked for",
            item="benchmark_split.patches",
            remedy="ask for fewer, or make more patches",
        )
    order, ranks = _draws(seed, patch_ids, candidates)
    cells = make_cells(candidates, quotas, patches)

    def rows_of(chosen: np.ndarray) -> np.ndarray:
        return _choose_all_rows(candidates, cells, chosen, ranks)

    chosen, rows = choose_patches(candidates, cells, patches, order, rows_of)
    if len(empty := np.setdiff1d(chosen, candidates.patch[rows])):
        raise InputError("a patch of the benchmark split keeps no row", item=patch_ids[int(empty[0])])
    questions = [Chosen(int(candidates.patch[row]), candidates.question(row)) for row in rows.tolist()]
    objective = cells.objective(rows)
    notes = {
        "patches": patches,
        "eligible_patches": len(patch_ids),
        "pool": len(candidates),
        "rows": len(rows),
        "rows_asked": int(cells.quotas.sum()),
        "objective": objective,
        "objective_bound": cells.bound,
    }
    return Selection(chosen.tolist(), questions, balance_lines(candidates, cells, chosen, rows), notes)


def _draws(seed, patch_ids, candidates):
    """Return a draw for each patch and for each question of its pool, all of the patch's own generator."""
    numbers = np.bincount(candidates.patch, minlength=len(patch_ids)).tolist()
    drawn = [
        generator(seed, "benchmark split", patch_id).random(1 + number)
        for patch_id, number in zip(patch_ids, numbers, strict=True)
    ]
    return np.array([own[0] for own in drawn]), np.concatenate([own[1:] for own in drawn])


def _choose_all_rows(candidates, cells, chosen, ranks):
    """Return the rows of all categories, captions last: patches that have few rows so far keep theirs."""
    own = np.flatnonzero(np.isin(candidates.patch, chosen))
    keys = candidates.key[own]
    caption = TYPE_CATEGORIES.index(("captioning", "None"))
    found: list[np.ndarray] = []
    for key in sorted(range(len(TYPE_CATEGORIES)), key=lambda key: (key == caption, key)):
        rows = own[keys == key]
        own_ranks = ranks[rows]
        if key == caption and len(rows):
            kept = np.bincount(candidates.patch[np.concatenate(found)], minlength=candidates.patch.max() + 1)
            own_ranks = own_ranks + kept[candidates.patch[rows]]
        found.append(choose_rows(candidates, cells, rows, own_ranks, key))
    return np.sort(np.concatenate(found))


def give_statements(
    choices: Sequence[Sequence[Statement]], answers: Sequence[str], draws: Sequence[float]
) -> list[Statement]:
    """Give each question what it says, so that a statement tells little about the answer.

    Questions take turns: each takes the statement that is true (or false) least often beyond how often it is
    false (or true), among equals the one that is there least often; until none changes its own. So a
    statement that holds of any class, as ``at least 0%``, is given only where nothing else is left.

    Parameters
    ----------
    choices : sequence of sequence of tuple
        What each question can say, of :func:`bentxt.questions.benchmark_pool.statements`.
    answers : sequence of str
        ``yes`` or ``no``.
    draws : sequence of float
        From [0, 1), one a question: among equal statements the one that follows the draw comes first.

    Returns
    -------
    list of tuple
    """
    counts: dict[Statement, list[int]] = {}
    places = [int(answer != "yes") for answer in answers]
    given: list[Statement | None] = [None] * len(choices)
    turned = []
    for own, draw in zip(choices, draws, strict=True):
        first = int(draw * len(own))
        turned.append([*own[first:], *own[:first]])
    sequence = sorted(range(len(choices)), key=lambda row: (len(choices[row]), draws[row]))
    for _ in range(ROUNDS):
        changed = False
        for row in sequence:
            place, before = places[row], given[row]
            if before is not None:
                counts[before][place] -= 1
            best = min(turned[row], key=lambda one: _cost(counts.get(one, (0, 0)), place))
            if before is not None and _cost(counts[before], place) == _cost(counts.get(best, (0, 0)), place):
                best = before
            counts.setdefault(best, [0, 0])[place] += 1
            changed |= best != before
            given[row] = best
        if not changed:
            break
    return [one for one in given if one is not None]


def _cost(counts, place):
    """Return how undesirable one more of an answer is, given how often both answers are there."""
    return counts[place] - counts[1 - place], counts[place]


def deal_letters(groups: Sequence[str], draws: Sequence[float]) -> list[str]:
    """Deal the letters a to d to questions so that each is as often right, in all and within groups.

    Parameters
    ----------
    groups : sequence of str
        What the questions are about.
    draws : sequence of float
        From [0, 1), one a question.

    Returns
    -------
    list of str
        The numbers of two letters differ by one at most.

    Examples
    --------
    >>> deal_letters(["x", "y", "x", "y"], [0.3, 0.1, 0.2, 0.4])
    ['b', 'c', 'a', 'd']
    """
    letters = [""] * len(groups)
    for place, row in enumerate(sorted(range(len(groups)), key=lambda row: (groups[row], draws[row]))):
        letters[row] = LETTERS[place % len(LETTERS)]
    return letters
