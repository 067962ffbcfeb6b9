"""Keys of a model's answers: what an answer depends on, item by item, and nothing else.

An answer that is kept is used again wherever its key comes again: after another category's instruction was
changed, in the next run, or for another annotation that asks the same. Batch size, time-outs and the number
of an annotation are therefore no part of a key.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bentxt.bigearthnet.image_store import Images
from bentxt.models.answering_model import AnsweringModel
from bentxt.models.benchmark_items import Item
from bentxt.models.model_table import FAMILIES, ModelEntry
from bentxt.models.worker_files import worker_files
from bentxt.program.fingerprint import fingerprint

#: What a server, vLLM or a worker gets from here is a picture; its answers come from elsewhere.
_PICTURES = "bentxt.models.rgb"


def answer_origin(
    entry: ModelEntry,
    identity: list[str],
    model: AnsweringModel,
    options: dict[str, Any],
    task: str,
    white: int | None,
) -> dict[str, Any]:
    """Return what all answers of a model to a task depend on.

    Parameters
    ----------
    entry : bentxt.models.model_table.ModelEntry
    identity : list of str
        Changes with anything of the weights.
    model : bentxt.models.answering_model.AnsweringModel
    options : dict
        The section ``prediction``.
    task : str
        captioning, binary, mcq or referring.
    white : int or None
        ``images.rgb_white``; None for a model that sees no RGB picture.

    Returns
    -------
    dict
        JSON values.
    """
    family = FAMILIES[entry.family]
    module = family.module if family.runs_here else _PICTURES
    origin = {
        "weights": identity,
        "code": fingerprint(module.replace(".", "/")),
        "image": entry.image | ({"white": white} if entry.sees_rgb else {}),
        "max_new_tokens": options["max_new_tokens"][task],
    }
    if entry.family in ("openai", "vllm"):
        return origin | {"request": model.request}
    if entry.family == "worker":
        command = list(map(str, entry.worker))
        said = {name: model.greeting.get(name) for name in ("weights", "revision", "about")}
        return origin | {
            "worker": [command[1:], [_file_hash(path) for path in worker_files(command)]],
            "said": said | {"device": model.device.partition(":")[0]},
            "told": [entry.code, entry.settings],
        }
    # Imported here: it loads torch, which servers and workers do not need.
    from bentxt.models.device import choose_device

    device, dtype = choose_device(options["device"], options["dtype"])
    return origin | {"chat": entry.chat, "device": device.type, "dtype": str(dtype)}


def answer_keys(
    items: Sequence[Item], images: Images, origin: dict[str, Any], *, radar: bool
) -> dict[int, str]:
    """Return the key of the answer to each item.

    Parameters
    ----------
    items : list of bentxt.models.benchmark_items.Item
    images : bentxt.bigearthnet.image_store.Images
    origin : dict
        From :func:`answer_origin`.
    radar : bool
        Whether the model sees Sentinel-1 too.

    Returns
    -------
    dict of int to str
        Annotation to 32 hexadecimal digits.

    Raises
    ------
    InputError
        If a patch is not in the LMDB.
    """
    made = _hash(origin)
    pictures = {}
    for item in items:
        if item.patch_id not in pictures:
            names = [item.patch_id, *([item.s1_name] if radar else [])]
            pictures[item.patch_id] = [images.fingerprint(name) for name in names]
    return {item.annotation: _hash([made, pictures[item.patch_id], item.instruction]) for item in items}


def _hash(value):
    text = json.dumps(value, sort_keys=True, ensure_ascii=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _file_hash(path):
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()
