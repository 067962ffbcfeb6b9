"""Paraphrase and refine template captions in one conversation each, and resume after a kill (Section 3.1).

Answers of a model are kept in an append-only JSON-lines file as they come, keyed by prompts, model,
template caption and generation settings: what was answered once is never asked again, also where two
patches have the same template caption. An answer that is cut, blank, declined or a thought only is none: it
is not kept, and the next run asks again.
"""

import hashlib
import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bentxt.captions.backends import Backend
from bentxt.captions.caption_facts import CaptionFacts
from bentxt.captions.prompts import Prompts
from bentxt.chat_server import AnswerFailed, Chat
from bentxt.errors import InputError
from bentxt.failures import CUT, EMPTY, LONGEST_ANSWER, OWN_DOING, UNFINISHED
from bentxt.printable import printable
from bentxt.program.answer_log import AnswerLog
from bentxt.program.reservations import Reservations
from bentxt.thoughts import unwrapped

TURNS = 2
#: Why there is no refinement where there is nothing to refine.
NO_PARAPHRASE = "no paraphrase"
#: s between two looks at what other jobs have been answered.
_LOOK = 2

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What a conversation has made of a template caption.

    Attributes
    ----------
    paraphrased, refined : str
        Empty where there is none.
    paraphrase_missing, refinement_missing : str
        Why there is none: a kind of :mod:`bentxt.failures`, or :data:`NO_PARAPHRASE`. Empty where there is.
    reason : str
        What the server or the engine said of it.
    """

    paraphrased: str = ""
    refined: str = ""
    paraphrase_missing: str = ""
    refinement_missing: str = ""
    reason: str = ""


class Answers:
    """What is known of conversations: answers kept for good, and failures of this run.

    Parameters
    ----------
    log : bentxt.program.answer_log.AnswerLog
    others : callable
        Returns the files of other jobs as they are now.
    reservations : bentxt.program.reservations.Reservations, optional
        Which of the jobs that run now asks what.
    """

    def __init__(
        self,
        log: AnswerLog,
        others: Callable[[], Iterable[Path]] = lambda: (),
        reservations: Reservations | None = None,
    ) -> None:
        self._log, self._others = log, others
        self._reservations = reservations or Reservations(None)
        self._failures: dict[str, tuple[str, str]] = {}

    def said(self, key: str) -> list[str]:
        """Return the answers of a conversation so far, turn by turn."""
        return self._log.get(key)[:TURNS]

    def over(self, key: str) -> bool:
        """Whether a conversation has come to its end in this run or before."""
        return key in self._failures or len(self.said(key)) == TURNS

    def keep(self, key: str, text: str) -> None:
        """Keep an answer; one that is none becomes the failure that ends its conversation."""
        answer = unwrapped(text)
        if answer is None:
            self.fail(key, UNFINISHED)
        elif not answer:
            self.fail(key, EMPTY)
        elif len(answer) > LONGEST_ANSWER:
            self.fail(key, CUT, f"{len(answer):,} characters")
        else:
            self._log.add(key, answer)

    def fail(self, key: str, kind: str, reason: str = "") -> None:
        """Note that this run gets no further answer in a conversation."""
        self._failures[key] = (kind, printable(reason))

    def rewritten(self, key: str) -> Rewritten:
        """Return what has come of a conversation."""
        said = self.said(key)
        if len(said) == TURNS:
            return Rewritten(*said)
        kind, reason = self._failures[key]
        if said:
            return Rewritten(said[0], "", "", kind, reason)
        return Rewritten("", "", kind, NO_PARAPHRASE, reason)

    def portions(self, keys: Sequence[str]) -> Iterable[tuple[list[str], list[str]]]:
        """Share conversations with the jobs that run at the same time, until none is left.

        Yields
        ------
        answered, mine : list of str
            Those that are over, and those that this job is to hold before it asks for the next portion.
        """
        waits = False
        while keys:
            mine = self._reservations.take(keys)
            # After the reservation: whoever had reserved them before may have been answered.
            self._log.read(self._others())
            answered = [key for key in keys if self.over(key)]
            over = set(answered)
            mine = [key for key in mine if key not in over]
            if answered or mine:
                yield answered, mine
                self._log.sync()
            self._reservations.release()
            over |= set(mine)
            keys = [key for key in keys if key not in over]
            if keys and not (answered or mine):
                if not waits:
                    _LOG.info("other jobs are asking %d captions: their answers are waited for", len(keys))
                waits = True
                time.sleep(_LOOK)


def augment(
    facts: Sequence[CaptionFacts],
    templates: Sequence[str],
    backend: Backend,
    prompts: Prompts,
    answers: Answers,
    finished: Callable[[int, int, Rewritten, bool], object] = lambda *_: None,
    begun: Callable[[], object] = lambda: None,
) -> list[Rewritten]:
    """Rewrite the captions of a shard.

    Parameters
    ----------
    facts : list of CaptionFacts
    templates : list of str
        The template caption of each patch.
    backend : Backend
        Opened only where there is something to ask.
    prompts : Prompts
    answers : Answers
        What was answered before; gets what is answered now.
    finished : callable
        Called for each conversation that is over with the row of its first patch, the number of patches that
        share it, what has come of it, and whether it was held now.
    begun : callable
        Called when the backend is open.

    Returns
    -------
    list of Rewritten
        For each patch.

    Raises
    ------
    InputError
        If no caption got an answer for reasons that lie with server or engine.
    """
    keys = [answer_key(backend, prompts, patch, text) for patch, text in zip(facts, templates, strict=True)]
    # One conversation a key: the first patch that has it stands for all others.
    first: dict[str, int] = {}
    for row, key in enumerate(keys):
        first.setdefault(key, row)
    patches = Counter(keys)
    is_open = False

    def end(key, asked):
        finished(first[key], patches[key], answers.rewritten(key), asked)

    for answered, mine in answers.portions(list(first)):
        for key in answered:
            end(key, False)
        if mine and not is_open:
            backend.open()
            is_open = True
            begun()
        _converse(mine, first, facts, templates, backend, prompts, answers, end)
    rewritten = [answers.rewritten(key) for key in keys]
    missing = [each for each in rewritten if each.paraphrase_missing not in ("", *OWN_DOING)]
    if missing and len(missing) == len(rewritten):
        raise InputError(
            f"none of {len(missing)} captions got an answer; the first: {missing[0].paraphrase_missing}: "
            f"{missing[0].reason}",
            item=backend.model,
            remedy=f"check augmentation.{backend.name} and the model's name",
        )
    return rewritten


def _converse(keys, first, facts, templates, backend, prompts, answers, end):
    """Hold the conversations of some keys to their ends."""

    def following(key):
        if answers.over(key):
            end(key, True)
            return None
        row = first[key]
        return Chat(facts[row].patch_id, prompts.messages(templates[row], answers.said(key)))

    def reply(position: int, text: str) -> Chat | None:
        answers.keep(keys[position], text)
        return following(keys[position])

    def fail(position: int, failure: AnswerFailed) -> None:
        answers.fail(keys[position], failure.kind or EMPTY, failure.problem)
        end(keys[position], True)

    if keys:
        rows = [first[key] for key in keys]
        backend.converse([facts[row] for row in rows], list(map(following, keys)), reply, fail)


def answer_key(backend: Backend, prompts: Prompts, facts: CaptionFacts, template: str) -> str:
    """Return the key under which the answers of one conversation are kept (32 hexadecimal digits)."""
    parts = [backend.name, backend.model, prompts.hash, template, backend.request]
    if not backend.asks_model:
        parts.append(facts.patch_id)
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
