"""Tables 2–8, S5 and S7–S11 out of score files, each in two forms: as the paper prints it, and in full."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from bentxt.dataset.caption_review import review_remarks
from bentxt.evaluation.score import AnswerCounts, Score
from bentxt.models.table_rows import REFERENCE, TableRow
from bentxt.reporting.score_rows import ScoreRow, TableSource, mark_best, rules_between
from bentxt.reporting.table_layouts import BEST_LAYOUTS, FULL_LABELS, LABELS, LAYOUTS, Layout
from bentxt.reporting.tables import RUN_REMARKS, Cell, Table, Value, write_table_files

_SPLITS = {"bench": "benchmark split", "test": "test split"}
_TASKS = {"captioning": "Captioning", "binary": "Binary", "mcq": "MCQ", "referring": "Referring"}
_COUNTS = ("items", "strict", "lenient", "unparsed")
_INTERVALS = "In brackets: 95 % bootstrap interval over images."
_NO_MODELS = {
    "Constant": "Constant gives the answer that is right most often, always the same",
    "Blind": "Blind is the best answer found from the question's text alone, learnt on the training split",
    "Oracle": "Oracle is our answer from the reference map",
}
_BOLD = "Bold: the best number of each column among the paper's models that have one."
_WEIGHTS = "Weights are the published ones where no note says otherwise."


class TableForms(NamedTuple):
    """A table as the paper prints it, and in full."""

    printed: Table
    full: Table


def all_models_tables(
    name: str,
    scores: Mapping[tuple[str, str], Score],
    models: Mapping[str, TableRow],
    absent: Mapping[str, str],
    run: str,
) -> TableForms:
    """Build one of Tables 2–7 or S5: a row for each benchmarked model.

    Below the models stand those of one's own, and in full the references, but in the table of captions.

    Parameters
    ----------
    name : str
        Key of :data:`LAYOUTS`.
    scores : dict of (str, str) to Score
        From :func:`bentxt.reporting.score_files.read_scores`.
    models : dict of str to bentxt.models.table_rows.TableRow
        Rows are in its order.
    absent : dict of str to str
        Why a model is not in this run.
    run : str
        ``mini`` or ``paper``.

    Returns
    -------
    TableForms
        A cell without a number is None, and the row's note says why.

    Raises
    ------
    InputError
        If two models were scored on different items of a task.
    """
    layout = LAYOUTS[name]
    groups = ("RS", "CV", *(["ours"] if layout.models else []), "own")
    references = [REFERENCE] if layout.has_references else []
    return _forms(name, layout, scores, models, absent, run, lambda found: found.rows(*groups), references)


def best_models_tables(
    name: str,
    scores: Mapping[tuple[str, str], Score],
    models: Mapping[str, TableRow],
    absent: Mapping[str, str],
    run: str,
) -> TableForms:
    """Build Table 8 or one of S7–S11: the best of each column among RS and CV models, and RS-InternVL.

    Parameters
    ----------
    name : str
        Key of :data:`BEST_LAYOUTS`.
    scores, models, absent, run
        As for :func:`all_models_tables`.

    Returns
    -------
    TableForms
        Notes name the model behind each number, and the interval in full is that model's. Blind and oracle
        are left to the tables of all models: the main target needs neither.

    Raises
    ------
    InputError
        As :func:`all_models_tables`.
    """
    layout = BEST_LAYOUTS[name]

    def rows(found):
        return [*found.best_rows(), *found.rows("ours", "own")]

    return _forms(name, layout, scores, models, absent, run, rows, [])


def _forms(name, layout, scores, models, absent, run, rows_of, references):
    printed = TableSource(scores, models, absent, layout, layout.values, LABELS)
    printed.check_items()
    more = {column: place for column, place in layout.more.items() if printed.has_metric(*place)}
    labels = LABELS | FULL_LABELS
    full = replace(printed, columns=layout.values | more, labels=labels)
    rows = [*rows_of(full), *full.constant_rows(), *full.rows(*references)]
    splits = [
        *(
            f"Scored on the {_SPLITS.get(split, split)}, not on the {_SPLITS[layout.split]}."
            for split in sorted(printed.splits() - {layout.split})
        ),
        *_reviews(scores, layout),
    ]
    return TableForms(
        _printed(name, layout, rows_of(printed), run, splits),
        _full(name, layout, full.columns, rows, run, splits, labels),
    )


def _reviews(scores, layout):
    """Return who judged the captions of the benchmark split that the scores of a table are on."""
    found = [
        lineage
        for (_, task), score in scores.items()
        if task in layout.tasks
        for lineage in (score.lineage, *score.lineage.get("upstream", []))
    ]
    return [f"{text}." for text in review_remarks(found)]


def _base(row: ScoreRow, layout: Layout) -> dict[str, Any]:
    """Return the cells that both forms have."""
    cells: dict[str, Any] = {"model": row.label, "parameters": row.parameters, **row.values}
    if layout.instruction_following:
        (task,) = layout.tasks
        cells["instruction_following"] = row.counts.get(task, AnswerCounts()).instruction_following
    return cells | {"weights": row.weights, "note": row.note}


def _columns(layout: Layout, values: Iterable[str]) -> list[str]:
    """Return the paper's columns."""
    return [
        "model",
        *(["parameters"] if layout.parameters else []),
        *values,
        *(["instruction_following"] if layout.instruction_following else []),
    ]


def _said_of_rows(run: str, splits: list[str]) -> tuple[str, ...]:
    """Return what a CSV says in each row: whatever keeps its numbers from being the paper's."""
    return (*([RUN_REMARKS[run]] if run == "mini" else []), *(text.rstrip(".") for text in splits))


def _printed(name, layout, rows, run, splits):
    rows = mark_best(rows, layout.values)
    columns = [*_columns(layout, layout.values), "weights", "note"]
    reported = [row.parameters for row in rows if layout.parameters and row.parameters.endswith("*")]
    remarks = [
        *splits,
        *(f"{text}: reported parameter count." for text in dict.fromkeys(reported)),
        *_common_remarks(rows),
        f"Intervals, counts of answers and what the numbers are to be held against: {name}_full.md.",
    ]
    return Table(
        layout.number,
        layout.title,
        run,
        {column: LABELS[column] for column in columns},
        [_base(row, layout) | _without_intervals(row) for row in rows],
        remarks,
        rules=rules_between(rows),
        csv_remarks=_said_of_rows(run, splits),
    )


def _without_intervals(row: ScoreRow) -> dict[str, Value | None]:
    return {column: value and Value(value.value, best=value.best) for column, value in row.values.items()}


def _common_remarks(rows):
    """Return what is to be said under both forms."""
    published = any("published" in row.weights.split("; ") for row in rows)
    return [_BOLD, *([_WEIGHTS] if published else [])]


def _full(name, layout, values, rows, run, splits, labels):
    rows = mark_best(rows, values)
    named = name in BEST_LAYOUTS
    several = layout.category is None
    columns = {column: labels[column] for column in _columns(layout, values)}
    in_csv = []
    for column in columns:
        in_csv.append(column)
        if column in values:
            in_csv += [f"{column}_low", f"{column}_high", *([f"{column}_model"] if named else [])]
    for task in layout.tasks:
        if several:
            # One column for readers, four for programs.
            columns[f"{task}_answers"] = f"{_TASKS[task]} answers"
            in_csv += [f"{task}_{count}" for count in _COUNTS]
        else:
            columns |= {count: labels[count] for count in _COUNTS}
            in_csv += _COUNTS
    columns |= {column: labels[column] for column in ("weights", "note")}
    remarks = [*splits, _INTERVALS]
    if named:
        (same, *_) = [other.number for other in LAYOUTS.values() if other.values == layout.values]
        remarks.append(
            "Each number of the best models, and its interval, is that of the model named in the note. Their "
            "answers are counted where one model is behind all numbers of a task. Table "
            f"{same} in full counts those of all models, and has blind baseline and oracle where they are "
            "defined."
        )
    if several:
        remarks.append("Answers: strict / lenient / unparsed of all items.")
    references = {row.label.split(" (")[0] for row in rows if row.group == REFERENCE}
    if references:
        remarks.append(f"No models: {'; '.join(_NO_MODELS[name] for name in sorted(references))}.")
    return Table(
        layout.number,
        f"{layout.title}; in full",
        run,
        columns,
        [_base(row, layout) | _details(row, layout, several) for row in rows],
        [*remarks, *_common_remarks(rows)],
        rules=rules_between(rows),
        csv_columns=(*in_csv, "weights", "note"),
        csv_remarks=_said_of_rows(run, splits),
    )


def _details(row: ScoreRow, layout: Layout, several: bool) -> dict[str, Cell]:
    """Return the cells that only the full form has."""
    cells: dict[str, Cell] = {}
    for column, value in row.values.items():
        if value is not None:
            cells |= {f"{column}_low": value.low, f"{column}_high": value.high}
        cells[f"{column}_model"] = row.models.get(column)
    for task, counts in row.counts.items():
        prefix = f"{task}_" if several else ""
        cells |= {f"{prefix}{name}": getattr(counts, name) for name in _COUNTS}
        cells[f"{task}_answers"] = f"{counts.strict} / {counts.lenient} / {counts.unparsed} of {counts.items}"
    return cells


def write_forms(tables: TableForms, target: Path | str) -> list[Path]:
    """Write both forms of a table.

    Parameters
    ----------
    tables : TableForms
    target : str or Path
        CSV of the printed form; the table in full has ``_full`` before the suffix.

    Returns
    -------
    list of Path
        CSV, Markdown and LaTeX as printed; CSV and Markdown in full.
    """
    target = Path(target)
    full = target.with_stem(f"{target.stem}_full")
    return [
        *write_table_files(tables.printed, target),
        *write_table_files(tables.full, full, (".csv", ".md")),
    ]
