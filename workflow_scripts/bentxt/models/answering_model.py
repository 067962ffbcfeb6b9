"""What the prediction harness asks of a model: answers to the instructions of patches, as generated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np


@dataclass(frozen=True, slots=True)
class PatchImages:
    """The pair of images that a patch's instructions are about, as the LMDB holds them.

    Attributes
    ----------
    patch_id : str
        Name of the Sentinel-2 patch; for messages and caches, never for the answer.
    s2 : dict of str to numpy.ndarray
        The 12 bands "B01" … "B12", "B8A" (no "B10"): uint16, reflectance × 10,000, shape (120, 120),
        (60, 60) or (20, 20) by the band's resolution. Read-only.
    s1 : dict of str to numpy.ndarray
        "VV" and "VH": float32, dB, shape (120, 120). Read-only.
    """

    patch_id: str
    s2: dict[str, np.ndarray]
    s1: dict[str, np.ndarray]


# What families read of what they are loaded from. They do not import the classes themselves: what a family
# imports is part of the keys of its answers.


class LoadedEntry(Protocol):
    """Fields of a :class:`bentxt.models.model_table.ModelEntry`."""

    @property
    def checkpoint(self) -> str | None:
        """Folder or id of the model, on the hub or its server."""
        ...

    @property
    def remote_code(self) -> bool:
        """Whether code of its repository runs."""
        ...

    @property
    def image(self) -> dict[str, Any]:
        """Its ``input`` and ``side``."""
        ...

    @property
    def chat(self) -> dict[str, Any]:
        """Variables of the chat template."""
        ...

    @property
    def worker(self) -> list[str] | None:
        """Command of its worker."""
        ...


class LoadedCheckpoint(Protocol):
    """Fields of a :class:`bentxt.models.checkpoints.Checkpoint`."""

    @property
    def source(self) -> str:
        """As it was asked for."""
        ...

    @property
    def folder(self) -> Path:
        """Where its files are."""
        ...


class LoadedWeights(Protocol):
    """Fields of :class:`bentxt.models.loading.Weights`."""

    @property
    def checkpoints(self) -> Mapping[str, LoadedCheckpoint]:
        """The checkpoints by role."""
        ...


class AnsweringModel(Protocol):
    """A loaded model. Implementations subclass it, so that they inherit :meth:`answer_many`.

    Decoding is greedy, and deterministic for the same device and settings. An answer depends on its patch,
    its instruction and ``max_new_tokens`` only: not on what else is in the call (batches are padded on the
    left, or masked to the same effect), within floating-point tolerance.

    An instruction comes complete, with the area sentence and the model's own additions
    (:mod:`bentxt.models.instructions`), but without chat template and image placeholders: those are the
    model's. An answer is the decoded text without special tokens and without surrounding white space.

    Attributes
    ----------
    device : str
        Where it runs, for the status file: ``cpu``, ``cuda: <name>``, or the address of a server.
    """

    device: str

    @classmethod
    def load(
        cls,
        key: str,
        entry: LoadedEntry,
        weights: LoadedWeights,
        settings: dict[str, Any],
        checkpoint: str | None = None,
        adapter: str | None = None,
    ) -> Self:
        """Load the model; parameters as for :func:`bentxt.models.loading.load_model`."""
        ...

    def answer(
        self, patch_images: PatchImages, instructions: Sequence[str], max_new_tokens: int
    ) -> list[str]:
        """Answer all instructions of one patch.

        Parameters
        ----------
        patch_images : PatchImages
        instructions : sequence of str
            At least one; the same instruction may come twice.
        max_new_tokens : int
            Longest answer, tokens; a longer one is cut.

        Returns
        -------
        list of str
            An answer for each instruction, in order; empty where the model said nothing.
        """
        ...

    def answer_many(
        self, patches: Sequence[PatchImages], instructions: Sequence[Sequence[str]], max_new_tokens: int
    ) -> list[list[str]]:
        """Answer all instructions of several patches; override it where patches can share a batch.

        Parameters
        ----------
        patches : sequence of PatchImages
        instructions : sequence of sequences of str
            For each patch at least one. The caller keeps their total near ``prediction.batch_size``.
        max_new_tokens : int
            As in :meth:`answer`.

        Returns
        -------
        list of list of str
            In the order of ``patches`` and ``instructions``.
        """
        return [
            self.answer(patch, texts, max_new_tokens)
            for patch, texts in zip(patches, instructions, strict=True)
        ]
