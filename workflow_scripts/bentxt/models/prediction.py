"""All answers of a model to a task: in batches of whole patches, kept as they come, resumed after a kill."""

import hashlib
import json
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pyarrow.compute as pc

from bentxt.errors import InputError
from bentxt.models.answering import PatchImages
from bentxt.models.prompts import write_instruction
from bentxt.schemas import DATASET, TASKS, read_table


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


class Progress:
    """Answers by annotation in a JSON-lines file, as far as an earlier run with the same key got.

    The first line is ``{"key": …}``, each other one ``{"ID": …, "answer": …}``. A file with another key is
    begun anew, a last line that a kill cut off is dropped.

    Parameters
    ----------
    path : str or Path
    key : str
        From :func:`progress_key`.

    Raises
    ------
    InputError
        If a line other than the last is broken.
    """

    def __init__(self, path, key):
        self.path, self.answers = Path(path), {}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("a+b")
        self._file.seek(0)
        header = json.dumps({"key": key}).encode() + b"\n"
        whole = 0
        if self._file.readline() == header:
            whole = len(header) + self._read()
        self._file.truncate(whole)
        if not whole:
            self._file.write(header)
            self._file.flush()

    def _read(self):
        whole = 0
        for number, line in enumerate(self._file, 2):
            if not line.endswith(b"\n"):
                break
            try:
                record = json.loads(line)
                self.answers[int(record["ID"])] = str(record["answer"])
            except (ValueError, KeyError, TypeError) as error:
                remedy = "delete that line; the answers on all others are used"
                raise InputError(
                    f"line {number} is no answer: {error}", file=self.path, remedy=remedy
                ) from error
            whole += len(line)
        return whole

    def add(self, answers):
        """Keep the answers of a batch (dict of annotation to text); when it returns, a kill loses none."""
        lines = [json.dumps({"ID": key, "answer": text}) + "\n" for key, text in answers.items()]
        self._file.write("".join(lines).encode())
        self._file.flush()
        self.answers |= answers

    def close(self, *, done):
        """Close the file, and remove it where the answers are ``done`` and stand elsewhere."""
        self._file.close()
        if done:
            self.path.unlink()


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
    model : bentxt.models.answering.AnsweringModel
    items : list of Item
        Those of a patch one after the other.
    images : bentxt.images.Images
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
