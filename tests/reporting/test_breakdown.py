"""Scores by category, class, country, season and climate zone."""

import csv
import json

import numpy as np
import pytest

import tabulate_breakdown
from bentxt.agreement.row_classes import classes_of_rows
from bentxt.evaluation.bootstrap import FEWEST_IMAGES
from bentxt.models.table_rows import REFERENCE, TableRow, rows_to_json
from bentxt.release import TASKS
from bentxt.reporting.breakdown import (
    BREAKDOWN_GROUPS,
    NO_CLASS,
    NOT_UNDERSTOOD,
    breakdown_rows,
)
from bentxt.reporting.breakdown_page import breakdown_page
from bentxt.reporting.scored_items import models_of_task, read_scored_items
from worlds.scored_answers import RESAMPLES, SEED, write_scored

MODELS = {
    "GC": TableRow("RS", "7B"),
    "Qwen": TableRow("CV", "8B"),
    "RS-InternVL-untrained": TableRow("baseline", "1B"),
    "Blind": TableRow(REFERENCE, "", "Blind (no image)"),
}
ABSENT = {"GC": "no weights"}
PASTURES, FOREST = "Are there pastures?", "Do pastures touch a mixed forest?"


def binary_rows():
    """Twelve images, each asked about pastures and whether they touch forest; one question is strange."""
    rows = []
    for number in range(12):
        place = {
            "patch_id": f"P{number}",
            "country": "Austria" if number < 9 else "Finland",
            "season": "Winter" if number % 2 else "Spring",
        }
        rows.append(place | {"category": "presence", "input": PASTURES, "output": "yes"})
        rows.append(place | {"category": "adjacency", "input": FOREST, "output": "no"})
    rows[2]["input"] = "Is there an airport?"
    return rows


@pytest.fixture
def world(tmp_path):
    """Score files and items: Qwen is right on pastures but once, and never says anything about forests."""
    rows = binary_rows()
    answers = ["yes" if row["category"] == "presence" else "hm" for row in rows]
    answers[0] = "no"
    points = [
        {
            "patch_id": "P0",
            "category": "point",
            "input": "What is at (0.5, 0.5)?",
            "output": "[0.0 0.0, 1.0 1.0]",
        }
    ]
    return [
        write_scored(tmp_path, "Qwen", "binary", rows, answers),
        write_scored(tmp_path, "Qwen", "referring", points, ["[0.0 0.0, 0.5 1.0]"], "published"),
        write_scored(tmp_path, "Blind", "binary", rows, ["yes"] * len(rows), "no image"),
        write_scored(tmp_path, "Blind", "referring", points, "no box today"),
    ]


def breakdown(world):
    found = read_scored_items(*zip(*world, strict=True))
    tasks = {task: models_of_task(task, found, MODELS, ABSENT, BREAKDOWN_GROUPS) for task in TASKS}
    about = {
        task: classes_of_rows(TASKS[task], models[0].table.to_pylist())
        for task, (models, _) in tasks.items()
        if models
    }
    draws = {"resamples": RESAMPLES, "seed": SEED}
    scores = {key: score for key, (score, _) in found.items()}
    return scores, breakdown_rows(tasks, about, "mini", **draws)


def chosen(rows, **wanted):
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def test_every_stratum_has_its_items_images_and_score(world):
    _, rows = breakdown(world)
    found = [
        (row["stratum"], row["value"], row["items"], row["images"], round(row["score"], 2), row["unparsed"])
        for row in chosen(rows, task="binary", model="Qwen")
    ]
    assert found == [
        ("all", "", 24, 12, 45.83, 12),
        ("category", "presence", 12, 12, 91.67, 0),
        ("category", "adjacency", 12, 12, 0.0, 12),
        # Each question about two classes counts under both.
        ("class", "Pastures", 23, 12, 43.48, 12),
        ("class", "Mixed forest", 12, 12, 0.0, 12),
        ("class", NOT_UNDERSTOOD, 1, 1, 100.0, 0),
        ("country", "Austria", 18, 9, 44.44, 9),
        ("country", "Finland", 6, 3, 50.0, 3),
        ("season", "Spring", 12, 6, 41.67, 6),
        ("season", "Winter", 12, 6, 50.0, 6),
        ("climate zone", "Cold, no dry season, warm summer", 24, 12, 45.83, 12),
    ]


def test_the_whole_task_and_its_categories_are_the_numbers_of_the_score_file(world):
    scores, rows = breakdown(world)
    for model in ("Qwen", "Blind"):
        metrics = scores[model, "binary"].metrics
        for row in chosen(rows, task="binary", model=MODELS[model].label or model):
            if row["stratum"] in ("all", "category"):
                metric = metrics["/".join(filter(None, ["accuracy", row["value"]]))]
                assert (row["score"], row["score_low"], row["score_high"], row["items"]) == (
                    metric.value, metric.low, metric.high, metric.items,
                )  # fmt: skip


def test_few_images_have_a_score_without_an_interval_and_say_so(world):
    _, rows = breakdown(world)
    for row in rows:
        if row["score"] is not None:
            few = row["images"] < FEWEST_IMAGES
            assert (row["score_low"] is None) is (row["score_high"] is None) is few
            assert (row["note"] == "no interval: fewer than 10 images") is few


def test_what_is_missing_has_a_row_with_the_reason_and_no_number(world):
    _, rows = breakdown(world)
    missing = [row for row in rows if row["score"] is None]
    none = "no score was made in this run"
    assert {(row["task"], row["model"]): row["note"] for row in missing} == {
        **{(task, "GC"): "no weights" for task in TASKS},
        **{(task, "Qwen"): none for task in ("mcq", "captioning")},
        **{(task, "Blind (no image)"): none for task in ("mcq", "captioning")},
        ("referring", "Blind (no image)"): "no box today",
    }
    assert {row["run"] for row in rows} == {"mini"}
    assert {row["split"] for row in rows if row["score"] is not None} == {"bench"}
    assert not chosen(rows, model="RS-InternVL-untrained")


def test_a_task_that_is_about_no_class_is_not_parted_by_class(world):
    _, rows = breakdown(world)
    referring = chosen(rows, task="referring", model="Qwen")
    assert [row["stratum"] for row in referring] == ["all", "category", "country", "season", "climate zone"]
    assert {(row["metric"], row["score"], row["weights"]) for row in referring} == {
        ("mIoU", 50.0, "published")
    }


def test_items_about_no_class_are_counted_next_to_the_classes(tmp_path):
    options = "a) Winter, b) Spring, c) Summer, d) Fall"
    rows = [
        {
            "patch_id": "P0",
            "category": "season",
            "input": f"Which season is it? {options}",
            "output": "a",
        },
        {
            "patch_id": "P1",
            "category": "count",
            "input": "How many areas of pastures are there? a) 1, b) 2, c) 3, d) 4",
            "output": "b",
        },
    ]
    _, found = breakdown([write_scored(tmp_path, "Qwen", "mcq", rows, ["a", "a"])])
    assert [(row["value"], row["items"], row["score"]) for row in chosen(found, stratum="class")] == [
        ("Pastures", 1, 0.0),
        (NO_CLASS, 1, 100.0),
    ]


def test_an_interval_is_over_images_and_not_over_items(tmp_path):
    # Twelve images with ten equal items each are as uncertain as twelve items.
    def interval(copies):
        rows = [
            {"patch_id": f"P{place % 12}", "category": "presence", "input": PASTURES, "output": "yes"}
            for place in range(12 * copies)
        ]
        answers = ["yes" if place % 12 % 2 else "no" for place in range(12 * copies)]
        folder = tmp_path / str(copies)
        folder.mkdir()
        _, found = breakdown([write_scored(folder, "Qwen", "binary", rows, answers)])
        return chosen(found, stratum="all")[0]

    one, ten = interval(1), interval(10)
    assert (one["items"], ten["items"], one["images"], ten["images"]) == (12, 120, 12, 12)
    assert np.isclose(one["score_low"], ten["score_low"])
    assert ten["score_high"] - ten["score_low"] > 30


def test_the_page_shows_all_of_it(world):
    _, rows = breakdown(world)
    page = breakdown_page(rows, "mini")
    assert "Run: mini: invented world, not comparable with the paper. Split: bench." in page
    assert "- GC: not here: no weights" in page
    assert "- Blind (no image): not here on referring: no box today" in page
    assert "- Qwen, Blind (no image): not here on mcq, captioning: no score was made in this run" in page
    assert "- Qwen: weights: tiny, random" in page
    lines = page.splitlines()
    assert "## Binary questions: accuracy" in lines
    assert "| Class | Items | Images | Qwen | Blind (no image) |" in lines
    assert "| Finland | 6 | 3 | 50.0, 3 not read | 50.0 |" in lines
    assert "| Relative position |" not in page
    # Every number of every stratum stands there, in a table with as many cells in each line.
    tables = [block.splitlines() for block in page.split("\n\n") if block.startswith("|")]
    assert all(len({line.count("|") for line in table}) == 1 for table in tables)
    for row in rows:
        if row["stratum"] in ("class", "country", "season", "climate zone"):
            assert any(
                line.startswith(f"| {row['value']} | {row['items']} | {row['images']} |")
                and f" {row['score']:.1f}" in line
                for line in lines
            ), row


def test_the_program_reads_each_row_once_and_writes_csv_page_and_provenance(world, tmp_path, monkeypatch):
    asked = []

    def counted(kind, rows):
        asked.extend(rows)
        return classes_of_rows(kind, rows)

    settings = {
        "run": "mini",
        "seed": SEED,
        "benchmark": {"bootstrap_resamples": RESAMPLES, "absent": ABSENT},
    }
    command = ["tabulate_breakdown.py", "--scores", *(pair[0] for pair in world)]
    command += ["--items", *(pair[1] for pair in world), "--rows", rows_to_json(MODELS)]
    command += ["--out", tmp_path / "breakdown.csv", "--settings", json.dumps(settings), "--code", "c0de"]
    monkeypatch.setattr(tabulate_breakdown, "classes_of_rows", counted)
    monkeypatch.setattr("sys.argv", list(map(str, command)))
    tabulate_breakdown.main()
    # Two models answered the 24 binary items, one the other.
    assert len(asked) == 25
    with (tmp_path / "breakdown.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    (row,) = chosen(rows, model="Qwen", stratum="country", value="Finland", task="binary")
    assert (row["score"], row["score_low"], row["unparsed"], row["run"]) == ("50.00", "", "3", "mini")
    assert (tmp_path / "breakdown.md").read_text(encoding="utf-8").startswith("# Scores by category")
    provenance = json.loads((tmp_path / "breakdown.provenance.json").read_text())
    assert provenance["target"] == ["breakdown.csv", "breakdown.md"]
    assert len(provenance["inputs"]) == 8
