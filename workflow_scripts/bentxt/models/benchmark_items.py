"""The annotations of a task as a model is asked about them, and batches of whole patches."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pyarrow.compute as pc

from bentxt.errors import InputError
from bentxt.models.instructions import write_instruction
from bentxt.release import TASKS
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.shards import shard_range
from bentxt.tables.table_streams import read_matching


@dataclass(frozen=True, slots=True)
class Item:
    """One annotation that is to be answered.

    Attributes
    ----------
    annotation : int
        ``ID`` in the data set.
    patch_id, s1_name : str
        The images.
    instruction : str
        With area sentence and the model's additions.
    """

    annotation: int
    patch_id: str
    s1_name: str
    instruction: str


def read_items(
    dataset: str | Path,
    task: str,
    split: str,
    additions: Mapping[str, Mapping[str, str]],
    shard: int = 0,
    shards: int = 1,
) -> list[Item]:
    """Read the items of a task in a split, those of a patch one after the other.

    A shard is a range of the split's patches that have such items, in the order of their names.

    Parameters
    ----------
    dataset : str or Path
        The data set as one table.
    task : str
        captioning, binary, mcq or referring.
    split : str
    additions : dict
        ``instructions`` of the model's entry.
    shard, shards : int
        Which part of the items, from 0, and of how many.

    Returns
    -------
    list of Item
        None at all where there are more shards than patches.

    Raises
    ------
    InputError
        If the split has none, or there is no such shard.
    """
    columns = ["ID", "patch_id", "s1_name", "category", "input"]
    table = read_matching(dataset, DATASET, columns, {"split": split, "type": TASKS[task]})
    if not len(table):
        raise InputError(f"the split {split} has no annotations of type {TASKS[task]}", file=dataset)
    patches = pc.unique(table["patch_id"]).sort()
    start, stop = shard_range(len(patches), shard, shards)
    table = table.filter(pc.is_in(table["patch_id"], patches[start:stop]))
    table = table.sort_by([("patch_id", "ascending"), ("ID", "ascending")])
    rows = table.to_pydict().values()
    return [
        Item(annotation, patch, s1, write_instruction(additions, task, category, text))
        for annotation, patch, s1, category, text in zip(*rows, strict=True)
    ]


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield lists of items: whole patches, as many as fit into ``size`` items, at least one."""
    batch: list[Item] = []
    for _, group in groupby(items, key=lambda item: item.patch_id):
        patch = list(group)
        if batch and len(batch) + len(patch) > size:
            yield batch
            batch = []
        batch += patch
    if batch:
        yield batch
