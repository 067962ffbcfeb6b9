"""Tables 2–8 and S7–S11 out of score files."""

from typing import NamedTuple

from bentxt.reporting.tables import Table, Value

_LABELS = {
    "model": "Model",
    "parameters": "Parameters",
    "captioning_bleu4": "Captioning BLEU-4",
    "binary_accuracy": "Binary accuracy",
    "mcq_accuracy": "MCQ accuracy",
    "referring_miou": "Referring mIoU",
    "presence": "Presence",
    "area": "Area",
    "count": "Count",
    "adjacency": "Adjacency",
    "relative_position": "Relative position",
    "country": "Country",
    "season": "Season",
    "climate_zone": "Climate zone",
    "overall": "Overall",
    "instruction_following": "IF",
    "miou": "mIoU",
    "acc25": "acc@25",
    "acc50": "acc@50",
    "acc75": "acc@75",
    "acc90": "acc@90",
    "bleu4": "BLEU-4",
    "rouge": "ROUGE-L",
    "meteor": "METEOR",
    "cider": "CIDEr",
    "bertscore": "BERTScore",
    "sbert_cosine": "SBERT cosine",
    "clair": "CLAIR",
    "items": "Items",
    "strict": "Strict",
    "lenient": "Lenient",
    "unparsed": "Unparsed",
    "weights": "Weights",
    "note": "Note",
}


class Layout(NamedTuple):
    """A table's columns: where in the score files each number stands.

    Attributes
    ----------
    number, title : str
    values : dict of str to (str, str)
        Column → task and metric.
    category : str or None
        Category whose instruction following and extraction counts the table gives; "" for the whole task,
        None where the table is about several tasks.
    """

    number: str
    title: str
    values: dict
    category: str | None = ""


def _by_category(task, categories):
    columns = {category.replace(" ", "_"): (task, f"accuracy/{category}") for category in categories}
    columns = {"relative_position" if name == "relative_pos" else name: at for name, at in columns.items()}
    return columns | {"overall": (task, "accuracy")}


def _boxes(category):
    names = ("miou", "acc25", "acc50", "acc75", "acc90")
    return {name: ("referring", f"{name}/{category}") for name in names}


MAIN_TASKS = {
    "captioning_bleu4": ("captioning", "bleu4"),
    "binary_accuracy": ("binary", "accuracy"),
    "mcq_accuracy": ("mcq", "accuracy"),
    "referring_miou": ("referring", "miou"),
}

LAYOUTS = {
    "table2": Layout("2", "Benchmark results of all models by main task, %", MAIN_TASKS, None),
    "table3": Layout(
        "3",
        "Accuracy on binary questions by category, %, and instruction following (IF)",
        _by_category("binary", ("presence", "area", "count", "adjacency")),
    ),
    "table4": Layout(
        "4",
        "Accuracy on multiple-choice questions by category, %, and instruction following (IF)",
        _by_category(
            "mcq",
            ("presence", "area", "count", "adjacency", "relative pos", "country", "season", "climate zone"),
        ),
    ),
    "table5": Layout(
        "5",
        "Referring land use and land cover detection, %, and instruction following (IF)",
        _boxes("reference"),
        "reference",
    ),
    "table6": Layout(
        "6", "Referring point detection, %, and instruction following (IF)", _boxes("point"), "point"
    ),
    "table7": Layout(
        "7",
        "Captioning metrics, %",
        {
            name: ("captioning", name)
            for name in ("bleu4", "rouge", "meteor", "cider", "bertscore", "sbert_cosine", "clair")
        },
    ),
}

_INTERVALS = "In brackets: 95 % bootstrap interval over images."


def _remarks(scores):
    """Return what holds for all numbers of a table."""
    splits = sorted({score.get("split", "bench") for score in scores.values()} - {"bench"})
    return [_INTERVALS, *(f"Scored on the {split} split, not on the benchmark split." for split in splits)]


def all_models_table(name, scores, models, absent, run):
    """Build one of Tables 2–7: a row for each benchmarked model, RS-InternVL and its baseline left out.

    Parameters
    ----------
    name : str
        Key of :data:`LAYOUTS`.
    scores : dict of (str, str) to dict
        From :func:`bentxt.reporting.score_files.read_scores`.
    models : dict of str to dict
        From :func:`bentxt.reporting.score_files.read_models`; rows are in its order.
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
    for key, model in models.items():
        if model["kind"] not in ("RS", "CV"):
            continue
        row = {"model": key, "parameters": model.get("parameters")}
        row |= _values(layout, key, scores, absent)
        if single_task:
            task = next(iter(layout.values.values()))[0]
            row |= _extraction(scores.get((key, task)), layout.category)
        rows.append(row)
    remarks = _remarks(scores)
    if not single_task:
        remarks += _extraction_remarks(scores, [row["model"] for row in rows])
    return Table(layout.number, layout.title, run, {name: _LABELS[name] for name in names}, rows, remarks)


def _values(layout, key, scores, absent):
    """Return the numbers of one model's row, its weights and its note."""
    row, notes, weights = {}, [], []
    for column, (task, metric) in layout.values.items():
        score = scores.get((key, task))
        row[column] = None
        if score is None:
            reason = absent.get(key) or "no score was made in this run"
        elif score["status"] != "scored":
            reason = score["reason"]
        else:
            reason, row[column] = _value(score, metric, _LABELS[column])
            if score["weights"] not in weights:
                weights.append(score["weights"])
        if reason and reason not in notes:
            notes.append(reason)
    row["weights"] = "; ".join(filter(None, weights))
    # Published weights need no word; anything else is said where the number is read.
    notes += [f"weights: {text}" for text in weights if text != "published"]
    return row | {"note": "; ".join(notes)}


def _value(score, metric, label):
    """Return a reason (None where nothing is to be said) and a Value (None where there is none)."""
    found = score["metrics"].get(metric)
    if found is None:
        return f"{label}: no item in this run", None
    reason = f"{label}: {found['reason']}" if found["reason"] else None
    if found["value"] is None:
        return reason, None
    return reason, Value(found["value"], found["low"], found["high"])


def _extraction(score, category):
    """Return instruction following and the counts of answers by how they were found."""
    if score is None or score["status"] != "scored":
        return {}
    counts = score["extraction"].get(category) if category else score
    if counts is None:
        return {}
    return {name: counts[name] for name in ("items", "strict", "lenient", "unparsed")} | {
        "instruction_following": "yes" if counts["instruction_following"] else "no"
    }


def _extraction_remarks(scores, keys):
    """Return a line per model: how its answers were found, task by task."""
    lines = []
    for key in keys:
        parts = [
            f"{task} {score['strict']} / {score['lenient']} / {score['unparsed']} of {score['items']}"
            for (model, task), score in sorted(scores.items())
            if model == key and score["status"] == "scored"
        ]
        if parts:
            lines.append(f"{key}, strict / lenient / unparsed answers: {'; '.join(parts)}.")
    return lines


#: Tables whose rows are the best RS model, the best CV model and RS-InternVL.
BEST_LAYOUTS = {
    "table8": Layout(
        "8",
        "The best remote sensing (RS) model, the best computer vision (CV) model and RS-InternVL, %",
        MAIN_TASKS,
        None,
    ),
    # The supplement takes Tables 3-7 apart in the same way.
    "table_s7": Layout("S7", "Binary questions by category, %", LAYOUTS["table3"].values),
    "table_s8": Layout("S8", "Multiple-choice questions by category, %", LAYOUTS["table4"].values),
    "table_s9": Layout("S9", "Referring land use and land cover detection, %", LAYOUTS["table5"].values),
    "table_s10": Layout("S10", "Referring point detection, %", LAYOUTS["table6"].values),
    "table_s11": Layout("S11", "Captioning metrics, %", LAYOUTS["table7"].values),
}

_BEST_ROWS = {"SOTA RS": "RS", "SOTA CV": "CV"}


def best_models_table(scores, models, absent, run, name="table8"):
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
        candidates = {
            key: _values(layout, key, scores, absent)
            for key, model in models.items()
            if model["kind"] == kind
        }
        rows.append({"model": label} | _best(layout, candidates, kind))
    rows.append({"model": "RS-InternVL"} | _values(layout, "RS-InternVL", scores, absent))
    names = ["model", *layout.values, "weights", "note"]
    shown = [key for key, model in models.items() if model["kind"] in ("RS", "CV") or key == "RS-InternVL"]
    remarks = [*_remarks(scores), *_extraction_remarks(scores, shown)]
    return Table(layout.number, layout.title, run, {name: _LABELS[name] for name in names}, rows, remarks)


def _best(layout, candidates, kind):
    row, chosen = {}, {}
    for column in layout.values:
        known = {
            key: values[column].value for key, values in candidates.items() if values[column] is not None
        }
        if known:
            best = max(known, key=known.get)
            row[column] = candidates[best][column]
            chosen.setdefault(best, []).append(_LABELS[column])
    if not chosen:
        reasons = {}
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
