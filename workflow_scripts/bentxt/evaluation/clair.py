"""CLAIR: a language model judges how alike two captions are (Table 7)."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bentxt.chat_server import Chat, ChatServer
from bentxt.errors import InputError, MetricUnavailable

#: The question of CLAIR (Chan et al. 2023, doi 10.18653/v1/2023.emnlp-main.841), in our own words.
PROMPT = """You compare captions of images.

Candidate caption:
{candidate}

Reference caption:
{reference}

How likely is it, from 0 to 100, that both captions describe the same image? Answer with JSON alone, with a \
key "score" (a number from 0 to 100) and a key "reason" (one sentence)."""

_OBJECT = re.compile(r"\{[^{}]*\}", re.DOTALL)


def parse_score(text: str) -> float | None:
    """Return the score of a judge's answer, 0–1, or None where it cannot be read.

    Only what follows ``</think>`` counts; it must hold a JSON object with a number from 0 to 100 under
    ``score``.
    """
    for found in _OBJECT.findall(text.rpartition("</think>")[2]):
        try:
            score = json.loads(found).get("score")
        except json.JSONDecodeError:
            continue
        if isinstance(score, int | float) and not isinstance(score, bool) and 0 <= score <= 100:
            return score / 100
    return None


def clair(
    candidates: Sequence[str], references: Sequence[str], judge: Mapping[str, Any] | None
) -> np.ndarray:
    """Return CLAIR of each pair, judged greedily over an OpenAI-compatible server.

    Parameters
    ----------
    candidates, references : sequence of str
    judge : dict or None
        The section ``benchmark.clair``: ``model``, ``max_tokens``, and the options of
        :class:`bentxt.chat_server.ChatServer`.

    Returns
    -------
    numpy.ndarray
        float64, shape (n,), 0–1; NaN where the judge's answer has no score.

    Raises
    ------
    MetricUnavailable
        Without a judge, without its key, or where it refuses a request or does not answer.
    """
    if judge is None:
        raise MetricUnavailable("no judge is available; name a server in benchmark.clair")
    chats: list[Chat] = []
    for candidate, reference in zip(candidates, references, strict=True):
        prompt = PROMPT.format(candidate=candidate, reference=reference)
        chats.append(Chat(f"caption {len(chats) + 1}", ({"role": "user", "content": prompt},)))
    generation = {"temperature": 0.0, "max_tokens": judge["max_tokens"]}
    try:
        answers = ChatServer(judge["model"], judge, "benchmark.clair").ask(chats, generation)
    except InputError as error:
        reason = f"the judge at {judge['base_url']} gave no scores: {error.problem}; check benchmark.clair"
        raise MetricUnavailable(reason) from error
    scores = map(parse_score, answers)
    return np.array([np.nan if score is None else score for score in scores])
