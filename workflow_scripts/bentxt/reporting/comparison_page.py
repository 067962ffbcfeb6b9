"""The page of comparisons: Table 8's claim on top, then every pair of models, task by task."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bentxt.errors import InputError
from bentxt.models.table_rows import REFERENCE
from bentxt.reporting.model_comparison import METRICS, AnsweringPair, Claim, Comparison
from bentxt.reporting.tables import RUN_REMARKS

_TASKS = {
    "captioning": "Captioning",
    "binary": "Binary questions",
    "mcq": "Multiple-choice questions",
    "referring": "Referring detection",
}
_GROUPS = {"RS": "remote-sensing", "CV": "general"}
#: Rows of the published Table 8, by group, and its columns by task.
_PUBLISHED_ROWS = {"RS": "SOTA RS", "CV": "SOTA CV"}
_PUBLISHED_COLUMNS = {
    "captioning": "captioning_bleu4",
    "binary": "binary_accuracy",
    "mcq": "mcq_accuracy",
    "referring": "referring_miou",
}
_OURS = "RS-InternVL"


def read_published(path: Path | str) -> dict[tuple[str, str], float]:
    """Read the published Table 8.

    Parameters
    ----------
    path : str or Path
        CSV with a column ``model`` and one for each task.

    Returns
    -------
    dict of (str, str) to float
        Values in %, by row and task.

    Raises
    ------
    InputError
        If a row or a number is missing.
    """
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = {row.get("model"): row for row in csv.DictReader(file)}
    found = {}
    for name in (*_PUBLISHED_ROWS.values(), _OURS):
        for task, column in _PUBLISHED_COLUMNS.items():
            try:
                found[name, task] = float(rows[name][column])
            except (KeyError, TypeError, ValueError):
                raise InputError(f"no number in the column {column}", file=path, item=f"row {name}") from None
    return found


def comparison_markdown(
    claims: Sequence[Claim],
    comparisons: Sequence[Comparison],
    pairs: Sequence[AnsweringPair],
    missing: Mapping[str, Mapping[str, str]],
    published: Mapping[tuple[str, str], float],
    resamples: int,
    run: str,
    remarks: Sequence[str] = (),
) -> str:
    """Return the page as Markdown.

    Parameters
    ----------
    claims : sequence of Claim
    comparisons : sequence of Comparison
        Of all tasks and metrics; the page shows those on the metric of Table 8.
    pairs : sequence of AnsweringPair
    missing : mapping of str to (mapping of str to str)
        By task: why a model is not among those that are compared.
    published : mapping
        From :func:`read_published`.
    resamples : int
        Draws of the bootstrap.
    run : str
        ``mini`` or ``paper``.
    remarks : sequence of str
        What else holds for all numbers.

    Returns
    -------
    str
    """
    everywhere = _everywhere(missing)
    lines = [
        "# Models compared, two by two",
        "",
        f"**{RUN_REMARKS[run]}.**",
        *(f"{text}." for text in remarks),
        "",
        f"Differences are paired: {resamples:,} draws of whole images, both models drawn alike, on the same "
        "items. In brackets: the 95 % interval of the difference. Where it excludes 0, the sign of the "
        "difference does not hang on the choice of the images; other prompts, seeds or trainings are another "
        "matter.",
        "",
        *_weights(comparisons),
        *_missing(everywhere),
        *_claims(claims, missing, published),
    ]
    for task in METRICS:
        here = [each for each in comparisons if each.task == task and each.metric == METRICS[task][0]]
        alike = [pair for pair in pairs if pair.task == task]
        lines += [f"## {_TASKS[task]}", "", *_missing(missing.get(task, {}), but=everywhere)]
        if here:
            lines += [*_differences(here, resamples), *_agreement(alike)]
        else:
            lines += ["Fewer than two models answered: nothing to compare.", ""]
    return "\n".join(lines).rstrip() + "\n"


def _claims(claims, missing, published):
    lines = [
        "## The claim of Table 8",
        "",
        f"The paper's Table 8 has {_OURS} above the best remote-sensing model and above the best general "
        "model in each column, and its text speaks of consistent gains across all tasks. In the printed row "
        f"of {_OURS} the multiple-choice and the referring number stand in each other's column (Table S8 has "
        "the multiple-choice number).",
        "",
    ]
    known = [claim for claim in claims if claim.found]
    for claim in claims:
        lines.append(f"- {_claim(claim)} {_as_printed(claim, published)}".rstrip())
    if not claims:
        lines.append(f"- {_OURS} was not run: {_reasons(missing)}")
    lines += [
        "",
        "The best model is taken by its value on these items, which favours it: a lead over it is rather too "
        f"small than too large. Probabilities (p) are adjusted by Holm's method for the {len(known)} "
        "comparisons above.",
        "",
    ]
    return lines


def _claim(claim):
    head = f"{_TASKS[claim.task]}, {claim.metric.label}:"
    if claim.found is None:
        return f"{head} no {_GROUPS[claim.group]} model was compared with {claim.ours}."
    found = claim.found
    outcome = "excludes 0" if found.excludes_zero else "includes 0"
    if found.excludes_zero and found.difference < 0:
        outcome += f", and {claim.ours} is behind"
    return (
        f"{head} {claim.ours} {found.first:.2f}; the best {_GROUPS[claim.group]} model, {claim.best}, "
        f"{found.second:.2f}. Lead {_lead(found)} points, ahead in {found.share_above:.1f} % of the draws: "
        f"the interval {outcome} (p {claim.p_holm:.4f})."
    )


def _as_printed(claim, published):
    if claim.ours != _OURS:
        return ""
    ours, best = published[_OURS, claim.task], published[_PUBLISHED_ROWS[claim.group], claim.task]
    return f"Printed in the paper: {ours:.2f} and {best:.2f}, {ours - best:+.2f}."


def _lead(found):
    return f"{found.difference:+.2f} [{found.low:+.2f}, {found.high:+.2f}]"


def _reasons(missing):
    return "; ".join(sorted({reasons[_OURS] for reasons in missing.values() if _OURS in reasons}))


def _everywhere(missing: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return who is not compared on any task, for one and the same reason."""
    first, *others = missing.values()
    return {
        name: reason
        for name, reason in first.items()
        if all(reasons.get(name) == reason for reasons in others)
    }


def _weights(comparisons: Sequence[Comparison]) -> list[str]:
    """Return which models were run with other weights than the published ones; references have none."""
    grouped: dict[str, list[str]] = {}
    for model in (model for each in comparisons for model in (each.first, each.second)):
        if model.group != REFERENCE and model.score.weights != "published":
            names = grouped.setdefault(model.score.weights, [])
            if model.name not in names:
                names.append(model.name)
    return [f"- {', '.join(names)}: weights: {text}." for text, names in grouped.items()]


def _missing(reasons: Mapping[str, str], but: Mapping[str, str] | None = None) -> list[str]:
    """Return who is not compared, each reason once, but for those that were named before."""
    grouped: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        if name not in (but or {}):
            grouped.setdefault(reason, []).append(name)
    lines = [f"- Not compared: {', '.join(names)} ({reason})." for reason, names in grouped.items()]
    return [*lines, ""] if lines else []


def _differences(comparisons, resamples):
    metric, count = comparisons[0].metric.label, len(comparisons)
    least = min(1.0, 2 * count / (resamples + 1))
    lines = [
        f"### Difference in {metric}",
        "",
        f"{count} pairs. Intervals are not adjusted for their number: of pairs without a difference one in "
        "twenty has an interval that excludes 0. The last column adjusts the probability by Holm's method "
        f"for the {count} pairs; with {resamples:,} draws it cannot fall below {least:.4f}.",
        "",
    ]
    if least >= 0.05:
        lines += ["So here it cannot fall below 5 %: raise `benchmark.bootstrap_resamples`.", ""]
    heading = (
        "first",
        "second",
        f"{metric} of first",
        "of second",
        "difference",
        "draws above 0",
        "p",
        "Holm",
    )
    rows = [
        (
            each.first.name,
            each.second.name,
            f"{each.found.first:.2f}",
            f"{each.found.second:.2f}",
            _lead(each.found),
            f"{each.found.share_above:.1f} %",
            f"{each.found.p_value:.4f}",
            f"{each.p_holm:.4f}",
        )
        for each in comparisons
    ]
    return [*lines, *_table(heading, rows, text_columns=2), ""]


def _agreement(pairs):
    lines = [
        "### How alike they answer",
        "",
        f"Shares of the {pairs[0].found.items} items in %. Equal: both answers were read as the same. An "
        "unparsed answer is wrong and equals none; the last column counts items without a readable answer of "
        "the first, of the second, of both.",
        "",
    ]
    columns = {
        "equal": "equal",
        "both_right": "both right",
        "only_first": "only first",
        "only_second": "only second",
        "both_wrong": "both wrong",
        "kappa_answers": "kappa of answers",
        "kappa_right": "kappa of right",
        "box_overlap": "IoU of both boxes",
        "score_correlation": "correlation of scores",
    }
    used = [name for name in columns if any(getattr(pair.found, name) is not None for pair in pairs)]
    rows = []
    for pair in pairs:
        found = pair.found
        values = [getattr(found, name) for name in used]
        unread = f"{found.unparsed_first} / {found.unparsed_second} / {found.unparsed_both}"
        cells = ["" if value is None else f"{value:.2f}" for value in values]
        rows.append((pair.first.name, pair.second.name, *cells, unread))
    heading = ("first", "second", *(columns[name] for name in used), "unparsed")
    return [*lines, *_table(heading, rows, text_columns=2), ""]


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]], text_columns: int) -> list[str]:
    marks = ["---"] * text_columns + ["---:"] * (len(heading) - text_columns)
    return [
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in (heading, marks, *rows)
    ]
