"""Who rewrites the captions: a grammar, a server that speaks the OpenAI protocol, or vLLM in this process.

All three answer :class:`Chat` objects through one method, :meth:`Backend.converse`.
"""

import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Protocol

from bentxt.captions.facts import CaptionFacts
from bentxt.captions.grammar import paraphrase
from bentxt.command_line import setting
from bentxt.errors import CheckpointUnavailable, InputError


@dataclass(frozen=True, slots=True)
class Chat:
    """One conversation up to the answer that is wanted.

    Attributes
    ----------
    facts : CaptionFacts
        The patch. Models read the messages only; the grammar reads the facts only.
    messages : tuple of dict
        ``{"role": "system" | "user" | "assistant", "content": str}``, the last one of the user.
    """

    facts: CaptionFacts
    messages: tuple


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
    generation: dict

    def converse(self, chats: Sequence[Chat], reply: Callable[[int, str], Chat | None]) -> None:
        """Answer each chat, in any order.

        ``reply(i, answer)`` is called as soon as an answer to ``chats[i]`` is there. It returns the chat
        with which that conversation goes on, or None; that chat is answered in the same way. It may be
        called from several threads.
        """


class GrammarBackend:
    """Rewrites by rule from the facts; draws depend on the seed and the patch only."""

    name, model, asks_model = "grammar", "", False

    def __init__(self, seed):
        self.seed = seed
        self.generation = {"seed": seed}

    def converse(self, chats, reply):
        """Answer with the grammar's caption; a second turn gets it again, as there is nothing to mend."""
        for index, chat in enumerate(chats):
            answer = paraphrase(chat.facts, self.seed)
            while chat is not None:
                chat = reply(index, answer)


class OpenAIBackend:
    """Asks a server that speaks OpenAI's chat completions protocol, many requests at a time.

    Parameters
    ----------
    model : str
        As the server names it.
    temperature : float
    max_tokens : int
        Longest answer, tokens.
    options : dict
        ``base_url``, ``key_variable``, ``concurrency`` and ``retries`` of the config.

    Raises
    ------
    InputError
        If ``key_variable`` names an environment variable that is not set.
    """

    name, asks_model = "openai", True

    def __init__(self, model, temperature, max_tokens, options):
        import openai

        # One line per request at INFO would drown the program's own log.
        for logger in ("httpx", "httpx2", "openai"):
            logging.getLogger(logger).setLevel(logging.WARNING)
        self.model = model
        self.generation = {"temperature": temperature, "max_tokens": max_tokens}
        self.base_url = options["base_url"]
        self.concurrency = options["concurrency"]
        self._retries = options["retries"]
        self._key = _key(options["key_variable"])
        self._client = openai.OpenAI(base_url=self.base_url, api_key=self._key, max_retries=self._retries)

    def converse(self, chats, reply):
        """Run ``concurrency`` conversations at a time; the first error ends them all.

        Raises
        ------
        InputError
            If the server refuses a request, or still fails after the last retry.
        """

        def hold(index, chat):
            while chat is not None:
                chat = reply(index, self._ask(chat))

        with ThreadPoolExecutor(self.concurrency) as pool:
            futures = [pool.submit(hold, index, chat) for index, chat in enumerate(chats)]
            try:
                done, _ = wait(futures, return_when=FIRST_EXCEPTION)
                for future in done:
                    future.result()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _ask(self, chat):
        import openai

        try:
            answer = self._client.chat.completions.create(
                model=self.model, messages=list(chat.messages), **self.generation
            )
        except openai.APIStatusError as error:
            raise InputError(
                # A server may quote the key that it refuses.
                f"the server answered {error.status_code}: {error.message.replace(self._key, '(key)')}",
                file=self.base_url,
                item=chat.facts.patch_id,
                remedy="check augmentation.model and augmentation.openai; finished answers are kept",
            ) from error
        except openai.APIConnectionError as error:
            raise InputError(
                f"no answer from the server after {self._retries + 1} attempts: {error}",
                file=self.base_url,
                item=chat.facts.patch_id,
                remedy="start the server or check augmentation.openai.base_url; finished answers are kept",
            ) from error
        return answer.choices[0].message.content or "" if answer.choices else ""


def _key(variable):
    if not variable:
        return "none"  # the client wants one; a server without keys ignores it
    if not os.environ.get(variable):
        raise InputError(
            f"the environment variable {variable} is not set",
            item="augmentation.openai.key_variable",
            remedy="export the server's key under that name, or set key_variable to null if it needs none",
        )
    return os.environ[variable]


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

    #: Conversations in a batch: both turns of it are done, and stored, before the next.
    BATCH = 1024

    def __init__(self, model, temperature, max_tokens, seed, options):
        try:
            import vllm
        except ImportError as error:
            raise CheckpointUnavailable(
                f"vLLM cannot be imported: {error}",
                item="augmentation.backend",
                remedy="run this stage in envs/vllm.yaml, or choose the backend openai or grammar",
            ) from error
        self.model = model
        self.generation = {"temperature": temperature, "max_tokens": max_tokens, "seed": seed}
        try:
            self._llm = vllm.LLM(model=model, enable_prefix_caching=True, seed=seed, **options)
        except (OSError, ValueError) as error:
            raise CheckpointUnavailable(
                f"vLLM cannot load the model: {error}",
                item=model,
                remedy="check augmentation.model and augmentation.vllm",
            ) from error
        self._sampling = vllm.SamplingParams(**self.generation)

    def converse(self, chats, reply):
        """Answer batch by batch; in a batch, all first turns, then all second ones."""
        for start in range(0, len(chats), self.BATCH):
            pending = list(enumerate(chats[start : start + self.BATCH], start))
            while pending:
                outputs = self._llm.chat([list(chat.messages) for _, chat in pending], self._sampling)
                answered = zip(pending, outputs, strict=True)
                replies = [(index, reply(index, output.outputs[0].text)) for (index, _), output in answered]
                pending = [(index, chat) for index, chat in replies if chat is not None]


def make_backend(settings):
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
        return OpenAIBackend(*common, options)
    return VLLMBackend(*common, seed, options)
