"""Whether fine-tuning taught RS-InternVL anything: against the untrained model and constant answers."""

from collections.abc import Sequence
from typing import Any

from bentxt.errors import InputError
from bentxt.evaluation.score import SCORED, Score

COLUMNS = (
    "task",
    "items",
    "fine_tuned",
    "fine_tuned_low",
    "fine_tuned_high",
    "untrained",
    "constant_answer",
    "constant",
    "margin_over_untrained",
    "margin_over_constant",
    "run",
    "note",
)


def learning_rows(
    scores: dict[tuple[str, str], Score],
    run: str,
    models: tuple[str, str],
    tasks: Sequence[str] = ("binary", "mcq"),
) -> list[dict[str, Any]]:
    """Compare accuracies task by task.

    Parameters
    ----------
    scores : dict of (str, str) to Score
        From :func:`bentxt.reporting.score_files.read_scores`; both models on all ``tasks``.
    run : str
        ``mini`` or ``paper``.
    models : tuple of str
        The fine-tuned model, and its baseline without an adapter.
    tasks : sequence of str

    Returns
    -------
    list of dict
        Columns :data:`COLUMNS`; accuracies in %, margins in points, None where a model has no score.

    Raises
    ------
    InputError
        If a score file is missing, or the two models were scored on different items.
    """
    rows = []
    fine_tuned, baseline = models
    for task in tasks:
        missing = [model for model in models if (model, task) not in scores]
        if missing:
            raise InputError(f"no score file of {missing[0]} on {task}", remedy="give both models' scores")
        trained, untrained = scores[fine_tuned, task], scores[baseline, task]
        unscored = [score for score in (trained, untrained) if score.status != SCORED]
        row = dict.fromkeys(COLUMNS) | {"task": task, "run": run, "note": ""}
        if unscored:
            row["note"] = "; ".join(f"{score.model}: {score.reason}" for score in unscored)
            rows.append(row)
            continue
        if (trained.items, trained.constant) != (untrained.items, untrained.constant):
            raise InputError(
                f"{fine_tuned} and {baseline} were scored on different {task} items",
                remedy="make both scores again from one data set",
            )
        accuracy, constant = trained.metrics["accuracy"], trained.constant
        after, before = accuracy.value, untrained.metrics["accuracy"].value
        if after is None or before is None or constant is None:
            raise InputError(
                f"a score of {fine_tuned} or {baseline} on {task} lacks accuracy or constant answer",
                remedy="make both scores again",
            )
        row |= {
            "items": trained.items,
            "fine_tuned": after,
            "fine_tuned_low": accuracy.low,
            "fine_tuned_high": accuracy.high,
            "untrained": before,
            "constant_answer": constant.answer,
            "constant": constant.accuracy,
            "margin_over_untrained": after - before,
            "margin_over_constant": after - constant.accuracy,
            "note": f"weights: {trained.weights}" if trained.weights != "published" else "",
        }
        rows.append(row)
    return rows


def learning_report(rows: list[dict[str, Any]]) -> str:
    """Return the rows as lines for a terminal."""
    lines = []
    for row in rows:
        if row["fine_tuned"] is None:
            lines.append(f"{row['task']:>6} [{row['run']}]: no comparison: {row['note']}")
            continue
        lines.append(
            f"{row['task']:>6} [{row['run']}]: fine-tuned {row['fine_tuned']:.1f} % "
            f"[{row['fine_tuned_low']:.1f}, {row['fine_tuned_high']:.1f}] of {row['items']} items; "
            f"{row['margin_over_untrained']:+.1f} points over untrained ({row['untrained']:.1f} %), "
            f"{row['margin_over_constant']:+.1f} points over always answering "
            f"{row['constant_answer']!r} ({row['constant']:.1f} %)"
        )
    return "\n".join(lines)
