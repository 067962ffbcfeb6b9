"""Scores of captions: the metrics of Table 7, caption by caption."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from bentxt.errors import MetricUnavailable
from bentxt.evaluation.answer_extraction import STRICT, UNPARSED
from bentxt.evaluation.bootstrap import mean_of
from bentxt.evaluation.clair import clair
from bentxt.evaluation.corpus_bleu import bleu4
from bentxt.evaluation.embedding_metrics import bertscore_f1, sbert_cosine
from bentxt.evaluation.estimates import ScoredTask, estimate, extraction_counts, missing_metric
from bentxt.evaluation.model_text import unwrapped
from bentxt.evaluation.ngram_metrics import bleu4_statistics, cider, meteor, meteor_jar, rouge_l
from bentxt.evaluation.score import TaskScore
from bentxt.evaluation.scoring_settings import ScoringSettings

#: Metrics of captions, in the order of Table 7.
CAPTION_METRICS = ("bleu4", "rouge", "meteor", "cider", "bertscore", "sbert_cosine", "clair")


def score_captions(
    items: Mapping[str, list[str]], settings: ScoringSettings, draws: Mapping[str, int]
) -> ScoredTask:
    """Score captions against one reference each.

    What is scored is the answer without reasoning and chat tokens. An answer without any text is unparsed and
    scores 0; so does one that ends within its reasoning.

    Parameters
    ----------
    items : mapping of str to list
        As for :func:`bentxt.evaluation.scoring.score_task`.
    settings : ScoringSettings
    draws : mapping
        ``resamples`` and ``seed`` of the bootstrap.

    Returns
    -------
    ScoredTask
    """
    candidates = [unwrapped(answer) or "" for answer in items["answer"]]
    references, images = items["output"], items["patch_id"]
    levels = [STRICT if text else UNPARSED for text in candidates]
    measures: dict[str, Callable[..., np.ndarray]] = {
        "rouge": rouge_l,
        "meteor": meteor,
        "cider": cider,
        "bertscore": lambda ours, theirs: bertscore_f1(ours, theirs, settings.bertscore_checkpoint),
        "sbert_cosine": sbert_cosine,
        "clair": lambda ours, theirs: clair(ours, theirs, settings.clair),
    }
    if settings.meteor_jar:
        measures["meteor_jar"] = meteor_jar
    counts = bleu4_statistics(candidates, references)
    metrics = {"bleu4": estimate(counts, images, bleu4, draws)}
    columns: dict[str, list[Any]] = {
        "extracted": [text or None for text in candidates],
        "level": levels,
        "bleu4_counts": counts.tolist(),
    }
    for name, measure in measures.items():
        try:
            values = measure(candidates, references)
        except MetricUnavailable as error:
            metrics[name] = missing_metric(str(error))
            continue
        known = np.isfinite(values)
        columns[name] = [value if np.isfinite(value) else None for value in values.tolist()]
        if not known.any():
            metrics[name] = missing_metric("no answer of the judge holds a score")
            continue
        statistics = np.column_stack([values[known], np.ones(known.sum())])
        metrics[name] = estimate(statistics, np.asarray(images)[known], mean_of, draws)
        if not known.all():
            reason = f"{np.sum(~known)} of {len(known)} answers of the judge hold no score"
            metrics[name] = replace(metrics[name], reason=reason)
    columns["score"] = columns.pop("rouge")
    columns.pop("meteor_jar", None)
    score = TaskScore(
        **extraction_counts(levels, items["category"]),
        metrics={name: metrics[name] for name in (*CAPTION_METRICS, "meteor_jar") if name in metrics},
    )
    return ScoredTask(score, columns)
