"""What is chosen where a model's paper is silent, and whether its checkpoint was taken whole.

Needs Python 3.8.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Iterable, Mapping, Sequence

from worker_checks import require_files
from worker_protocol import NotReady, Options


def chosen(options: Options, known: Mapping[str, Sequence]) -> dict[str, Any]:
    """Return the settings in effect.

    Parameters
    ----------
    options : Options
    known : dict of str to sequence
        For each setting the values that are allowed, the default first; ``tags`` is not the worker's.

    Returns
    -------
    dict
        A value for each known setting.

    Raises
    ------
    NotReady
        If a setting is unknown or has another value.
    """
    for name in options.settings:
        if name not in known and name != "tags":
            raise NotReady(f"unknown setting {name}; known are {', '.join(known)}")
    values = {}
    for name, allowed in known.items():
        value = options.settings.get(name, allowed[0])
        # True equals 1 and would be taken for it.
        if isinstance(value, bool) != isinstance(allowed[0], bool) or value not in allowed:
            if isinstance(allowed, range):
                wanted = f"a whole number from {allowed[0]} to {allowed[-1]}"
            else:
                wanted = "one of " + ", ".join(map(str, allowed))
            raise NotReady(f"the setting {name} must be {wanted}, is {value!r}")
        values[name] = value
    return values


def require_shards(folder: Path) -> None:
    """Check that a checkpoint has all files that the index of its weights names, where it has one.

    Raises
    ------
    NotReady
        With the name of the first one that is missing.
    """
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        names = json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()
        require_files(folder, sorted(set(names)))


def require_whole(model: Any, loading: Mapping[str, Iterable], harmless: str = r"$^") -> None:
    """Check what transformers loaded of a checkpoint.

    Parameters
    ----------
    model : torch.nn.Module
        Loaded with ``low_cpu_mem_usage`` and ``ignore_mismatched_sizes``, and not yet moved: what the
        checkpoint lacks has no values. Older transformers do not list it, since all weights without values
        look to them like one.
    loading : dict
        What ``output_loading_info`` gave: ``missing_keys``, ``unexpected_keys`` and ``mismatched_keys``.
    harmless : str
        Pattern of unexpected keys that are no weights, such as buffers that the code computes itself.

    Raises
    ------
    NotReady
        With the number of weights that are missing, of another shape or of no use, and the first ones.
    """
    weights = [*model.named_parameters(), *model.named_buffers()]
    empty = {name for name, value in weights if value.is_meta}
    unexpected = [key for key in loading["unexpected_keys"] if not re.search(harmless, key)]
    misshaped = {str(each[0]) for each in loading["mismatched_keys"]}
    found = {
        "missing": sorted(empty.union(loading["missing_keys"]) - misshaped),
        "of another shape": sorted(misshaped),
        "unexpected": sorted(unexpected),
    }
    problems = [
        f"{len(keys)} {what} ({', '.join(keys[:5])}{', …' * (len(keys) > 5)})"
        for what, keys in found.items()
        if keys
    ]
    if problems:
        raise NotReady(f"the checkpoint does not fit the code; weights: {'; '.join(problems)}")
