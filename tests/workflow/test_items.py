"""Figures S3–S7, the pages of items and the comparisons are targets, and rerun alone."""

import csv
import json

import pytest

pytestmark = pytest.mark.workflow
TAIL = ("--configfile", "small.yaml")
TARGETS = ("figures/figure_s4.png", "figures/items_binary.html", "figures/comparison.csv")
PAGE = "resources/pages/items.html"


def test_all_makes_five_figures_four_pages_and_the_comparisons(fresh_workflow):
    planned = fresh_workflow.planned("all", *TAIL)
    expected = {"draw_answers": 5, "browse_items": 4, "compare_models": 1}
    assert {rule: planned[rule] for rule in expected} == expected


def test_answers_are_shown_browsed_and_compared_from_what_was_scored(finished_workflow):
    folder = finished_workflow.folder
    # The run to Table 8 has no answers of the references.
    config = folder / "small.yaml"
    config.write_text(config.read_text() + "benchmark:\n  absent: {Blind: left out, Oracle: left out}\n")
    once = {"draw_answers": 1, "browse_items": 1, "compare_models": 1}
    assert finished_workflow.planned(*TARGETS, *TAIL) == once
    finished_workflow.snakemake(*TARGETS, *TAIL)

    with (folder / "figures/figure_s4.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["model"] for row in rows if row["place"]} == {"Qwen", "GLM", "LLaVa", "IVL", "RS-InternVL"}
    assert "GPT" in {row["model"] for row in rows if row["note"].startswith("not run")}
    assert (folder / "figures/figure_s4.png").read_bytes().startswith(b"\x89PNG")
    score = json.loads((folder / "results/small/scores/bench/IVL/binary.json").read_text())
    page = (folder / "figures/items_binary.html").read_text(encoding="utf-8")
    assert f"Split bench: {score['items']:,} items" in page
    with (folder / "figures/comparison.csv").open(encoding="utf-8", newline="") as file:
        (row,) = [
            row
            for row in csv.DictReader(file)
            if (row["task"], row["first"], row["second"]) == ("binary", "RS-InternVL", "IVL")
        ]
    assert row["second_value"] == f"{score['metrics']['accuracy']['value']:.2f}"
    assert (row["items"], row["run"]) == (str(score["items"]), "mini")
    assert "## The claim of Table 8" in (folder / "figures/comparison.md").read_text(encoding="utf-8")

    assert finished_workflow.planned(*TARGETS, *TAIL) == {}
    (folder / PAGE).write_text((folder / PAGE).read_text(encoding="utf-8") + "<!-- changed -->\n")
    assert finished_workflow.planned(*TARGETS, *TAIL) == {"browse_items": 1}
