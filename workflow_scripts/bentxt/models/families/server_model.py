"""Models behind a server that speaks OpenAI's chat completions protocol: GPT, or any checkpoint served so."""

from collections.abc import Sequence
from typing import Any, Self
from urllib.parse import urlsplit

from bentxt.chat_server import Chat, ChatServer
from bentxt.errors import CheckpointUnavailable
from bentxt.models.answering_model import AnsweringModel, LoadedEntry, LoadedWeights, PatchImages
from bentxt.models.rgb import png_data_url, rgb_image


class ServerModel(AnsweringModel):
    """Sends the picture as PNG with each instruction, many requests at a time.

    Attributes
    ----------
    weights : str
        "published" where OpenAI serves them; else that another server did, which may serve anything.
    request : dict
        All that a request holds besides picture, instruction and longest answer.

    Parameters
    ----------
    model : str
        As the server names it.
    image : dict
        ``side`` of the model's entry in ``resources/models.yaml``.
    options : dict
        The section ``prediction.openai``: those of :class:`bentxt.chat_server.ChatServer`, ``temperature``
        (None: the server's own) and ``length_parameter``.

    Raises
    ------
    CheckpointUnavailable
        If there is no key in the environment, or no client to be imported.
    """

    def __init__(self, model: str, image: dict[str, Any], options: dict[str, Any]) -> None:
        self._server = ChatServer(model, options, "prediction.openai")
        self.device = self._server.base_url
        self.weights = "published" if _is_openai(self.device) else f"as served by {self.device}"
        self._side, self._length = image["side"], options["length_parameter"]
        temperature = options["temperature"]
        self._generation = {} if temperature is None else {"temperature": temperature}
        self.request = {
            "base_url": self.device,
            "model": model,
            "side": self._side,
            "message": _message("picture", "instruction"),
            "length_parameter": self._length,
            **self._generation,
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
        """Connect to the server; see :class:`AnsweringModel`."""
        model = checkpoint or entry.checkpoint
        if model is None:
            raise CheckpointUnavailable(
                "it has no model name", item=key, remedy="give its checkpoint in resources/models.yaml"
            )
        return cls(model, entry.image, settings["prediction"]["openai"])

    def answer(
        self, patch_images: PatchImages, instructions: Sequence[str], max_new_tokens: int
    ) -> list[str]:
        """Answer all instructions of one patch; see :class:`AnsweringModel`."""
        return self.answer_many([patch_images], [instructions], max_new_tokens)[0]

    def answer_many(
        self, patches: Sequence[PatchImages], instructions: Sequence[Sequence[str]], max_new_tokens: int
    ) -> list[list[str]]:
        """Answer all instructions of several patches, ``concurrency`` at a time.

        Raises
        ------
        InputError
            If the server refuses a request, or still fails after the last retry.
        """
        chats = []
        for patch, texts in zip(patches, instructions, strict=True):
            url = png_data_url(rgb_image(patch.s2), self._side)
            chats += [Chat(patch.patch_id, (_message(url, text),)) for text in texts]
        said = iter(self._server.ask(chats, {self._length: max_new_tokens, **self._generation}))
        return [[next(said).strip() for _ in texts] for texts in instructions]


def _is_openai(address):
    host = urlsplit(address).hostname or ""
    return host == "openai.com" or host.endswith(".openai.com")


def _message(url, text):
    content = [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": text}]
    return {"role": "user", "content": content}
