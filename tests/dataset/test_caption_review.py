"""Who judged the captions of the benchmark split: one note, and the same words in all made from it."""

import json

import pytest

from bentxt.dataset.caption_review import checked_by_rule, review_remarks, reviewed_by_people
from bentxt.published.comparability import differences
from worlds.prediction_world import write_world
from worlds.run_scores import run_score
from worlds.scored_items_world import item_rows, options, write_items

NOTES = {"people": reviewed_by_people(2, 3209, 2487), "rule": checked_by_rule()}
SAID = {
    "people": "Captions of the benchmark split: reviewed by people (2 reviewers, 3,209 captions)",
    "rule": "Captions of the benchmark split: checked by rule, not reviewed by people",
}


def made_with(by):
    """Return what stands upstream of a score on a split that was judged so."""
    notes = {"benchmark_split": {"caption_review": NOTES[by]}}
    return [{"program": "assemble_dataset.py", "settings": {"run": "mini"}, "code": "", "notes": notes}]


def test_a_note_is_said_once_wherever_it_stands():
    lineages = [*made_with("people"), *made_with("people"), {"notes": {"caption_review": NOTES["people"]}}]
    assert review_remarks(lineages) == [SAID["people"]]
    assert review_remarks([*made_with("people"), *made_with("rule")]) == [SAID["people"], SAID["rule"]]
    assert review_remarks([{"notes": None}, {"notes": {"benchmark_split": {}}}, {}]) == []


@pytest.mark.parametrize("by", NOTES)
def test_what_keeps_numbers_apart_says_who_judged(by):
    missing = differences(run_score("Qwen", "mcq", {}, upstream=made_with(by)), "bench").missing
    assert any(text.startswith("review: captions ") and SAID[by].split(": ")[1] in text for text in missing)


def test_tables_figures_pages_and_provenance_repeat_it(tmp_path, run_program):
    write_world(tmp_path)
    rows = item_rows("binary", 24, 4)
    paths = [
        write_items(tmp_path, model, "binary", rows, made_with("people")) for model in ("Wide", "RS-InternVL")
    ]
    scores, out, said = [score for score, _ in paths], tmp_path / "figures", SAID["people"]
    run_program(
        "tabulate_scores",
        *("--table", "table3", "--scores", *scores, "--out", out / "table3.csv"),
        *options(paths)[-4:],
    )
    run_program(
        "draw_answers",
        *options(paths, figure="figure_s4", images=tmp_path / "images.lmdb", out=out / "s4.csv"),
    )
    run_program("browse_items", *options(paths, task="binary", out=out / "items.html"))
    files = ["table3.csv", "table3.md", "table3.tex", "table3_full.csv", "table3_full.md"]
    for name in (*files, "s4.csv", "items.html"):
        assert said in (out / name).read_text(encoding="utf-8"), name
    for path in out.glob("*.provenance.json"):
        assert json.loads(path.read_text())["caption_review"] == [said], path.name
    assert len(list(out.glob("*.provenance.json"))) == 3
