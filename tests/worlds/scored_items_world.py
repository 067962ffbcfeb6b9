"""Scores and tables of items as ``score_answers.py`` writes them, for programs that read both."""

import json
from pathlib import Path

import pyarrow as pa

from bentxt.evaluation.bootstrap import bootstrap, mean_of
from bentxt.evaluation.score import SCORED, UNAVAILABLE, Metric, Score
from bentxt.models.table_rows import TableRow, rows_to_json
from bentxt.program.lineage import Lineage
from bentxt.reporting.scored_items import ModelItems
from bentxt.tables.schemas.scored_items_schema import SCORED_ITEMS
from bentxt.tables.table_files import write_table

#: Rows of tables in these tests: one model of each group, a second CV model, and a reference.
ROWS = {
    "GeoA": TableRow("RS", "7B"),
    "Wide": TableRow("CV", "8B"),
    "Other": TableRow("CV", "8B"),
    "RS-InternVL": TableRow("ours", "1B"),
    "Blind": TableRow("reference", "", "Blind (no image)"),
}
SETTINGS = {
    "run": "mini",
    "seed": 5,
    "benchmark": {"absent": {"GeoA": "no weights here"}, "bootstrap_resamples": 200},
}

_CHOICES = {"binary": ("yes", "no"), "mcq": tuple("abcd")}
_CATEGORIES = {
    "binary": ("presence", "area", "count", "adjacency"),
    "mcq": ("presence", "country", "season"),
    "referring": ("point", "reference"),
    "captioning": ("None",),
}
_QUESTIONS = {
    "binary": "Is there a lake?",
    "mcq": "Which one? a) Lake, b) Forest, c) Pastures, d) Urban fabric",
    "referring": "Box at <point>(0.25, 0.75)</point>?",
    "captioning": "Describe it.",
}
_REFERENCES = {
    "binary": ("yes", "no"),
    "mcq": tuple("abcd"),
    "referring": ("[0.0 0.0, 0.5 0.5]", "[0.25 0.5, 1.0 1.0]"),
    "captioning": ("Forest borders a lake.",),
}


def item_rows(task, count=24, patches=8, answers=None):
    """Return rows of the table of items: ``answers`` maps a place to what its row holds otherwise."""
    rows = []
    for place in range(count):
        reference = _REFERENCES[task][place % len(_REFERENCES[task])]
        row = dict.fromkeys(SCORED_ITEMS.names) | {
            "ID": 100 + place,
            "patch_id": f"PATCH_{place % patches}",
            "category": _CATEGORIES[task][place % len(_CATEGORIES[task])],
            "country": ("Austria", "Serbia")[place % 2],
            "season": ("Summer", "Fall")[place // 2 % 2],
            "climate_zone": "Temperate, no dry season, warm summer",
            "input": _QUESTIONS[task],
            "output": reference,
            "answer": reference,
            "extracted": reference,
            "level": "strict",
            "score": 1.0,
        }
        if task == "referring":
            row["box"] = [float(edge) for edge in reference.strip("[]").replace(",", "").split()]
        if task == "captioning":
            row |= {"bleu4_counts": [4.0, 3, 2, 1, 4, 3, 2, 1, 4, 4], "meteor": 0.9, "cider": 4.0}
        rows.append(row | (answers or {}).get(place, {}))
    return rows


def wrong(rows, places, task="binary"):
    """Return rows that are answered wrongly at some places."""
    changed = [dict(row) for row in rows]
    for place in places:
        row = changed[place]
        other = next(choice for choice in _CHOICES[task] if choice != row["output"])
        row |= {"answer": other, "extracted": other, "score": 0.0}
    return changed


UNREAD = {"answer": "I cannot say.", "extracted": None, "box": None, "level": "unparsed", "score": 0.0}


def score_of(model, task, rows, made, split="bench", weights="published", status=SCORED, reason=None):
    """Return the score file of rows, with the metric of Table 8: the mean of their scores."""
    levels = [row["level"] for row in rows]
    metrics = {}
    if rows:
        statistics = [[row["score"], 1] for row in rows]
        images = [row["patch_id"] for row in rows]
        estimate = bootstrap(statistics, images, mean_of, resamples=200, seed=SETTINGS["seed"])
        name = {"captioning": "bleu4", "referring": "miou"}.get(task, "accuracy")
        metrics[name] = Metric(**estimate._asdict(), reason=None)
    return Score(
        model=model,
        task=task,
        split=split,
        status=status,
        reason=reason,
        weights=weights,
        lineage=made.to_dict(),
        prediction={},
        items=len(rows),
        **{level: levels.count(level) for level in ("strict", "lenient", "unparsed")},
        metrics=metrics,
    )


def model_items(model, task, rows, **about):
    """Return a model's items as they are after reading."""
    made = Lineage("score_answers.py", {"run": "mini"}, "c0de", {"model": model})
    table = pa.Table.from_pylist(rows, schema=SCORED_ITEMS)
    row = ROWS[model]
    return ModelItems(row.label or model, row.group, score_of(model, task, rows, made, **about), table)


def write_items(folder, model, task, rows, upstream=(), **about):
    """Write a score and its items, made from what ``upstream`` says; return the paths of both."""
    notes = {"model": model, "task": task}
    made = Lineage("score_answers.py", {"run": "mini"}, "c0de", notes, list(upstream))
    score, items = (
        Path(folder, name, model, f"{task}.{suffix}")
        for name, suffix in (("scores", "json"), ("items", "parquet"))
    )
    score.parent.mkdir(parents=True, exist_ok=True)
    score.write_text(score_of(model, task, rows, made, **about).to_json(), encoding="utf-8")
    columns = {name: [row[name] for row in rows] for name in SCORED_ITEMS.names}
    write_table(items, columns, SCORED_ITEMS, made)
    return score, items


def unavailable(folder, model, task, reason="no weights"):
    """Write the score of a model that could not be run, and its empty table."""
    return write_items(folder, model, task, [], status=UNAVAILABLE, reason=reason)


def options(paths, **more):
    """Return what a program is given: scores and items in one order, rows, settings, and further options."""
    scores, items = zip(*paths, strict=True)
    settings = {"settings": json.dumps(SETTINGS), "rows": rows_to_json(ROWS)}
    found = ["--scores", *scores, "--items", *items]
    for name, value in (settings | more).items():
        found += [f"--{name}", value]
    return found
