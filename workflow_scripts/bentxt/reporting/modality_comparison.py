"""All modalities against RGB alone, on questions about classes that differ only outside RGB.

The paper's claim is that Sentinel-2's further bands and Sentinel-1 help. Where classes look alike in RGB,
only these can tell them, so there the claim can be tried in small; other items are the control.
"""

from collections.abc import Mapping, Sequence, Set
from typing import Any

import numpy as np

from bentxt.evaluation.bootstrap import FEWEST_IMAGES
from bentxt.evaluation.paired_bootstrap import OPEN, paired_difference, verdict
from bentxt.evaluation.score import SCORED
from bentxt.reporting.model_comparison import METRICS, item_statistics
from bentxt.reporting.scored_items import ModelItems, check_same_items

COLUMNS = (
    "task",
    "items_about",
    "metric",
    "all_modalities",
    "rgb",
    "margin",
    "margin_low",
    "margin_high",
    "p_value",
    "items",
    "images",
    "verdict",
    "run",
    "note",
)
#: Columns of the items that it is made of.
ITEM_COLUMNS = ("score",)
#: Tasks whose items name classes. No score of a caption belongs to one of those that it names.
ABOUT_CLASSES = ("binary", "mcq", "referring")
#: What the rows of all alike classes together, and of the items that name none of them, are called.
ALIKE, OTHERS = "classes alike in RGB", "no such class"


def modality_rows(
    pairs: Mapping[str, tuple[ModelItems, ModelItems]],
    named: Mapping[str, Sequence[Set[str]]],
    groups: Sequence[Sequence[str]],
    run: str,
    *,
    resamples: int,
    seed: int,
) -> list[dict[str, Any]]:
    """Compare a model of all modalities with one of RGB alone, on the items about some classes.

    An item counts for a class that its question or one of its options names.

    Parameters
    ----------
    pairs : mapping of str to (ModelItems, ModelItems)
        By task: the model of all modalities, and that of RGB, on the same items.
    named : mapping of str to sequence of set of str
        By task: the classes that each item names, in the order of the items.
    groups : sequence of sequence of str
        Classes that are alike in RGB, group by group.
    run : str
        ``mini`` or ``paper``.
    resamples, seed : int
        Of the bootstrap over images.

    Returns
    -------
    list of dict
        Columns :data:`COLUMNS`: metrics in %, margins in points. By task, a row for all groups together, for
        each of them, and, without a verdict, for the items about none of their classes. A row without items
        says so in its note and is not decided.

    Raises
    ------
    InputError
        If two models answered different items.
    """
    everything = frozenset(name for group in groups for name in group)
    wanted = [(ALIKE, everything), *((" / ".join(group), frozenset(group)) for group in groups)]
    rows = []
    for task, (full, rgb) in pairs.items():
        blank = dict.fromkeys(COLUMNS) | {
            "task": task,
            "metric": METRICS[task][0].label,
            "verdict": OPEN,
            "run": run,
            "note": "",
        }
        unscored = [each for each in (full, rgb) if each.score.status != SCORED]
        if unscored:
            reasons = "; ".join(f"{each.name}: {each.score.reason}" for each in unscored)
            rows.append(blank | {"items_about": ALIKE, "note": reasons})
            continue
        check_same_items(full, rgb)
        strata = [(name, np.array([bool(names & own) for own in named[task]])) for name, names in wanted]
        strata.append((OTHERS, ~strata[0][1]))
        for name, chosen in strata:
            found = _compared(task, full, rgb, chosen.astype(bool), resamples, seed)
            if name == OTHERS:
                found["verdict"] = ""
            rows.append(blank | {"items_about": name} | found)
    return rows


def _compared(task, full, rgb, chosen, resamples, seed):
    """Return the cells of two models on some items."""
    if not chosen.any():
        return {"items": 0, "images": 0, "note": "no item of this run is about these classes"}
    metric = METRICS[task][0]
    images = np.asarray(full.table["patch_id"].to_pylist())[chosen]
    found = paired_difference(
        item_statistics(full, metric)[chosen],
        item_statistics(rgb, metric)[chosen],
        images,
        metric.combine,
        resamples=resamples,
        seed=seed,
    )
    cells = {
        "all_modalities": found.first,
        "rgb": found.second,
        "margin": found.difference,
        "items": found.items,
        "images": found.images,
    }
    if found.images < FEWEST_IMAGES:
        return cells | {"note": f"no interval: fewer than {FEWEST_IMAGES} images"}
    weights = {each.score.weights for each in (full, rgb)} - {"published"}
    return cells | {
        "margin_low": found.low,
        "margin_high": found.high,
        "p_value": f"{found.p_value:.4f}",
        "verdict": verdict((found.low, found.high)),
        "note": f"weights: {'; '.join(sorted(weights))}" if weights else "",
    }


def modality_report(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows as lines for a terminal."""
    lines = []
    for row in rows:
        head = f"{row['task']:>9} [{row['run']}], {row['items_about']}"
        if row["margin"] is None:
            lines.append(f"{head}: no comparison: {row['note']}")
            continue
        low, high = row["margin_low"], row["margin_high"]
        between = "" if low is None else f" [{low:.1f}, {high:.1f}]"
        judged = f": {row['verdict']}" if row["verdict"] else ""
        lines.append(
            f"{head}: {row['metric']} {row['all_modalities']:.1f} % with all modalities, {row['rgb']:.1f} % "
            f"with RGB, {row['margin']:+.1f}{between} points on {row['items']} items{judged}"
        )
    return "\n".join(lines)
