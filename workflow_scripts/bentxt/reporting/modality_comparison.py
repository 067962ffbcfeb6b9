"""All modalities against RGB alone, on questions about classes that differ only outside RGB.

The paper's claim is that Sentinel-2's further bands and Sentinel-1 help. Where classes look alike in RGB,
only these can tell them, so there the claim can be tried in small; other items are the control.
"""

from collections.abc import Mapping, Sequence, Set
from typing import Any, NamedTuple

import numpy as np

from bentxt.evaluation.bootstrap import FEWEST_IMAGES
from bentxt.evaluation.paired_bootstrap import OPEN, Lead, drawn_lead, pooled_margin, verdict
from bentxt.evaluation.score import SCORED
from bentxt.reporting.model_comparison import METRICS, item_statistics
from bentxt.reporting.scored_items import ModelItems, check_same_items
from bentxt.reporting.seeds_page import margin_cell, seeds_page

COLUMNS = (
    "task",
    "items_about",
    "metric",
    "all_modalities",
    "rgb",
    "margin",
    "margin_low",
    "margin_high",
    "items",
    "images",
    "verdict",
    "run",
    "note",
)
SEED_COLUMNS = ("seed", *COLUMNS)
#: In the place of a seed: all of them.
ALL_SEEDS = "all"
#: Columns of the items that it is made of.
ITEM_COLUMNS = ("score",)
#: Tasks whose items name classes. No score of a caption belongs to one of those that it names.
ABOUT_CLASSES = ("binary", "mcq", "referring")
#: What the rows of all alike classes together, and of the items that name none of them, are called.
ALIKE, OTHERS = "classes alike in RGB", "no such class"


class ModalityLead(NamedTuple):
    """How far all modalities are ahead of RGB alone on some items of a task.

    Attributes
    ----------
    task : str
    about : str
        What the items are about: :data:`ALIKE`, a group of classes, or :data:`OTHERS`.
    items : int
    lead : Lead or None
        None where there is no comparison.
    note : str
        Why there is none, or what to know of it.
    """

    task: str
    about: str
    items: int
    lead: Lead | None
    note: str


def modality_leads(
    pairs: Mapping[str, tuple[ModelItems, ModelItems]],
    named: Mapping[str, Sequence[Set[str]]],
    groups: Sequence[Sequence[str]],
    *,
    resamples: int,
    seed: int,
) -> list[ModalityLead]:
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
    resamples, seed : int
        Of the bootstrap over images.

    Returns
    -------
    list of ModalityLead
        By task: of all groups together, of each of them, and of the items about none of their classes.

    Raises
    ------
    InputError
        If two models answered different items.
    """
    everything = frozenset(name for group in groups for name in group)
    wanted = [(ALIKE, everything), *((" / ".join(group), frozenset(group)) for group in groups)]
    found = []
    for task, (full, rgb) in pairs.items():
        unscored = [each for each in (full, rgb) if each.score.status != SCORED]
        if unscored:
            reasons = "; ".join(f"{each.name}: {each.score.reason}" for each in unscored)
            found.append(ModalityLead(task, ALIKE, 0, None, reasons))
            continue
        check_same_items(full, rgb)
        strata = [(name, [bool(names & own) for own in named[task]]) for name, names in wanted]
        strata.append((OTHERS, [not about for about in strata[0][1]]))
        for name, chosen in strata:
            found.append(_lead(task, name, full, rgb, np.array(chosen, bool), resamples, seed))
    return found


def _lead(task, name, full, rgb, chosen, resamples, seed):
    """Return the lead on some items."""
    if not chosen.any():
        return ModalityLead(task, name, 0, None, "no item of this run is about these classes")
    metric = METRICS[task][0]
    images = np.asarray(full.table["patch_id"].to_pylist())[chosen]
    ours, theirs = (item_statistics(each, metric)[chosen] for each in (full, rgb))
    lead = drawn_lead(ours, theirs, images, metric.combine, resamples=resamples, seed=seed)
    weights = sorted({each.score.weights for each in (full, rgb)} - {"published"})
    notes = [f"weights: {'; '.join(weights)}"] if weights else []
    if lead.images < FEWEST_IMAGES:
        notes.append(f"no interval: fewer than {FEWEST_IMAGES} images")
    return ModalityLead(task, name, len(images), lead, "; ".join(notes))


def modality_rows(leads: Sequence[ModalityLead], run: str) -> list[dict[str, Any]]:
    """Return leads as rows of :data:`COLUMNS`: metrics in %, margins in points.

    A row without items or with few images has no interval and is not decided. The control has no verdict.
    """
    return [_row(each, run) for each in leads]


def _row(each, run):
    row = dict.fromkeys(COLUMNS) | {
        "task": each.task,
        "items_about": each.about,
        "metric": METRICS[each.task][0].label,
        "items": each.items,
        "images": each.lead.images if each.lead else 0,
        "verdict": "" if each.about == OTHERS else OPEN,
        "run": run,
        "note": each.note,
    }
    if each.lead is None:
        return row
    row |= {"all_modalities": each.lead.value, "rgb": each.lead.rival, "margin": each.lead.margin}
    return row if each.lead.images < FEWEST_IMAGES else row | _judged(each.about, each.lead.interval)


def _judged(about, interval):
    low, high = interval
    judged = "" if about == OTHERS else verdict(interval)
    return {"margin_low": low, "margin_high": high, "verdict": judged}


def modality_seed_rows(
    leads: Mapping[int, Sequence[ModalityLead]], run: str, *, resamples: int, seed: int
) -> list[dict[str, Any]]:
    """Return leads seed by seed, and their means over all seeds with an interval over seeds and images.

    Parameters
    ----------
    leads : mapping of int to sequence of ModalityLead
        By seed.
    run : str
        ``mini`` or ``paper``.
    resamples, seed : int
        Of the draws over seeds.

    Returns
    -------
    list of dict
        Columns :data:`SEED_COLUMNS`; :data:`ALL_SEEDS` stands in the place of a seed for all of them. A seed
        without items about some classes, or with few images of them, leaves all seeds undecided.
    """
    strata: dict[tuple[str, str], dict[int, ModalityLead]] = {}
    for number, found in leads.items():
        for each in found:
            strata.setdefault((each.task, each.about), {})[number] = each
    rows = []
    for (task, about), by_seed in strata.items():
        rows += [{"seed": number} | _row(each, run) for number, each in by_seed.items()]
        known = [each.lead for each in by_seed.values() if each.lead is not None]
        row = dict.fromkeys(SEED_COLUMNS) | _row(ModalityLead(task, about, 0, None, ""), run)
        row |= {"seed": ALL_SEEDS, "items": sum(each.items for each in by_seed.values())}
        if len(known) < len(leads):
            rows.append(row | {"note": "a seed has no comparison"})
            continue
        margin, interval = pooled_margin(known, resamples=resamples, seed=seed)
        row |= {
            "all_modalities": float(np.mean([lead.value for lead in known])),
            "rgb": float(np.mean([lead.rival for lead in known])),
            "margin": margin,
            "images": sum(lead.images for lead in known),
            "note": f"means over {len(known)} seeds",
        }
        enough = min(lead.images for lead in known) >= FEWEST_IMAGES
        rows.append(row | (_judged(about, interval) if enough else {}))
    return rows


def modality_seeds_markdown(rows: Sequence[Mapping[str, Any]], run: str, resamples: int) -> str:
    """Return rows of :func:`modality_seed_rows` as a Markdown page."""
    heading = ["task", "items about", "seed", "items", "all modalities", "RGB", "margin", "verdict"]
    cells = [
        [row["task"], row["items_about"], str(row["seed"]), str(row["items"]), *_numbers(row), row["verdict"]]
        for row in rows
    ]
    title = "All modalities against RGB alone, over seeds"
    return seeds_page(title, heading, slice(3, 7), cells, run, resamples)


def _numbers(row):
    if row["margin"] is None:
        return [""] * 3
    margin = margin_cell(row["margin"], row["margin_low"], row["margin_high"])
    return [f"{row['all_modalities']:.2f}", f"{row['rgb']:.2f}", margin]


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
