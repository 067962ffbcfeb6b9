"""The client of servers that speak OpenAI's chat completions protocol, many requests at a time.

Captions, models behind a server and the judge of CLAIR are asked through it, so retries, time-outs, messages
and the hiding of keys are the same for all three.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bentxt.errors import CheckpointUnavailable, InputError

#: Longest quotation of a server in a message, characters.
_QUOTED = 300


@dataclass(frozen=True, slots=True)
class Chat:
    """One conversation up to the answer that is wanted.

    Attributes
    ----------
    name : str
        What messages call it, as the patch that it is about; never sent.
    messages : tuple of dict
        ``{"role": "system" | "user" | "assistant", "content": …}``, the last one of the user.
    """

    name: str
    messages: tuple


class ChatServer:
    """Asks a server that speaks OpenAI's chat completions protocol, many requests at a time.

    A request that fails for a reason that may pass (no connection, time-out, status 408, 409, 429 or 5xx) is
    sent again, each time after a longer wait, or after the one that the server asks for.

    Parameters
    ----------
    model : str
        As the server names it.
    options : dict
        ``base_url``, ``key_variable`` (environment variable that holds the key, None where there is no key),
        ``concurrency`` (requests at a time), ``retries`` (of a request) and ``timeout`` (of an attempt,
        seconds); other keys are not read.
    section : str
        Section of the config that ``options`` stands in, for messages.

    Raises
    ------
    CheckpointUnavailable
        If ``key_variable`` names an environment variable that is not set, or the client is not installed.
    """

    def __init__(self, model: str, options: Mapping[str, Any], section: str) -> None:
        self.model, self.base_url, self._section = model, options["base_url"], section
        self._concurrency, self._retries = options["concurrency"], options["retries"]
        self._timeout = options["timeout"]
        self._key = _server_key(options["key_variable"], section)
        try:
            import openai
        except ImportError as error:
            raise CheckpointUnavailable(f"no client for the server: {error}", item=section) from error
        self._openai = openai
        # One line per request at INFO would drown the program's own log.
        for logger in ("httpx", "httpx2", "openai"):
            logging.getLogger(logger).setLevel(logging.WARNING)

    def ask(self, chats: Sequence[Chat], generation: dict[str, Any]) -> list[str]:
        """Return the answer to each chat (list of str); parameters and errors as :meth:`converse`."""
        answers: dict[int, str] = {}
        # No second turn: dict.__setitem__ returns None.
        self.converse(chats, generation, answers.__setitem__)
        return [answers[index] for index in range(len(chats))]

    def converse(
        self,
        chats: Sequence[Chat],
        generation: dict[str, Any],
        reply: Callable[[int, str], Chat | None],
    ) -> None:
        """Hold conversations, ``concurrency`` of them at a time.

        After an error, nothing more is asked; answers to requests at work are still taken. A signal ends all
        of them at once.

        Parameters
        ----------
        chats : sequence of Chat
        generation : dict
            What requests hold besides model and messages, as ``temperature``.
        reply : callable
            ``reply(i, answer)`` is called as soon as an answer to ``chats[i]`` has come; it is "" where the
            model said nothing. It returns the chat with which that conversation continues, or None.

        Raises
        ------
        InputError
            If the server refuses a request, still fails after the last retry, or answers with something else
            than a chat completion.
        """
        # An event loop, not threads: a signal ends it at once, while a thread would wait for its answer.
        if chats:
            asyncio.run(self._converse(chats, generation, reply))

    async def _converse(self, chats, generation, reply):
        asyncio.get_running_loop().set_exception_handler(_report)
        waiting, failed = iter(enumerate(chats)), False

        async def hold(client):
            for index, chat in waiting:
                while chat is not None:
                    if failed:
                        return
                    chat = reply(index, await self._answer(client, chat, generation))

        client = self._openai.AsyncOpenAI(
            base_url=self.base_url,
            # The client wants a key; a server without keys ignores it.
            api_key=self._key or "none",
            max_retries=self._retries,
            timeout=self._timeout,
        )
        async with client:
            held = [asyncio.create_task(hold(client)) for _ in range(min(self._concurrency, len(chats)))]
            await asyncio.wait(held, return_when=asyncio.FIRST_EXCEPTION)
            # Requests that are at work are paid for: their answers are taken too, but nothing more is asked.
            failed = True
            await asyncio.wait(held)
        for error in [task.exception() for task in held]:
            if error is not None:
                raise error

    async def _answer(self, client, chat, generation):
        check = f"check {self._section} and the model's name; finished answers are kept"
        try:
            answer = await client.chat.completions.create(
                model=self.model, messages=list(chat.messages), **generation
            )
        except self._openai.APIStatusError as error:
            problem, remedy = f"the server answered {error.status_code}: {error.message}", check
        except self._openai.APIConnectionError as error:
            attempts = f"{self._retries + 1} attempts of at most {self._timeout:g} s each"
            problem = f"no answer from the server after {attempts}: {error}"
            remedy = f"start the server or check {self._section}.base_url; finished answers are kept"
        except (self._openai.APIError, ValueError) as error:
            problem, remedy = f"the server's answer cannot be read: {error}", check
        else:
            if isinstance(answer, self._openai.types.chat.ChatCompletion):
                text = (answer.choices[0].message.content or "") if answer.choices else ""
                if isinstance(text, str):
                    return text
            problem, remedy = "the server's answer is no chat completion", check
        # No cause: it may hold the key, and a traceback would print it.
        raise InputError(self._hide(problem), file=self.base_url, item=chat.name, remedy=remedy) from None

    def _hide(self, text):
        """Return a text in one line, short and without the key: a server may quote a key that it refuses."""
        if self._key:
            text = text.replace(self._key, "(key)")
        text = " ".join(text.split())
        return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"


def _report(loop, context):
    """Log what went wrong in a task that nobody waits for, unless a signal ended the program."""
    if not isinstance(context.get("exception"), SystemExit):
        loop.default_exception_handler(context)


def _server_key(variable, section):
    """Return the key that an environment variable holds, or None where none is needed."""
    if not variable:
        return None
    if not os.environ.get(variable):
        raise CheckpointUnavailable(
            f"no key: the environment variable {variable} is not set",
            item=f"{section}.key_variable",
            remedy="export the server's key under that name, or set key_variable to null if it needs none",
        )
    return os.environ[variable]
