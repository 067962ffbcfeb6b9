"""What the prediction harness asks of a model: answers to the instructions of patches, as generated."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np

from bentxt.models.rgb import rgb_image


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
    white : int or None
        ``images.rgb_white``: reflectance × 10,000 that becomes 255 in :attr:`rgb`; None for a model that
        sees no such picture.
    """

    patch_id: str
    s2: dict[str, np.ndarray]
    s1: dict[str, np.ndarray]
    white: int | None

    @property
    def rgb(self) -> np.ndarray:
        """The picture as every model that takes RGB sees it, from :func:`bentxt.models.rgb.rgb_image`."""
        if self.white is None:
            raise TypeError(f"{self.patch_id}: a picture without a white")
        return rgb_image(self.s2, self.white)


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

    @property
    def code(self) -> dict[str, str] | None:
        """``repository`` and ``commit`` of the published inference code that the worker imports."""
        ...

    @property
    def revision(self) -> str | None:
        """Commit of the checkpoint."""
        ...

    @property
    def settings(self) -> dict[str, Any]:
        """Choices of the worker where the paper is silent."""
        ...

    @property
    def server(self) -> dict[str, Any]:
        """What is different for its server from ``prediction.openai``."""
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


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back of one instruction.

    Attributes
    ----------
    text : str
        The decoded text without special tokens and surrounding white space; empty where there is none.
    failure : str or None
        A kind of :mod:`bentxt.failures` where there is no answer, or not the whole of it.
    reason : str
        The failure in a few words.
    box : str or None
        The box that the model gave by other means than its text, as ``[x0, y0, x1, y1]`` in 0–1.
    """

    text: str
    failure: str | None = None
    reason: str = ""
    box: str | None = None


class OutOfMemory(Exception):
    """A batch is too large for the memory of the device; the harness tries smaller ones."""


class AnsweringModel(Protocol):
    """A loaded model. Implementations subclass it and override :meth:`answer_many` or :meth:`answer_each`.

    Decoding is greedy, and deterministic for the same device and settings. An answer depends on its patch,
    its instruction and ``max_new_tokens`` only: not on what else is in the call (batches are padded on the
    left, or masked to the same effect), within floating-point tolerance.

    An instruction comes complete, with the area sentence and the model's own additions
    (:mod:`bentxt.models.instructions`), but without chat template and image placeholders: those are the
    model's.

    Attributes
    ----------
    device : str
        Where it runs, for the status file: ``cpu``, ``cuda: <name>``, or the address of a server.
    batched : bool
        Whether it is given batches of ``prediction.batch_size`` instructions; otherwise it is given all of
        them at once, and asks as many at a time as suits it.
    repeats : bool
        Whether a question that comes again gets the same answer, so that one that was cut is not asked again.
    """

    device: str
    batched: bool = True
    repeats: bool = True

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

    def answer_many(
        self, patches: Sequence[PatchImages], instructions: Sequence[Sequence[str]], max_new_tokens: int
    ) -> list[list[Reply]]:
        """Answer all instructions of several patches.

        Parameters
        ----------
        patches : sequence of PatchImages
        instructions : sequence of sequences of str
            For each patch at least one; the same instruction may come twice.
        max_new_tokens : int
            Longest answer, tokens; a longer one is cut.

        Returns
        -------
        list of list of Reply
            In the order of ``patches`` and ``instructions``.

        Raises
        ------
        OutOfMemory
            If they are too many at a time.
        """
        replies: dict[int, Reply] = {}
        self.answer_each(patches, instructions, max_new_tokens, replies.__setitem__)
        ordered = iter(range(len(replies)))
        return [[replies[next(ordered)] for _ in texts] for texts in instructions]

    def answer_each(
        self,
        patches: Sequence[PatchImages],
        instructions: Sequence[Sequence[str]],
        max_new_tokens: int,
        keep: Callable[[int, Reply], object],
    ) -> None:
        """Answer all instructions of several patches, handing over each reply as soon as it is there.

        Parameters
        ----------
        patches, instructions, max_new_tokens
            As for :meth:`answer_many`; a patch is read when it is asked for.
        keep : callable
            ``keep(i, reply)``, with the place of the instruction among those of all patches; in any order.

        Raises
        ------
        OutOfMemory
            As :meth:`answer_many`.
        InputError
            If there is no use in going on.
        """
        replies = self.answer_many(patches, instructions, max_new_tokens)
        for place, reply in enumerate(reply for of_patch in replies for reply in of_patch):
            keep(place, reply)

    def answer(
        self, patch_images: PatchImages, instructions: Sequence[str], max_new_tokens: int
    ) -> list[str]:
        """Return the texts alone that answer the instructions of one patch; see :meth:`answer_many`."""
        (replies,) = self.answer_many([patch_images], [instructions], max_new_tokens)
        return [reply.text for reply in replies]

    def close(self) -> None:
        """Let go of processes and connections; called once the model is no longer needed, also on errors."""
