"""The table of the benchmarked models, ``resources/models.yaml``: its entries, read and checked."""

from pathlib import Path

import yaml

from bentxt.errors import InputError
from bentxt.release import TASKS

FAMILIES = ("transformers", "openai", "worker", "rs_internvl")
INPUTS = ("rgb", "s2", "s1_s2", "rgb_s2_s1")
_KEYS = {
    "name": str,
    "parameters": str,
    "kind": str,
    "family": str,
    "checkpoint": str | None,
    "revision": str | None,
    "remote_code": bool,
    "image": dict,
    "instructions": dict,
    "box_scale": int | None,
}
_OPTIONAL_KEYS = {
    "chat": dict,
    "worker": list | None,
    "s1_encoder": str,
    "s2_encoder": str,
}


def read_entry(path, key):
    """Return a model's entry of ``resources/models.yaml``; the untrained baseline has RS-InternVL's.

    Raises
    ------
    InputError
        If there is no such model, or its entry lacks a field, has an unknown one or one of another type.
    """
    entry = model_entry(read_models(path), key)
    known = _KEYS | _OPTIONAL_KEYS
    for field in sorted(set(_KEYS) - set(entry)) + sorted(set(entry) - set(known)):
        problem = "unknown field" if field in entry else "missing field"
        raise InputError(f"{problem} {field}", file=path, item=key)
    for field, value in entry.items():
        if not isinstance(value, known[field]):
            expected = known[field].__name__ if isinstance(known[field], type) else str(known[field])
            raise InputError(f"{field} must be {expected}, is {value!r}", file=path, item=key)
    _check_values(entry, path, key)
    return entry


def _check_values(entry, path, key):
    image, instructions = entry["image"], entry["instructions"]
    side = image.get("side")
    if entry["family"] not in FAMILIES:
        raise InputError(f"family must be one of {', '.join(FAMILIES)}", file=path, item=key)
    if set(image) != {"input", "side"} or image["input"] not in INPUTS:
        expected = f"image must have input, one of {', '.join(INPUTS)}, and side"
        raise InputError(expected, file=path, item=key)
    if side is not None and not (isinstance(side, int) and side > 0):
        raise InputError("image.side must be null or pixels", file=path, item=key)
    for task, addition in instructions.items():
        if task not in TASKS or not isinstance(addition, dict) or not set(addition) <= {"prefix", "suffix"}:
            expected = f"instructions must map tasks ({', '.join(TASKS)}) to prefix and suffix"
            raise InputError(expected, file=path, item=key)


#: Remote sensing, computer vision (general), and the paper's own.
KINDS = ("RS", "CV", "ours")

#: RS-InternVL without its adapter, to see what fine-tuning taught; it is in no table of the paper.
UNTRAINED = "RS-InternVL-untrained"


def read_models(path):
    """Read the benchmarked models.

    Parameters
    ----------
    path : str or Path
        YAML mapping of keys to ``name``, ``parameters``, ``kind`` (one of :data:`KINDS`),
        ``box_scale`` (side of the image in the model's box coordinates) and more; in the order of the paper's
        tables.

    Returns
    -------
    dict of str to dict

    Raises
    ------
    InputError
        If the file is no such mapping.
    """
    try:
        models = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("file not found", file=path) from None
    except yaml.YAMLError as error:
        raise InputError(f"not readable YAML: {error}", file=path) from error
    if not isinstance(models, dict):
        raise InputError("expected a mapping of model keys", file=path)
    for key, model in models.items():
        if not isinstance(model, dict) or model.get("kind") not in KINDS:
            raise InputError(f"a model needs a kind, one of {', '.join(KINDS)}", file=path, item=key)
    return models


def model_entry(models, key):
    """Return the entry of a model; that of RS-InternVL for :data:`UNTRAINED`, which is the same model.

    Raises
    ------
    InputError
        If there is none.
    """
    entry = models.get("RS-InternVL" if key == UNTRAINED else key)
    if entry is None:
        raise InputError("unknown model", item=key, remedy=f"known are {', '.join(models)}")
    return entry
