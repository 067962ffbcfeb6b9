"""All answers of a model to a task: each asked for once, kept as it comes, and failures counted by kind."""

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from bentxt.bigearthnet.image_store import Images
from bentxt.errors import InputError
from bentxt.failures import CUT, EMPTY, LONGEST_ANSWER, OUT_OF_MEMORY, OWN_DOING
from bentxt.models.answering_model import AnsweringModel, OutOfMemory, PatchImages, Reply
from bentxt.models.benchmark_items import Item, batches
from bentxt.printable import printable
from bentxt.program.answer_log import AnswerLog

#: That many single items for which memory does not suffice, one after the other, are no matter of the items.
_HOPELESS = 10
#: Items that a status names with the reason of their failure; the others are counted.
_NAMED = 20


@dataclass(frozen=True)
class Pending:
    """What is still to be asked.

    Attributes
    ----------
    items : list of Item
        One for each key without an answer, those of a patch one after the other.
    shares : dict of str to int
        Key to the number of items that share its answer.
    kept : int
        Items with an answer from before.
    """

    items: list[Item]
    shares: Mapping[str, int]
    kept: int


def find_pending(items: Sequence[Item], keys: Mapping[int, str], answers: AnswerLog) -> Pending:
    """Find the items that ``answers`` holds no answer to; items of one key share one.

    Parameters
    ----------
    items : list of Item
        Those of a patch one after the other.
    keys : dict of int to str
        Annotation to key, from :func:`bentxt.models.answer_keys.answer_keys`.
    answers : bentxt.program.answer_log.AnswerLog

    Returns
    -------
    Pending
    """
    shares = Counter(keys[item.annotation] for item in items)
    # One question a key: the first item that has it stands for all others.
    first: dict[str, Item] = {}
    for item in items:
        first.setdefault(keys[item.annotation], item)
    pending = [item for key, item in first.items() if not answers.get(key)]
    kept = len(items) - sum(shares[keys[item.annotation]] for item in pending)
    return Pending(pending, shares, kept)


def answer_items(
    model: AnsweringModel,
    pending: Pending,
    keys: Mapping[int, str],
    images: Images,
    answers: AnswerLog,
    batch_size: int,
    max_new_tokens: int,
    watch: Callable[[int], object] = lambda count: None,
    *,
    white: int | None,
    boxes: bool = False,
) -> dict[str, Reply]:
    """Ask a model what is pending.

    A failure of one item is recorded, and the others are asked. Where memory does not suffice for a batch,
    smaller ones are tried.

    Parameters
    ----------
    model : bentxt.models.answering_model.AnsweringModel
    pending : Pending
    keys : dict of int to str
    images : bentxt.bigearthnet.image_store.Images
    answers : bentxt.program.answer_log.AnswerLog
        Gets each answer as it comes, and brings them to the disk batch by batch. Not whole answers are left
        out, but for cut ones of a model that would cut them again; those are marked.
    batch_size, max_new_tokens : int
    watch : callable
        Called with the number of items that have been asked about, each time that it grows.
    white : int or None
        As of :class:`bentxt.models.answering_model.PatchImages`.
    boxes : bool
        Whether the task asks for boxes, so that one that comes next to the text is the answer.

    Returns
    -------
    dict of str to Reply
        Key to what came back, for the keys of ``pending.items``.

    Raises
    ------
    InputError
        If there is no use in going on: the model or its server fails on item after item.
    """
    replies: dict[str, Reply] = {}

    def keep(item: Item, reply: Reply) -> None:
        if boxes and reply.box is not None:
            reply = Reply(reply.box)
        if not reply.text.strip() and reply.failure is None:
            reply = Reply("", EMPTY)
        if len(reply.text) > LONGEST_ANSWER:
            about = f"{len(reply.text):,} characters, of which the first {LONGEST_ANSWER:,} are kept"
            reply = Reply(reply.text[:LONGEST_ANSWER], CUT, about)
        key = keys[item.annotation]
        if key in replies:
            return
        replies[key] = reply
        if reply.failure is None or (reply.failure == CUT and model.repeats and reply.text.strip()):
            answers.add(key, reply.text, reply.failure)
        if len(replies) % batch_size == 0:
            answers.sync()
        watch(pending.shares[key])

    if model.batched:
        _ask_in_batches(model, pending.items, images, white, batch_size, max_new_tokens, keep)
    elif pending.items:
        _ask(model, pending.items, images, white, max_new_tokens, keep)
    answers.sync()
    befallen = [reply for reply in replies.values() if reply.failure not in (None, *OWN_DOING)]
    if befallen and len(befallen) == len(replies) and not pending.kept:
        raise InputError(
            f"none of {len(replies)} items got an answer; the first: {befallen[0].failure}: "
            f"{printable(befallen[0].reason)}",
            item=str(pending.items[0].annotation),
        )
    return replies


def _ask_in_batches(model, items, images, white, size, max_new_tokens, keep):
    most, in_a_row = None, 0
    for batch in batches(items, size):
        while batch:
            part = batch[:most]
            try:
                _ask(model, part, images, white, max_new_tokens, keep)
                in_a_row = 0
            except OutOfMemory as error:
                if len(part) > 1:
                    # What did not fit once is not tried again: later batches are as large at most.
                    most = len(part) // 2
                    print(f"out of memory: {most} instructions at a time from now on", file=sys.stderr)
                    continue
                in_a_row += 1
                if in_a_row == _HOPELESS:
                    raise InputError(
                        f"memory does not suffice for one instruction at a time: {error}",
                        item=part[0].patch_id,
                        remedy="use a larger device or a smaller prediction.dtype; finished answers are kept",
                    ) from error
                keep(part[0], Reply("", OUT_OF_MEMORY, str(error)))
            batch = batch[len(part) :]


def _ask(model, items, images, white, max_new_tokens, keep):
    names, instructions = [], []
    for pair, group in groupby(items, key=lambda item: (item.patch_id, item.s1_name)):
        names.append(pair)
        instructions.append([item.instruction for item in group])
    patches = _Patches(images, names, white)
    model.answer_each(patches, instructions, max_new_tokens, lambda place, reply: keep(items[place], reply))


class _Patches(Sequence):
    """Pairs of images that are read when they are asked for."""

    def __init__(self, images, names, white):
        self._images, self._names, self._white = images, names, white

    def __len__(self):
        return len(self._names)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        patch_id, s1_name = self._names[index]
        return PatchImages(patch_id, self._images.s2(patch_id), self._images.s1(s1_name), self._white)


def count_failures(
    items: Sequence[Item], keys: Mapping[int, str], answers: AnswerLog, replies: Mapping[str, Reply]
) -> tuple[dict[int, tuple[str, str | None]], dict[str, int], list[dict[str, Any]]]:
    """Bring answers from before and replies of now together.

    Parameters
    ----------
    items, keys, answers
        As for :func:`answer_items`.
    replies : dict of str to Reply
        What that returned.

    Returns
    -------
    answered : dict of int to (str, str or None)
        Annotation to text and kind of failure, for all items; the text is empty where there is no answer.
    failures : dict of str to int
        Items by kind of failure.
    named : list of dict
        ``ID``, ``patch``, ``kind`` and ``reason`` of the first ones, but for cut ones.
    """
    answered: dict[int, tuple[str, str | None]] = {}
    named: list[dict[str, Any]] = []
    for item in items:
        key = keys[item.annotation]
        reply = replies.get(key)
        if reply is None:
            reply = Reply(answers.get(key)[0], answers.mark(key))
        answered[item.annotation] = (reply.text, reply.failure)
        if reply.failure not in (None, CUT) and len(named) < _NAMED:
            about = {"ID": item.annotation, "patch": item.patch_id, "kind": reply.failure}
            named.append(about | {"reason": printable(reply.reason)})
    counts = Counter(failure for _, failure in answered.values() if failure)
    return answered, dict(sorted(counts.items())), named
