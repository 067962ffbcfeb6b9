"""Rows of the score tables out of score files: their numbers, and what is to be said of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bentxt.errors import InputError
from bentxt.evaluation.score import SCORED, AnswerCounts, Metric, Score
from bentxt.models.table_rows import REFERENCE, TableRow
from bentxt.reporting.table_layouts import Layout
from bentxt.reporting.tables import Value

#: Group of the rows that hold the best of each column.
BEST = "best"
#: Groups whose rows take part in the best of a column: the paper's own.
OF_THE_PAPER = ("RS", "CV", BEST, "ours")
#: Groups whose rows stand below the paper's models, in this order.
_BELOW = ("ours", "own", REFERENCE)
#: How a note names what was done with the angles of boxes.
_BOX_ANGLES = {"ignore": "angle ignored", "hull": "upright hull of the angle"}
_BEST_ROWS = {"SOTA RS": "RS", "SOTA CV": "CV"}


@dataclass(frozen=True)
class ScoreRow:
    """One row of a table of scores.

    Attributes
    ----------
    label : str
        What the row is called.
    group : str
        As in ``resources/models.yaml``, the group of references, or :data:`BEST`.
    parameters : str
        Number of parameters as the paper prints it.
    values : dict of str to Value or None
        Numbers in % by column; None where there is none, and the note says why.
    reasons : dict of str to str
        Why a column has no number, or what to know about it.
    models : dict of str to str
        The model behind each number, by column.
    counts : dict of str to AnswerCounts
        How answers were found, by task; lacks a task whose numbers are of several models.
    weights : str
        What ran; empty for a reference.
    note : str
    """

    label: str
    group: str
    parameters: str = ""
    values: Mapping[str, Value | None] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, AnswerCounts] = field(default_factory=dict)
    weights: str = ""
    note: str = ""


@dataclass(frozen=True)
class TableSource:
    """Where the numbers of a table come from.

    Attributes
    ----------
    scores : dict of (str, str) to Score
        By model and task, from :func:`bentxt.reporting.score_files.read_scores`.
    models : dict of str to TableRow
        Rows are in its order.
    absent : dict of str to str
        Why a model is not in this run.
    layout : Layout
    columns : dict of str to (str, str)
        Column → task and metric: those of the layout, or more.
    labels : dict of str to str
        What notes call a column.
    """

    scores: Mapping[tuple[str, str], Score]
    models: Mapping[str, TableRow]
    absent: Mapping[str, str]
    layout: Layout
    columns: Mapping[str, tuple[str, str]]
    labels: Mapping[str, str]

    def rows(self, *groups: str) -> list[ScoreRow]:
        """Return the rows of some groups: in the order of the models, the paper's first."""
        return [self._row(key) for key in self._keys(groups)]

    def best_rows(self) -> list[ScoreRow]:
        """Return the best remote-sensing and the best general model, column by column."""
        return [self._best(label, kind) for label, kind in _BEST_ROWS.items()]

    def constant_rows(self) -> list[ScoreRow]:
        """Return what always the same answer reaches, as one row; none where no score file has it."""
        values: dict[str, Value | None] = dict.fromkeys(self.columns)
        notes = []
        for column, (task, metric) in self.columns.items():
            known = [score.constant for score in self._scored(task) if score.constant is not None]
            if metric == "accuracy" and known:
                values[column] = Value(known[0].accuracy)
                notes.append(f"{self.labels[column]}: always {known[0].answer}")
        if not notes:
            return []
        return [ScoreRow("Constant (best single answer)", REFERENCE, values=values, note="; ".join(notes))]

    def splits(self) -> set[str]:
        """Return the splits that the table's scores are of."""
        return {score.split for task in self.layout.tasks for score in self._scored(task)}

    def has_metric(self, task: str, metric: str) -> bool:
        """Whether some score file of a task knows a metric."""
        return any(metric in score.metrics for score in self._scored(task))

    def check_items(self) -> None:
        """Raise :class:`InputError` if two models were scored on different items of a task."""
        for task in self.layout.tasks:
            found = self._scored(task)
            for score in found:
                if (score.items, score.constant, score.split) != (
                    found[0].items,
                    found[0].constant,
                    found[0].split,
                ):
                    raise InputError(
                        f"{score.model} and {found[0].model} were scored on different {task} items",
                        remedy="make all scores of a table from one data set and one split",
                    )

    def _scored(self, task):
        """Return the scores of a task of the models that the table can show."""
        return [
            score
            for (key, name), score in self.scores.items()
            if name == task and score.status == SCORED and key in self.models
        ]

    def _keys(self, groups):
        """Return the models of some groups; where the layout names the paper's, those in its order."""
        named = self.layout.models
        keys = [key for key, model in self.models.items() if model.group in groups]
        if named:
            keys = [key for key in keys if key in named or self.models[key].group in ("own", REFERENCE)]
        places = {group: place for place, group in enumerate(_BELOW, start=1)}
        return sorted(keys, key=lambda key: places.get(self.models[key].group, 0))

    def _row(self, key):
        """Return the row of one model or reference."""
        model = self.models[key]
        values: dict[str, Value | None] = {}
        reasons: dict[str, str] = {}
        weights: list[str] = []
        for column, (task, metric) in self.columns.items():
            score = self.scores.get((key, task))
            values[column], reason = None, None
            if score is None:
                reason = self.absent.get(key) or "no score was made in this run"
            elif score.status != SCORED:
                reason = score.reason
            else:
                reason, values[column] = _value(score.metrics.get(metric), self.labels[column])
                if score.weights not in weights:
                    weights.append(score.weights)
            if reason:
                reasons[column] = reason
        notes = list(dict.fromkeys(reasons.values()))
        shown = {task: self.scores[key, task] for task in self.layout.tasks if (key, task) in self.scores}
        notes += _about_answers([score for score in shown.values() if score.status == SCORED])
        if model.group == REFERENCE:
            # It has no weights: what stands in their place says how the answers came about.
            notes, weights = notes + weights, []
        # Published weights need no word; anything else is said where the number is read.
        notes += [f"weights: {text}" for text in weights if text != "published"]
        return ScoreRow(
            label=model.label or key,
            group=model.group,
            parameters=model.parameters,
            values=values,
            reasons=reasons,
            models={column: key for column, value in values.items() if value is not None},
            counts=self._counts(key),
            weights="; ".join(filter(None, weights)),
            note="; ".join(notes),
        )

    def _counts(self, key):
        """Return how a model's answers were found, by task; of the layout's category if it has one."""
        counts = {}
        for task in self.layout.tasks:
            score = self.scores.get((key, task))
            if score is None or score.status != SCORED:
                continue
            category = self.layout.category
            found = score.extraction.get(category) if category else score
            if found is not None:
                counts[task] = found
        return counts

    def _best(self, label, kind):
        """Return the row of the best numbers of a group."""
        candidates = {row.label: row for row in self.rows(kind)}
        values: dict[str, Value | None] = {}
        reasons: dict[str, str] = {}
        models: dict[str, str] = {}
        said: dict[str, list[str]] = {}
        for column, name in ((column, self.labels[column]) for column in self.columns):
            known = {key: value for key, row in candidates.items() if (value := row.values[column])}
            values[column] = None
            if not known:
                reasons[column] = _missing(candidates, column, name)
                continue
            best = max(known, key=lambda key: known[key].value)
            values[column], models[column] = known[best], best
            equal = [key for key, value in known.items() if value.csv() == known[best].csv()]
            said.setdefault(_names(best, equal, candidates), []).append(name)
        notes = [f"{', '.join(columns)}: {names}" for names, columns in said.items()]
        used = {candidates[key].weights for key in models.values()}
        if models:
            notes += reasons.values()
        else:
            about = dict.fromkeys(reasons.values())
            notes = [f"no {kind} model has a score in this run ({'; '.join(about)})"]
        return ScoreRow(
            label=label,
            group=BEST,
            values=values,
            reasons=reasons,
            models=models,
            counts=self._counts_of_one(models),
            weights="; ".join(sorted(used - {""})),
            note="; ".join(notes),
        )

    def _counts_of_one(self, models):
        """Return the counts of each task all of whose numbers are of one model."""
        counts: dict[str, AnswerCounts] = {}
        for task in self.layout.tasks:
            behind = {
                models[column]
                for column, (name, _) in self.columns.items()
                if name == task and column in models
            }
            if len(behind) == 1:
                counts |= {name: found for name, found in self._counts(*behind).items() if name == task}
        return counts


def _missing(candidates, column, label):
    """Return why no model of a group has a number in a column, of those with other numbers if there are."""
    some = {key: row for key, row in candidates.items() if row.models}
    reasons: dict[str, list[str]] = {}
    for key, row in (some or candidates).items():
        reasons.setdefault(row.reasons.get(column, ""), []).append(key)
    named = "; ".join(f"{', '.join(keys)}: {reason}" for reason, keys in reasons.items())
    if not some:
        return named
    text = next(iter(reasons)) if len(reasons) == 1 else named
    return text if text.startswith(label) else f"{label}: {text}"


def _names(best, equal, candidates):
    """Return the name of the best model, its weights and the models that print the same number."""
    weights = candidates[best].weights
    about = [f"weights: {weights}"] if weights != "published" else []
    if others := [key for key in equal if key != best]:
        about.append(f"equal: {', '.join(others)}")
    return f"{best} ({'; '.join(about)})" if about else best


def _value(found: Metric | None, label: str) -> tuple[str | None, Value | None]:
    """Return a reason (None where nothing is to be said) and a number (None where there is none)."""
    if found is None:
        return f"{label}: no item in this run", None
    reason = f"{label}: {found.reason}" if found.reason else None
    if found.value is None:
        return reason, None
    return reason, Value(found.value, found.low, found.high)


def mark_best(rows: Sequence[ScoreRow], columns: Iterable[str]) -> list[ScoreRow]:
    """Mark the best number of each column.

    Only rows of the paper take part, neither a model of one's own nor a reference, and only where two of them
    have a number. Numbers that are printed alike are all the best.

    Parameters
    ----------
    rows : sequence of ScoreRow
    columns : iterable of str

    Returns
    -------
    list of ScoreRow
    """
    best = {}
    for column in columns:
        known = [
            value
            for row in rows
            if row.group in OF_THE_PAPER and (value := row.values.get(column)) is not None
        ]
        if len(known) > 1:
            best[column] = max(known, key=lambda value: value.value).csv()

    def marked(row):
        if row.group not in OF_THE_PAPER:
            return row
        values = {
            column: value and replace(value, best=value.csv() == best.get(column))
            for column, value in row.values.items()
        }
        return replace(row, values=values)

    return [marked(row) for row in rows]


def rules_between(rows: Sequence[ScoreRow]) -> tuple[int, ...]:
    """Return the places of the rows that begin another group than the row above."""
    return tuple(place for place in range(1, len(rows)) if rows[place].group != rows[place - 1].group)


def _about_answers(scores):
    """Return what to know of answers: missing and cut ones, a try, choices that the paper leaves open."""
    notes = []
    kinds = dict.fromkeys(kind for score in scores for kind in score.prediction.get("failures", {}))
    for kind in sorted(kinds):
        found = [
            f"{score.task} {count} of {score.items}"
            for score in scores
            if (count := score.prediction.get("failures", {}).get(kind))
        ]
        notes.append(f"{kind}: {', '.join(found)}")
    limits = {score.prediction.get("limit") for score in scores} - {None}
    notes += [f"a try with the first {limit} items of each task" for limit in sorted(limits)]
    choices = {name: value for score in scores for name, value in score.prediction.get("choices", {}).items()}
    if choices:
        notes.append("settings: " + ", ".join(f"{name} {value}" for name, value in choices.items()))
    notes += [f"{_BOX_ANGLES[score.box_angle]} of {score.rotated} boxes" for score in scores if score.rotated]
    return notes
