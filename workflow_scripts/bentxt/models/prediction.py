"""All answers of a model to a task: in batches of whole patches, kept as they come, resumed after a kill."""

import hashlib
import json
from dataclasses import dataclass
from itertools import groupby

import pyarrow.compute as pc

from bentxt.errors import InputError
from bentxt.models.answering_model import PatchImages
from bentxt.models.instructions import write_instruction
from bentxt.release import TASKS
from bentxt.tables.annotation_schemas import DATASET
from bentxt.tables.table_files import read_table


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


def read_items(dataset, task, split, additions):
    """Read the items of a task in a split, those of a patch one after the other.

    Parameters
    ----------
    dataset : str or Path
        The data set as one table.
    task : str
        captioning, binary, mcq or referring.
    split : str
    additions : dict
        ``instructions`` of the model's entry.

    Returns
    -------
    list of Item

    Raises
    ------
    InputError
        If there are none.
    """
    columns = ["ID", "patch_id", "s1_name", "category", "input", "type", "split"]
    table = read_table(dataset, DATASET, columns)
    table = table.filter(pc.and_(pc.equal(table["split"], split), pc.equal(table["type"], TASKS[task])))
    if not len(table):
        raise InputError(f"the split {split} has no annotations of type {TASKS[task]}", file=dataset)
    table = table.sort_by([("patch_id", "ascending"), ("ID", "ascending")])
    rows = table.select(columns[:5]).to_pydict().values()
    return [
        Item(annotation, patch, s1, write_instruction(additions, task, category, text))
        for annotation, patch, s1, category, text in zip(*rows, strict=True)
    ]


def progress_key(items, *parts):
    """Return the key of a progress file: the hash of what the answers depend on.

    Parameters
    ----------
    items : list of Item
    *parts : JSON values
        Model, identity of its weights, settings and code.

    Returns
    -------
    str
        32 hexadecimal digits.
    """
    asked = [[item.annotation, item.patch_id, item.s1_name, item.instruction] for item in items]
    text = json.dumps([parts, asked], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def batches(items, size):
    """Yield lists of items: whole patches, as many as fit into ``size`` items, at least one."""
    batch = []
    for _, group in groupby(items, key=lambda item: item.patch_id):
        patch = list(group)
        if batch and len(batch) + len(patch) > size:
            yield batch
            batch = []
        batch += patch
    if batch:
        yield batch


def answer_items(model, items, images, progress, batch_size, max_new_tokens, watch=lambda count: None):
    """Answer all items that ``progress`` has no answer to.

    Parameters
    ----------
    model : bentxt.models.answering_model.AnsweringModel
    items : list of Item
        Those of a patch one after the other.
    images : bentxt.bigearthnet.image_store.Images
    progress : Progress
        Gets the answers batch by batch; has all of them afterwards.
    batch_size, max_new_tokens : int
    watch : callable
        Called with the number of items after each batch.
    """
    pending = [item for item in items if item.annotation not in progress.answers]
    watch(len(items) - len(pending))
    for batch in batches(pending, batch_size):
        patches, instructions = [], []
        for (patch_id, s1_name), group in groupby(batch, key=lambda item: (item.patch_id, item.s1_name)):
            patches.append(PatchImages(patch_id, images.s2(patch_id), images.s1(s1_name)))
            instructions.append([item.instruction for item in group])
        answers = model.answer_many(patches, instructions, max_new_tokens)
        texts = [text for said in answers for text in said]
        progress.add({item.annotation: text for item, text in zip(batch, texts, strict=True)})
        watch(len(batch))
