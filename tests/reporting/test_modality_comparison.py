import csv
from dataclasses import replace

import pytest

from bentxt.errors import InputError
from bentxt.evaluation.score import UNAVAILABLE
from bentxt.reporting.modality_comparison import (
    ALIKE,
    COLUMNS,
    OTHERS,
    modality_leads,
    modality_report,
    modality_rows,
)
from worlds.scored_items_world import item_rows, model_items, options, write_items, wrong

DRAWS = {"resamples": 200, "seed": 5}
GROUPS = [("Coniferous forest", "Mixed forest"), ("Arable land", "Pastures")]
#: 60 items of 30 images: two of three ask about a class that is alike with another.
QUESTIONS = (
    "Is there a coniferous forest?",
    "Is there a marine water?",
    "Do pastures border an industrial or commercial unit?",
)
NAMED = ({"Coniferous forest"}, {"Marine waters"}, {"Pastures", "Industrial or commercial units"})
ROWS = [row | {"input": QUESTIONS[place % 3]} for place, row in enumerate(item_rows("binary", 60, 30))]
FORESTS = [place for place in range(60) if place % 3 == 0]
WATERS = [place for place in range(60) if place % 3 == 1]


def compared(full, rgb, named=NAMED, task="binary", **about):
    pair = tuple(
        model_items(name, task, rows, **about) for name, rows in (("RS-InternVL", full), ("Wide", rgb))
    )
    classes = {task: [named[place % len(named)] for place in range(len(full))]}
    found = modality_rows(modality_leads({task: pair}, classes, GROUPS, **DRAWS), "mini")
    return {row["items_about"]: row for row in found}


def test_what_rgb_cannot_tell_is_seen_on_items_about_those_classes_only():
    """RGB alone is wrong on 16 of 20 questions on conifers and on none of the others."""
    rows = compared(wrong(ROWS, FORESTS[:1]), wrong(ROWS, FORESTS[:16]), weights="tiny")
    assert list(rows) == [ALIKE, "Coniferous forest / Mixed forest", "Arable land / Pastures", OTHERS]
    assert all(tuple(row) == COLUMNS for row in rows.values())
    both, forests, fields, others = rows.values()
    assert (both["items"], forests["items"], fields["items"], others["items"]) == (40, 20, 20, 20)
    assert forests["margin"] == pytest.approx(100 * 15 / 20)
    assert both["margin"] == pytest.approx(100 * 15 / 40)
    assert 0 < both["margin_low"] < both["margin"] < both["margin_high"]
    assert (both["verdict"], forests["verdict"]) == ("holds", "holds")
    assert (fields["margin"], fields["verdict"]) == (0, "does not hold")
    assert (others["margin"], others["verdict"]) == (0, "")
    assert both["note"] == "weights: tiny"
    assert "classes alike in RGB: accuracy 97.5 % with all modalities, 60.0 % with RGB" in modality_report(
        list(rows.values())
    )


def test_a_lead_elsewhere_proves_nothing():
    both, *_, others = compared(ROWS, wrong(ROWS, WATERS)).values()
    assert (both["margin"], both["verdict"]) == (0, "does not hold")
    assert others["margin"] == 100


def test_a_small_lead_is_not_decided():
    both = compared(wrong(ROWS, FORESTS[:3]), wrong(ROWS, FORESTS[3:7]))[ALIKE]
    assert both["margin"] > 0 > both["margin_low"]
    assert both["verdict"] == "not decided"


def test_without_an_item_about_them_there_is_a_note_and_no_number():
    rows = compared(ROWS, ROWS, named=[{"Marine waters"}, set()])
    for name in (ALIKE, "Arable land / Pastures"):
        assert (rows[name]["margin"], rows[name]["items"], rows[name]["verdict"]) == (None, 0, "not decided")
        assert rows[name]["note"] == "no item of this run is about these classes"
    assert rows[OTHERS]["items"] == 60
    assert "no comparison: no item of this run" in modality_report(list(rows.values()))


def test_a_few_images_decide_nothing():
    few = [row | {"input": QUESTIONS[0]} for row in item_rows("binary", 40, 9)]
    row = compared(few, wrong(few, range(40)), named=NAMED[:1])[ALIKE]
    assert (row["margin"], row["margin_low"], row["verdict"]) == (100, None, "not decided")


def test_a_model_that_was_not_scored_is_named():
    full, rgb = (model_items(name, "binary", ROWS) for name in ("RS-InternVL", "Wide"))
    rgb = replace(rgb, score=replace(rgb.score, status=UNAVAILABLE, reason="no adapter"))
    leads = modality_leads({"binary": (full, rgb)}, {"binary": [set()] * 60}, GROUPS, **DRAWS)
    (row,) = modality_rows(leads, "mini")
    assert (row["note"], row["verdict"], row["margin"]) == ("Wide: no adapter", "not decided", None)


def test_models_of_different_items_are_not_compared():
    with pytest.raises(InputError, match="answered different binary items"):
        compared(ROWS, ROWS[:-1])


def test_program_reads_the_classes_in_questions_and_options(tmp_path, run_program):
    paths = []
    for model, bad in (("RS-InternVL", []), ("RS-InternVL-rgb", FORESTS)):
        for task in ("binary", "mcq", "referring"):
            rows = [
                row | {"input": QUESTIONS[place % 3]} for place, row in enumerate(item_rows(task, 60, 30))
            ]
            if task == "mcq":
                options_of = "Which one? a) Broad-leaved forests, b) Lake, c) Lake, d) Lake"
                rows = [row | {"input": options_of} if row["ID"] % 3 == 1 else row for row in rows]
            paths.append(write_items(tmp_path, model, task, wrong(rows, bad) if task == "binary" else rows))
    out = tmp_path / "modalities.csv"
    words = (*options(paths), "--model", "RS-InternVL", "--rgb", "RS-InternVL-rgb", "--out", out)
    at = words.index("--rows")
    done = run_program("compare_modalities", *words[:at], *words[at + 2 :])
    with out.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["items_about"] == ALIKE]
    assert [(row["task"], row["items"], row["verdict"]) for row in rows] == [
        ("binary", "40", "holds"),
        ("mcq", "40", "does not hold"),
        ("referring", "40", "does not hold"),
    ]
    assert rows[0]["margin"] == "50.00"
    assert "binary [mini], classes alike in RGB: accuracy 100.0 %" in done.stdout


def test_program_names_a_missing_score(tmp_path, run_program):
    paths = [write_items(tmp_path, "RS-InternVL", "binary", ROWS)]
    out = tmp_path / "modalities.csv"
    words = (*options(paths), "--model", "RS-InternVL", "--rgb", "RS-InternVL-rgb", "--out", out)
    at = words.index("--rows")
    failed = run_program("compare_modalities", *words[:at], *words[at + 2 :], check=False)
    assert failed.returncode == 1
    assert "RS-InternVL/mcq" in failed.stderr
    assert not out.exists()
