"""Models of a user's own: short entries in the config, completed and held to the rules of ``models.yaml``."""

import re
from collections.abc import Mapping
from typing import Any

from bentxt.errors import InputError
from bentxt.models.model_table import FAMILIES, FROM_FILE, ModelEntry

#: What an entry has to say; everything else has a default.
REQUIRED = ("family", "box_scale")
#: A key names folders and files.
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,59}")


def with_own_models(models: Mapping[str, ModelEntry], own: Mapping[str, Any]) -> dict[str, ModelEntry]:
    """Return the models of the tables, and a user's own behind them.

    Parameters
    ----------
    models : mapping of str to ModelEntry
        From :func:`bentxt.models.model_table.read_models`.
    own : mapping of str to mapping
        Fields of :class:`bentxt.models.model_table.ModelEntry`, of which only ``family`` and ``box_scale``
        must be there. Such a model is of the group ``own``.

    Returns
    -------
    dict of str to ModelEntry

    Raises
    ------
    InputError
        If a key cannot name files or is that of a model in the tables, or an entry is not as it must be.
    """
    found = dict(models)
    for key, content in own.items():
        check_key(key, found, f"models.{key}")
        found[key] = _entry(key, content, found)
    return found


def check_key(key: object, models: Mapping[str, ModelEntry], item: str) -> None:
    """Refuse a key that cannot name files, or that another model has.

    Parameters
    ----------
    key : str
        Of a new model.
    models : mapping of str to ModelEntry
        Those that are there.
    item : str
        Where the config names it.

    Raises
    ------
    InputError
    """
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise InputError(
            f"{key!r} cannot be the key of a model",
            item=item.partition(".")[0],
            remedy="at most 60 letters, digits, dots, dashes, plus signs, underscores: it names files",
        )
    # Some file systems take both for one name.
    if key.lower() in {other.lower() for other in models}:
        remedy = "name yours otherwise; another checkpoint of that model is named in checkpoints"
        raise InputError("a model of the tables has this key", item=item, remedy=remedy)


def _entry(key, content, above):
    item = f"models.{key}"
    if not isinstance(content, Mapping):
        raise InputError("expected a mapping of fields", item=item)
    for name in REQUIRED:
        if name not in content:
            remedy = {
                "family": f"one of {', '.join((*FAMILIES, FROM_FILE))}",
                "box_scale": "side of the image in the model's boxes, as 1000; null where they are 0 to 1",
            }[name]
            raise InputError(f"missing field {name}", item=item, remedy=remedy)
    family = FAMILIES.get(content["family"])
    defaults = {
        "name": key,
        "parameters": "",
        "group": "own",
        "needs": ["checkpoint"] if family and family.loads_checkpoint else [],
        "checkpoint": None,
        "revision": None,
        "remote_code": False,
        "image": {"input": "rgb", "side": None},
        "instructions": {},
    }
    entry = ModelEntry.from_dict({**defaults, **content}, item)
    problem = None
    if entry.group != "own":
        problem = f"a model of your own is of the group own, not {entry.group}"
    elif "adapter" in entry.needs:
        problem = "only RS-InternVL of the tables is fine-tuned here"
    elif entry.base is not None and entry.base not in above:
        problem = f"base must be a model of the tables or above, is {entry.base!r}"
    if problem:
        raise InputError(problem, item=item)
    return entry
