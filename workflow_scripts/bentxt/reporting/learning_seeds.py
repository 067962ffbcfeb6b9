"""What fine-tuning taught over several runs that differ in their seed: world, questions, weights, training.

Each seed's run has images of its own. So a claim over seeds is resampled in two steps, the seeds first and
then the images of each (:func:`bentxt.evaluation.paired_bootstrap.pooled_margin`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bentxt.errors import InputError
from bentxt.evaluation.bootstrap import FEWEST_IMAGES
from bentxt.evaluation.paired_bootstrap import OPEN, pooled_margin, verdict
from bentxt.reporting.learning_report import COLUMNS, Learnt, learning_row
from bentxt.reporting.seeds_page import margin_cell, seeds_page

SEED_COLUMNS = ("seed", *COLUMNS)
#: In the place of a seed: all of them.
ALL_SEEDS = "all"
_RIVALS = {"untrained": "over_untrained", "constant": "over_constant"}


def seed_rows(
    learnt: Mapping[int, Sequence[Learnt]], run: str, *, resamples: int, seed: int
) -> list[dict[str, Any]]:
    """Return what was learnt seed by seed, and over all seeds.

    Parameters
    ----------
    learnt : mapping of int to sequence of Learnt
        By seed, from :func:`bentxt.reporting.learning_report.what_was_learnt`.
    run : str
        ``mini`` or ``paper``.
    resamples, seed : int
        Of the draws over seeds.

    Returns
    -------
    list of dict
        Columns :data:`SEED_COLUMNS`. Metric by metric a row of each seed, then one with the means over seeds,
        :data:`ALL_SEEDS` in the place of a seed, and the items and images of all together. Where one seed has
        no comparison there is none over all of them, and the note says which.

    Raises
    ------
    InputError
        If no seed is given.
    """
    if not learnt:
        raise InputError("no seed to look at", remedy="give one or more")
    metrics: dict[tuple[str, str], dict[int, Learnt]] = {}
    for number, found in learnt.items():
        for each in found:
            metrics.setdefault((each.task, each.metric.label), {})[number] = each
    rows = []
    for by_seed in metrics.values():
        rows += [{"seed": number} | learning_row(each, run) for number, each in by_seed.items()]
        rows.append(_over_seeds(by_seed, learnt, run, resamples, seed))
    return rows


def _over_seeds(by_seed, learnt, run, resamples, seed):
    """Return the row of one metric over all seeds."""
    first = next(iter(by_seed.values()))
    row = dict.fromkeys(SEED_COLUMNS) | {
        "seed": ALL_SEEDS,
        "task": first.task,
        "metric": first.metric.label,
        "run": run,
        "verdict": OPEN,
    }
    missing = [number for number in learnt if number not in by_seed or by_seed[number].over_untrained is None]
    if missing:
        return row | {"note": f"no comparison with the seed {', '.join(map(str, missing))}"}
    found = list(by_seed.values())
    row |= {
        "items": sum(each.items for each in found),
        "images": sum(each.images for each in found),
        "fine_tuned": float(np.mean([each.value for each in found])),
        "note": f"means over {len(found)} seeds" if len(found) > 1 else "one seed",
    }
    intervals = []
    for name, attribute in _RIVALS.items():
        leads = [getattr(each, attribute) for each in found]
        margin, (low, high) = pooled_margin(leads, resamples=resamples, seed=seed)
        intervals.append((low, high))
        row |= {
            name: float(np.mean([lead.rival for lead in leads])),
            f"margin_over_{name}": margin,
            f"margin_over_{name}_low": low,
            f"margin_over_{name}_high": high,
        }
    enough = min(each.images for each in found) >= FEWEST_IMAGES
    return row | {"verdict": verdict(*intervals) if enough else OPEN}


def seeds_markdown(rows: Sequence[Mapping[str, Any]], run: str, resamples: int) -> str:
    """Return the rows as a Markdown page."""
    heading = ["task", "metric", "seed", "fine-tuned", "untrained", "constant"]
    heading += ["over untrained", "over constant", "verdict"]
    cells = [[row["task"], row["metric"], str(row["seed"]), *_numbers(row), row["verdict"]] for row in rows]
    return seeds_page("What fine-tuning taught, over seeds", heading, slice(3, 8), cells, run, resamples)


def _numbers(row):
    if row["fine_tuned"] is None:
        return [""] * 5
    values = [f"{row[name]:.2f}" for name in ("fine_tuned", "untrained", "constant")]
    margins = [f"margin_over_{name}" for name in _RIVALS]
    return values + [margin_cell(row[name], row[f"{name}_low"], row[f"{name}_high"]) for name in margins]
