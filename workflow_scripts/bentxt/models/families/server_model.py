"""Models behind a server that speaks OpenAI's chat completions protocol: GPT, or any checkpoint served so."""

from collections.abc import Callable, Sequence
from typing import Any, Self
from urllib.parse import urlsplit

from bentxt.chat_server import AnswerFailed, Chat, ChatServer
from bentxt.errors import CheckpointUnavailable
from bentxt.models.answering_model import AnsweringModel, LoadedEntry, LoadedWeights, PatchImages, Reply
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

    batched, repeats = False, False

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

    def answer_each(
        self,
        patches: Sequence[PatchImages],
        instructions: Sequence[Sequence[str]],
        max_new_tokens: int,
        keep: Callable[[int, Reply], object],
    ) -> None:
        """Answer all instructions of several patches, ``concurrency`` at a time; see :class:`AnsweringModel`.

        Raises
        ------
        InputError
            If the server cannot be reached, refuses key or model, or fails on item after item.
        """

        def reply(place: int, text: str) -> None:
            keep(place, Reply(text.strip()))

        def fail(place: int, failure: AnswerFailed) -> None:
            keep(place, Reply(failure.text.strip(), failure.kind, failure.problem))

        chats = _Chats(patches, instructions, self._side)
        generation = {self._length: max_new_tokens, **self._generation}
        self._server.converse(chats, generation, reply, fail)


class _Chats(Sequence):
    """Questions about patches; a picture is encoded when its first question is asked."""

    def __init__(self, patches, instructions, side):
        self._patches, self._side = patches, side
        self._asked = [(place, text) for place, texts in enumerate(instructions) for text in texts]
        self._encoded = None, "", ""

    def __len__(self):
        return len(self._asked)

    def __getitem__(self, index):
        place, text = self._asked[index]
        if self._encoded[0] != place:
            patch = self._patches[place]
            self._encoded = place, patch.patch_id, png_data_url(rgb_image(patch.s2), self._side)
        _, name, url = self._encoded
        return Chat(name, (_message(url, text),))


def _is_openai(address):
    host = urlsplit(address).hostname or ""
    return host == "openai.com" or host.endswith(".openai.com")


def _message(url, text):
    content = [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": text}]
    return {"role": "user", "content": content}
