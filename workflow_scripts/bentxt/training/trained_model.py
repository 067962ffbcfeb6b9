"""RS-InternVL as its fine-tuning begins, or its frozen parts run, and what it was loaded from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from bentxt.errors import InputError
from bentxt.models.checkpoints import Checkpoint, find_checkpoint
from bentxt.models.encoder_bands import describe_bands
from bentxt.models.modalities import PAPER, Make
from bentxt.models.rs_internvl import Preparation, RSInternVL, load_parts
from bentxt.models.visual_prompts import Prompts
from bentxt.program.settings import setting

#: What it is loaded from.
ROLES = ("base", "s1_encoder", "s2_encoder")


@dataclass(frozen=True)
class LoadedModel:
    """The model without an adapter.

    Attributes
    ----------
    model : RSInternVL
    prompts : Prompts
    preparation : Preparation
    checkpoints : dict of str to Checkpoint
        By role, of :data:`ROLES` those that the modalities need.
    dtype : torch.dtype
        Of the frozen parts.
    white : int or None
        Of ``PatchImages``; None where the model sees no RGB.
    """

    model: RSInternVL
    prompts: Prompts
    preparation: Preparation
    checkpoints: dict[str, Checkpoint]
    dtype: torch.dtype
    white: int | None

    @property
    def precision(self) -> str:
        """Return the name of ``dtype``, as bfloat16."""
        return str(self.dtype).removeprefix("torch.")

    def weights(self) -> dict[str, str]:
        """Return what the weights of each checkpoint are, for the lineage."""
        return {role: of.weights for role, of in self.checkpoints.items()}

    def made_from(self) -> dict[str, Any]:
        """Return what the features of its frozen parts depend on, but for the images."""
        identities: dict[str, Any] = {role: of.identity for role, of in self.checkpoints.items()}
        white = {} if self.white is None else {"white": self.white}
        return identities | {"dtype": self.precision} | white

    def described(self) -> dict[str, dict[str, Any]]:
        """Return the checkpoints as ``training.json`` and the model card name them."""
        return {
            role: {"source": of.source, "revision": of.revision, "weights": of.weights}
            | ({} if role == "base" else {"bands": describe_bands(of.folder, role)})
            for role, of in self.checkpoints.items()
        }


def load_model(
    sources: Mapping[str, str | None],
    settings: dict[str, Any],
    seed: int,
    device: torch.device,
    dtype: torch.dtype,
    make: Make = PAPER,
) -> LoadedModel:
    """Find the checkpoints and load the model.

    Parameters
    ----------
    sources : mapping of str to str or None
        Folder or Hugging Face id of each of :data:`ROLES`; None where the modalities do not need it.
    settings : dict
        With ``images.rgb_white`` where the model sees RGB.
    seed : int
        Of the fresh projections.
    device : torch.device
    dtype : torch.dtype
        Of the frozen parts.
    make : Make

    Returns
    -------
    LoadedModel

    Raises
    ------
    InputError
        If a checkpoint that the modalities need is not named.
    CheckpointUnavailable
        If one is not available or cannot be loaded.
    """
    found = {}
    for role in ROLES:
        if role != "base" and role.removesuffix("_encoder") not in make.modalities:
            continue
        source = sources[role]
        if source is None:
            raise InputError(f"no {role} is named", remedy=f"give --{role.replace('_', '-')}")
        found[role] = find_checkpoint(source)
    white = setting(settings, "images.rgb_white") if "rgb" in make.modalities else None
    base, s1, s2 = (found[role].folder if role in found else None for role in ROLES)
    assert base is not None
    return LoadedModel(*load_parts(base, s1, s2, seed, device, dtype, make), found, dtype, white)
