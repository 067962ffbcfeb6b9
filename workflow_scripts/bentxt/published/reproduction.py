"""Every number of the paper's tables of scores, and ours next to it where this run has one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from bentxt.evaluation.score import SCORED, AnswerCounts, Score
from bentxt.models.table_rows import TableRow
from bentxt.published.checks import CONTRADICTION, Evidence
from bentxt.published.comparability import differences
from bentxt.published.paper_tables import (
    BEST_ROWS,
    SCORE_TABLES,
    Place,
    column_name,
    quantity_of,
    table_name,
)
from bentxt.published.printed_numbers import Span
from bentxt.published.table_rules import TABLE_RULES, exchange_of

INSIDE, OUTSIDE = "inside the interval", "outside the interval"
SAME, DIFFERENT = "same", "different"
NOT_COMPARABLE, NO_NUMBER = "not comparable", "no number"

#: Verdicts of numbers that can be compared, those in favour first.
COMPARED = (INSIDE, SAME, OUTSIDE, DIFFERENT)

AS_PRINTED, EXCHANGED_BACK = "as printed", "exchanged back"

#: Scores by split, model and task.
Scores = Mapping[tuple[str, str, str], Score]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A published number and ours.

    Attributes
    ----------
    place : Place
    published : str
        As printed, in % but for parameters and instruction following.
    reading : str
        :data:`AS_PRINTED`, or :data:`EXCHANGED_BACK` where the number is taken from the column that it was
        exchanged with.
    ours : float, str or None
        Our number in %, or yes or no.
    low, high : float or None
        Its 95 % interval.
    items : int or None
        Items behind it.
    model : str
        The model that it is of, where the row holds best numbers.
    verdict : str
        One of :data:`COMPARED`, :data:`NOT_COMPARABLE` or :data:`NO_NUMBER`.
    missing : tuple of str
        What would have to be otherwise before they could be compared, or why there is no number.
    remaining : tuple of str
        What else is different or not known.
    contradiction : str
        What other numbers of the paper say against the published one.
    """

    place: Place
    published: str
    reading: str = AS_PRINTED
    ours: float | str | None = None
    low: float | None = None
    high: float | None = None
    items: int | None = None
    model: str = ""
    verdict: str = NO_NUMBER
    missing: tuple[str, ...] = ()
    remaining: tuple[str, ...] = ()
    contradiction: str = ""

    @property
    def difference(self) -> float | None:
        """Ours less the published number, in points."""
        return self.ours - float(self.published) if isinstance(self.ours, float) else None


@dataclass(frozen=True)
class Run:
    """What a run has to say of the paper's numbers.

    Attributes
    ----------
    scores : mapping of (str, str, str) to Score
        By split, model and task.
    models : mapping of str to TableRow
        Groups of the models.
    absent : mapping of str to str
        Why a model is not in this run.
    """

    scores: Scores
    models: Mapping[str, TableRow]
    absent: Mapping[str, str | None]


def compare(evidence: Evidence, run: Run) -> list[Comparison]:
    """Compare every number of the paper's tables of scores with a run's.

    Parameters
    ----------
    evidence : Evidence
        The paper's tables; what contradicts in them is said next to the number.
    run : Run

    Returns
    -------
    list of Comparison
        In the order of the tables. A number that stands in another's column is there twice: as printed, and
        exchanged back.
    """
    said = contradictions(evidence)
    exchanged = exchanged_places(evidence)
    found = []
    for place, text in evidence.tables.cells.items():
        if place.table not in SCORE_TABLES:
            continue
        compared = replace(_compared(run, place, text), contradiction=said.get(place, ""))
        found.append(compared)
        if place in exchanged:
            other = evidence.tables.cells[exchanged[place]]
            found.append(replace(_compared(run, place, other), reading=EXCHANGED_BACK))
    return found


def contradictions(evidence: Evidence) -> dict[Place, str]:
    """Return what other numbers of the paper say against a published one, by its place."""
    said: dict[Place, dict[str, None]] = {}
    for rule in TABLE_RULES.values():
        for check in rule(evidence):
            if check.verdict == CONTRADICTION:
                for place in check.places:
                    said.setdefault(place, {})[check.statement] = None
    return {place: "; ".join(statements) for place, statements in said.items()}


def exchanged_places(evidence: Evidence) -> dict[Place, Place]:
    """Return, for numbers that stand in another's column, the place that each belongs to."""
    pairs = [
        exchange_of(evidence, table, row) for table in SCORE_TABLES for row in evidence.tables.rows(table)
    ]
    return {one: two for pair in pairs if pair for one, two in (pair, pair[::-1])}


def _compared(run: Run, place: Place, text: str) -> Comparison:
    base = Comparison(place=place, published=text)
    if place.column == "parameters":
        return replace(base, missing=("parameters: taken over from the paper, not counted by a run",))
    if place.row in BEST_ROWS:
        return _best(run, base)
    return _of_model(run, base, place.row)


def _of_model(run: Run, base: Comparison, model: str) -> Comparison:
    """Fill in the number of one model."""
    place, layout = base.place, SCORE_TABLES[base.place.table]
    quantity, split = quantity_of(place), layout.split
    task = quantity.task if quantity else next(iter(layout.tasks))
    score = run.scores.get((split, model, task))
    if score is None:
        reason = run.absent.get(model) or f"no score on {task} of the split {split} was made in this run"
        return replace(base, missing=(f"model: {reason}",))
    if score.status != SCORED:
        return replace(base, missing=(f"model: {score.reason}",))
    missing, remaining = differences(score, split)
    if quantity is None:
        counts = score.extraction.get(layout.category) if layout.category else score
        return _judged_words(replace(base, missing=missing, remaining=remaining), counts)
    metric = score.metrics.get(quantity.metric)
    if metric is None or metric.value is None:
        reason = metric.reason if metric and metric.reason else "no item in this run"
        return replace(base, missing=(f"metric: {column_name(place.column)}: {reason}",))
    if metric.reason:
        remaining = (*remaining, f"metric: {metric.reason}")
    if metric.low is None or metric.high is None:
        missing = (*missing, "interval: none in this run")
    return _judged(
        replace(
            base,
            ours=metric.value,
            low=metric.low,
            high=metric.high,
            items=metric.items,
            missing=missing,
            remaining=remaining,
        )
    )


def _judged(found: Comparison) -> Comparison:
    """Return a comparison with its verdict: inside if a number that is printed so can lie in the interval."""
    if found.missing or found.low is None or found.high is None:
        return replace(found, verdict=NOT_COMPARABLE)
    hundredth = Fraction(1, 200)
    printed = Span(Fraction(found.published) - hundredth, Fraction(found.published) + hundredth)
    inside = printed.low <= Fraction(found.high) and Fraction(found.low) <= printed.high
    return replace(found, verdict=INSIDE if inside else OUTSIDE)


def _judged_words(found: Comparison, counts: AnswerCounts | None) -> Comparison:
    """Return a comparison of instruction following with its verdict."""
    if counts is None or counts.instruction_following is None:
        return replace(found, missing=("metric: no item in this run",), remaining=())
    ours = "yes" if counts.instruction_following else "no"
    found = replace(found, ours=ours, items=counts.items)
    if found.missing:
        return replace(found, verdict=NOT_COMPARABLE)
    return replace(found, verdict=SAME if ours == found.published else DIFFERENT)


def _best(run: Run, base: Comparison) -> Comparison:
    """Fill in the best number of a group; it can be compared only if every model of the group has one."""
    group = BEST_ROWS[base.place.row]
    found = {
        model: _of_model(run, base, model) for model, entry in run.models.items() if entry.group == group
    }
    known = {model: each for model, each in found.items() if isinstance(each.ours, float)}
    if not known:
        reasons = dict.fromkeys(reason for each in found.values() for reason in each.missing)
        return replace(base, missing=tuple(reasons))
    best = max(known, key=lambda model: known[model].ours or 0.0)
    chosen = replace(known[best], model=best)
    if without := [model for model in found if model not in known]:
        gap = f"models: {', '.join(without)} have no number, and the best may be another's"
        chosen = replace(chosen, missing=(*chosen.missing, gap))
    return _judged(chosen)


def by_table(comparisons: list[Comparison]) -> Iterator[tuple[str, list[Comparison]]]:
    """Group comparisons by table, in the order of the paper."""
    for table in SCORE_TABLES:
        own = [each for each in comparisons if each.place.table == table]
        if own:
            yield table_name(table), own
