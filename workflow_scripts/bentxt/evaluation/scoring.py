"""From a task's items and a model's answers to the scores of Tables 2–8."""

from pathlib import Path

import numpy as np

from bentxt.errors import InputError
from bentxt.evaluation.answer_extraction import extract_binary, extract_choice, options_of
from bentxt.evaluation.box_extraction import IGNORE, angle_of, extract_box
from bentxt.evaluation.box_overlap import THRESHOLDS, intersection_over_union
from bentxt.evaluation.constant_answers import best_choice
from bentxt.evaluation.estimates import ScoredTask, extraction_counts, means
from bentxt.evaluation.reference_answers import reference_boxes, reference_choices
from bentxt.evaluation.score import ConstantAnswer, TaskScore
from bentxt.evaluation.scoring_settings import CaptionSettings, ScoringSettings


def score_task(
    task: str,
    items: dict[str, list[str]],
    settings: ScoringSettings,
    seed: int,
    box_scale: float | None = None,
    threads: int = 1,
    judged: str | Path | None = None,
    box_angle: str = IGNORE,
    embedded: np.ndarray | None = None,
) -> ScoredTask:
    """Score one model on one task, item by item and as a whole.

    Parameters
    ----------
    task : str
        ``binary``, ``mcq``, ``referring`` or ``captioning``.
    items : dict of str to list
        Columns ``patch_id``, ``category``, ``input``, ``output`` (the reference) and ``answer`` (the model's
        text), one entry per item.
    settings : ScoringSettings
        Of the task, see :data:`bentxt.evaluation.scoring_settings.SETTINGS`.
    seed : int
        Of the bootstrap's draws.
    box_scale, box_angle : float or None, str
        See :func:`bentxt.evaluation.box_extraction.extract_box`.
    threads : int
        CPU threads of the models that score captions.
    judged : str or Path, optional
        File of the judge's answers about captions, see :func:`bentxt.evaluation.clair.clair`.
    embedded : numpy.ndarray, optional
        Sentence embeddings of the reference captions, see
        :func:`bentxt.evaluation.caption_scoring.score_captions`.

    Returns
    -------
    ScoredTask
        Its score with ``constant`` for binary and mcq, and ``clipped``, ``rotated`` and ``box_angle`` for
        referring.

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
    if isinstance(settings, CaptionSettings):
        # Imported here: loading torch and the metrics' packages takes longer than scoring any other task.
        from bentxt.evaluation.caption_scoring import score_captions

        return score_captions(items, settings, draws, threads, judged, embedded)
    if task == "referring":
        return _score_boxes(items, draws, box_scale, box_angle)
    return _score_choices(task, items, settings, draws)


def _score_choices(task, items, settings, draws):
    if task == "binary":
        found = [extract_binary(answer, other_words=settings.other_words) for answer in items["answer"]]
    else:
        found = [
            extract_choice(answer, options_of(instruction))
            for answer, instruction in zip(items["answer"], items["input"], strict=True)
        ]
    truth = np.array(reference_choices(task, items["output"]))
    right = truth == np.array([extraction.answer or "" for extraction in found])
    constant = best_choice(truth.tolist())
    levels = [extraction.level for extraction in found]
    score = TaskScore(
        **extraction_counts(levels, items["category"]),
        metrics=means({"accuracy": right}, items, draws),
        constant=ConstantAnswer(constant, 100 * float((truth == constant).mean())),
    )
    columns = {
        "extracted": [extraction.answer for extraction in found],
        "level": levels,
        "score": right.astype(float).tolist(),
    }
    return ScoredTask(score, columns)


def _score_boxes(items, draws, box_scale, box_angle):
    found = [extract_box(answer, box_scale, box_angle) for answer in items["answer"]]
    truth = reference_boxes(items["output"])
    overlap = intersection_over_union([extraction.box or (0, 0, 0, 0) for extraction in found], truth)
    values = {"miou": overlap}
    for threshold in THRESHOLDS:
        values[f"acc{threshold}"] = overlap > threshold / 100
    levels = [extraction.level for extraction in found]
    score = TaskScore(
        **extraction_counts(levels, items["category"]),
        metrics=means(values, items, draws),
        clipped=sum(extraction.clipped for extraction in found),
        rotated=sum(bool(angle_of(answer)) for answer in items["answer"]),
        box_angle=box_angle,
    )
    columns = {
        "extracted": [_box_text(extraction.box) for extraction in found],
        "box": [extraction.box for extraction in found],
        "level": levels,
        "score": overlap.tolist(),
    }
    return ScoredTask(score, columns)


def _box_text(box):
    """Return a box as the release writes boxes, with more decimals where the model gave them."""
    if box is None:
        return None
    left, top, right, bottom = (float(f"{edge:.4f}") for edge in box)
    return f"[{left} {top}, {right} {bottom}]"
