"""Models behind a server that speaks OpenAI's chat completions protocol: GPT, or any checkpoint served so."""

import os
from urllib.parse import urlsplit

from bentxt.chat_server import Chat, ChatServer
from bentxt.errors import CheckpointUnavailable, InputError
from bentxt.models.answering_model import AnsweringModel
from bentxt.models.rgb import png_data_url, rgb_image


class ServerModel(AnsweringModel):
    """Sends the picture as PNG with each instruction, many requests at a time.

    Attributes
    ----------
    weights : str
        "published" where OpenAI serves them; else that another server did, which may serve anything.

    Parameters
    ----------
    model : str
        As the server names it.
    image : dict
        ``side`` of the model's entry in ``resources/models.yaml``.
    options : dict
        The section ``prediction.openai``: ``base_url``, ``key_variable``, ``concurrency``, ``retries``,
        ``temperature`` (None: the server's own) and ``length_parameter``.

    Raises
    ------
    CheckpointUnavailable
        If there is no key in the environment, or no client to be imported.
    """

    def __init__(self, model, image, options):
        variable = options["key_variable"]
        if variable and not os.environ.get(variable):
            raise CheckpointUnavailable(
                f"no key: the environment variable {variable} is not set",
                item="prediction.openai.key_variable",
                remedy="export the server's key under that name, or set key_variable to null",
            )
        self.device = options["base_url"]
        self.weights = "published" if _is_openai(self.device) else f"as served by {self.device}"
        self._side, self._options = image["side"], options
        try:
            self._server = ChatServer(model, options["temperature"], 0, options)
        except ImportError as error:
            raise CheckpointUnavailable(f"no client for the server: {error}", item=model) from error

    @classmethod
    def load(cls, key, entry, weights, settings, checkpoint=None, adapter=None):
        """Connect to the server; see :class:`AnsweringModel`."""
        return cls(checkpoint or entry.checkpoint, entry.image, settings["prediction"]["openai"])

    def answer(self, patch_images, instructions, max_new_tokens):
        """Answer all instructions of one patch; see :class:`AnsweringModel`."""
        return self.answer_many([patch_images], [instructions], max_new_tokens)[0]

    def answer_many(self, patches, instructions, max_new_tokens):
        """Answer all instructions of several patches, ``concurrency`` at a time.

        Raises
        ------
        InputError
            If the server refuses a request, or still fails after the last retry.
        """
        chats = []
        for patch, texts in zip(patches, instructions, strict=True):
            url = png_data_url(rgb_image(patch.s2), self._side)
            chats += [Chat(patch, (_message(url, text),)) for text in texts]
        self._server.generation = {self._options["length_parameter"]: max_new_tokens}
        if self._options["temperature"] is not None:
            self._server.generation["temperature"] = self._options["temperature"]
        answers = {}
        try:
            # No second turn: dict.__setitem__ returns None.
            self._server.converse(chats, answers.__setitem__)
        except InputError as error:
            raise InputError(
                error.problem,
                file=error.file,
                item=error.item,
                remedy="check prediction.openai and the entry in models.yaml; finished batches are kept",
            ) from error
        said = iter([answers[index].strip() for index in range(len(chats))])
        return [[next(said) for _ in texts] for texts in instructions]


def _is_openai(address):
    host = urlsplit(address).hostname or ""
    return host == "openai.com" or host.endswith(".openai.com")


def _message(url, text):
    content = [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": text}]
    return {"role": "user", "content": content}
