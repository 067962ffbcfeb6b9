"""Who rewrites the captions: a grammar, a server that speaks the OpenAI protocol, or vLLM on this machine.

All three hold conversations through one method, :meth:`Backend.converse`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from bentxt.captions.caption_facts import CaptionFacts
from bentxt.captions.grammar import paraphrase
from bentxt.chat_server import AnswerFailed, Chat, ChatServer
from bentxt.errors import InputError
from bentxt.program.settings import setting
from bentxt.server_options import engine_problem, request_parameters, server_problem
from bentxt.vllm_engines import VLLMEngines

#: Arguments of vLLM's engine that change how fast it is and how much memory it takes, and no answer.
_RUNNING = (
    *("max_num_seqs", "max_num_batched_tokens", "swap_space", "cpu_offload_gb", "block_size"),
    *("enable_prefix_caching", "enable_chunked_prefill", "async_scheduling", "disable_log_stats"),
    *("distributed_executor_backend", "disable_custom_all_reduce", "download_dir", "load_format"),
    *("max_parallel_loading_workers", "kv_cache_memory_bytes", "safetensors_load_strategy"),
)


class Backend(Protocol):
    """What the augmentation needs of a rewriter.

    Attributes
    ----------
    name, model : str
        For the provenance of each caption; the model is empty for the grammar.
    asks_model : bool
        Whether answers cost a model's time, so that they are worth keeping.
    request : dict
        Settings on which the answer depends besides model and messages.
    tokens : int
        Tokens of all answers so far, as far as they are counted.
    """

    name: str
    model: str
    asks_model: bool
    request: dict[str, Any]

    @property
    def tokens(self) -> int: ...  # noqa: D102

    def open(self) -> None:
        """Load the model or find the key; called once, before the first conversation."""

    def converse(
        self,
        facts: Sequence[CaptionFacts],
        chats: Sequence[Chat],
        reply: Callable[[int, str], Chat | None],
        fail: Callable[[int, AnswerFailed], None],
    ) -> None:
        """Answer each chat, in any order.

        ``facts[i]`` are those of the patch that ``chats[i]`` is about. Models read the messages only; the
        grammar reads the facts only. ``reply(i, answer)`` is called as soon as an answer to ``chats[i]`` has
        come. It returns the chat with which that conversation continues, or None; that chat is answered in
        the same way. ``fail(i, failure)`` is called where a conversation gets no answer, or none that is
        whole.
        """


class GrammarBackend:
    """Rewrites by rule from the facts; draws depend on the seed and the patch only."""

    name, model, asks_model, tokens = "grammar", "", False, 0

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.request: dict[str, Any] = {"seed": seed}

    def open(self) -> None:
        """Do nothing: there is no model."""

    def converse(
        self,
        facts: Sequence[CaptionFacts],
        chats: Sequence[Chat],
        reply: Callable[[int, str], Chat | None],
        fail: Callable[[int, AnswerFailed], None],
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
    temperature : float or None
        None: the server's own.
    max_tokens : int
        Longest answer, tokens.
    chat : dict
        Variables of the chat template, for servers that take them.
    options : dict
        As for :class:`bentxt.chat_server.ChatServer`, from which errors come, too; ``length_parameter`` and
        ``extra`` (further parameters of each request).

    Raises
    ------
    InputError
        If an option is none that a server can have.
    """

    name, asks_model = "openai", True

    def __init__(
        self,
        model: str,
        temperature: float | None,
        max_tokens: int,
        chat: Mapping[str, Any],
        options: dict[str, Any],
    ) -> None:
        self.model, self._options = model, options | {"temperature": temperature}
        problem = server_problem(self._options)
        if problem:
            raise InputError(problem, item="augmentation.openai")
        self.request = {
            options["length_parameter"]: max_tokens,
            **request_parameters(self._options, chat),
        }
        self._server: ChatServer | None = None

    @property
    def tokens(self) -> int:
        """Tokens of all answers so far, as far as the server counts them."""
        return 0 if self._server is None else self._server.tokens

    def open(self) -> None:
        """Find the key; errors are those of :class:`bentxt.chat_server.ChatServer`."""
        self._server = ChatServer(self.model, self._options, "augmentation.openai")

    def converse(
        self,
        facts: Sequence[CaptionFacts],
        chats: Sequence[Chat],
        reply: Callable[[int, str], Chat | None],
        fail: Callable[[int, AnswerFailed], None],
    ) -> None:
        """Hold the conversations; see :meth:`bentxt.chat_server.ChatServer.converse`."""
        assert self._server is not None
        self._server.converse(chats, self.request, reply, fail)


class VLLMBackend:
    """Offline batches of vLLM with prefix caching: the paper-scale path, on GPU nodes.

    Parameters
    ----------
    model : str
        A Hugging Face id or a local folder.
    temperature : float or None
        None: the model's own.
    max_tokens : int
        Longest answer, tokens.
    seed : int
        Of the sampling, where the temperature is above 0.
    chat : dict
        Variables of the chat template.
    options : dict
        ``data_parallel`` (engines), ``extra`` and ``sampling`` (further arguments of an engine and of the
        sampling), and arguments of ``vllm.LLM``, of which ``dtype`` and ``quantization`` must be there.

    Raises
    ------
    InputError
        If ``extra`` or ``sampling`` holds what it must not.
    """

    name, asks_model = "vllm", True

    def __init__(
        self,
        model: str,
        temperature: float | None,
        max_tokens: int,
        seed: int,
        chat: Mapping[str, Any],
        options: dict[str, Any],
    ) -> None:
        self.model, self._chat = model, chat
        self._arguments = options | {"seed": seed}
        self._number, extra = self._arguments.pop("data_parallel"), self._arguments.pop("extra")
        sampling = self._arguments.pop("sampling")
        problem = engine_problem(extra, sampling)
        if problem:
            raise InputError(problem, item="augmentation.vllm")
        self._arguments |= extra
        self._sampling = {"max_tokens": max_tokens, "seed": seed, **sampling}
        if temperature is not None:
            self._sampling["temperature"] = temperature
        self.request = {
            **self._sampling,
            "chat": dict(chat),
            "dtype": options["dtype"],
            "quantization": options["quantization"],
            "extra": {name: value for name, value in extra.items() if name not in _RUNNING},
        }
        self._engines: VLLMEngines | None = None

    @property
    def tokens(self) -> int:
        """Tokens of all answers so far."""
        return 0 if self._engines is None else self._engines.tokens

    def open(self) -> None:
        """Start the engines.

        Raises
        ------
        CheckpointUnavailable
            If vLLM is not installed here, there are too few GPUs, or the model cannot be loaded.
        """
        self._engines = VLLMEngines(
            self.model,
            self._arguments,
            engines=self._number,
            chat=self._chat,
            section="augmentation.vllm",
            remedy="run this stage in envs/vllm.yaml, or choose the backend openai or grammar",
        )

    def converse(
        self,
        facts: Sequence[CaptionFacts],
        chats: Sequence[Chat],
        reply: Callable[[int, str], Chat | None],
        fail: Callable[[int, AnswerFailed], None],
    ) -> None:
        """Hold the conversations; see :meth:`bentxt.vllm_engines.VLLMEngines.converse`."""
        assert self._engines is not None
        self._engines.converse(chats, self._sampling, reply, fail)


def make_backend(settings: dict[str, Any]) -> Backend:
    """Make the backend that ``augmentation.backend`` names.

    Parameters
    ----------
    settings : dict
        With ``seed`` and, of ``augmentation``, what the backend reads.

    Returns
    -------
    Backend

    Raises
    ------
    InputError
        If the name is unknown, a model's name is missing, or an option cannot be.
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
    chat, options = setting(settings, "augmentation.chat"), setting(settings, f"augmentation.{name}")
    if name == "openai":
        return ServerBackend(*common, chat, options)
    return VLLMBackend(*common, seed, chat, options)
