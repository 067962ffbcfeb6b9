"""A paper whose tables come from answers that were drawn, so that all of its numbers belong together."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np

from bentxt.dataset.benchmark_quotas import PAPER_PATCHES, read_quotas
from bentxt.models.table_rows import read_rows
from bentxt.published.checks import Evidence
from bentxt.published.paper_tables import (
    BEST_ROWS,
    SCORE_TABLES,
    PaperTables,
    Place,
    read_paper_tables,
)
from bentxt.published.text_claims import read_claims
from bentxt.release import TASKS
from bentxt.reporting.release_counts import ReleaseCounts

RESOURCES = Path(__file__).parents[2] / "resources"
ROUNDINGS = (ROUND_HALF_UP, ROUND_HALF_EVEN)

RELEASE = ReleaseCounts(RESOURCES / "release_counts.csv")
ROWS = {
    key: quota.rows
    for key, quota in read_quotas(RESOURCES / "release_benchmark_rows.csv", PAPER_PATCHES).items()
}
GROUPS = {key: row.group for key, row in read_rows(None, RESOURCES / "models.yaml").items()}
CLAIMS = read_claims(RESOURCES / "paper/claims.yaml")

#: Fewer models than in the paper: each rule has several to look at.
MODELS = {"GC": "RS", "LHRS": "RS", "EDrgb": "RS", "GPT": "CV", "Qwen": "CV", "RS-InternVL": "ours"}


def printed_paper():
    """Return the evidence of the paper as it is printed."""
    return Evidence(read_paper_tables(RESOURCES / "paper", ROWS), GROUPS, ROWS)


def drawn_paper(seed, rounding):
    """Return the evidence of a paper whose tables are computed from drawn answers, and rounded."""
    rng = np.random.default_rng(seed)
    numbers = {(split, model): _metrics(rng) for split in ("bench", "test") for model in MODELS}
    cells = {}
    for table, layout in SCORE_TABLES.items():
        split = layout.split
        for row in _rows_of(table):
            group = BEST_ROWS.get(row)
            chosen = [row] if group is None else [name for name, own in MODELS.items() if own == group]
            for column, key in layout.values.items():
                best = max(numbers[split, model][key] for model in chosen)
                cells[Place(table, row, column)] = in_print(best, rounding)
    return Evidence(PaperTables(cells), MODELS, ROWS)


def in_print(value, rounding):
    """Return a fraction with two decimals."""
    scaled = Decimal(value.numerator) / Decimal(value.denominator)
    return str(scaled.quantize(Decimal("0.01"), rounding))


def _rows_of(table):
    others = [name for name, group in MODELS.items() if group != "ours"]
    if table == "table_s5":
        return ["Qwen", "RS-InternVL"]
    if SCORE_TABLES[table].values == SCORE_TABLES["table2"].values and table != "table8":
        return others
    return (
        others if table in ("table3", "table4", "table5", "table6", "table7") else [*BEST_ROWS, "RS-InternVL"]
    )


def _metrics(rng):
    """Return drawn metrics in percent, as fractions, by task and metric of the score files."""
    found = {}
    for task in ("binary", "mcq"):
        hits = {}
        for (kind, category), items in ROWS.items():
            if kind == TASKS[task]:
                hits[category] = int(rng.integers(0, items + 1))
                found[task, f"accuracy/{category}"] = Fraction(100 * hits[category], items)
        total = sum(items for (kind, _), items in ROWS.items() if kind == TASKS[task])
        found[task, "accuracy"] = Fraction(100 * sum(hits.values()), total)
    overlaps = {
        category: rng.beta(*rng.uniform(0.3, 3, 2), ROWS["bounding box", category])
        for category in ("reference", "point")
    }
    for category, values in overlaps.items():
        found["referring", f"miou/{category}"] = Fraction(100 * float(values.mean()))
        for limit in (25, 50, 75, 90):
            above = int((values > limit / 100).sum())
            found["referring", f"acc{limit}/{category}"] = Fraction(100 * above, len(values))
    found["referring", "miou"] = Fraction(100 * float(np.concatenate(list(overlaps.values())).mean()))
    for _, metric in SCORE_TABLES["table7"].values.values():
        found["captioning", metric] = Fraction(100 * float(rng.random()))
    return found
