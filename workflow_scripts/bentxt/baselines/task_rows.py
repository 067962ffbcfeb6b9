"""Rows of a task by category: those to answer, without their answers, and a sample of those to learn from."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bentxt.errors import InputError
from bentxt.randomness import generator
from bentxt.release import CATEGORIES
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import check_table
from bentxt.tables.table_streams import read_batches

#: The split that is learnt from. Its patches are in no other.
TRAINING_SPLIT = "train"


class TrainingRows(NamedTuple):
    """A sample of the training rows of one category, in the order of their IDs.

    Attributes
    ----------
    patches, inputs, outputs : list of str
        Patch, instruction and answer of each row.
    available : int
        Rows that the training split has of the category.
    """

    patches: list[str]
    inputs: list[str]
    outputs: list[str]
    available: int


def rows_to_answer(dataset: str | Path, annotation_type: str, split: str, *more: str) -> pa.Table:
    """Read the rows of a type in a split, without their answers.

    Parameters
    ----------
    dataset : str or Path
        The data set as one table.
    annotation_type, split : str
    *more : str
        Columns to read next to ``ID``, ``patch_id``, ``category`` and ``input``.

    Returns
    -------
    pyarrow.Table
        In the order of the IDs.

    Raises
    ------
    InputError
        If there are none.
    """
    check_table(dataset, DATASET)
    parts = list(_batches(dataset, annotation_type, split, ["ID", "patch_id", "input", *more]))
    if not parts:
        raise InputError(f"the split {split} has no annotations of type {annotation_type}", file=dataset)
    return pa.concat_tables(parts).sort_by("ID")


def sample_training_rows(
    dataset: str | Path, annotation_type: str, most: int, seed: int
) -> dict[str, TrainingRows]:
    """Read a sample of the training rows of a type.

    Patches come in an order drawn from the seed and their names, so that the sample does not depend on the
    order of the rows. The file is read twice, in batches: first which rows there are, then the text of those
    that were chosen.

    Parameters
    ----------
    dataset : str or Path
        The data set as one table.
    annotation_type : str
    most : int
        Rows of each category at most.
    seed : int

    Returns
    -------
    dict of str to TrainingRows
        By category, each category of the type.
    """
    check_table(dataset, DATASET)
    categories = CATEGORIES[annotation_type]
    found: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {category: [] for category in categories}
    for part in _batches(dataset, annotation_type, TRAINING_SPLIT, ["ID", "patch_id"]):
        keys, ids = _draws(part["patch_id"], seed, "sample"), part["ID"].to_numpy()
        for category in categories:
            own = pc.equal(part["category"], category).to_numpy(zero_copy_only=False)
            found[category].append((keys[own], ids[own]))
    if not found[categories[0]]:
        return {category: TrainingRows([], [], [], 0) for category in categories}
    chosen, available = {}, {}
    for category, parts in found.items():
        keys, ids = (np.concatenate(column) for column in zip(*parts, strict=True))
        available[category] = len(ids)
        chosen[category] = ids[np.lexsort((ids, keys))[:most]]
    wanted = pa.array(np.concatenate(list(chosen.values())), pa.int64())
    columns = ["ID", "patch_id", "input", "output"]
    tables = [
        part.filter(pc.is_in(part["ID"], wanted))
        for part in _batches(dataset, annotation_type, TRAINING_SPLIT, columns)
    ]
    table = pa.concat_tables(tables).sort_by("ID")
    samples = {}
    for category in categories:
        own = table.filter(pc.equal(table["category"], category))
        patches, inputs, outputs = (own[name].to_pylist() for name in columns[1:])
        samples[category] = TrainingRows(patches, inputs, outputs, available[category])
    return samples


def folds_of(patches: Sequence[str], folds: int, seed: int) -> np.ndarray:
    """Return the fold of each row, int64, shape (rows,), 0 to ``folds`` - 1: that of its patch."""
    return _draws(pa.chunked_array([pa.array(patches, pa.string())]), seed, "fold") % folds


def _draws(patches: pa.ChunkedArray, seed: int, purpose: str) -> np.ndarray:
    """Return a number for each row, drawn for its patch; int64, shape (rows,), not negative."""
    encoded = patches.combine_chunks().dictionary_encode()
    names = encoded.dictionary.to_pylist()
    drawn = [generator(seed, f"blind {purpose}", name).integers(1 << 62) for name in names]
    return np.array(drawn, np.int64)[encoded.indices.to_numpy()]


def _batches(dataset: str | Path, annotation_type: str, split: str, columns: list[str]) -> Iterator[pa.Table]:
    """Yield the rows of a type in a split, ``columns`` and ``category``, batch by batch."""
    wanted = [*columns, "category", "type", "split"]
    schema = pa.schema([DATASET.field(name) for name in wanted])
    for batch in read_batches(dataset, wanted):
        part = pa.Table.from_batches([batch]).cast(schema)
        part = part.filter(pc.and_(pc.equal(part["split"], split), pc.equal(part["type"], annotation_type)))
        if len(part):
            yield part.drop_columns(["type", "split"])
