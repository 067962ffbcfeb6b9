"""A client of servers that speak OpenAI's chat completions protocol, many requests at a time."""

import logging
import os
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass

from bentxt.captions.caption_facts import CaptionFacts
from bentxt.errors import InputError


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


class ChatServer:
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
        self.server_key = server_key(options["key_variable"])
        self._client = openai.OpenAI(
            base_url=self.base_url, api_key=self.server_key, max_retries=self._retries
        )

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
                f"the server answered {error.status_code}: {error.message.replace(self.server_key, '(key)')}",
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


def server_key(variable):
    """Return the key that an environment variable holds; :class:`InputError` where it is not set."""
    if not variable:
        return "none"  # the client wants one; a server without keys ignores it
    if not os.environ.get(variable):
        raise InputError(
            f"the environment variable {variable} is not set",
            item="augmentation.openai.key_variable",
            remedy="export the server's key under that name, or set key_variable to null if it needs none",
        )
    return os.environ[variable]
