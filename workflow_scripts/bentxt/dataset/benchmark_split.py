"""The benchmark split: patches out of the test split, and the rows of theirs that it keeps (Section 3.4).

Two greedy, deterministic steps. Patches, one after the other: the one that raises the effective number of
classes most, ``(sum n)² / sum n²`` over the numbers ``n`` of chosen patches with questions about each class.
First come patches that have a question on relative position, a quarter more than the benchmark has such
questions, so that their answers can be balanced.
Rows, one after the other within each type and category: of the answer taken least often so far, and of that
from the group taken least often so far (a class, or country, season, zone).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from bentxt.dataset.benchmark_balance import BalanceLine, effective_number, patch_balance, row_balance
from bentxt.dataset.benchmark_candidates import Candidates, of_patches
from bentxt.errors import InputError
from bentxt.nomenclature import CLASSES
from bentxt.questions.categories import CATEGORY_TABLE, PLACE_COLUMNS, Category
from bentxt.randomness import generator
from bentxt.release import ANSWERS, TYPES

#: Patches with a question on relative position for each such question; a fifth of all patches has one.
SURPLUS = 1.25


def choose_patches(
    about: np.ndarray, asked: int, preferred: np.ndarray, preferred_asked: int, order: np.ndarray
) -> np.ndarray:
    """Choose patches so that their classes are as balanced as one-by-one choice makes them.

    Parameters
    ----------
    about : numpy.ndarray
        bool, shape (patches, 19): classes that the questions about each eligible patch are about.
    asked : int
        Patches to choose.
    preferred : numpy.ndarray
        bool, shape (patches,): patches that have a question on relative position.
    preferred_asked : int
        How many of those to choose first, at most.
    order : numpy.ndarray
        float64, shape (patches,): who comes first among equals.

    Returns
    -------
    numpy.ndarray
        int64, shape (asked,), ascending positions.
    """
    sequence = np.argsort(order, kind="stable")
    present = about[sequence].astype(np.float64)
    sizes = present.sum(axis=1)
    first = preferred[sequence]
    counts = np.zeros(about.shape[1])
    chosen = np.zeros(len(present), bool)
    first_left = min(preferred_asked, int(first.sum()), asked)
    for _ in range(asked):
        total = counts.sum() + sizes
        effective = total**2 / (np.square(counts).sum() + present @ (2 * counts + 1))
        effective[chosen | (~first if first_left > 0 else chosen)] = -1
        best = int(np.argmax(effective))
        chosen[best] = True
        counts += present[best]
        first_left -= 1
    return np.sort(sequence[chosen])


def choose_rows(
    answers: list[str],
    groups: list[str],
    ranks: Sequence[tuple[float, ...]],
    asked: int,
    labels: Sequence[str],
) -> list[int]:
    """Choose rows with balanced answers, then balanced groups.

    Parameters
    ----------
    answers, groups : list of str
        Answer and group of each row.
    ranks : sequence of tuple
        Which row comes first within an answer and group.
    asked : int
        Rows to choose; all are chosen where there are fewer.
    labels : sequence of str
        The possible answers, in the order in which the first rows are taken; answers that are not among
        them are not balanced.

    Returns
    -------
    list of int
        Positions, ascending.
    """
    waiting: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in sorted(range(len(answers)), key=ranks.__getitem__, reverse=True):
        label = answers[row] if answers[row] in labels else ""
        waiting[label][groups[row]].append(row)
    taken_answers: Counter[str] = Counter()
    taken_groups: Counter[str] = Counter()
    chosen: list[int] = []
    places = {label: place for place, label in enumerate(labels)}
    while waiting and len(chosen) < asked:
        label = min(waiting, key=lambda name: (taken_answers[name], places.get(name, -1)))
        stock = waiting[label]
        group = min(stock, key=lambda name: (taken_groups[name], name))
        chosen.append(stock[group].pop())
        taken_answers[label] += 1
        taken_groups[group] += 1
        if not stock[group]:
            del stock[group]
        if not stock:
            del waiting[label]
    return sorted(chosen)


def row_groups(category: Category, candidates: Candidates, places: Mapping[str, list[str]]) -> list[str]:
    """Return the group of each row that is to be balanced: a class name, or country, season or zone.

    A row about two classes belongs to the one that fewer rows are about.

    Parameters
    ----------
    category : bentxt.questions.categories.Category
    candidates : Candidates
        Of the category.
    places : dict of str to list of str
        The values of the eligible patches in each of ``PLACE_COLUMNS``.

    Returns
    -------
    list of str
        Empty where there is nothing to balance.
    """
    if category.place_column is not None:
        values = places[category.place_column]
        return [values[patch] for patch in candidates.patches]
    if category.about is None:
        return [""] * len(candidates.rows)
    if category.about == "class":
        return [CLASSES[classes[0]] for classes in candidates.classes]
    rarity = Counter(index for classes in candidates.classes for index in classes[:2])
    return [
        CLASSES[min(classes[:2], key=lambda index: (rarity[index], index))] for classes in candidates.classes
    ]


@dataclass
class Selection:
    """What the benchmark split holds.

    Attributes
    ----------
    rows : list of tuple
        ``(type, row, patch_id)`` as in ``BENCHMARK_ROWS``, ordered by type and row.
    balance : list of tuple
        Lines of the balance table (:data:`BALANCE_COLUMNS`).
    notes : dict
        For the lineage.
    """

    rows: list[tuple[str, int, str]]
    balance: list[BalanceLine]
    notes: dict[str, float]


def select_benchmark(
    seed: int,
    patches: int,
    eligible: pa.Table,
    quotas: dict[tuple[str, str], int],
    candidates: dict[tuple[str, str], Candidates],
) -> Selection:
    """Select the patches and rows of the benchmark split.

    Parameters
    ----------
    seed : int
        The run's seed; decides among equals only.
    patches : int
        Patches to select.
    eligible : pyarrow.Table
        Of :func:`eligible_patches`.
    quotas : dict
        Of :func:`read_quotas`.
    candidates : dict
        ``(type, category)`` to :class:`Candidates`, positions into ``eligible``.

    Returns
    -------
    Selection

    Raises
    ------
    InputError
        If there are fewer eligible patches than asked for, or a selected patch keeps no row.
    """
    if len(eligible) < patches:
        raise InputError(
            f"{len(eligible)} test patches have captions that pass the check; {patches} are asked for",
            item="benchmark_split.patches",
            remedy="ask for fewer, or make more patches",
        )
    patch_ids = eligible["patch_id"].to_pylist()
    order = np.array([generator(seed, "benchmark split", patch_id).random() for patch_id in patch_ids])
    about = np.zeros((len(patch_ids), len(CLASSES)), bool)
    for key, entry in candidates.items():
        classes_of_row = 2 if CATEGORY_TABLE[key].about == "pair" else 1
        for patch, classes in zip(entry.patches, entry.classes, strict=True):
            about[patch, list(classes[:classes_of_row])] = True
    preferred = np.zeros(len(patch_ids), bool)
    position = ("mcq", "relative pos")
    preferred[candidates[position].patches if position in candidates else []] = True
    first = math.ceil(SURPLUS * quotas.get(position, 0))
    chosen = choose_patches(about, patches, preferred, first, order)
    places = {name: eligible[name].to_pylist() for name in PLACE_COLUMNS}
    rows, balance = [], patch_balance(about, chosen)
    rows_of_patch: Counter[int] = Counter()
    # Captions last: patches that have kept few rows so far keep theirs.
    for key in sorted(quotas, key=lambda key: (key[0] == "captioning", *key)):
        entry = of_patches(candidates.get(key, Candidates()), set(chosen.tolist()))
        groups = row_groups(CATEGORY_TABLE[key], entry, places)
        ranks = [
            (rows_of_patch[patch] if key[0] == "captioning" else 0, reserve, order[patch], row)
            for patch, reserve, row in zip(entry.patches, entry.reserve, entry.rows, strict=True)
        ]
        taken = choose_rows(entry.answers, groups, ranks, quotas[key], ANSWERS.get(key[0], ()))
        balance += row_balance(key, entry.answers, groups, taken, quotas[key])
        rows += [(key[0], entry.rows[row], patch_ids[entry.patches[row]]) for row in taken]
        rows_of_patch.update(entry.patches[row] for row in taken)
    if empty := [patch_ids[patch] for patch in chosen.tolist() if not rows_of_patch[patch]]:
        raise InputError("a patch of the benchmark split keeps no row", item=empty[0])
    rows.sort(key=lambda row: (TYPES.index(row[0]), row[1]))
    notes = {
        "patches": patches,
        "eligible_patches": len(patch_ids),
        "rows": len(rows),
        "rows_asked": sum(quotas.values()),
        "effective_classes": round(effective_number(about[chosen].sum(axis=0)), 2),
    }
    return Selection(rows, balance, notes)
