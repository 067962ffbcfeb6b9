import csv
from dataclasses import replace

import numpy as np
import pytest

from bentxt.errors import InputError
from bentxt.evaluation.score import SCORED, UNAVAILABLE, Metric
from bentxt.release import TASKS
from bentxt.reporting import learning_report as learning_report_module
from bentxt.reporting.learning_report import (
    COLUMNS,
    learning_report,
    learning_rows,
    training_captions,
    what_was_learnt,
)
from worlds.question_rows_world import write_rows
from worlds.scored_items_world import item_rows, model_items, options, write_items, wrong

TRAINED, UNTRAINED = COMPARED = ("RS-InternVL", "Wide")
DRAWS = {"resamples": 200, "seed": 5}
BINARY = item_rows("binary", 48, 24)
TEMPLATE = "one lake and two fields lie near our small forest"


def found(task, trained, untrained, **about):
    """Return both models' scores and items, as they are read."""
    items = {
        name: model_items(name, task, rows, **about)
        for name, rows in zip(COMPARED, (trained, untrained), strict=True)
    }
    return {(name, task): (each.score, each.table) for name, each in items.items()}


def rows_of(task, *sides, **about):
    learnt = what_was_learnt(found(task, *sides, **about), COMPARED, tasks=[task], **DRAWS)
    return learning_rows(learnt, "mini")


def test_margins_are_in_points_and_beating_both_holds():
    """46 of 48 right, untrained 12 of 48, always yes 24 of 48."""
    (row,) = rows_of("binary", wrong(BINARY, range(2)), wrong(BINARY, range(36)), weights="tiny, random")
    assert tuple(row) == COLUMNS
    assert row["fine_tuned"] == pytest.approx(100 * 46 / 48)
    assert row["margin_over_untrained"] == pytest.approx(100 * 34 / 48)
    assert row["margin_over_constant"] == pytest.approx(100 * 22 / 48)
    for name in ("untrained", "constant"):
        low, high = row[f"margin_over_{name}_low"], row[f"margin_over_{name}_high"]
        assert 0 < low < row[f"margin_over_{name}"] < high
    assert (row["items"], row["images"], row["constant_answer"]) == (48, 24, "no")
    assert (row["verdict"], row["note"]) == ("holds", "weights: tiny, random")
    text = learning_report([row])
    assert "binary [mini]: accuracy fine-tuned 95.8" in text
    assert "points over always answering 'no' (50.0 %): holds" in text


def test_a_model_that_got_worse_is_shown_so():
    (row,) = rows_of("binary", wrong(BINARY, range(36)), BINARY)
    assert row["verdict"] == "does not hold"
    assert "-75.0 [" in learning_report([row])


def test_what_may_be_chance_is_not_decided():
    """28 of 48 right: ahead of always no by 8 points, within what 24 images can tell."""
    (row,) = rows_of("binary", wrong(BINARY, range(20)), wrong(BINARY, range(48)))
    assert row["margin_over_constant"] > 0 > row["margin_over_constant_low"]
    assert row["verdict"] == "not decided"


def test_few_images_decide_nothing():
    few = item_rows("binary", 48, 9)
    (row,) = rows_of("binary", few, wrong(few, range(48)))
    assert row["verdict"] == "not decided"
    assert row["note"] == "no verdict: fewer than 10 images"


def test_always_the_whole_image_teaches_nothing_of_boxes():
    boxes = item_rows("referring", 40, 20)
    overlaps = np.where(np.arange(40) % 2, 0.375, 0.25)
    whole = [
        row | {"box": [0.0, 0, 1, 1], "score": overlap} for row, overlap in zip(boxes, overlaps, strict=True)
    ]
    (row,) = rows_of("referring", whole, whole)
    assert row["metric"] == "mIoU"
    assert row["fine_tuned"] == pytest.approx(31.25)
    # The answers themselves do better, and the best box better than the whole image.
    assert row["constant"] > row["fine_tuned"]
    assert row["verdict"] == "does not hold"
    (row,) = rows_of("referring", boxes, whole)
    assert row["verdict"] == "holds"


def test_captions_have_the_metric_of_table_8_and_two_more():
    captions = item_rows("captioning", 30, 30)
    captions = [
        row | {"output": f"{row['output']} Here are {place} fields, {place * 7} meadows."}
        for place, row in enumerate(captions)
    ]
    empty = [row | {"bleu4_counts": [0.0] * 9 + [9.0], "meteor": 0.0, "cider": 0.0} for row in captions]
    rows = rows_of("captioning", captions, empty)
    assert [row["metric"] for row in rows] == ["BLEU-4", "METEOR", "CIDEr"]
    assert {row["constant_answer"] for row in rows} <= {row["output"] for row in captions}
    assert rows[0]["untrained"] == pytest.approx(0, abs=1e-6)
    assert rows[0]["fine_tuned"] == pytest.approx(100)
    assert rows[0]["verdict"] == "holds"
    assert "best by BLEU-4" in rows[1]["note"]
    assert len(learning_report(rows).splitlines()) == 3


def test_captions_of_the_training_split_are_read_and_tried(tmp_path):
    rows = [
        ("P1", "train", "captioning", "None", "Describe it.", TEMPLATE),
        ("P1", "train", "binary", "presence", "Is there?", "yes"),
        ("P2", "test", "captioning", "None", "Describe it.", "Held back."),
        ("P3", "train", "captioning", "None", "Describe it.", "A town."),
    ]
    captions = training_captions(write_rows(tmp_path / "dataset.parquet", rows))
    assert captions == [TEMPLATE, "A town."]
    # Each reference has another word in one place.
    items = [
        row | {"output": TEMPLATE.replace(TEMPLATE.split()[place % 10], f"word{place}")}
        for place, row in enumerate(item_rows("captioning", 30, 30))
    ]
    given = found("captioning", items, items)
    learnt = what_was_learnt(given, COMPARED, tasks=["captioning"], captions=captions, **DRAWS)
    assert learnt[0].constant_answer == TEMPLATE


def test_of_very_many_training_captions_some_are_tried(tmp_path, monkeypatch):
    monkeypatch.setattr(learning_report_module, "MOST_CAPTIONS", 3)
    rows = [("P", "train", "captioning", "None", "Describe it.", str(number)) for number in range(9)]
    assert training_captions(write_rows(tmp_path / "dataset.parquet", rows)) == ["0", "4", "8"]


def test_captions_without_meteor_and_cider_have_one_row():
    captions = [row | {"meteor": None, "cider": None} for row in item_rows("captioning", 30, 30)]
    assert [row["metric"] for row in rows_of("captioning", captions, captions)] == ["BLEU-4"]


def test_without_a_score_there_is_no_margin_but_the_reason():
    scores = found("mcq", item_rows("mcq"), item_rows("mcq"))
    score, table = scores[TRAINED, "mcq"]
    absent = replace(score, status=UNAVAILABLE, reason="no adapter")
    scores[TRAINED, "mcq"] = absent, table.slice(0, 0)
    (row,) = learning_rows(what_was_learnt(scores, COMPARED, tasks=["mcq"], **DRAWS), "mini")
    assert (row["margin_over_constant"], row["verdict"]) == (None, "not decided")
    assert "no comparison: RS-InternVL: no adapter" in learning_report([row])


def test_scores_on_different_items_are_not_compared():
    with pytest.raises(InputError, match="answered different binary items"):
        rows_of("binary", BINARY, BINARY[:-2])
    with pytest.raises(InputError, match="no score file of Wide on mcq"):
        what_was_learnt({(TRAINED, "mcq"): (None, None)}, COMPARED, tasks=["mcq"], **DRAWS)


def test_intervals_of_the_model_are_those_of_its_score():
    scores = found("binary", BINARY, wrong(BINARY, range(9)))
    score, table = scores[TRAINED, "binary"]
    assert score.status == SCORED
    scores[TRAINED, "binary"] = replace(score, metrics={"accuracy": Metric(100, 97, 100, 48, None)}), table
    (row,) = learning_rows(what_was_learnt(scores, COMPARED, tasks=["binary"], **DRAWS), "mini")
    assert (row["fine_tuned_low"], row["fine_tuned_high"]) == (97, 100)


def test_program_writes_and_prints_all_four_tasks(tmp_path, run_program):
    paths = [
        write_items(tmp_path, model, task, item_rows(task, 24, 12), weights="tiny")
        for model in COMPARED
        for task in TASKS
    ]
    out = tmp_path / "learning.csv"
    captions = [f"A village of {number} houses." for number in range(3)]
    dataset = write_rows(
        tmp_path / "dataset.parquet",
        [(f"P{text[13]}", "train", "captioning", "None", "Describe it.", text) for text in captions],
    )
    words = (*options(paths), "--dataset", dataset, "--model", TRAINED, "--baseline", UNTRAINED, "--out", out)
    at = words.index("--rows")
    done = run_program("report_learning", *words[:at], *words[at + 2 :])
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert {row["task"] for row in rows} == set(TASKS)
    # No caption of the training split is as good as the items' own.
    assert {row["constant_answer"] for row in rows if row["task"] == "captioning"} == {
        "Forest borders a lake."
    }
    assert len(done.stdout.splitlines()) == len(rows) == 6
    assert all(task in done.stdout for task in TASKS)
    assert (tmp_path / "learning.provenance.json").exists()
