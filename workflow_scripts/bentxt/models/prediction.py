"""All answers of a model to a task: in batches of whole patches, kept as they come, each asked for once."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pyarrow.compute as pc

from bentxt.bigearthnet.image_store import Images
from bentxt.errors import InputError
from bentxt.models.answering_model import AnsweringModel, PatchImages
from bentxt.models.instructions import write_instruction
from bentxt.program.answer_log import AnswerLog
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


def answer_items(
    model: AnsweringModel,
    items: Sequence[Item],
    keys: Mapping[int, str],
    images: Images,
    answers: AnswerLog,
    batch_size: int,
    max_new_tokens: int,
    watch: Callable[[int], object] = lambda count: None,
) -> tuple[int, int]:
    """Answer all items that ``answers`` holds no answer to; items of one key share one answer.

    Parameters
    ----------
    model : bentxt.models.answering_model.AnsweringModel
    items : list of Item
        Those of a patch one after the other.
    keys : dict of int to str
        Annotation to key, from :func:`bentxt.models.answer_keys.answer_keys`.
    images : bentxt.bigearthnet.image_store.Images
    answers : bentxt.program.answer_log.AnswerLog
        Gets the answers batch by batch; has all of them afterwards.
    batch_size, max_new_tokens : int
    watch : callable
        Called with the number of items that were answered before, and with that of each batch.

    Returns
    -------
    kept, asked : int
        Items with an answer from before, and answers asked for now: fewer than the other items where some of
        those share a key.
    """
    shared = Counter(keys[item.annotation] for item in items)
    # One question a key: the first item that has it stands for all others.
    first: dict[str, Item] = {}
    for item in items:
        first.setdefault(keys[item.annotation], item)
    pending = [item for key, item in first.items() if not answers.get(key)]
    kept = len(items) - sum(shared[keys[item.annotation]] for item in pending)
    watch(kept)
    for batch in batches(pending, batch_size):
        patches, instructions = [], []
        for (patch_id, s1_name), group in groupby(batch, key=lambda item: (item.patch_id, item.s1_name)):
            patches.append(PatchImages(patch_id, images.s2(patch_id), images.s1(s1_name)))
            instructions.append([item.instruction for item in group])
        texts = [text for said in model.answer_many(patches, instructions, max_new_tokens) for text in said]
        for item, text in zip(batch, texts, strict=True):
            answers.add(keys[item.annotation], text)
        watch(sum(shared[keys[item.annotation]] for item in batch))
    return kept, len(pending)
