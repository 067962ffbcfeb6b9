"""Where one model stands among the paper's models: its numbers in the rows of Tables 2-7."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bentxt.evaluation.score import SCORED, AnswerCounts, Metric, Score
from bentxt.published.checks import Evidence
from bentxt.published.comparability import own_differences
from bentxt.published.paper_tables import Place, column_name, table_name
from bentxt.published.reproduction import contradictions, exchanged_places
from bentxt.reporting.table_layouts import BEST_LAYOUTS, LAYOUTS, Layout

#: The paper's own model, which Tables 2-7 leave to Tables 8 and S7-S11.
_OURS = "RS-InternVL"
#: Columns of the table that holds all of this as CSV.
COLUMNS = (
    *("table", "column", "metric", "model", "source", "value", "low", "high"),
    *("items", "place", "models", "comparable", "note", "run"),
)


@dataclass(frozen=True)
class PublishedNumber:
    """A number of the paper.

    Attributes
    ----------
    text : str
        As printed, in %.
    note : str
        What other numbers of the paper say against it, or where it is printed; empty for most.
    """

    text: str
    note: str = ""

    @property
    def value(self) -> float:
        """The number."""
        return float(self.text)


@dataclass(frozen=True)
class PublishedRow:
    """A model of the paper.

    Attributes
    ----------
    model, group : str
        Group as in ``resources/models.yaml``.
    source : str
        The table that it is printed in: "Table 3".
    numbers : mapping of str to PublishedNumber
        By column.
    following : str
        ``yes`` or ``no``: whether it followed the instructions; empty where the table does not say.
    """

    model: str
    group: str
    source: str
    numbers: Mapping[str, PublishedNumber]
    following: str = ""


@dataclass(frozen=True)
class OwnNumber:
    """A number of the model that the page is about.

    Attributes
    ----------
    metric : Metric or None
        None where there is no score.
    reason : str
        Why there is no number, or what to know about it.
    place, models : int or None
        The place among so many models that have a number; None where they cannot be compared.
    """

    metric: Metric | None
    reason: str = ""
    place: int | None = None
    models: int | None = None

    @property
    def value(self) -> float | None:
        """The number in %, None where there is none."""
        return None if self.metric is None else self.metric.value


@dataclass(frozen=True)
class Standing:
    """One of Tables 2-7 with the model's row.

    Attributes
    ----------
    key, number, title : str
        Of the table in the paper.
    columns : mapping of str to str
        Column to label.
    tasks : tuple of str
    published : sequence of PublishedRow
        In the paper's order, its own model last.
    own : mapping of str to OwnNumber
    following : bool or None
        Whether the model followed the instructions, where the table has this column.
    has_following : bool
    differences : tuple of str
        What keeps the row from being compared with the published ones; empty where nothing does.
    """

    key: str
    number: str
    title: str
    columns: Mapping[str, str]
    tasks: tuple[str, ...]
    published: Sequence[PublishedRow]
    own: Mapping[str, OwnNumber]
    following: bool | None
    has_following: bool
    differences: tuple[str, ...]


def standings(scores: Mapping[str, Score], evidence: Evidence) -> list[Standing]:
    """Put a model's scores into the paper's tables of all models, Tables 2-7.

    Parameters
    ----------
    scores : mapping of str to Score
        By task, of one model on the benchmark split.
    evidence : Evidence
        The paper's tables.

    Returns
    -------
    list of Standing
        A task that was not scored has no number, and the reason. The table of the whole test split is not
        among them: its items are others.
    """
    against, exchanged = contradictions(evidence), exchanged_places(evidence)
    found = []
    for key, layout in LAYOUTS.items():
        if layout.split != "bench" or key not in {place.table for place in evidence.tables.cells}:
            continue
        columns = [name for name in evidence.tables.columns(key) if name in layout.values]
        published = [
            _published_row(evidence, key, row, evidence.groups.get(row, ""), columns, against, {})
            for row in evidence.tables.rows(key)
        ]
        best = next(name for name, other in BEST_LAYOUTS.items() if other.values == layout.values)
        published.append(_published_row(evidence, best, _OURS, "ours", columns, against, exchanged))
        apart = tuple(dict.fromkeys(_apart(layout, scores, evidence)))
        found.append(
            Standing(
                key=key,
                number=layout.number,
                title=layout.title.removesuffix(", and instruction following (IF)"),
                columns={name: column_name(name) for name in columns},
                tasks=layout.tasks,
                published=published,
                own={
                    name: _own_number(scores, *layout.values[name], name, published, not apart)
                    for name in columns
                },
                following=_following(layout, scores),
                has_following=layout.instruction_following,
                differences=apart,
            )
        )
    return found


def _published_row(evidence, table, row, group, columns, against, exchanged):
    numbers = {}
    for name in columns:
        place = Place(table, row, name)
        if place in exchanged:
            other = exchanged[place]
            note = f"printed under {column_name(other.column)}, where it does not belong"
            numbers[name] = PublishedNumber(evidence.tables.cells[other], note)
        else:
            numbers[name] = PublishedNumber(evidence.tables.cells[place], against.get(place, ""))
    following = evidence.tables.cells.get(Place(table, row, "instruction_following"), "")
    return PublishedRow(row, group, table_name(table), numbers, following)


def _apart(layout: Layout, scores: Mapping[str, Score], evidence: Evidence) -> Iterator[str]:
    for task in layout.tasks:
        if task in scores and scores[task].status == SCORED:
            yield from own_differences(scores[task], evidence.rows).missing


def _own_number(scores, task, metric, column, published, comparable):
    score = scores.get(task)
    if score is None:
        return OwnNumber(None, f"no score on {task} was made")
    if score.status != SCORED:
        return OwnNumber(None, score.reason or "the model could not be run")
    found = score.metrics.get(metric)
    if found is None or found.value is None:
        return OwnNumber(None, (found.reason if found else "") or "no item in this run")
    place = models = None
    if comparable:
        # As printed: two numbers that print alike share their place.
        ours = round(found.value, 2)
        place = 1 + sum(row.numbers[column].value > ours for row in published)
        models = 1 + len(published)
    return OwnNumber(found, found.reason or "", place, models)


def _following(layout: Layout, scores: Mapping[str, Score]) -> bool | None:
    score = scores.get(layout.tasks[0])
    if not layout.instruction_following or score is None or score.status != SCORED:
        return None
    counts: AnswerCounts | None = score.extraction.get(layout.category) if layout.category else score
    return counts.instruction_following if counts else None


def standing_rows(model: str, found: Sequence[Standing], run: str) -> list[dict[str, object]]:
    """Return all numbers as rows of a CSV: the model's row, and the published ones next to it.

    Parameters
    ----------
    model : str
    found : sequence of Standing
    run : str
        What the run says of itself.

    Returns
    -------
    list of dict
        Columns :data:`COLUMNS`; ``source`` is "this run" or "published, Table 3".
    """
    rows: list[dict[str, object]] = []
    for table in found:
        for name, label in table.columns.items():
            task, metric = LAYOUTS[table.key].values[name]
            where = {"table": table.number, "column": label, "metric": f"{task} {metric}"}
            own = table.own[name]
            known = own.metric
            rows.append(
                where
                | {
                    "model": model,
                    "source": "this run",
                    "value": known and known.value,
                    "low": known and known.low,
                    "high": known and known.high,
                    "items": known and known.items,
                    "place": own.place,
                    "models": own.models,
                    "comparable": not table.differences,
                    "note": "; ".join(filter(None, (own.reason, *table.differences))),
                    "run": run,
                }
            )
            rows += [
                {
                    **where,
                    "model": row.model,
                    "source": f"published, {row.source}",
                    "value": row.numbers[name].text,
                    "note": row.numbers[name].note,
                }
                for row in table.published
            ]
    return rows
