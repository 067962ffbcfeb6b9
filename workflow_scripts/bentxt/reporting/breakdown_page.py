"""The breakdown of scores as a page for readers: a table a task and kind of stratum, a column a model."""

from collections.abc import Mapping, Sequence
from typing import Any

from bentxt.evaluation.bootstrap import FEWEST_IMAGES
from bentxt.reporting.breakdown import METRICS, NO_CLASS, STRATA
from bentxt.reporting.table_layouts import CATEGORY_LABELS
from bentxt.reporting.tables import RUN_REMARKS, markdown_row, markdown_text

_TASKS = {
    "binary": "Binary questions",
    "mcq": "Multiple-choice questions",
    "referring": "Referring detection",
    "captioning": "Captions",
}
_HEADINGS = {kind: kind.capitalize() for kind in STRATA}


def breakdown_page(rows: Sequence[Mapping[str, Any]], run: str, remarks: Sequence[str] = ()) -> str:
    """Return the breakdown as Markdown.

    Parameters
    ----------
    rows : sequence of dict
        From :func:`bentxt.reporting.breakdown.breakdown_rows`.
    run : str
        ``mini`` or ``paper``.
    remarks : sequence of str
        What else holds for all scores.
    """
    scored = [row for row in rows if row["score"] is not None]
    lines = [
        "# Scores by category, class, country, season and climate zone",
        "",
        f"Run: {RUN_REMARKS[run]}. Split: {', '.join(sorted({row['split'] for row in scored})) or 'none'}.",
        *(f"{text}." for text in remarks),
        "",
        "Each cell: score in %, in brackets its 95 % bootstrap interval over images, and how many answers "
        f"could not be read, if any. Rows of fewer than {FEWEST_IMAGES} images have no interval. An item "
        "about two classes counts in the row of each; of multiple choice between classes, those of the right "
        f"option count. Questions on the place, points and captions are {NO_CLASS}.",
        "",
        *_about_models(rows, scored),
    ]
    for task, title in _TASKS.items():
        own = [row for row in scored if row["task"] == task]
        if not own:
            continue
        lines += [f"## {title}: {METRICS[task]}", ""]
        whole = [row for row in own if row["stratum"] == "all"]
        for kind in STRATA[1:]:
            if chosen := [row for row in own if row["stratum"] == kind]:
                lines += [*_table(kind, [*whole, *chosen]), ""]
    return "\n".join(lines).rstrip() + "\n"


def _about_models(rows, scored):
    """Return what ran with other than published weights, and what did not run."""
    weights: dict[str, list[str]] = {}
    for row in scored:
        if row["weights"] not in ("", "published") and row["model"] not in weights.get(row["weights"], []):
            weights.setdefault(row["weights"], []).append(row["model"])
    unanswered: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row["score"] is None:
            unanswered.setdefault((row["model"], row["note"]), []).append(row["task"])
    missing: dict[tuple[str, str], list[str]] = {}
    for (model, reason), tasks in unanswered.items():
        where = "" if len(tasks) == len(_TASKS) else f" on {', '.join(tasks)}"
        missing.setdefault((where, reason), []).append(model)
    lines = [f"- {', '.join(models)}: weights: {text}" for text, models in weights.items()]
    lines += [
        f"- {', '.join(models)}: not here{where}: {reason}" for (where, reason), models in missing.items()
    ]
    return [*map(markdown_text, lines), ""] if lines else []


def _table(kind, rows):
    """Return one table: a line a stratum, a column a model."""
    models = list(dict.fromkeys(row["model"] for row in rows))
    strata: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        strata.setdefault((row["stratum"], row["value"]), {})[row["model"]] = row
    lines = [
        markdown_row([_HEADINGS[kind], "Items", "Images", *models]),
        markdown_row(["---"] + ["---:"] * (len(models) + 2)),
    ]
    for (stratum, value), cells in strata.items():
        name = CATEGORY_LABELS[value].label if stratum == "category" else value or "All items"
        first = next(iter(cells.values()))
        shown = [_cell(cells.get(model)) for model in models]
        lines.append(markdown_row([name, str(first["items"]), str(first["images"]), *shown]))
    return lines


def _cell(row):
    if row is None:
        return ""
    text = f"{row['score']:.1f}"
    if row["score_low"] is not None:
        text += f" [{row['score_low']:.1f}, {row['score_high']:.1f}]"
    return text + (f", {row['unparsed']} not read" if row["unparsed"] else "")
