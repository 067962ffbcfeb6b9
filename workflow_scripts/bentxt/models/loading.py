"""The entry of one model in ``resources/models.yaml``, and the model loaded as the entry says."""

from dataclasses import dataclass

from bentxt.errors import CheckpointUnavailable, InputError
from bentxt.models.checkpoints import Checkpoint, find_checkpoint, hash_files

#: The model that is fine-tuned here; without its adapter it is the baseline :data:`UNTRAINED`.
TRAINED = "RS-InternVL"


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


def find_weights(key, entry, checkpoint=None, s1_encoder=None, s2_encoder=None, adapter=None):
    """Find what a model is loaded from.

    Parameters
    ----------
    key : str
    entry : dict
        From :func:`read_entry`.
    checkpoint, s1_encoder, s2_encoder : str, optional
        Folders or Hugging Face ids in place of the entry's.
    adapter : str, optional
        Folder of RS-InternVL's fine-tuned weights; it must be given for that model and no other.

    Returns
    -------
    Weights

    Raises
    ------
    CheckpointUnavailable
        If one of the checkpoints is not at hand.
    InputError
        If the adapter is missing or not wanted.
    """
    source = checkpoint or entry["checkpoint"]
    if (adapter is not None) != (key == TRAINED):
        remedy = "give --adapter" if adapter is None else "leave out --adapter"
        raise InputError(f"an adapter belongs to {TRAINED}, and only to it", item=key, remedy=remedy)
    if entry["family"] in ("openai", "worker"):
        return Weights(None, {}, [str(source), str(entry["revision"])])
    if source is None:
        raise CheckpointUnavailable("no checkpoint is named", item=key, remedy="name one in the config")
    # A revision belongs to the entry's own repository.
    revision = entry["revision"] if source == entry["checkpoint"] else None
    checkpoints = {"checkpoint": find_checkpoint(source, revision)}
    if entry["family"] == "rs_internvl":
        for role, given in (("s1_encoder", s1_encoder), ("s2_encoder", s2_encoder)):
            checkpoints[role] = find_checkpoint(given or entry[role])
    identity = [found.identity for found in checkpoints.values()]
    if adapter is not None:
        identity.append(f"adapter:{hash_files(adapter)}")
    return Weights(_describe(checkpoints), checkpoints, identity)


def _describe(checkpoints):
    """Return "published" only where every checkpoint is; the others are named where they differ."""
    found = {role: checkpoint.weights for role, checkpoint in checkpoints.items()}
    if len(set(found.values())) == 1:
        return found["checkpoint"]
    return "; ".join(f"{role}: {weights}" for role, weights in found.items())


def load_model(key, entry, weights, settings, adapter=None, checkpoint=None):
    """Load a model.

    Parameters
    ----------
    key : str
    entry : dict
        From :func:`read_entry`.
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
    options = settings["prediction"]
    check_remote_code(key, entry, options["allow_remote_code"])
    family = entry["family"]
    if family == "openai":
        from bentxt.models.families.server_model import ChatModel

        return ChatModel(checkpoint or entry["checkpoint"], entry["image"], options["openai"])
    if family == "worker":
        from bentxt.models.families.worker_model import WorkerModel

        return WorkerModel(key, entry, options["worker_timeout"])
    try:
        from bentxt.models.device import choose_device
    except ImportError as error:
        raise CheckpointUnavailable(f"no environment to run it: {error}", item=key) from error
    device, dtype = choose_device(options["device"], options["dtype"])
    if family == "transformers":
        from bentxt.models.families.transformers_model import NativeModel

        return NativeModel(weights.checkpoints["checkpoint"], entry, device, dtype)
    from bentxt.models.families.rs_internvl_model import load_rs_internvl

    folders = {role: str(found.folder) for role, found in weights.checkpoints.items()}
    return load_rs_internvl(
        folders["checkpoint"],
        folders["s1_encoder"],
        folders["s2_encoder"],
        adapter,
        settings["seed"],
        device,
        dtype,
    )


def check_remote_code(key, entry, allowed):
    """Refuse a model that runs code from its repository, unless that is pinned and the config allows it.

    Raises
    ------
    CheckpointUnavailable
    """
    if not entry["remote_code"]:
        return
    if not allowed:
        raise CheckpointUnavailable(
            "runs code from its repository, which the config does not allow",
            item=key,
            remedy="read that code, then set prediction.allow_remote_code to true",
        )
    if entry["revision"] is None:
        raise CheckpointUnavailable(
            "runs code from its repository, and no commit is pinned",
            item=key,
            remedy="put the commit that you have read into revision of resources/models.yaml",
        )
