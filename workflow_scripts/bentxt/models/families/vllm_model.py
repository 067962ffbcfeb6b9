"""Models that vLLM runs on this machine's GPUs: checkpoints as of the family transformers."""

import json
from collections.abc import Callable, Sequence
from typing import Any, Self

from bentxt.chat_server import AnswerFailed
from bentxt.errors import CheckpointUnavailable
from bentxt.models.answering_model import (
    AnsweringModel,
    LoadedCheckpoint,
    LoadedEntry,
    LoadedWeights,
    PatchImages,
    Reply,
)
from bentxt.models.picture_chats import PictureChats, picture_message
from bentxt.nomenclature import SIDE
from bentxt.vllm_engines import VLLMEngines

#: Options of the image processor by type of model, as the family transformers gives them.
_PROCESSOR = {"internvl": {"crop_to_patches": False}}


class VLLMModel(AnsweringModel):
    """Greedy decoding by vLLM; patches are split among the engines, the questions of one stay together.

    Attributes
    ----------
    request : dict
        All that an answer depends on besides weights, picture, instruction and longest answer.

    Parameters
    ----------
    checkpoint : bentxt.models.checkpoints.Checkpoint
    side : int or None
        Pixels that the picture is scaled to before the model's own preprocessing.
    chat : dict
        Variables of the chat template.
    remote_code : bool
        Whether code from the checkpoint's repository runs.
    options : dict
        The section ``prediction.vllm``: ``data_parallel``, and options of ``vllm.LLM``.
    dtype : str
        As ``prediction.dtype``.

    Raises
    ------
    CheckpointUnavailable
        If vLLM is not installed here, there are too few GPUs, or the model cannot be loaded.
    """

    batched = False

    def __init__(
        self,
        checkpoint: LoadedCheckpoint,
        side: int | None,
        chat: dict[str, Any],
        remote_code: bool,
        options: dict[str, Any],
        dtype: str,
    ) -> None:
        self._side = side
        given = {name: value for name, value in options.items() if name != "data_parallel"}
        processor = _PROCESSOR.get(_model_type(checkpoint))
        pixels = side or SIDE
        self._engines = VLLMEngines(
            str(checkpoint.folder),
            given
            | {
                "dtype": dtype,
                "seed": 0,
                "trust_remote_code": remote_code,
                # One picture of this size is all that memory must be kept for.
                "limit_mm_per_prompt": {
                    "image": {"count": 1, "width": pixels, "height": pixels},
                    "video": 0,
                },
            }
            | ({"mm_processor_kwargs": processor} if processor else {}),
            engines=options["data_parallel"],
            chat=chat,
            section="prediction.vllm",
            remedy="run it in envs/vllm.yaml, or set prediction.engine to transformers",
        )
        self.device = f"{self._engines.device}, vLLM {self._engines.version}"
        self.request = {
            "message": picture_message("picture", "instruction"),
            "chat": chat,
            "processor": processor,
            "dtype": dtype,
            "quantization": options["quantization"],
            "device": self.device.partition(":")[0].partition(",")[0],
        }

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
        """Start the engines; see :class:`AnsweringModel`."""
        options = settings["prediction"]
        given = (entry.image["side"], entry.chat, entry.remote_code)
        return cls(weights.checkpoints["checkpoint"], *given, options["vllm"], options["dtype"])

    def answer_each(
        self,
        patches: Sequence[PatchImages],
        instructions: Sequence[Sequence[str]],
        max_new_tokens: int,
        keep: Callable[[int, Reply], object],
    ) -> None:
        """Answer all instructions of several patches; see :class:`AnsweringModel`.

        Raises
        ------
        InputError
            If an engine ends.
        """

        def reply(place: int, text: str) -> None:
            keep(place, Reply(text.strip()))

        def fail(place: int, failure: AnswerFailed) -> None:
            keep(place, Reply(failure.text.strip(), failure.kind, failure.problem))

        chats = PictureChats(patches, instructions, self._side)
        self._engines.converse(chats, {"temperature": 0.0, "max_tokens": max_new_tokens}, reply, fail)

    def close(self) -> None:
        """End the engines and all their processes."""
        self._engines.close()


def _model_type(checkpoint):
    try:
        return json.loads((checkpoint.folder / "config.json").read_text(encoding="utf-8"))["model_type"]
    except (OSError, ValueError, KeyError) as error:
        raise CheckpointUnavailable(
            f"no type of model in config.json: {error}", file=checkpoint.source
        ) from error
