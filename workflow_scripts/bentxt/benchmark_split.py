"""The benchmark split: patches out of the test split, and the rows of theirs that it keeps (Section 3.4).

Two greedy, deterministic steps. Patches, one after the other: the one that raises the effective number of
classes most, ``(sum n)² / sum n²`` over the numbers ``n`` of chosen patches with questions about each class.
First come patches that have a question on relative position, a quarter more than the benchmark has such
questions, so that their answers can be balanced.
Rows, one after the other within each type and category: of the answer taken least often so far, and of that
from the group taken least often so far (a class, or country, season, zone).
"""

import csv
import io
import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from bentxt.atomic import write_text
from bentxt.errors import InputError
from bentxt.nomenclature import CLASSES
from bentxt.randomness import generator
from bentxt.schemas import QUESTIONS, TYPES, check_table
from bentxt.table_streams import read_batches

#: Patches of the paper's benchmark split.
PAPER_PATCHES = 1082

#: Patches with a question on relative position for each such question; a fifth of all patches has one.
SURPLUS = 1.25

BALANCE_COLUMNS = ("type", "category", "balance", "item", "available", "asked", "taken", "residual")

#: Categories about two classes; the others are about the first class of a row, or about the place.
_PAIRS = frozenset({"adjacency", "relative pos"})
_PLACES = {"country": "country", "season": "season", "climate zone": "climate_zone"}


@dataclass
class Candidates:
    """Rows that the benchmark split can take, of one type and category.

    Attributes
    ----------
    rows : sequence of int
        Row numbers in the question table of the type.
    patches : sequence of int
        Position of each row's patch among the eligible patches.
    answers : list of str
        The answers; empty where the type's answers are not balanced.
    classes : list of tuple of int
        The first two of the classes that the rows name; those of the right answer come first.
    reserve : list of bool
        Rows that only the benchmark split may hold.
    """

    rows: Sequence[int] = field(default_factory=lambda: array("q"))
    patches: Sequence[int] = field(default_factory=lambda: array("q"))
    answers: list = field(default_factory=list)
    classes: list = field(default_factory=list)
    reserve: list = field(default_factory=list)


def read_quotas(path, patches):
    """Return the rows to keep of each type and category.

    Parameters
    ----------
    path : str or Path
        CSV ``type,category,rows``: the rows of the released benchmark split.
    patches : int
        Size of the benchmark split; the rows are scaled by ``patches / 1082``.

    Returns
    -------
    dict
        ``(type, category)`` to a number of rows.

    Raises
    ------
    InputError
        If the file is missing or not of this form.
    """
    try:
        with Path(path).open(encoding="utf-8", newline="") as file:
            return {
                (row["type"], row["category"]): int(int(row["rows"]) * patches / PAPER_PATCHES + 0.5)
                for row in csv.DictReader(file)
            }
    except FileNotFoundError:
        raise InputError("file not found", file=path) from None
    except (KeyError, ValueError) as error:
        raise InputError(
            f"expected the columns type, category and rows (a number): {error}", file=path
        ) from error


def eligible_patches(patches, captions):
    """Return the test patches whose captions meet all four criteria of the check, in patch order.

    Parameters
    ----------
    patches : pyarrow.Table
        Schema ``PATCHES``.
    captions : pyarrow.Table
        ``patch_id`` and the four criteria.

    Returns
    -------
    pyarrow.Table
        Rows of ``patches``.
    """
    good = captions["linguistically_correct"]
    for criterion in ("factually_accurate", "complete", "free_of_artifacts"):
        good = pc.and_(good, captions[criterion])
    passed = captions["patch_id"].filter(good)
    test = patches.filter(pc.equal(patches["split"], "test"))
    return test.filter(pc.is_in(test["patch_id"], value_set=passed.combine_chunks()))


def read_candidates(path, annotation_type, patch_ids):
    """Read the rows of the given patches from a question table.

    Parameters
    ----------
    path : str or Path
        Question table of one type.
    annotation_type : str
        As the release spells it.
    patch_ids : pyarrow.Array
        Patches whose rows are wanted.

    Returns
    -------
    dict
        ``(type, category)`` to :class:`Candidates`.
    """
    check_table(path, QUESTIONS)
    found = defaultdict(Candidates)
    first = 0
    columns = ["patch_id", "category", "output", "classes", "reserve"]
    if not answer_labels(annotation_type):
        columns.remove("output")
    # A million rows share a few answers and pairs of classes: one object each.
    same = {}
    for batch in read_batches(path, columns):
        places = pc.index_in(batch["patch_id"], value_set=patch_ids)
        own = pc.is_valid(places)
        numbers = np.flatnonzero(own.to_numpy(zero_copy_only=False)) + first
        kept = batch.filter(own)
        answers = kept["output"].to_pylist() if "output" in columns else [""] * len(kept)
        rows = zip(
            numbers.tolist(),
            places.filter(own).to_pylist(),
            kept["category"].to_pylist(),
            answers,
            kept["classes"].to_pylist(),
            kept["reserve"].to_pylist(),
            strict=True,
        )
        for number, place, category, answer, classes, reserve in rows:
            entry = found[annotation_type, category]
            entry.rows.append(number)
            entry.patches.append(place)
            entry.answers.append(same.setdefault(answer, answer))
            pair = tuple(classes[:2])
            entry.classes.append(same.setdefault(pair, pair))
            entry.reserve.append(reserve)
        first += len(batch)
    return found


def choose_patches(about, asked, preferred, preferred_asked, order):
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


def effective_number(counts):
    """Return ``(sum n)² / sum n²``: 19 where 19 classes are equally frequent, 1 where there is but one."""
    counts = np.asarray(counts, np.float64)
    return float(counts.sum() ** 2 / np.square(counts).sum()) if counts.any() else 0.0


def choose_rows(answers, groups, ranks, asked, labels):
    """Choose rows with balanced answers, then balanced groups.

    Parameters
    ----------
    answers, groups : list of str
        Answer and group of each row.
    ranks : list of tuple
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
    waiting = defaultdict(lambda: defaultdict(list))
    for row in sorted(range(len(answers)), key=ranks.__getitem__, reverse=True):
        label = answers[row] if answers[row] in labels else ""
        waiting[label][groups[row]].append(row)
    taken_answers, taken_groups, chosen = Counter(), Counter(), []
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


def row_groups(category, candidates, places):
    """Return the group of each row that is to be balanced: a class name, or country, season or zone.

    A row about two classes belongs to the one that fewer rows are about.
    """
    if category in _PLACES:
        values = places[_PLACES[category]]
        return [values[patch] for patch in candidates.patches]
    if category == "None":
        return [""] * len(candidates.rows)
    if category not in _PAIRS:
        return [CLASSES[classes[0]] for classes in candidates.classes]
    rarity = Counter(index for classes in candidates.classes for index in classes[:2])
    return [
        CLASSES[min(classes[:2], key=lambda index: (rarity[index], index))] for classes in candidates.classes
    ]


def answer_labels(annotation_type):
    """Return the answers of a type that are balanced."""
    return {"binary": ("yes", "no"), "mcq": tuple("abcd")}.get(annotation_type, ())


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

    rows: list
    balance: list
    notes: dict


def select_benchmark(seed, patches, eligible, quotas, candidates):
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
    for (_, category), entry in candidates.items():
        for patch, classes in zip(entry.patches, entry.classes, strict=True):
            about[patch, list(classes[: 2 if category in _PAIRS else 1])] = True
    preferred = np.zeros(len(patch_ids), bool)
    position = ("mcq", "relative pos")
    preferred[candidates[position].patches if position in candidates else []] = True
    first = math.ceil(SURPLUS * quotas.get(position, 0))
    chosen = choose_patches(about, patches, preferred, first, order)
    places = {name: eligible[name].to_pylist() for name in ("country", "season", "climate_zone")}
    rows, balance = [], _patch_balance(about, chosen)
    rows_of_patch = Counter()
    # Captions last: patches that have kept few rows so far keep theirs.
    for key in sorted(quotas, key=lambda key: (key[0] == "captioning", *key)):
        entry = _of_patches(candidates.get(key, Candidates()), set(chosen.tolist()))
        groups = row_groups(key[1], entry, places)
        ranks = [
            (rows_of_patch[patch] if key[0] == "captioning" else 0, reserve, order[patch], row)
            for patch, reserve, row in zip(entry.patches, entry.reserve, entry.rows, strict=True)
        ]
        taken = choose_rows(entry.answers, groups, ranks, quotas[key], answer_labels(key[0]))
        balance += _row_balance(key, entry.answers, groups, taken, quotas[key])
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


def _of_patches(entry, chosen):
    """Return the rows of the chosen patches."""
    own = [row for row, patch in enumerate(entry.patches) if patch in chosen]
    columns = (entry.rows, entry.patches, entry.answers, entry.classes, entry.reserve)
    return Candidates(*([column[row] for row in own] for column in columns))


def _patch_balance(about, chosen):
    """Return how many of the chosen patches have questions about each class, beside the even number."""
    counts = about[chosen].sum(axis=0)
    lines = [("", "patches", "patches", "", len(about), len(chosen), len(chosen), 0)]
    available = about.sum(axis=0)
    even = counts.sum() / max(1, (available > 0).sum())
    for index, name in enumerate(CLASSES):
        asked = round(float(even), 1) if available[index] else 0
        lines.append(_line("", "patches", "class", name, int(available[index]), asked, int(counts[index])))
    return lines


def _row_balance(key, answers, groups, taken, asked):
    """Return the lines of one type and category: rows, answers and groups, beside the even numbers."""
    lines = [_line(*key, "rows", "", len(answers), asked, len(taken))]
    labels = answer_labels(key[0])
    for balance, values, items in (
        ("answer", answers, labels),
        ("group", groups, sorted(set(groups)) if key[0] != "captioning" else ()),
    ):
        available, found = Counter(values), Counter(values[row] for row in taken)
        for item in items:
            even = round(len(taken) / len(items), 1)
            lines.append(_line(*key, balance, item, available[item], even, found[item]))
    return lines


def _line(annotation_type, category, balance, item, available, asked, taken):
    residual = round(taken - asked, 1)
    return annotation_type, category, balance, item, available, asked, taken, residual


def write_balance(path, lines):
    """Write the balance table as CSV, atomically.

    ``asked`` is the number of rows wanted, or the even share of the rows taken; ``residual`` is ``taken``
    minus ``asked``, what the choice could not balance.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(BALANCE_COLUMNS)
    writer.writerows(lines)
    write_text(path, text.getvalue())
