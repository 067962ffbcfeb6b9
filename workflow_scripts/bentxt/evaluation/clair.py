"""CLAIR: a language model judges how alike two captions are (Table 7)."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bentxt.chat_server import AnswerFailed, Chat, ChatServer
from bentxt.errors import InputError, MetricUnavailable
from bentxt.evaluation.judge_answers import read_score
from bentxt.failures import CUT
from bentxt.program.answer_log import AnswerLog
from bentxt.program.progress_bars import progress

#: What CLAIR asks (Chan et al. 2023, doi 10.18653/v1/2023.emnlp-main.841), in our own words: a role, the
#: candidate, the reference, a precise number from 0 to 100 for one image behind both, JSON with a reason.
PROMPT = """Your task is to tell whether a candidate caption describes the same image as a reference caption.

Candidate caption:
{candidate}

Reference caption:
{reference}

How likely is it, on a precise scale from 0 to 100, that both captions describe the same image? Answer with \
JSON alone, with a key "score" (a number from 0 to 100) and a key "reason" (one sentence)."""

_JSON_BEGINS = re.compile(r"\s*(?:```(?:json)?\s*)?\{")
#: Of an answer that came whole but states no score.
UNPARSED = "without a readable score"


class Judgement(NamedTuple):
    """What a judge said of captions.

    Attributes
    ----------
    scores : numpy.ndarray
        float64, shape (n,), 0–1; NaN where there is no score.
    note : str
        Which judge, whose words, and how many captions have no score, by what the judge did instead.
    """

    scores: np.ndarray
    note: str


def clair(
    candidates: Sequence[str],
    references: Sequence[str],
    judge: Mapping[str, Any] | None,
    answers: str | Path | None = None,
) -> Judgement:
    """Return CLAIR of each pair, judged over an OpenAI-compatible server.

    Parameters
    ----------
    candidates, references : sequence of str
    judge : dict or None
        The section ``benchmark.clair``: ``model``, ``max_tokens``, ``temperature`` (0 where it is left out;
        None is not sent), ``length_parameter`` (``max_tokens`` where it is left out), and the options of
        :class:`bentxt.chat_server.ChatServer`.
    answers : str or Path, optional
        File of the judge's answers, kept for good by model, prompt and generation: what it holds is not asked
        again. Answers that are empty, cut before the score, filtered or declined are not kept.

    Returns
    -------
    Judgement

    Raises
    ------
    MetricUnavailable
        Without a judge, without its key, or where the server fails.
    InputError
        If the file of answers is broken.
    """
    if judge is None:
        raise MetricUnavailable("no judge is available; name a server in benchmark.clair")
    temperature = judge.get("temperature", 0.0)
    generation = {judge.get("length_parameter", "max_tokens"): judge["max_tokens"]}
    if temperature is not None:
        generation["temperature"] = temperature
    keys: list[str] = []
    chats: dict[str, Chat] = {}
    for number, (candidate, reference) in enumerate(zip(candidates, references, strict=True), 1):
        prompt = PROMPT.format(candidate=candidate, reference=reference)
        keys.append(_key([judge["model"], prompt, generation]))
        # One question a prompt: the same two captions are judged once.
        chats.setdefault(keys[-1], Chat(f"caption {number}", ({"role": "user", "content": prompt},)))
    failures: dict[str, AnswerFailed] = {}
    with AnswerLog(answers) as log:
        pending = [key for key in chats if not log.get(key)]
        with progress(total=len(chats), desc="CLAIR", unit="caption") as bar:
            bar.update(len(chats) - len(pending))

            def reply(index: int, text: str) -> None:
                log.add(pending[index], text)
                bar.update()

            def fail(index: int, failure: AnswerFailed) -> None:
                # A cut answer may have stated its score before its reason; but what is cut may also be a
                # thought, which some servers send without the mark of its beginning.
                begun = failure.kind == CUT and _JSON_BEGINS.match(failure.text)
                if begun and read_score(failure.text) is not None:
                    log.add(pending[index], failure.text)
                else:
                    failures[pending[index]] = failure
                bar.update()

            try:
                server = ChatServer(judge["model"], judge, "benchmark.clair")
                server.converse([chats[key] for key in pending], generation, reply, fail)
            except InputError as error:
                done = sum(bool(log.get(key)) for key in keys)
                raise MetricUnavailable(
                    f"{_no_scores(judge, error)}; {done} of {len(keys)} captions are judged and kept for the "
                    "next run"
                ) from error
        said = {key: read_score(log.get(key)[0]) for key in chats if log.get(key)}
    if failures and not said:
        raise MetricUnavailable(_no_scores(judge, next(iter(failures.values()))))
    scores = np.array([_number(said.get(key)) for key in keys])
    return Judgement(scores, _note(judge["model"], keys, said, failures))


def _no_scores(judge, error):
    return f"the judge at {judge['base_url']} gave no scores: {error.problem}; check benchmark.clair"


def _key(value):
    text = json.dumps(value, sort_keys=True, ensure_ascii=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _number(score):
    return np.nan if score is None else score


def _note(model, keys, said, failures):
    """Return what is to be known of the scores: the judge, the prompt, and what has no score."""
    kinds = Counter(
        failures[key].kind if key in failures else UNPARSED for key in keys if said.get(key) is None
    )
    note = f"judged by {model}; the prompt has CLAIR's content in our words"
    if not kinds:
        return note
    listed = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    note += f"; no score for {sum(kinds.values())} of {len(keys)} captions: {listed}"
    first = next(iter(failures.values()), None)
    return f"{note} ({first.problem})" if first else note
