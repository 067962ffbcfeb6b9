"""Features of patches, from the frozen parts of the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from bentxt.models.answering_model import PatchImages
from bentxt.models.rs_internvl import Features, Preparation, RSInternVL


class FeatureStore:
    """Features of patches, made by the frozen parts when they are first asked for.

    Parameters
    ----------
    model : bentxt.models.rs_internvl.RSInternVL
    preparation : bentxt.models.rs_internvl.Preparation
    read : callable
        Gives the ``PatchImages`` of a patch by its number.
    dtype : torch.dtype
        Of the frozen parts.
    capacity : int
        Patches kept.
    """

    def __init__(
        self,
        model: RSInternVL,
        preparation: Preparation,
        read: Callable[[int], PatchImages],
        dtype: torch.dtype,
        capacity: int,
    ) -> None:
        self._model, self._prepare, self._read, self._dtype = model, preparation, read, dtype
        self._capacity = capacity
        self._kept: dict[int, Features] = {}

    def __call__(self, patches: Sequence[int]) -> Features:
        """Return the features of some patches, in order."""
        missing = [patch for patch in dict.fromkeys(patches) if patch not in self._kept]
        fresh: dict[int, Features] = {}
        if missing:
            # The last bits of a patch's features depend on what it is encoded with. Where features are kept,
            # it depends on the past which patches are missing: each is encoded alone, so that a resumed run
            # gets the same bits.
            size = 1 if self._capacity else len(missing)
            for begin in range(0, len(missing), size):
                fresh |= self._encode(missing[begin : begin + size])
        found = [fresh[patch] if patch in fresh else self._kept[patch] for patch in patches]
        for patch, features in fresh.items():
            if len(self._kept) < self._capacity:
                self._kept[patch] = features
        parts = ((of.rgb, of.s2, of.s1) for of in found)
        return Features(*(torch.cat(pieces) for pieces in zip(*parts, strict=True)))

    def _encode(self, patches: Sequence[int]) -> dict[int, Features]:
        """Return the features of some patches by number, from one pass through the frozen parts."""
        device = next(self._model.parameters()).device
        inputs = self._prepare([self._read(patch) for patch in patches])
        features = self._model.encode(*(tensor.to(device, self._dtype) for tensor in inputs))
        return {patch: features.select(slice(row, row + 1)) for row, patch in enumerate(patches)}
