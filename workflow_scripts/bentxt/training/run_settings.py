"""Which settings of a fine-tuning belong to its task, and which change no result."""

from __future__ import annotations

from typing import Any

from bentxt.errors import InputError
from bentxt.program.settings import setting

#: Keys of the config's ``finetuning`` that change how a run goes and not what comes out of it. The program is
#: given them apart from its settings, so that changing one reruns nothing and a saved state stays usable.
RUNNING = ("gradient_checkpointing", "save_minutes", "cached_patches", "loader", "processes", "nodes")
#: Keys that only say how the annotations of a step go through the model. Dropout is drawn by pass, so that
#: other values give another run of the same kind; one that ran out of memory goes on with them.
LAYOUT = ("tokens_per_row", "tokens_per_pass")
#: Keys that hold one value a task.
BY_TASK = ("epochs", "batch_size")


def running_options(options: dict[str, Any]) -> dict[str, Any]:
    """Return those of the options of a fine-tuning that change no result.

    Examples
    --------
    >>> running_options({"rank": 8, "nodes": 1})
    {'nodes': 1}
    """
    return {key: options[key] for key in RUNNING if key in options}


def tracked_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a program without those that change no result.

    Examples
    --------
    >>> tracked_settings({"seed": 1, "finetuning": {"rank": 8, "nodes": 1}})
    {'seed': 1, 'finetuning': {'rank': 8}}
    """
    return _without(settings, RUNNING)


def resumable_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that a saved state belongs to.

    Examples
    --------
    >>> resumable_settings({"seed": 1, "finetuning": {"rank": 8, "nodes": 1, "tokens_per_pass": 4096}})
    {'seed': 1, 'finetuning': {'rank': 8}}
    """
    return _without(settings, RUNNING + LAYOUT)


def _without(settings, keys):
    options = {key: value for key, value in settings["finetuning"].items() if key not in keys}
    return {**settings, "finetuning": options}


def task_options(settings: dict[str, Any], running: dict[str, Any], task: str) -> dict[str, dict[str, Any]]:
    """Return the settings of one task's fine-tuning, as :func:`bentxt.program.settings.section` reads them.

    Parameters
    ----------
    settings : dict
        What the program got, with the section ``finetuning``.
    running : dict
        Of :data:`RUNNING`; they win over those in ``settings``.
    task : str
        Of :data:`bentxt.release.TASKS`.

    Examples
    --------
    >>> task_options({"finetuning": {"epochs": {"mcq": 2}, "rank": 8}}, {"nodes": 1}, "mcq")
    {'finetuning': {'epochs': 2, 'rank': 8, 'nodes': 1}}
    """
    options = {**setting(settings, "finetuning"), **running}
    return {"finetuning": options | {key: options[key][task] for key in BY_TASK if key in options}}


def check_precision(dtype: str) -> None:
    """Raise :class:`bentxt.errors.InputError` for a precision that cannot be trained in.

    Examples
    --------
    >>> check_precision("bfloat16")
    """
    if dtype == "float16":
        raise InputError(
            "float16 is no precision to train in: small gradients become 0 in it without a scaled loss",
            item="finetuning.dtype",
            remedy="set it to bfloat16, float32 or auto",
        )
