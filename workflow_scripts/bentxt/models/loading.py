"""The entry of one model in ``resources/models.yaml``, and the model loaded as the entry says."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from bentxt.errors import CheckpointUnavailable, InputError
from bentxt.models.adapter_files import ADAPTER_FILES
from bentxt.models.answering_model import AnsweringModel
from bentxt.models.checkpoints import Checkpoint, find_checkpoint, hash_files
from bentxt.models.model_table import FAMILIES, FROM_FILE, Family, ModelEntry


@dataclass(frozen=True)
class Weights:
    """What a prediction is made from, for its status and for the key of its progress.

    Attributes
    ----------
    description : str or None
        "published", or what stands in for the published weights; None where only the loaded model knows
        (server, worker), in its attribute ``weights``.
    checkpoints : dict of str to Checkpoint
        By role: "checkpoint", "s1_encoder", "s2_encoder"; empty for a server.
    identity : list of str
        Changes when anything of it does.
    """

    description: str | None
    checkpoints: dict[str, Checkpoint]
    identity: list[str]


def find_weights(
    key: str,
    entry: ModelEntry,
    checkpoint: str | None = None,
    s1_encoder: str | None = None,
    s2_encoder: str | None = None,
    adapter: str | None = None,
) -> Weights:
    """Find what a model is loaded from.

    Parameters
    ----------
    key : str
    entry : bentxt.models.model_table.ModelEntry
    checkpoint, s1_encoder, s2_encoder : str, optional
        Folders or Hugging Face ids in place of the entry's.
    adapter : str, optional
        Folder of fine-tuned weights; it must be given where the entry needs one, and nowhere else.

    Returns
    -------
    Weights

    Raises
    ------
    CheckpointUnavailable
        If one of the checkpoints is not available.
    InputError
        If the adapter is missing or not wanted.
    """
    if entry.family == FROM_FILE:
        problem = f"nothing of it is run: its answers are in {entry.answers}"
        raise InputError(problem, item=key, remedy="adopt_answers.py takes them from there")
    source = checkpoint or entry.checkpoint
    if (adapter is not None) != ("adapter" in entry.needs):
        problem, remedy = "needs no adapter", "leave out --adapter"
        if adapter is None:
            problem, remedy = "needs an adapter", "give --adapter"
        raise InputError(problem, item=key, remedy=remedy)
    if "checkpoint" not in entry.needs:
        return Weights(None, {}, [str(source), str(entry.revision)])
    if source is None:
        raise CheckpointUnavailable("no checkpoint is named", item=key, remedy="name one in the config")
    # A revision belongs to the entry's own repository.
    revision = entry.revision if source == entry.checkpoint else None
    checkpoints = {"checkpoint": find_checkpoint(source, revision)}
    given = {"s1_encoder": s1_encoder, "s2_encoder": s2_encoder}
    for role in entry.encoders:
        checkpoints[role] = find_checkpoint(given[role] or getattr(entry, role))
    identity = [found.identity for found in checkpoints.values()]
    if adapter is not None:
        identity.append(f"adapter:{hash_files(adapter, ADAPTER_FILES)}")
    return Weights(_describe(checkpoints), checkpoints, identity)


def _describe(checkpoints):
    """Return "published" only where every checkpoint is; the others are named where they differ."""
    found = {role: checkpoint.weights for role, checkpoint in checkpoints.items()}
    if len(set(found.values())) == 1:
        return found["checkpoint"]
    return "; ".join(f"{role}: {weights}" for role, weights in found.items())


def load_model(
    key: str,
    entry: ModelEntry,
    weights: Weights,
    settings: dict[str, Any],
    adapter: str | None = None,
    checkpoint: str | None = None,
) -> AnsweringModel:
    """Load a model.

    Parameters
    ----------
    key : str
    entry : bentxt.models.model_table.ModelEntry
    weights : Weights
        From :func:`find_weights`.
    settings : dict
        With ``seed`` and ``prediction``.
    adapter : str, optional
        As for :func:`find_weights`.
    checkpoint : str, optional
        Name of the model on the server, or checkpoint of the worker, in place of the entry's.

    Returns
    -------
    bentxt.models.answering_model.AnsweringModel

    Raises
    ------
    CheckpointUnavailable
        If weights, environment or key are missing.
    """
    check_remote_code(key, entry, settings["prediction"]["allow_remote_code"])
    return answering_class(entry.family).load(key, entry, weights, settings, checkpoint, adapter)


def answering_class(name: str, families: Mapping[str, Family] = FAMILIES) -> type[AnsweringModel]:
    """Import the class that runs a family's models.

    Raises
    ------
    CheckpointUnavailable
        If what it needs is not installed.
    InputError
        If it is no :class:`AnsweringModel`.
    """
    family = families[name]
    try:
        found = getattr(import_module(family.module), family.answering_class, None)
    except ImportError as error:
        raise CheckpointUnavailable(f"no environment to run it: {error}", item=name) from error
    if not (isinstance(found, type) and AnsweringModel in found.__mro__):
        raise InputError(f"{family.module}.{family.answering_class} is no AnsweringModel", item=name)
    return found


def check_remote_code(key: str, entry: ModelEntry, allowed: bool) -> None:
    """Refuse a model that runs code from its repository, unless that is pinned and the config allows it.

    Raises
    ------
    CheckpointUnavailable
    """
    if not entry.remote_code:
        return
    if not allowed:
        raise CheckpointUnavailable(
            "runs code from its repository, which the config does not allow",
            item=key,
            remedy="read that code, then set prediction.allow_remote_code to true",
        )
    if entry.revision is None:
        raise CheckpointUnavailable(
            "runs code from its repository, and no commit is pinned",
            item=key,
            remedy="put the commit that you have read into revision of resources/models.yaml",
        )
