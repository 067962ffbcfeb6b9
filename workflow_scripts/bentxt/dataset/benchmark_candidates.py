"""What the benchmark split is chosen from: eligible patches, their rows, the release's quotas."""

import csv
from array import array
from collections import defaultdict
from collections.abc import Container, MutableSequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bentxt.errors import InputError
from bentxt.release import ANSWERS, TYPE_CATEGORIES
from bentxt.tables.schemas.questions_schema import QUESTIONS
from bentxt.tables.table_files import check_table
from bentxt.tables.table_streams import read_batches

#: Patches of the paper's benchmark split.
PAPER_PATCHES = 1082


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

    rows: MutableSequence[int] = field(default_factory=lambda: array("q"))
    patches: MutableSequence[int] = field(default_factory=lambda: array("q"))
    answers: list[str] = field(default_factory=list)
    classes: list[tuple[int, ...]] = field(default_factory=list)
    reserve: list[bool] = field(default_factory=list)


def read_quotas(path: Path | str, patches: int) -> dict[tuple[str, str], int]:
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
        If the file is missing or not of this form, or names a category that the release does not have.
    """
    try:
        with Path(path).open(encoding="utf-8", newline="") as file:
            quotas = {
                (row["type"], row["category"]): int(int(row["rows"]) * patches / PAPER_PATCHES + 0.5)
                for row in csv.DictReader(file)
            }
    except FileNotFoundError:
        raise InputError("file not found", file=path) from None
    except (KeyError, ValueError) as error:
        raise InputError(
            f"expected the columns type, category and rows (a number): {error}", file=path
        ) from error
    if unknown := [key for key in quotas if key not in TYPE_CATEGORIES]:
        raise InputError(
            "no category of the release",
            file=path,
            item=", ".join(unknown[0]),
            remedy="give each type and category of the release a row, and no other",
        )
    return quotas


def eligible_patches(patches: pa.Table, captions: pa.Table) -> pa.Table:
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


def read_candidates(
    path: Path | str, annotation_type: str, patch_ids: pa.Array
) -> dict[tuple[str, str], Candidates]:
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
    found: dict[tuple[str, str], Candidates] = defaultdict(Candidates)
    first = 0
    columns = ["patch_id", "category", "output", "classes", "reserve"]
    if annotation_type not in ANSWERS:
        columns.remove("output")
    # A million rows share a few answers and pairs of classes: one object each.
    words: dict[str, str] = {}
    pairs: dict[tuple[int, ...], tuple[int, ...]] = {}
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
            entry.answers.append(words.setdefault(answer, answer))
            pair = tuple(classes[:2])
            entry.classes.append(pairs.setdefault(pair, pair))
            entry.reserve.append(reserve)
        first += len(batch)
    return found


def of_patches(entry: Candidates, chosen: Container[int]) -> Candidates:
    """Return the rows of the chosen patches."""
    own = [row for row, patch in enumerate(entry.patches) if patch in chosen]
    return Candidates(
        [entry.rows[row] for row in own],
        [entry.patches[row] for row in own],
        [entry.answers[row] for row in own],
        [entry.classes[row] for row in own],
        [entry.reserve[row] for row in own],
    )
