"""Scores of captions: the metrics of Table 7, caption by caption."""

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bentxt.errors import InputError, MetricUnavailable
from bentxt.evaluation.answer_extraction import STRICT, UNPARSED
from bentxt.evaluation.bootstrap import mean_of
from bentxt.evaluation.clair import clair
from bentxt.evaluation.corpus_bleu import bleu4
from bentxt.evaluation.estimates import ScoredTask, estimates, extraction_counts, missing_metric
from bentxt.evaluation.meteor import meteor, meteor_jar
from bentxt.evaluation.ngram_metrics import bleu4_statistics, cider, rouge_l
from bentxt.evaluation.ptb_tokens import ptb_tokens
from bentxt.evaluation.score import Metric, TaskScore
from bentxt.evaluation.scoring_settings import CaptionSettings
from bentxt.thoughts import unwrapped
from bentxt.words import word_tokens

#: Metrics of captions, in the order of Table 7.
CAPTION_METRICS = ("bleu4", "rouge", "meteor", "cider", "bertscore", "sbert_cosine", "clair")
#: Other kinds of METEOR, in the score file only: NLTK's with the tokens of its ``word_tokenize``, as Hugging
#: Face evaluate has it (the one above is NLTK's with the tokens of BLEU and CIDEr), and the Java program.
OTHER_METRICS = ("meteor_word_tokenize", "meteor_jar")
#: Longest quotation of an unforeseen error in a table's note, characters.
_QUOTED = 200


class _Values(NamedTuple):
    """A metric's values of the captions, NaN where there is none, and what is to be known of them."""

    values: np.ndarray
    note: str | None = None


class _Captions:
    """Both sides of the captions, and their tokens, which are found when a metric first asks for them."""

    def __init__(self, candidates: Sequence[str], references: Sequence[str]) -> None:
        self.candidates, self.references = candidates, references

    @cached_property
    def tokens(self) -> list[list[list[str]]]:
        sides = (self.candidates, self.references)
        return [[list(map(sys.intern, ptb_tokens(text))) for text in side] for side in sides]

    def where_answered(self, measure: Callable[..., np.ndarray], **given: np.ndarray | None) -> np.ndarray:
        """Return a measure of the pairs with a caption; without one the score is 0.

        What is given of all pairs is handed on, of those with a caption.
        """
        values = np.zeros(len(self.candidates))
        chosen = [i for i, text in enumerate(self.candidates) if text]
        more = {name: each if each is None else each[chosen] for name, each in given.items()}
        pairs = ([side[i] for i in chosen] for side in (self.candidates, self.references))
        values[chosen] = measure(*pairs, **more)
        return values


def score_captions(
    items: Mapping[str, list[str]],
    settings: CaptionSettings,
    draws: Mapping[str, int],
    threads: int = 1,
    judged: str | Path | None = None,
    embedded: np.ndarray | None = None,
) -> ScoredTask:
    """Score captions against one reference each.

    What is scored is the answer without reasoning and chat tokens. An answer without any text is unparsed and
    scores 0; so does one that ends within its reasoning. A metric that fails, for whatever reason, has no
    value but the reason; the others stand.

    Parameters
    ----------
    items : mapping of str to list
        As for :func:`bentxt.evaluation.scoring.score_task`.
    settings : CaptionSettings
    draws : mapping
        ``resamples`` and ``seed`` of the bootstrap.
    threads : int
        CPU threads of the models behind BERTScore and SBERT cosine.
    judged : str or Path, optional
        File of the judge's answers, see :func:`bentxt.evaluation.clair.clair`.
    embedded : numpy.ndarray, optional
        The references' sentence embeddings, float32, shape (items, width); without them they are made here.

    Returns
    -------
    ScoredTask
    """
    texts = [unwrapped(answer) or "" for answer in items["answer"]]
    captions = _Captions(texts, items["output"])
    levels = [STRICT if text else UNPARSED for text in texts]
    columns: dict[str, list[Any]] = {"extracted": [text or None for text in texts], "level": levels}
    found: dict[str, _Values] = {}
    metrics: dict[str, Metric] = {}
    for name, measure in _measures(captions, settings, threads, judged, embedded).items():
        try:
            found[name] = measure()
            # Its value comes below; this keeps the order of the score file.
            metrics[name] = missing_metric(found[name].note or "no caption has a value")
        except MetricUnavailable as error:
            metrics[name] = missing_metric(str(error))
        except InputError as error:
            at = f" ({error.file})" if error.file else ""
            metrics[name] = missing_metric(f"{error.problem}{at}")
        except Exception as error:
            # Whatever it is, the other metrics stand.
            logging.exception("%s could not be computed", name)
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            metrics[name] = missing_metric(f"it could not be computed: {reason[:_QUOTED]}")
    metrics |= _estimates(found, np.asarray(items["patch_id"], object), draws)
    for name, (values, _) in found.items():
        columns[name] = [None if np.isnan(value).any() else value for value in values.tolist()]
    columns["score"] = columns.pop("rouge", [None] * len(texts))
    columns["bleu4_counts"] = columns.pop("bleu4", [None] * len(texts))
    for name in OTHER_METRICS:
        columns.pop(name, None)
    return ScoredTask(TaskScore(**extraction_counts(levels, items["category"]), metrics=metrics), columns)


def _estimates(found, images, draws):
    """Return the metrics of captions that have a value; those of the same captions share their draws."""
    groups: dict[bytes, list[str]] = {}
    known = {
        name: np.isfinite(values.reshape(len(values), -1)).all(axis=1) for name, (values, _) in found.items()
    }
    for name, chosen in known.items():
        if chosen.any():
            groups.setdefault(chosen.tobytes(), []).append(name)
    metrics = {}
    for names in groups.values():
        chosen = known[names[0]]
        measures = [
            (values, bleu4) if values.ndim > 1 else (np.column_stack([values, np.ones(len(values))]), mean_of)
            for values in (found[name].values[chosen] for name in names)
        ]
        for name, metric in zip(names, estimates(measures, images[chosen], draws), strict=True):
            metrics[name] = replace(metric, reason=found[name].note)
    return metrics


def _measures(
    captions: _Captions,
    settings: CaptionSettings,
    threads: int,
    judged: str | Path | None,
    embedded: np.ndarray | None,
) -> dict[str, Callable[[], _Values]]:
    """Return the metrics by name, in the order of the score file, each as a call that computes it."""
    candidates, references = captions.candidates, captions.references

    def bertscore() -> _Values:
        # Imported here, as below: without torch, or with a broken one, the other metrics stand.
        from bentxt.evaluation.embedding_metrics import bertscore_f1

        return _Values(bertscore_f1(candidates, references, settings.bertscore_checkpoint, threads=threads))

    def sbert() -> _Values:
        from bentxt.evaluation.embedding_metrics import sbert_cosine

        return _Values(captions.where_answered(partial(sbert_cosine, threads=threads), embedded=embedded))

    def judgement() -> _Values:
        notes = []

        def judge(chosen: Sequence[str], theirs: Sequence[str]) -> np.ndarray:
            found = clair(chosen, theirs, settings.clair, judged)
            notes.append(found.note)
            return found.scores

        return _Values(captions.where_answered(judge), *notes)

    def with_tokens_of_nltk() -> _Values:
        return _Values(meteor(*([word_tokens(text) for text in side] for side in (candidates, references))))

    measures: dict[str, Callable[[], _Values]] = {
        "bleu4": lambda: _Values(bleu4_statistics(*captions.tokens)),
        "rouge": lambda: _Values(rouge_l(candidates, references)),
        "meteor": lambda: _Values(meteor(*captions.tokens)),
        "cider": lambda: _Values(cider(*captions.tokens)),
        "bertscore": bertscore,
        "sbert_cosine": sbert,
        "clair": judgement,
        "meteor_word_tokenize": with_tokens_of_nltk,
    }
    if settings.meteor_jar:
        measures["meteor_jar"] = lambda: _Values(meteor_jar(*captions.tokens))
    return measures
