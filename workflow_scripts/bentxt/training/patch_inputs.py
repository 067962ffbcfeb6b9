"""What is read of patches before they go through the model: their images, prepared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch

from bentxt.bigearthnet.image_store import Images
from bentxt.models.answering_model import PatchImages


@dataclass(frozen=True)
class PatchInputs:
    """Tensors of some patches.

    Attributes
    ----------
    patches : tuple of int
        Their numbers.
    tensors : tuple of torch.Tensor
        Each of shape (patches, …): the inputs of :meth:`bentxt.models.rs_internvl.RSInternVL.encode`, or the
        parts of :class:`bentxt.models.rs_internvl.Features`.
    """

    patches: tuple[int, ...]
    tensors: tuple[torch.Tensor, ...]

    def select(self, patches: Sequence[int]) -> PatchInputs:
        """Return those of some of the patches."""
        if tuple(patches) == self.patches:
            return self
        rows = [self.patches.index(patch) for patch in patches]
        return PatchInputs(tuple(patches), tuple(tensor[rows] for tensor in self.tensors))

    def pin_memory(self) -> PatchInputs:
        """Return them in memory that a GPU reads without a copy by the processor."""
        return replace(self, tensors=tuple(tensor.pin_memory() for tensor in self.tensors))

    def owned(self) -> PatchInputs:
        """Return them in memory of this process: what is shared by processes takes a file handle each."""
        shared = any(tensor.is_shared() and not tensor.is_pinned() for tensor in self.tensors)
        return replace(self, tensors=tuple(tensor.clone() for tensor in self.tensors)) if shared else self


class ImageReader:
    """Reads and prepares images; in worker processes each opens the LMDB for itself.

    Parameters
    ----------
    images : bentxt.bigearthnet.image_store.Images
    patch_ids, s1_names : sequence of str
        Of each patch.
    prepare : callable
        :class:`bentxt.models.rs_internvl.Preparation`.
    white : int or None
        Of ``PatchImages``.
    s1 : bool
        Whether the model sees Sentinel-1.
    """

    def __init__(
        self,
        images: Images,
        patch_ids: Sequence[str],
        s1_names: Sequence[str],
        prepare: Callable[[Sequence[PatchImages]], tuple[torch.Tensor, ...]],
        white: int | None,
        s1: bool = True,
    ) -> None:
        self._images, self._patch_ids, self._s1_names = images, patch_ids, s1_names
        self._prepare, self._white, self._s1 = prepare, white, s1

    def __call__(self, patches: Sequence[int]) -> PatchInputs:
        """Return the inputs of some patches, by their numbers.

        Raises
        ------
        InputError
            If a patch is not in the LMDB, or its blob is damaged.
        """
        return PatchInputs(tuple(patches), self._prepare([self._read(patch) for patch in patches]))

    def _read(self, patch):
        patch_id = self._patch_ids[patch]
        s1 = self._images.s1(self._s1_names[patch]) if self._s1 else {}
        return PatchImages(patch_id, self._images.s2(patch_id), s1, self._white)
