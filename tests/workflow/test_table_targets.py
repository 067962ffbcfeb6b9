"""Every table of the paper and its supplement is a target, in two forms, and so is the breakdown."""

import csv
import json
from collections import Counter

import pyarrow.parquet as pq
import pytest

from bentxt.release import TASKS
from bentxt.reporting.table_layouts import BEST_LAYOUTS, LAYOUTS

pytestmark = pytest.mark.workflow
TAIL = ("--configfile", "small.yaml")
ALONE = """\
benchmark:
  absent:
    Qwen: left out here
    GLM: left out here
    LLaVa: left out here
    RS-InternVL: left out here
    Blind: none
    Oracle: none
"""


def add(workflow, text):
    path = workflow.folder / "small.yaml"
    path.write_text(path.read_text() + text)


def table(workflow, name):
    with (workflow.folder / f"figures/{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_all_makes_every_table_and_the_breakdown(fresh_workflow):
    expected = {
        "tabulate_datasets": 1,
        "tabulate_scores": len(LAYOUTS),
        "tabulate_best": len(BEST_LAYOUTS),
        "tabulate_breakdown": 1,
    }
    planned = fresh_workflow.planned("all", *TAIL)
    assert {rule: planned[rule] for rule in expected} == expected
    targets = [f"figures/{name}_full.{kind}" for name in (*LAYOUTS, *BEST_LAYOUTS) for kind in ("csv", "md")]
    assert fresh_workflow.planned(targets[0], *targets[1:], *TAIL)["tabulate_best"] == len(BEST_LAYOUTS)


def test_without_images_of_the_test_split_all_does_without_table_s5(fresh_workflow):
    absent = "benchmark:\n  absent: {GLM: not here, LLaVa: not here, IVL: not here, RS-InternVL: not here}\n"
    add(fresh_workflow, absent + "images:\n  splits: bench\n")
    planned = fresh_workflow.planned("all", *TAIL)
    assert planned["tabulate_scores"] == len(LAYOUTS) - 1
    assert planned["predict_all_tasks"] == 1
    assert "predict_answers" not in planned
    refused = fresh_workflow.snakemake("figures/table_s5.csv", "--dry-run", *TAIL, check=False)
    assert refused.returncode != 0
    assert "needs images of the split test" in refused.stdout


def test_table_s5_is_about_the_test_split_and_the_breakdown_agrees_with_table_3(finished_workflow):
    add(finished_workflow, ALONE)
    targets = [f"figures/{name}.csv" for name in ("table_s5", "table_s9", "table3", "breakdown")]
    planned = finished_workflow.planned(*targets, *TAIL)
    # Two shards.
    assert planned["predict_all_tasks"] == 2
    assert "predict_answers" not in planned
    assert (planned["tabulate_scores"], planned["tabulate_best"], planned["tabulate_breakdown"]) == (2, 1, 1)
    finished_workflow.snakemake(*targets, *TAIL)

    rows = {row["model"]: row for row in table(finished_workflow, "table_s5_full")}
    models = ["EMs1s2", "Qwen", "IVL", "RS-InternVL"]
    references = ["Blind (no image)", "Oracle (reference map)"]
    assert list(rows) == [*models, "Constant (best single answer)", *references]
    assert [rows[name]["note"].split("; ")[-1] for name in references] == ["none", "none"]
    assert [row["model"] for row in table(finished_workflow, "table_s5")] == models
    data = pq.read_table(
        finished_workflow.folder / "results/small/BigEarthNet.txt.parquet", columns=["type", "split"]
    )
    asked = Counter(row["type"] for row in data.to_pylist() if row["split"] == "test")
    for task, name in TASKS.items():
        assert int(rows["IVL"][f"{task}_items"]) == asked[name] > 0
    assert "left out here" in rows["RS-InternVL"]["note"]
    provenance = json.loads((finished_workflow.folder / "figures/table_s5.provenance.json").read_text())
    assert provenance["target"][-1] == "table_s5_full.md"
    assert all("/scores/test/IVL/" in one["path"] for one in provenance["inputs"])

    whole = {
        row["value"]: row
        for row in table(finished_workflow, "breakdown")
        if row["task"] == "binary" and row["stratum"] in ("all", "category")
    }
    (ivl,) = [row for row in table(finished_workflow, "table3_full") if row["model"] == "IVL"]
    for value in ("", "presence", "area", "count", "adjacency"):
        column = value or "overall"
        assert whole[value]["score"] == ivl[column]
        if whole[value]["score_low"]:
            assert whole[value]["score_low"] == ivl[f"{column}_low"]
    assert (finished_workflow.folder / "figures/breakdown.md").read_text().startswith("# Scores by category")
    assert table(finished_workflow, "table_s9")[1]["model"] == "SOTA CV"
    assert finished_workflow.planned(*targets, *TAIL) == {}
