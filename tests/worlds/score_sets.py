"""Scores of models as tables read them: of any numbers, or of the numbers that the paper prints."""

import csv
from dataclasses import replace

from bentxt.evaluation.score import SCORED, UNAVAILABLE, AnswerCounts, Metric, Score
from bentxt.reporting.table_layouts import BEST_LAYOUTS, LAYOUTS
from worlds.pages import PROJECT

PAPER = PROJECT / "resources" / "paper"


def score(model, task, metrics, weights="tiny, random", unparsed=0, items=10, constant=None, split="bench"):
    """Return a score; a metric that is a text instead of a number is missing for that reason."""
    counts = {
        "items": items,
        "strict": items - unparsed,
        "unparsed": unparsed,
        "instruction_following": unparsed == 0,
    }
    return Score(
        model=model,
        task=task,
        split=split,
        status=SCORED,
        reason=None,
        weights=weights,
        lineage={},
        prediction={},
        **counts,
        extraction=dict.fromkeys(("reference", "point"), AnswerCounts(**counts)),
        metrics={
            name: Metric(value, value - 1, value + 1, items, None)
            if isinstance(value, int | float)
            else Metric(None, None, None, 0, value)
            for name, value in metrics.items()
        },
        constant=constant,
    )


def unavailable(model, task, reason):
    """Return the score of a model that could not be run."""
    return replace(score(model, task, {}, items=0), status=UNAVAILABLE, reason=reason)


def by_model_and_task(*scores):
    """Return scores as tables take them."""
    return {(one.model, one.task): one for one in scores}


def published_rows(name):
    """Return a published table: its columns, and its rows as dicts of text."""
    with (PAPER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        return list(reader.fieldnames), list(reader)


def published_scores(name, renamed=None):
    """Return the scores that one published table holds; ``renamed`` says which model stands for a row."""
    layout = (LAYOUTS | BEST_LAYOUTS)[name]
    scores = []
    for row in published_rows(name)[1]:
        model = (renamed or {}).get(row["model"], row["model"])
        for task in layout.tasks:
            numbers = {
                metric: float(row[column]) for column, (own, metric) in layout.values.items() if own == task
            }
            unparsed = 1 if row.get("instruction_following") == "no" else 0
            scores.append(score(model, task, numbers, "published", unparsed, split=layout.split))
    return by_model_and_task(*scores)
