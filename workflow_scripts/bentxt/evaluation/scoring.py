"""From a task's items and a model's answers to the scores of Tables 2–8."""

from collections import Counter
from dataclasses import asdict, dataclass, replace

import numpy as np

from bentxt.errors import InputError
from bentxt.evaluation.answer_extraction import (
    LENIENT,
    STRICT,
    UNPARSED,
    Extraction,
    extract_binary,
    extract_choice,
    options_of,
)
from bentxt.evaluation.bootstrap import bootstrap, mean_of
from bentxt.evaluation.box_extraction import extract_box
from bentxt.evaluation.box_overlap import THRESHOLDS, intersection_over_union
from bentxt.evaluation.score import AnswerCounts, ConstantAnswer, Metric, TaskScore

#: Metrics of captions, in the order of Table 7.
CAPTION_METRICS = ("bleu4", "rouge", "meteor", "cider", "bertscore", "sbert_cosine", "clair")


@dataclass(frozen=True)
class ScoringSettings:
    """The config's ``benchmark``, as far as scores use it.

    Attributes
    ----------
    bootstrap_resamples : int
        Draws of the images for each 95 % interval.
    bertscore_checkpoint : str or None
        Hugging Face id or folder of roberta-large.
    meteor_jar : bool
        Also METEOR 1.5, which needs Java.
    clair : dict or None
        The judge: ``base_url``, ``model``, ``key_variable``, ``max_tokens``.
    """

    bootstrap_resamples: int
    bertscore_checkpoint: str | None
    meteor_jar: bool
    clair: dict | None


def score_task(
    task: str,
    items: dict[str, list[str]],
    settings: ScoringSettings,
    seed: int,
    box_scale: float | None = None,
) -> TaskScore:
    """Score one model on one task.

    Parameters
    ----------
    task : str
        ``binary``, ``mcq``, ``referring`` or ``captioning``.
    items : dict of str to list
        Columns ``patch_id``, ``category``, ``input``, ``output`` (the reference) and ``answer`` (the model's
        text), one entry per item.
    settings : ScoringSettings
    seed : int
        Of the bootstrap's draws.
    box_scale : float or None
        See :func:`bentxt.evaluation.box_extraction.extract_box`.

    Returns
    -------
    TaskScore
        With ``constant`` for binary and mcq, and ``clipped`` for referring.

    Raises
    ------
    InputError
        If there is no item.
    """
    draws = {"resamples": settings.bootstrap_resamples, "seed": seed}
    if not items["answer"]:
        raise InputError(
            f"no {task} item to score",
            remedy="the benchmark split has none; raise benchmark_split.patches or miniature.patches",
        )
    if task == "captioning":
        return _score_captions(items, settings, draws)
    if task == "referring":
        return _score_boxes(items, draws, box_scale)
    return _score_choices(task, items, draws)


def _score_choices(task, items, draws):
    if task == "binary":
        found = [extract_binary(answer) for answer in items["answer"]]
    else:
        found = [
            extract_choice(answer, options_of(instruction))
            for answer, instruction in zip(items["answer"], items["input"], strict=True)
        ]
    truth = np.array([_reference_answer(task, output) for output in items["output"]])
    right = truth == np.array([extraction.answer or "" for extraction in found])
    answer, count = max(sorted(Counter(truth.tolist()).items()), key=lambda entry: entry[1])
    return TaskScore(
        **_extraction_counts([extraction.level for extraction in found], items["category"]),
        metrics=_means("accuracy", right, items, draws),
        constant=ConstantAnswer(answer, 100 * count / len(truth)),
    )


def _reference_answer(task, output):
    found = extract_binary(output) if task == "binary" else extract_choice(output, {})
    if found.level != STRICT:
        raise InputError(f"the data set's answer to a {task} question is neither yes/no nor a–d", item=output)
    return found.answer


def _score_boxes(items, draws, box_scale):
    found = [extract_box(answer, box_scale) for answer in items["answer"]]
    truth = []
    for output in items["output"]:
        box = extract_box(output, None).box
        if box is None:
            raise InputError("the data set's answer to a referring expression is no box", item=output)
        truth.append(box)
    overlap = intersection_over_union([extraction.box or (0, 0, 0, 0) for extraction in found], truth)
    metrics = _means("miou", overlap, items, draws)
    for threshold in THRESHOLDS:
        metrics |= _means(f"acc{threshold}", overlap > threshold / 100, items, draws)
    return TaskScore(
        **_extraction_counts([extraction.level for extraction in found], items["category"]),
        metrics=metrics,
        clipped=sum(extraction.clipped for extraction in found),
    )


def _score_captions(items, settings, draws):
    # Imported here: loading torch and the metrics' packages takes longer than scoring any other task.
    from bentxt.errors import MetricUnavailable
    from bentxt.evaluation.clair import clair
    from bentxt.evaluation.embedding_metrics import bertscore_f1, sbert_cosine
    from bentxt.evaluation.ngram_metrics import bleu4, bleu4_statistics, cider, meteor, meteor_jar, rouge_l

    candidates, references, images = items["answer"], items["output"], items["patch_id"]
    found = [Extraction(text, STRICT if text.strip() else UNPARSED) for text in candidates]
    measures = {
        "rouge": rouge_l,
        "meteor": meteor,
        "cider": cider,
        "bertscore": lambda ours, theirs: bertscore_f1(ours, theirs, settings.bertscore_checkpoint),
        "sbert_cosine": sbert_cosine,
        "clair": lambda ours, theirs: clair(ours, theirs, settings.clair),
    }
    if settings.meteor_jar:
        measures["meteor_jar"] = meteor_jar
    metrics = {
        "bleu4": _estimate(bleu4_statistics(candidates, references), images, bleu4, draws),
    }
    for name, measure in measures.items():
        try:
            values = measure(candidates, references)
        except MetricUnavailable as error:
            metrics[name] = _missing(str(error))
            continue
        known = np.isfinite(values)
        if not known.any():
            metrics[name] = _missing("no answer of the judge holds a score")
            continue
        metrics[name] = _estimate(
            np.column_stack([values[known], np.ones(known.sum())]),
            np.asarray(images)[known],
            mean_of,
            draws,
        )
        if not known.all():
            metrics[name] = replace(
                metrics[name],
                reason=f"{np.sum(~known)} of {len(known)} answers of the judge hold no score",
            )
    return TaskScore(
        **_extraction_counts([extraction.level for extraction in found], items["category"]),
        metrics={name: metrics[name] for name in (*CAPTION_METRICS, "meteor_jar") if name in metrics},
    )


def _missing(reason):
    return Metric(None, None, None, 0, reason)


def _extraction_counts(levels, categories):
    """Return counts of levels and whether instructions were followed, overall and per category."""

    def counts(chosen):
        number = Counter(chosen)
        return AnswerCounts(
            items=len(chosen),
            strict=number[STRICT],
            lenient=number[LENIENT],
            unparsed=number[UNPARSED],
            instruction_following=number[UNPARSED] == 0,
        )

    groups: dict[str, list[str]] = {}
    for level, category in zip(levels, categories, strict=True):
        groups.setdefault(category, []).append(level)
    return asdict(counts(levels)) | {"extraction": {name: counts(groups[name]) for name in sorted(groups)}}


def _means(name, values, items, draws):
    """Return the mean over all items under ``name`` and per category under ``name/category``."""
    statistics = np.column_stack([np.asarray(values, np.float64), np.ones(len(values))])
    images, categories = np.asarray(items["patch_id"]), np.asarray(items["category"])
    metrics = {name: _estimate(statistics, images, mean_of, draws)}
    for category in sorted(set(items["category"])):
        chosen = categories == category
        metrics[f"{name}/{category}"] = _estimate(statistics[chosen], images[chosen], mean_of, draws)
    return metrics


def _estimate(statistics, images, combine, draws):
    estimate = bootstrap(statistics, images, combine, **draws)
    return Metric(**estimate._asdict(), reason=None)
