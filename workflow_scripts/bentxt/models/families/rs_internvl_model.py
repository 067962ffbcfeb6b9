"""RS-InternVL as a model that answers: greedy decoding, adapter and projections loaded."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import torch

from bentxt.models.answering_model import AnsweringModel, LoadedEntry, LoadedWeights, PatchImages, Reply
from bentxt.models.device import choose_device, device_name, memory_watched
from bentxt.models.modalities import Make
from bentxt.models.prefix_answers import answer_behind_prefixes
from bentxt.models.rs_internvl import Preparation, RSInternVL, load_parts, read_make
from bentxt.models.visual_prompts import Prompts


class RSInternVLModel(AnsweringModel):
    """Greedy decoding with RS-InternVL; keys and values of a patch's prefix serve all its instructions."""

    revision = None

    def __init__(
        self, model: RSInternVL, prompts: Prompts, preparation: Preparation, dtype: torch.dtype
    ) -> None:
        self._model, self._prompts, self._prepare, self._dtype = model, prompts, preparation, dtype
        self._device = next(model.parameters()).device
        self.device = device_name(self._device)
        self._model.settle(dtype)

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
        """Load the model; without an adapter its projections are fresh. See :class:`AnsweringModel`."""
        options = settings["prediction"]
        device, dtype = choose_device(options["device"], options["dtype"])
        make = Make.of(entry.image["input"].split("_"))
        if adapter is not None:
            make = replace(make, trained=read_make(adapter).trained)
        found = {role: str(of.folder) for role, of in weights.checkpoints.items()}
        encoders = found.get("s1_encoder"), found.get("s2_encoder")
        model, prompts, preparation = load_parts(
            found["checkpoint"], *encoders, settings["seed"], device, dtype, make
        )
        if adapter is not None:
            model.load_adapter(adapter)
        return cls(model.to(device).eval(), prompts, preparation, dtype)

    def answer_many(
        self, patches: Sequence[PatchImages], instructions: Sequence[Sequence[str]], max_new_tokens: int
    ) -> list[list[Reply]]:
        """Answer all instructions of several patches; see :class:`AnsweringModel`."""
        with memory_watched(), torch.inference_mode():
            return self._answer_many(patches, instructions, max_new_tokens)

    def _answer_many(self, patches, instructions, max_new_tokens):
        inputs = [tensor.to(self._device, self._dtype) for tensor in self._prepare(patches)]
        owners = [index for index, texts in enumerate(instructions) for _ in texts]
        tokens = [self._prompts.instruction(text) for texts in instructions for text in texts]
        features = self._model.encode(*inputs)
        replies = iter(
            answer_behind_prefixes(self._model, self._prompts, features, tokens, owners, max_new_tokens)
        )
        return [[next(replies) for _ in of] for of in instructions]
