"""The page of one model: its row among the paper's published numbers, and answers to look at.

One file that fetches nothing and runs no script. Whatever a model, a server or a user wrote is text in it:
the template escapes all values, and its policy lets neither scripts nor addresses in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bentxt.dataset.caption_review import review_remarks
from bentxt.evaluation.score import SCORED, Score
from bentxt.evaluation.verdicts import verdict
from bentxt.published.model_standing import Standing
from bentxt.release import TASKS
from bentxt.reporting.html_pages import picture_address, render_still_page, shortened, visible
from bentxt.reporting.item_texts import category_name, point_of, reference_box
from bentxt.reporting.tables import RUN_REMARKS
from bentxt.reporting.worst_and_best import worst_and_best
from bentxt.resources import RESOURCES

PAGE = RESOURCES / "pages/model.html"
#: Longest text of a question, a reference or an answer on the page, and of all others, characters.
LONGEST, LONGEST_FACT = 600, 300
#: Items shown of a task, of the worst and of the best.
SHOWN = 6
_NAMES = {
    "captioning": "Captions",
    "binary": "Binary questions",
    "mcq": "Multiple-choice questions",
    "referring": "Referring detection",
}
_CHOSEN = (
    "Captions stand by ROUGE-L, boxes by intersection over union, questions by right or wrong; among equal "
    "ones the run's seed drew, categories and patches in turns."
)
_FOOTER = (
    "Published numbers: arXiv 2603.29630, Tables 2-8 and S7-S11, typed over. The same numbers are in the CSV "
    "next to this page; every item is in the run's tables of items."
)
#: Left and right end of a chart's axis, height of a row, of a picture 900 wide.
_LEFT, _RIGHT, _ROW = 190, 800, 40
_SIDE = 120


@dataclass(frozen=True)
class ShownItems:
    """What a page shows of a task.

    Attributes
    ----------
    worst, best : list of dict
        Rows of the items' table.
    """

    worst: list[dict[str, Any]]
    best: list[dict[str, Any]]

    @property
    def patches(self) -> list[str]:
        """The patches that they are about, each once."""
        return list(dict.fromkeys(item["patch_id"] for item in (*self.worst, *self.best)))


def choose_shown(table: Mapping[str, Sequence[Any]], seed: int, count: int = SHOWN) -> ShownItems:
    """Choose the items of a task that a page shows.

    Parameters
    ----------
    table : mapping of str to sequence
        The columns of the items' table.
    seed, count : int
        As for :func:`bentxt.reporting.worst_and_best.worst_and_best`.
    """
    found = worst_and_best(
        table["ID"], table["patch_id"], table["category"], table["score"], count=count, seed=seed
    )
    worst, best = ([{name: table[name][place] for name in table} for place in places] for places in found)
    return ShownItems(worst, best)


def page_content(
    model: str,
    name: str,
    scores: Mapping[str, Score],
    standings: Sequence[Standing],
    shown: Mapping[str, ShownItems],
    pictures: Mapping[str, np.ndarray] | None,
    run: str,
) -> dict[str, Any]:
    """Return what the page says, as its template takes it.

    Parameters
    ----------
    model, name : str
        Key and name of the model.
    scores : mapping of str to Score
        By task.
    standings : sequence of Standing
    shown : mapping of str to ShownItems
        By task, of those that were scored.
    pictures : mapping of str to numpy.ndarray, or None
        Patch to uint8, shape (120, 120, 3); None where the run has no images.
    run : str
        ``mini`` or ``paper``.
    """
    known = {task: scores[task] for task in TASKS if task in scores}
    return {
        "title": f"{_fact(name)} on the BigEarthNet.txt benchmark",
        "subtitle": " · ".join([*([f"key {model}"] if model != name else []), RUN_REMARKS[run]]),
        "model": _fact(model),
        "alarms": _alarms(known, standings, run),
        "facts": [(label, _fact(text)) for label, text in _facts(known)],
        "tasks": [_task(task, score) for task, score in known.items()],
        "failed": [_fact(text) for text in _failed(known)],
        "tables": [_table(table) for table in standings],
        "charts": [_chart(model, table) for table in standings if table.key != "table2"],
        "chosen": _CHOSEN,
        "boxes": "referring" in shown,
        "pictures_missing": None
        if pictures is not None
        else "This run has no images, so the pictures are missing; nothing of the numbers depends on them.",
        "examples": [
            {
                "title": f"{_NAMES[task]}: {title}",
                "shown": [_example(task, item, pictures or {}) for item in items],
                "none": none,
            }
            for task, found in shown.items()
            for title, items, none in (
                ("worst", found.worst, "None: all answers are right."),
                ("best", found.best, "None: no answer is better than the worst."),
            )
        ],
        "footer": _FOOTER,
    }


def _fact(text: object) -> str:
    return shortened(str(text), LONGEST_FACT)


def _alarms(scores, standings, run):
    found = []
    if run == "mini":
        found.append(
            "The embedded run: an invented world of invented images. Nothing here says how good the model is."
        )
    limits = sorted({score.prediction["limit"] for score in scores.values() if score.prediction.get("limit")})
    found += [f"A try: only the first {limit} items of each task were answered." for limit in limits]
    reasons = dict.fromkeys(
        text
        for table in standings
        for text in table.differences
        if not text.startswith(("items: a try", "world: "))
    )
    if reasons:
        found.append(_fact(f"Not comparable with the paper: {'; '.join(reasons)}."))
    if doubtful := [
        score.weights for score in scores.values() if "random" in score.weights or "tiny" in score.weights
    ]:
        found.append(_fact(f"Weights: {doubtful[0]}."))
    return found


def _facts(scores):
    """Yield what is to be known of the run: label and text, equal ones once with their tasks."""
    scored = {task: score for task, score in scores.items() if score.status == SCORED}
    for label, of in (
        ("Weights", lambda score: score.weights),
        ("Checkpoint", lambda score: score.prediction.get("checkpoint")),
        ("Revision", lambda score: score.prediction.get("revision")),
        ("Device", lambda score: score.prediction.get("device")),
        ("Settings", lambda score: _pairs(score.prediction.get("choices"))),
        ("Versions", lambda score: _pairs(score.prediction.get("versions"))),
        ("Seconds", lambda score: _seconds(score.prediction)),
        ("Data set", _origin),
        ("Review", lambda score: "; ".join(review_remarks(score.lineage.get("upstream", [])))),
    ):
        said: dict[str, list[str]] = {}
        for task, score in scored.items():
            if text := of(score):
                said.setdefault(str(text), []).append(task)
        if len(said) == 1:
            yield label, next(iter(said))
        elif said:
            yield label, "; ".join(f"{', '.join(tasks)}: {text}" for text, tasks in said.items())


def _pairs(values):
    return ", ".join(f"{name} {value}" for name, value in (values or {}).items())


def _seconds(prediction):
    if "asked" not in prediction:
        return None
    asked, kept = prediction["asked"], prediction.get("kept")
    return f"{prediction.get('seconds')} for {asked} answers, {kept} kept from before"


def _origin(score):
    """Return where the data set is from, as the lineage of a score says it."""
    for each in score.lineage.get("upstream", []):
        if each["program"] == "adopt_release.py":
            about = (each.get("notes") or {}).get("released", {})
            what = "the published file" if about.get("published") else "a file from elsewhere"
            return f"{what}, SHA-256 {about.get('sha256', 'not known')[:16]}"
    return "made in this run"


def _failed(scores):
    """Yield the items that got no whole answer, as far as a status names them."""
    for task, score in scores.items():
        for each in score.prediction.get("failed") or ():
            reason = f": {each['reason']}" if each.get("reason") else ""
            yield f"{_NAMES[task]}, annotation {each.get('ID')}: {each.get('kind')}{reason}"


def _task(task, score):
    if score.status != SCORED:
        reason = _fact(score.reason or "the model could not be run")
        return {"name": _NAMES[task], "reason": reason}
    failures = score.prediction.get("failures") or {}
    constant = score.constant
    return {
        "name": _NAMES[task],
        "reason": None,
        "count": f"{score.items:,}",
        "strict": f"{score.strict:,}",
        "lenient": f"{score.lenient:,}",
        "unparsed": f"{score.unparsed:,}",
        "following": _yes_or_no(score.instruction_following),
        "failures": ", ".join(f"{visible(kind)}: {count:,}" for kind, count in failures.items()) or "none",
        "constant": f"{constant.answer}: {constant.accuracy:.2f} %" if constant else "–",
    }


def _yes_or_no(value):
    return "–" if value is None else "yes" if value else "no"


def _table(table):
    notes: dict[str, str] = {}

    def mark(note):
        return notes.setdefault(note, f"{len(notes) + 1}") if note else ""

    rows = [
        {
            "model": row.model,
            "source": row.source,
            "cells": [
                {"text": row.numbers[name].text, "mark": mark(row.numbers[name].note)}
                for name in table.columns
            ],
            "following": row.following or "–",
        }
        for row in table.published
    ]
    said = "; ".join(f"({number}) {note}" for note, number in notes.items())
    missing = dict.fromkeys(_fact(own.reason) for own in table.own.values() if own.reason)
    return {
        "title": f"Table {table.number}. {table.title}",
        "apart": bool(table.differences),
        "labels": list(table.columns.values()),
        "has_following": table.has_following,
        "following": _yes_or_no(table.following),
        "own": [_own_cell(table.own[name]) for name in table.columns],
        "rows": rows,
        "notes": [
            *([f"The paper against itself: {said}."] if said else []),
            *(f"This run: {text.rstrip('.')}." for text in missing),
        ],
    }


def _own_cell(own):
    if own.value is None:
        return {"value": "–", "interval": "", "place": "", "note": _fact(own.reason)}
    low, high = own.metric.low, own.metric.high
    return {
        "value": f"{own.value:.2f}",
        "interval": "" if low is None or high is None else f"[{low:.2f}, {high:.2f}]",
        "place": "" if own.place is None else f"{own.place} of {own.models}",
        "note": f"{own.metric.items:,} items" + (f"; {_fact(own.reason)}" if own.reason else ""),
    }


def _chart(model, table):
    values = [own.value for own in table.own.values() if own.value is not None]
    values += [number.value for row in table.published for number in row.numbers.values()]
    end = max(100.0, *values)

    def across(value):
        return round(_LEFT + (_RIGHT - _LEFT) * min(max(value, 0.0), end) / end, 1)

    bars = []
    for place, (name, label) in enumerate(table.columns.items()):
        own = table.own[name]
        bar: dict[str, Any] = {
            "y": _ROW * place,
            "label": label if len(label) < 28 else f"{label[:26]}…",
            "width": None,
            "low": None,
            "high": None,
            "value": "–",
            "reason": visible(own.reason[:60]) + "…" * (len(own.reason) > 60),
            "name": "",
            "dots": [
                {
                    "x": across(row.numbers[name].value),
                    "group": row.group if row.group in ("RS", "CV", "ours") else "CV",
                    "name": f"{row.model}: {row.numbers[name].text}, published",
                }
                for row in table.published
            ],
        }
        if own.value is not None:
            bar |= {
                "width": round(across(own.value) - _LEFT, 1),
                "value": f"{own.value:.2f}",
                "name": f"{model}: {own.value:.2f}, this run",
            }
            if own.metric.low is not None and own.metric.high is not None:
                bar |= {"low": across(own.metric.low), "high": across(own.metric.high)}
        bars.append(bar)
    return {
        "title": table.title,
        "apart": bool(table.differences),
        "left": _LEFT,
        "right": _RIGHT,
        "height": _ROW * len(bars) + 24,
        "ticks": [{"x": across(end * part / 4), "text": f"{end * part / 4:.0f}"} for part in range(5)],
        "bars": bars,
    }


def _example(task, item, pictures):
    score = item["score"]
    found = verdict(task, item["extracted"], score or 0.0)
    measure = {"captioning": "ROUGE-L", "referring": "IoU"}.get(task)
    said = found or ""
    if measure and score is not None and found != "unparsed":
        said = f"{said}, {measure} {100 * score:.1f} %".removeprefix(", ")
    answer, read = item["answer"], item["extracted"]
    example: dict[str, Any] = {
        "id": item["ID"],
        "patch": _fact(item["patch_id"]),
        "where": _fact(f"{item['country']}, {item['season']}; {item['climate_zone']}"),
        "category": category_name(item["category"]),
        "verdict": found or "muted",
        "said": said,
        "question": shortened(item["input"], LONGEST),
        "reference": shortened(item["output"], LONGEST),
        "answer": shortened(answer, LONGEST) if answer.strip() else "(empty)",
        "failure": visible(item.get("failure") or ""),
        "read": shortened(read, LONGEST) if read and read.strip() != answer.strip() else "",
        "image": picture_address(pictures.get(item["patch_id"])),
        "reference_box": None,
        "answer_box": None,
        "point": None,
    }
    if task == "referring":
        example["reference_box"] = _edges(reference_box(item["output"]))
        if item.get("box"):
            example["answer_box"] = _edges(item["box"])
        if item["category"] == "point":
            example["point"] = [round(_SIDE * value, 1) for value in point_of(item["input"])]
    return example


def _edges(box):
    """Return left, top, width and height of a box in 0-1, in the units of the picture."""
    left, top, right, bottom = (_SIDE * edge for edge in box)
    return [round(value, 1) for value in (left, top, right - left, bottom - top)]


def render_model_page(template: str, content: Mapping[str, Any], file: Path | str | None = None) -> str:
    """Put the content into the template; see :func:`bentxt.reporting.html_pages.render_still_page`."""
    return render_still_page(template, content, file)
