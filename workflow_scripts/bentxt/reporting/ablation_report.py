"""RS-InternVL fine-tuned in several ways: what each scores, and its distance to the one of the tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from bentxt.errors import InputError
from bentxt.evaluation.paired_bootstrap import Difference
from bentxt.evaluation.score import SCORED, Metric, Score
from bentxt.reporting.model_comparison import METRICS, compare_models
from bentxt.reporting.scored_items import ModelItems, check_same_items
from bentxt.reporting.tables import RUN_REMARKS, Value, markdown_row, markdown_text


@dataclass(frozen=True)
class Setting:
    """One way of fine-tuning.

    Attributes
    ----------
    name : str
        What its row is called.
    modalities, trained : tuple of str
        As in the config's ``finetuning``.
    changes : str
        What is different besides, in words; empty where nothing is.
    """

    name: str
    modalities: tuple[str, ...]
    trained: tuple[str, ...]
    changes: str = ""


_HEADINGS = {
    "captioning": "Captioning: BLEU-4",
    "binary": "Binary: accuracy",
    "mcq": "Multiple choice: accuracy",
    "referring": "Boxes: mIoU",
}
#: Columns of a task, behind its name and metric.
_OF_TASK = ("", "_low", "_high", "_difference", "_difference_low", "_difference_high")
_PREFIXES = {task: f"{task}_{metrics[0].name}" for task, metrics in METRICS.items()}
COLUMNS = (
    *("model", "setting", "modalities", "trained", "changes"),
    *(f"{prefix}{kind}" for prefix in _PREFIXES.values() for kind in _OF_TASK),
    *("weights", "run", "note"),
)


@dataclass(frozen=True)
class AblationRow:
    """The scores of one setting.

    Attributes
    ----------
    model : str
        Key of the model.
    setting : Setting
    metrics : dict of str to Metric
        By task, where there is a score.
    differences : dict of str to Difference
        By task: this setting minus the one that all are compared with, on the same items.
    weights : str
    note : str
        Why a score is missing.
    """

    model: str
    setting: Setting
    metrics: dict[str, Metric]
    differences: dict[str, Difference]
    weights: str
    note: str


def ablation_rows(
    found: Mapping[tuple[str, str], tuple[Score, pa.Table]],
    settings: Mapping[str, Setting],
    *,
    resamples: int,
    seed: int,
) -> list[AblationRow]:
    """Compare each setting with the first one, task by task.

    Parameters
    ----------
    found : mapping
        From :func:`bentxt.reporting.scored_items.read_scored_items`.
    settings : mapping of str to Setting
        By model; the first is what the others are compared with.
    resamples, seed : int
        Of the bootstrap over images.

    Returns
    -------
    list of AblationRow
        In the order of ``settings``.

    Raises
    ------
    InputError
        If a score is missing, or two models answered different items.
    """
    whole, *_ = settings
    rows = []
    for model, setting in settings.items():
        metrics: dict[str, Metric] = {}
        differences: dict[str, Difference] = {}
        weights: dict[str | None, None] = {}
        notes = []
        for task, (metric, *_) in METRICS.items():
            one, other = _items(found, model, task), _items(found, whole, task)
            if one.score.status != SCORED:
                notes.append(f"{task}: {one.score.reason}")
                continue
            if metric.name not in one.score.metrics:
                problem = f"a score of {model} on {task} lacks {metric.name}"
                raise InputError(problem, remedy="make the score again")
            weights[one.score.weights] = None
            metrics[task] = one.score.metrics[metric.name]
            if metrics[task].value is None:
                notes.append(f"{task}: {metrics[task].reason}")
            if model == whole or other.score.status != SCORED:
                continue
            check_same_items(one, other)
            for pair in compare_models(task, [one, other], resamples=resamples, seed=seed):
                if pair.metric == metric:
                    differences[task] = pair.found
        named = "; ".join(str(of) for of in weights)
        rows.append(AblationRow(model, setting, metrics, differences, named, "; ".join(notes)))
    return rows


def _items(found, model, task):
    if (model, task) not in found:
        raise InputError(f"no score file of {model} on {task}", remedy="give the scores of all settings")
    return ModelItems(model, "ablation", *found[model, task])


def ablation_records(rows: Sequence[AblationRow], run: str) -> list[dict[str, Any]]:
    """Return rows with the columns :data:`COLUMNS`: scores in %, differences in points."""
    records = []
    for row in rows:
        record: dict[str, Any] = {
            "model": row.model,
            "setting": row.setting.name,
            "modalities": ", ".join(row.setting.modalities),
            "trained": ", ".join(row.setting.trained),
            "changes": row.setting.changes,
            "weights": row.weights,
            "run": run,
            "note": row.note,
        }
        for task, prefix in _PREFIXES.items():
            values: list[float | None] = [None] * len(_OF_TASK)
            if task in row.metrics:
                metric = row.metrics[task]
                values[:3] = metric.value, metric.low, metric.high
            if task in row.differences:
                difference = row.differences[task]
                values[3:] = difference.difference, difference.low, difference.high
            record |= {f"{prefix}{kind}": value for kind, value in zip(_OF_TASK, values, strict=True)}
        records.append(record)
    return records


def ablation_markdown(
    rows: Sequence[AblationRow], run: str, resamples: int, remarks: Sequence[str] = ()
) -> str:
    """Return the page: scores, differences, and what else is to be known; ``remarks`` hold for all of it."""
    whole = rows[0].setting.name
    heading = ["setting", "modalities", *_HEADINGS.values()]
    marks = ["---"] * 2 + ["---:"] * len(_HEADINGS)
    scores = [[*_named(row), *(_value(row.metrics.get(task)) for task in METRICS)] for row in rows]
    differences = [
        [*_named(row), *(_difference(row.differences.get(task)) for task in METRICS)] for row in rows[1:]
    ]
    lines = [
        "# RS-InternVL with fewer modalities, or trained otherwise",
        "",
        f"**{RUN_REMARKS[run]}.**",
        *(f"{text}." for text in remarks),
        "",
        "Each row is fine-tuned by itself for each task, with the same annotations in the same order. Scores "
        "in %, in brackets their 95 % interval over images.",
        "",
        *map(markdown_row, (heading, marks, *scores)),
        "",
        f"## Difference to {whole}",
        "",
        f"In points, paired: {resamples:,} draws of whole images, both models drawn alike, on the same "
        "items. Where the interval excludes 0, the sign does not hang on the choice of the images; another "
        "training of the same setting is another matter.",
        "",
        *map(markdown_row, (heading, marks, *differences)),
        "",
    ]
    for row in rows:
        about = [f"weights: {row.weights}"] if row.weights not in ("", "published") else []
        about += [of for of in (row.setting.changes, row.note) if of]
        if about:
            lines.append(f"- {row.setting.name}: {markdown_text('; '.join(about))}.")
    return "\n".join(lines).rstrip() + "\n"


def _named(row):
    return [row.setting.name, ", ".join(row.setting.modalities)]


def _value(metric):
    if metric is None or metric.value is None:
        return ""
    value = Value(metric.value, metric.low, metric.high)
    return value.csv() + value.interval()


def _difference(found):
    if found is None:
        return ""
    return f"{found.difference:+.2f} [{found.low:+.2f}, {found.high:+.2f}]"
