"""Features of patches: what the frozen parts of the model make of them, computed or read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from bentxt.models.rs_internvl import Features, RSInternVL
from bentxt.training.patch_inputs import PatchInputs


class FeatureStore:
    """Features of patches; those that were asked for first stay in memory.

    The features of a patch do not depend on what was asked for with it or before, where ``encode`` sees to
    that: so a resumed run, and any number of processes, get the same.

    Parameters
    ----------
    read : callable
        Gives the ``PatchInputs`` of patches by their numbers.
    encode : callable
        Makes features of the tensors of ``PatchInputs``, as :func:`frozen_parts` does.
    capacity : int
        Patches whose features are kept.
    """

    def __init__(
        self,
        read: Callable[[Sequence[int]], PatchInputs],
        encode: Callable[[Sequence[torch.Tensor]], Features],
        capacity: int,
    ) -> None:
        self.read, self._encode, self._capacity = read, encode, capacity
        self._kept: dict[int, Features] = {}
        self._claimed: set[int] = set()
        self._offered: dict[int, list[PatchInputs]] = {}

    def claim(self, patches: Sequence[int]) -> tuple[int, ...]:
        """Return the patches of the next pass whose inputs have to be read, because no pass before has them.

        Called for passes in the order in which their features will be asked for.
        """
        needed = tuple(patch for patch in dict.fromkeys(patches) if patch not in self._claimed)
        for patch in needed:
            self._claim(patch)
        return needed

    def _claim(self, patch):
        if len(self._claimed) < self._capacity:
            self._claimed.add(patch)

    def offer(self, inputs: PatchInputs) -> None:
        """Take what was read of the patches that :meth:`claim` named, until their features are asked for."""
        for patch in inputs.patches:
            self._offered.setdefault(patch, []).append(inputs)

    def __call__(self, patches: Sequence[int]) -> Features:
        """Return the features of some patches, in order; what is neither kept nor offered is read here."""
        found: dict[int, Features] = {}
        for inputs, missing in self._missing(list(dict.fromkeys(patches))):
            found |= self._features(inputs.select(missing) if inputs else self.read(missing))
        for patch, features in found.items():
            self._claim(patch)
            if patch in self._claimed:
                self._kept[patch] = features
        own = [found[patch] if patch in found else self._kept[patch] for patch in patches]
        parts = ((of.rgb, of.s2, of.s1) for of in own)
        return Features(*(torch.cat(pieces) for pieces in zip(*parts, strict=True)))

    def _missing(self, patches):
        """Return the patches whose features are not kept, those read together together."""
        groups: dict[int, tuple[PatchInputs | None, list[int]]] = {}
        for patch in patches:
            offered = self._offered.pop(patch, [])
            inputs = offered.pop(0) if offered else None
            if offered:
                self._offered[patch] = offered
            if patch not in self._kept:
                groups.setdefault(id(inputs), (inputs, []))[1].append(patch)
        return list(groups.values())

    def _features(self, inputs):
        features = self._encode(inputs.tensors)
        return {patch: features.select(slice(row, row + 1)) for row, patch in enumerate(inputs.patches)}


def frozen_parts(model: RSInternVL, dtype: torch.dtype) -> Callable[[Sequence[torch.Tensor]], Features]:
    """Return what makes features of inputs by the model's frozen parts.

    The last bits of a patch's features depend on what it is encoded with. On a CPU each patch is encoded
    alone, so that they are the same in every run; on a GPU, where much would be lost by that, together.

    Parameters
    ----------
    model : RSInternVL
    dtype : torch.dtype
        Of the frozen parts.
    """
    device = next(model.parameters()).device

    def encode(tensors: Sequence[torch.Tensor]) -> Features:
        inputs = [tensor.to(device, dtype, non_blocking=True) for tensor in tensors]
        count = len(inputs[0])
        size = 1 if device.type == "cpu" else count
        found = [
            model.encode(*(of[begin : begin + size] for of in inputs)) for begin in range(0, count, size)
        ]
        parts = ((of.rgb, of.s2, of.s1) for of in found)
        return Features(*(torch.cat(pieces) for pieces in zip(*parts, strict=True)))

    return encode


def stored_parts(device: torch.device) -> Callable[[Sequence[torch.Tensor]], Features]:
    """Return what makes features of inputs that are features already."""
    return lambda tensors: Features(*(tensor.to(device, non_blocking=True) for tensor in tensors))
