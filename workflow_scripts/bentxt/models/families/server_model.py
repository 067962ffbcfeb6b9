"""Models behind a server that speaks OpenAI's chat completions protocol: GPT, or any checkpoint served so."""

from collections.abc import Callable, Sequence
from typing import Any, Self
from urllib.parse import urlsplit

from bentxt.chat_server import AnswerFailed, ChatServer
from bentxt.errors import CheckpointUnavailable, InputError
from bentxt.models.answering_model import AnsweringModel, LoadedEntry, LoadedWeights, PatchImages, Reply
from bentxt.models.picture_chats import PictureChats, picture_message
from bentxt.server_options import request_parameters, server_options, server_problem


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
        Those of :class:`bentxt.chat_server.ChatServer`, ``temperature`` (None: the server's own),
        ``length_parameter`` and, where wanted, ``detail`` (of the picture) and ``extra`` (further parameters
        of each request).
    chat : dict, optional
        Variables of the chat template, for servers that take them (``chat_template_kwargs``, as vLLM's does).
    section : str
        Where ``options`` stand, for messages.

    Raises
    ------
    CheckpointUnavailable
        If there is no key in the environment, or no client to be imported.
    InputError
        If an option is none that a server can have.
    """

    batched, repeats = False, False

    def __init__(
        self,
        model: str,
        image: dict[str, Any],
        options: dict[str, Any],
        chat: dict[str, Any] | None = None,
        section: str = "prediction.openai",
    ) -> None:
        problem = server_problem(options)
        if problem:
            raise InputError(problem, item=section)
        self._server = ChatServer(model, options, section)
        self.device = self._server.base_url
        self.weights = "published" if _is_openai(self.device) else f"as served by {self.device}"
        self._side, self._length = image["side"], options["length_parameter"]
        self._detail = options.get("detail")
        self._generation = request_parameters(options, chat)
        self.request = {
            "base_url": self.device,
            "model": model,
            "side": self._side,
            "message": picture_message("picture", "instruction", self._detail),
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
        options = server_options(settings["prediction"]["openai"], entry.server)
        section = f"{key}.server of models.yaml" if entry.server else "prediction.openai"
        return cls(model, entry.image, options, entry.chat, section)

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

        chats = PictureChats(patches, instructions, self._side, self._detail)
        generation = {self._length: max_new_tokens, **self._generation}
        self._server.converse(chats, generation, reply, fail)


def _is_openai(address):
    host = urlsplit(address).hostname or ""
    return host == "openai.com" or host.endswith(".openai.com")
