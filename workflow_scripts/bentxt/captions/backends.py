"""Who rewrites the captions: a grammar, a server that speaks the OpenAI protocol, or vLLM on this machine.

All three hold conversations through one method, :meth:`Backend.converse`.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from bentxt.captions.caption_facts import CaptionFacts
from bentxt.captions.grammar import paraphrase
from bentxt.chat_server import Chat, ChatServer
from bentxt.errors import InputError
from bentxt.program.settings import setting
from bentxt.vllm_engines import VLLMEngines


class Backend(Protocol):
    """What the augmentation needs of a rewriter.

    Attributes
    ----------
    name, model : str
        For the provenance of each caption; the model is empty for the grammar.
    asks_model : bool
        Whether answers cost a model's time, so that they are worth keeping.
    generation : dict
        Settings on which the answer depends besides model and messages.
    """

    name: str
    model: str
    asks_model: bool
    generation: dict[str, float]

    def converse(
        self, facts: Sequence[CaptionFacts], chats: Sequence[Chat], reply: Callable[[int, str], Chat | None]
    ) -> None:
        """Answer each chat, in any order.

        ``facts[i]`` are those of the patch that ``chats[i]`` is about. Models read the messages only; the
        grammar reads the facts only. ``reply(i, answer)`` is called as soon as an answer to ``chats[i]`` has
        come. It returns the chat with which that conversation continues, or None; that chat is answered in
        the same way.
        """


class GrammarBackend:
    """Rewrites by rule from the facts; draws depend on the seed and the patch only."""

    name, model, asks_model = "grammar", "", False

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.generation: dict[str, float] = {"seed": seed}

    def converse(
        self, facts: Sequence[CaptionFacts], chats: Sequence[Chat], reply: Callable[[int, str], Chat | None]
    ) -> None:
        """Answer with the grammar's caption; a second turn gets it again, as there is nothing to mend."""
        for index, (patch, first) in enumerate(zip(facts, chats, strict=True)):
            answer = paraphrase(patch, self.seed)
            chat: Chat | None = first
            while chat is not None:
                chat = reply(index, answer)


class ServerBackend:
    """A server that speaks OpenAI's chat completions protocol, many conversations at a time.

    Parameters
    ----------
    model : str
        As the server names it.
    temperature : float
    max_tokens : int
        Longest answer, tokens.
    options : dict
        As for :class:`bentxt.chat_server.ChatServer`, from which errors come, too.
    """

    name, asks_model = "openai", True

    def __init__(self, model: str, temperature: float, max_tokens: int, options: dict[str, Any]) -> None:
        self.model = model
        self.generation: dict[str, float] = {"temperature": temperature, "max_tokens": max_tokens}
        self._server = ChatServer(model, options, "augmentation.openai")

    def converse(
        self, facts: Sequence[CaptionFacts], chats: Sequence[Chat], reply: Callable[[int, str], Chat | None]
    ) -> None:
        """Hold the conversations; see :meth:`bentxt.chat_server.ChatServer.converse`."""
        self._server.converse(chats, self.generation, reply)


class VLLMBackend:
    """Offline batches of vLLM with prefix caching: the paper-scale path, on GPU nodes.

    Parameters
    ----------
    model : str
        A Hugging Face id or a local folder.
    temperature : float
    max_tokens : int
        Longest answer, tokens.
    seed : int
        Of the sampling, where the temperature is above 0.
    options : dict
        ``tensor_parallel_size``, ``quantization``, ``max_model_len`` and ``gpu_memory_utilization``.

    Raises
    ------
    CheckpointUnavailable
        If vLLM is not installed here, or the model cannot be loaded.
    """

    name, asks_model = "vllm", True

    def __init__(
        self, model: str, temperature: float, max_tokens: int, seed: int, options: dict[str, Any]
    ) -> None:
        self.model = model
        self.generation: dict[str, float] = {
            "temperature": temperature,
            "max_tokens": max_tokens,
            "seed": seed,
        }
        self._engines = VLLMEngines(
            model,
            options | {"seed": seed},
            section="augmentation.vllm",
            remedy="run this stage in envs/vllm.yaml, or choose the backend openai or grammar",
        )

    def converse(
        self, facts: Sequence[CaptionFacts], chats: Sequence[Chat], reply: Callable[[int, str], Chat | None]
    ) -> None:
        """Hold the conversations; see :meth:`bentxt.vllm_engines.VLLMEngines.converse`."""
        self._engines.converse(chats, self.generation, reply)


def make_backend(settings: dict[str, Any]) -> Backend:
    """Make the backend that ``augmentation.backend`` names.

    Parameters
    ----------
    settings : dict
        With ``seed`` and ``augmentation``.

    Returns
    -------
    Backend

    Raises
    ------
    InputError
        If the name is unknown, or a model's name is missing.
    """
    name = setting(settings, "augmentation.backend")
    seed = setting(settings, "seed")
    if name == "grammar":
        return GrammarBackend(seed)
    if name not in ("openai", "vllm"):
        raise InputError(
            f"augmentation.backend is {name!r}, must be grammar, openai or vllm", item="augmentation.backend"
        )
    model = setting(settings, "augmentation.model")
    if not model:
        raise InputError(
            f"the backend {name} needs a model", item="augmentation.model", remedy="set it in the config"
        )
    common = (
        model,
        setting(settings, "augmentation.temperature"),
        setting(settings, "augmentation.max_tokens"),
    )
    options = setting(settings, f"augmentation.{name}")
    if name == "openai":
        return ServerBackend(*common, options)
    return VLLMBackend(*common, seed, options)
