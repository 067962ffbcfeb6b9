"""Paraphrase and refine template captions in one conversation each, and resume after a kill.

Answers of a model are kept in an append-only JSON-lines file as they come, keyed by prompts, model,
template caption and generation settings: what was answered once is never asked again, also where two
patches have the same template caption.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence

from bentxt.captions.backends import Backend
from bentxt.captions.caption_facts import CaptionFacts
from bentxt.captions.prompts import Prompts
from bentxt.chat_server import Chat
from bentxt.program.answer_log import AnswerLog

TURNS = 2


def augment(
    facts: Sequence[CaptionFacts],
    templates: Sequence[str],
    backend: Backend,
    prompts: Prompts,
    answers: AnswerLog,
    advance: Callable[[int], object] = lambda patches: None,
) -> list[tuple[str, ...]]:
    """Rewrite the captions of a shard.

    Parameters
    ----------
    facts : list of CaptionFacts
    templates : list of str
        The template caption of each patch.
    backend : Backend
    prompts : Prompts
    answers : bentxt.program.answer_log.AnswerLog
        What was answered before; gets what is answered now.
    advance : callable
        Called for each finished conversation with the number of patches that share it.

    Returns
    -------
    list of tuple of str
        The paraphrased and the refined caption of each patch.
    """
    keys = [answer_key(backend, prompts, patch, text) for patch, text in zip(facts, templates, strict=True)]
    # One conversation a key: the first patch that has it stands for all others.
    first: dict[str, int] = {}
    for row, key in enumerate(keys):
        first.setdefault(key, row)
    rows, patches = list(first.values()), Counter(keys)

    def following(row):
        """Return the chat for the next turn of a row's conversation, or None when it is over."""
        said = answers.get(keys[row])
        # A blank answer ends the conversation: there is nothing to refine.
        if len(said) == TURNS or (said and not said[-1].strip()):
            return None
        return Chat(facts[row].patch_id, prompts.messages(templates[row], said))

    def reply(position, answer):
        row = pending[position]
        answers.add(keys[row], answer)
        chat = following(row)
        if chat is None:
            advance(patches[keys[row]])
        return chat

    pending, chats = [], []
    for row in rows:
        chat = following(row)
        if chat is None:
            advance(patches[keys[row]])
        else:
            pending.append(row)
            chats.append(chat)
    backend.converse([facts[row] for row in pending], chats, reply)
    # White space round an answer goes; inside, it stays as the model wrote it.
    return [tuple((*map(str.strip, answers.get(key)), "", "")[:TURNS]) for key in keys]


def answer_key(backend: Backend, prompts: Prompts, facts: CaptionFacts, template: str) -> str:
    """Return the key under which the answers of one conversation are kept (32 hexadecimal digits)."""
    parts = [backend.name, backend.model, prompts.hash, template, backend.generation]
    if not backend.asks_model:
        parts.append(facts.patch_id)
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
