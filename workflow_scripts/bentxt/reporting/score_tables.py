"""Tables 2–8 and S7–S11 out of score files."""

from typing import Any

from bentxt.evaluation.score import SCORED, Score
from bentxt.models.table_rows import REFERENCE, TableRow
from bentxt.reporting.table_layouts import BEST_LAYOUTS, LABELS, LAYOUTS
from bentxt.reporting.tables import Table, Value

_INTERVALS = "In brackets: 95 % bootstrap interval over images."
_REFERENCES = (
    "No models: Blind is the best answer found from the question's text alone, learnt on the training split; "
    "Oracle is our answer from the reference map."
)


def _remarks(scores):
    """Return what holds for all numbers of a table."""
    splits = sorted({score.split for score in scores.values()} - {"bench"})
    return [_INTERVALS, *(f"Scored on the {split} split, not on the benchmark split." for split in splits)]


def all_models_table(
    name: str,
    scores: dict[tuple[str, str], Score],
    models: dict[str, TableRow],
    absent: dict[str, str],
    run: str,
) -> Table:
    """Build one of Tables 2–7: a row for each benchmarked model, RS-InternVL and its baseline left out.

    Below the models stand the references, but in the table of captions.

    Parameters
    ----------
    name : str
        Key of :data:`LAYOUTS`.
    scores : dict of (str, str) to Score
        From :func:`bentxt.reporting.score_files.read_scores`.
    models : dict of str to bentxt.models.table_rows.TableRow
        Rows are in its order, a user's own models below the others and the references below all.
    absent : dict of str to str
        Why a model is not in this run.
    run : str
        ``mini`` or ``paper``.

    Returns
    -------
    Table
        A cell without a number is None, and the row's note says why.
    """
    layout = LAYOUTS[name]
    single_task = layout.category is not None
    names = ["model", *(["parameters"] if name == "table2" else []), *layout.values]
    if name in ("table3", "table4", "table5", "table6"):
        names.append("instruction_following")
    if single_task:
        names += ["items", "strict", "lenient", "unparsed"]
    names += ["weights", "note"]
    rows = []
    shown = _of_groups(models, "RS", "CV", "own", *([REFERENCE] if layout.has_references else []))
    for key, model in shown.items():
        row = {"model": model.label or key, "parameters": model.parameters}
        row |= _values(layout, key, scores, absent, model.group)
        if single_task:
            task = next(iter(layout.values.values()))[0]
            row |= _extraction(scores.get((key, task)), layout.category)
        rows.append(row)
    remarks = _remarks(scores)
    if any(model.group == REFERENCE for model in shown.values()):
        remarks.append(_REFERENCES)
    if not single_task:
        remarks += _extraction_remarks(scores, shown)
    return Table(layout.number, layout.title, run, {name: LABELS[name] for name in names}, rows, remarks)


#: Groups whose rows stand below the paper's models, in this order.
_BELOW = ("own", REFERENCE)


def _of_groups(models, *groups):
    """Return the rows of some groups: in the file's order, a user's own models and references below."""
    chosen = {key: model for key, model in models.items() if model.group in groups}
    places = {group: place for place, group in enumerate(_BELOW, start=1)}
    return dict(sorted(chosen.items(), key=lambda item: places.get(item[1].group, 0)))


def _values(layout, key, scores, absent, group=""):
    """Return the numbers of one model's row, its weights and its note."""
    row: dict[str, Any] = {}
    notes: list[str] = []
    weights: list[str] = []
    for column, (task, metric) in layout.values.items():
        score = scores.get((key, task))
        row[column] = None
        if score is None:
            reason = absent.get(key) or "no score was made in this run"
        elif score.status != SCORED:
            reason = score.reason
        else:
            reason, row[column] = _value(score, metric, LABELS[column])
            if score.weights not in weights:
                weights.append(score.weights)
        if reason and reason not in notes:
            notes.append(reason)
    if group == REFERENCE:
        # It has no weights: what stands in their place says how the answers came about.
        return row | {"weights": "", "note": "; ".join([*notes, *weights])}
    row["weights"] = "; ".join(filter(None, weights))
    # Published weights need no word; anything else is said where the number is read.
    notes += [f"weights: {text}" for text in weights if text != "published"]
    return row | {"note": "; ".join(notes)}


def _value(score, metric, label):
    """Return a reason (None where nothing is to be said) and a Value (None where there is none)."""
    found = score.metrics.get(metric)
    if found is None:
        return f"{label}: no item in this run", None
    reason = f"{label}: {found.reason}" if found.reason else None
    if found.value is None:
        return reason, None
    return reason, Value(found.value, found.low, found.high)


def _extraction(score, category):
    """Return instruction following and the counts of answers by how they were found."""
    if score is None or score.status != SCORED:
        return {}
    counts = score.extraction.get(category) if category else score
    if counts is None:
        return {}
    return {name: getattr(counts, name) for name in ("items", "strict", "lenient", "unparsed")} | {
        "instruction_following": "yes" if counts.instruction_following else "no"
    }


def _extraction_remarks(scores, keys):
    """Return a line per model: how its answers were found, task by task."""
    lines = []
    for key in keys:
        parts = [
            f"{task} {score.strict} / {score.lenient} / {score.unparsed} of {score.items}"
            for (model, task), score in sorted(scores.items())
            if model == key and score.status == SCORED
        ]
        if parts:
            lines.append(f"{key}, strict / lenient / unparsed answers: {'; '.join(parts)}.")
    return lines


_BEST_ROWS = {"SOTA RS": "RS", "SOTA CV": "CV"}


def best_models_table(
    scores: dict[tuple[str, str], Score],
    models: dict[str, TableRow],
    absent: dict[str, str],
    run: str,
    name: str = "table8",
) -> Table:
    """Build Table 8 or one of S7–S11: the best of each column among RS and CV models, and RS-InternVL.

    Parameters
    ----------
    scores, models, absent, run
        As for :func:`all_models_table`.
    name : str
        Key of :data:`BEST_LAYOUTS`.

    Returns
    -------
    Table
        The note names the model behind each number.
    """
    layout = BEST_LAYOUTS[name]
    rows = []
    for label, kind in _BEST_ROWS.items():
        candidates = {key: _values(layout, key, scores, absent) for key in _of_groups(models, kind)}
        rows.append({"model": label} | _best(layout, candidates, kind))
    rows += [
        {"model": key} | _values(layout, key, scores, absent) for key in _of_groups(models, "ours", "own")
    ]
    names = ["model", *layout.values, "weights", "note"]
    shown = _of_groups(models, "RS", "CV", "ours", "own")
    remarks = [*_remarks(scores), *_extraction_remarks(scores, shown)]
    return Table(layout.number, layout.title, run, {name: LABELS[name] for name in names}, rows, remarks)


def _best(layout, candidates, kind):
    row: dict[str, Any] = {}
    chosen: dict[str, list[str]] = {}
    for column in layout.values:
        known = {
            key: values[column].value for key, values in candidates.items() if values[column] is not None
        }
        if known:
            best = max(known, key=known.__getitem__)
            row[column] = candidates[best][column]
            chosen.setdefault(best, []).append(LABELS[column])
    if not chosen:
        reasons: dict[str, list[str]] = {}
        for key, values in candidates.items():
            reasons.setdefault(values["note"], []).append(key)
        why = "; ".join(f"{', '.join(keys)}: {reason}" for reason, keys in reasons.items())
        return row | {"note": f"no {kind} model has a score in this run ({why})"}
    weights = {key: candidates[key]["weights"] for key in chosen}
    parts = [
        f"{', '.join(columns)}: {key}"
        + (f" (weights: {weights[key]})" if weights[key] != "published" else "")
        for key, columns in chosen.items()
    ]
    return row | {"weights": "; ".join(sorted(set(weights.values()) - {""})), "note": "; ".join(parts)}
