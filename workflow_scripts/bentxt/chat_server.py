"""The client of servers that speak OpenAI's chat completions protocol, many requests at a time.

Captions, models behind a server and the judge of CLAIR are asked through it, so retries, time-outs, messages
and the hiding of keys are the same for all three.
"""

import asyncio
import logging
import os
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Any, Never

from bentxt.errors import CheckpointUnavailable, InputError
from bentxt.failures import (
    CUT,
    DECLINED,
    EMPTY,
    FILTERED,
    NO_ANSWER,
    OWN_DOING,
    REFUSED_REQUEST,
    UNREADABLE,
)
from bentxt.printable import printable
from bentxt.program.signals import undisturbed

#: Statuses that say something of one request, not of the server, its key or the model's name.
_OF_ONE_REQUEST = (400, 413, 422)
#: That many items failing in a row, whatever the concurrency, are no matter of single items.
_HOPELESS = 10
#: Statuses after which the same request may succeed, besides those from 500.
_MAY_PASS = (408, 409, 429)
#: First and longest wait before a request is sent again, and the longest that a server may ask for, s.
_FIRST_WAIT, _LONGEST_WAIT, _LONGEST_ASKED = 0.5, 8, 120
#: s between two lines about requests that are sent again.
_BETWEEN_LINES = 10
#: What servers say where a model's chat template has no system role.
_NO_SYSTEM_ROLE = re.compile(
    r"\bsystem[ _-]?(?:roles?|messages?|prompts?)\b|\broles? must alternate", re.IGNORECASE
)

_LOG = logging.getLogger(__name__)


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


def folded(messages: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Return messages with the system's text in front of the user's first turn, for models without that role.

    Examples
    --------
    >>> folded(({"role": "system", "content": "Be brief."}, {"role": "user", "content": "Well?"}))
    ({'role': 'user', 'content': 'Be brief.\\n\\nWell?'},)
    """
    if not has_system(messages) or len(messages) < 2 or not isinstance(messages[1]["content"], str):
        return tuple(messages)
    system, first, *rest = messages
    return ({**first, "content": f"{system['content']}\n\n{first['content']}"}, *rest)


def has_system(messages: Sequence[dict[str, Any]]) -> bool:
    """Whether messages begin with the system's."""
    return bool(messages) and messages[0]["role"] == "system"


class AnswerFailed(InputError):
    """There is no answer, or none that can be used.

    Attributes
    ----------
    kind : str or None
        Of :mod:`bentxt.failures`, where the failure may be that of one item; None where the server fails.
    text : str
        What there is of an answer.
    """

    def __init__(self, problem: str, *, kind: str | None, text: str = "", **about: Any) -> None:
        super().__init__(problem, **about)
        self.kind, self.text = kind, text


class ChatServer:
    """Asks a server that speaks OpenAI's chat completions protocol, many requests at a time.

    A request that fails for a reason that may pass (no connection, time-out, status 408, 409, 429 or 5xx) is
    sent again, each time after a longer wait, or after the one that the server asks for; the log says so.
    Where the server refuses a system message, its text goes in front of the user's first turn from then on.

    Attributes
    ----------
    tokens : int
        Tokens of all answers so far, as far as the server counts them.

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
        self.tokens = 0
        self._folds, self._again, self._said = False, 0, -float(_BETWEEN_LINES)
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
        fail: Callable[[int, AnswerFailed], None] | None = None,
    ) -> None:
        """Hold conversations, ``concurrency`` of them at a time.

        After an error, nothing more is asked; answers to requests at work are still taken. A signal ends all
        of them at once.

        With ``fail``, what befalls a single item is no error: a request that the server refuses or never
        answers, an answer that is empty, cut, filtered or declined. Where the server fails on many items in a
        row, that is an error again.

        Parameters
        ----------
        chats : sequence of Chat
        generation : dict
            What requests hold besides model and messages, as ``temperature``.
        reply : callable
            ``reply(i, answer)`` is called as soon as an answer to ``chats[i]`` has come; it is "" where the
            model said nothing. It returns the chat with which that conversation continues, or None.
        fail : callable, optional
            ``fail(i, failure)`` is called where the conversation of ``chats[i]`` ends without an answer.

        Raises
        ------
        InputError
            If the server refuses a request, still fails after the last retry, or answers with something else
            than a chat completion.
        """
        # An event loop, not threads: a signal ends it at once, while a thread would wait for its answer.
        if chats:
            asyncio.run(self._converse(chats, generation, reply, fail))

    async def _converse(self, chats, generation, reply, fail):
        asyncio.get_running_loop().set_exception_handler(_report)
        waiting, failed, in_a_row = iter(enumerate(chats)), False, 0

        async def hold(client):
            nonlocal in_a_row
            for index, chat in waiting:
                while chat is not None:
                    if failed:
                        return
                    try:
                        text = await self._answer(client, chat, generation, of_items=fail is not None)
                    except AnswerFailed as failure:
                        in_a_row = 0 if failure.kind in OWN_DOING else in_a_row + 1
                        if fail is None or failure.kind is None or in_a_row >= _HOPELESS + self._concurrency:
                            raise
                        fail(index, failure)
                        break
                    in_a_row = 0
                    with undisturbed():
                        chat = reply(index, text)

        client = self._openai.AsyncOpenAI(
            base_url=self.base_url,
            # The client wants a key; a server without keys ignores it.
            api_key=self._key or "none",
            # What is sent again is said in the log, which the client would not do.
            max_retries=0,
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

    async def _answer(self, client, chat, generation, *, of_items):
        def failed(problem: str, kind: str | None, text: str = "", remedy: str = "") -> Never:
            remedy = remedy or f"check {self._section} and the model's name; finished answers are kept"
            # No cause: it may hold the key, and a traceback would print it.
            raise AnswerFailed(
                self._hide(problem), kind=kind, text=text, file=self.base_url, item=chat.name, remedy=remedy
            ) from None

        try:
            answer = await self._understood(client, chat, generation, again=of_items)
        except self._openai.APIStatusError as error:
            kind = REFUSED_REQUEST if error.status_code in _OF_ONE_REQUEST else None
            if error.status_code >= 500:
                kind = NO_ANSWER
            failed(f"the server answered {error.status_code}: {error.message}", kind)
        except (self._openai.APIConnectionError, TimeoutError) as error:
            attempts = f"{self._retries + 1} attempts of at most {self._timeout:g} s each"
            too_long = isinstance(error, self._openai.APITimeoutError | TimeoutError)
            failed(
                f"no answer from the server after {attempts}: {'time-out' if too_long else error}",
                NO_ANSWER if too_long else None,
                remedy=f"start the server or check {self._section}.base_url; finished answers are kept",
            )
        except (self._openai.APIError, ValueError) as error:
            failed(f"the server's answer cannot be read: {error}", UNREADABLE)
        if not isinstance(answer, self._openai.types.chat.ChatCompletion):
            failed("the server's answer is no chat completion", UNREADABLE)
        if answer.usage is not None:
            self.tokens += answer.usage.completion_tokens or 0
        if of_items:
            return _usable_text(answer, failed)
        text = (answer.choices[0].message.content or "") if answer.choices else ""
        if not isinstance(text, str):
            failed("the server's answer is no chat completion", UNREADABLE)
        return text

    async def _understood(self, client, chat, generation, *, again):
        """Return what the server answers, without a system message where it refuses one."""
        if self._folds:
            chat = replace(chat, messages=folded(chat.messages))
        try:
            return await self._completion(client, chat, generation, again=again)
        except self._openai.APIStatusError as error:
            plain = folded(chat.messages)
            refused = error.status_code in _OF_ONE_REQUEST or error.status_code >= 500
            if not refused or plain == tuple(chat.messages) or not _NO_SYSTEM_ROLE.search(error.message):
                raise
            answer = await self._completion(client, replace(chat, messages=plain), generation, again=again)
            if not self._folds:
                self._folds = True
                _LOG.info(
                    "%s takes no system message: its text goes in front of the user's first turn", self.model
                )
            return answer

    async def _completion(self, client, chat, generation, *, again):
        """Return what the server answers; one without choices is asked for again if ``again``."""
        for attempt in range(self._retries + 1):
            last = attempt == self._retries
            # Requests that failed together do not come back together.
            wait = min(_FIRST_WAIT * 2**attempt, _LONGEST_WAIT) * random.uniform(0.75, 1)
            try:
                # The client's own time-out begins anew with every byte.
                async with asyncio.timeout(self._timeout):
                    answer = await client.chat.completions.create(
                        model=self.model, messages=list(chat.messages), **generation
                    )
            except self._openai.APIStatusError as error:
                asked = _asked_wait(error.response.headers)
                passes = error.status_code in _MAY_PASS or error.status_code >= 500
                if last or not passes or asked > _LONGEST_ASKED:
                    raise
                problem, wait = f"status {error.status_code}", asked or wait
            except (self._openai.APIConnectionError, TimeoutError) as error:
                if last:
                    raise
                too_long = isinstance(error, self._openai.APITimeoutError | TimeoutError)
                problem = f"no answer within {self._timeout:g} s" if too_long else "no connection"
            else:
                if last or not again or getattr(answer, "choices", True):
                    break
                problem = "an answer without choices"
            self._say_again(chat.name, problem)
            await asyncio.sleep(wait)
        return answer

    def _say_again(self, name, problem):
        """Log, at most every ten seconds, that requests are sent again."""
        self._again += 1
        if time.monotonic() - self._said >= _BETWEEN_LINES:
            self._said = time.monotonic()
            _LOG.info(
                "requests sent to %s again so far: %d; the last: %s, %s",
                self.base_url,
                self._again,
                name,
                problem,
            )

    def _hide(self, text):
        """Return a printable text without the key: a server may quote a key that it refuses."""
        return printable(text.replace(self._key, "(key)") if self._key else text)


def _usable_text(answer, failed):
    """Return the text of a completion, or call ``failed`` with the kind of what is wrong with it."""
    if not answer.choices:
        said = (answer.model_extra or {}).get("error")
        failed("the server's answer has no choices" + (f": {said}" if said else ""), NO_ANSWER)
    choice = answer.choices[0]
    message = choice.message
    text = message.content if message is not None else None
    if isinstance(text, list):
        parts = [part.get("text") if isinstance(part, dict) else None for part in text]
        text = "".join(part for part in parts if isinstance(part, str))
    text = text if isinstance(text, str) else ""
    if choice.finish_reason == "content_filter":
        failed("a content filter stopped the answer", FILTERED, text)
    if getattr(message, "refusal", None):
        failed(f"the model declines to answer: {message.refusal}", DECLINED, text)
    if choice.finish_reason == "length":
        failed("the answer reached its longest length", CUT, text)
    if not text.strip():
        failed("the answer is empty", EMPTY)
    return text


def _asked_wait(headers):
    """Return how long a server asks to wait, s; 0 where it does not."""
    with suppress(TypeError, ValueError):
        return max(0.0, float(headers.get("retry-after-ms")) / 1000)
    after = headers.get("retry-after")
    with suppress(TypeError, ValueError):
        return max(0.0, float(after))
    with suppress(TypeError, ValueError):
        return max(0.0, parsedate_to_datetime(after).timestamp() - time.time())
    return 0.0


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
