"""The list of benchmarked models, ``resources/models.yaml`` (Section 4 of the paper)."""

from pathlib import Path

import yaml

from bentxt.errors import InputError

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
