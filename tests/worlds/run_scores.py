"""Score files of a run, with the lineage that tells what it was made from."""

from bentxt.evaluation.score import SCORED, UNAVAILABLE, AnswerCounts, Metric, Score
from bentxt.published.paper_tables import SCORE_TABLES, quantity_of

PUBLISHED = {"published": True, "revision": "72d865f2146f0a85", "sha256": "d3b97f99"}
#: What the lineage of a score says of a run from the released file, and of one from a data set made here.
RELEASED = [{"program": "adopt_release.py", "settings": {}, "notes": {"released": PUBLISHED}}]
REVIEW = {"benchmark_split": {"caption_review": {"by": "rule"}}}
MADE = [{"program": "assemble_dataset.py", "settings": {}, "notes": REVIEW}]
INVENTED = [{"program": "make_miniature_world.py", "settings": {}, "notes": {}}]
FINE_TUNED = [{"program": "finetune_rs_internvl.py", "settings": {}, "notes": {}}]


def run_score(
    model, task, metrics, *, run="paper", upstream=RELEASED, weights="published", split="bench", **rest
):
    """Return a score; a metric is (value, low, high), or the reason that there is none."""
    following = AnswerCounts(items=788, strict=788, instruction_following=True)
    return Score(
        model=model,
        task=task,
        split=split,
        status=SCORED,
        reason=None,
        weights=weights,
        lineage={"program": "score_answers.py", "settings": {"run": run}, "upstream": upstream},
        prediction={},
        items=1000,
        strict=999,
        unparsed=1,
        instruction_following=False,
        extraction={"point": following, "reference": following},
        metrics={name: _metric(number) for name, number in metrics.items()},
        **rest,
    )


def unavailable(model, task, reason):
    """Return the score of a model that could not be run."""
    return Score(
        model=model,
        task=task,
        split="bench",
        status=UNAVAILABLE,
        reason=reason,
        weights="not stated",
        lineage={"settings": {"run": "paper"}, "upstream": RELEASED},
        prediction={},
    )


def _metric(number):
    return Metric(None, None, None, 0, number) if isinstance(number, str) else Metric(*number, 1000, None)


def as_published(tables, width=1.0, shift=0.0, **rest):
    """Return scores with the paper's numbers, a shift added, and intervals of a width to either side."""
    found = {}
    for place, text in tables.cells.items():
        quantity = quantity_of(place)
        if place.table in SCORE_TABLES and quantity is not None and not place.row.startswith("SOTA"):
            value = float(text) + shift
            own = found.setdefault((quantity.split, quantity.row, quantity.task), {})
            own.setdefault(quantity.metric, (value, value - width, value + width))
    return {key: run_score(key[1], key[2], metrics, split=key[0], **rest) for key, metrics in found.items()}
