"""The table of the ablation: a row a setting, paired differences to the whole, and what is missing."""

import csv
import json

import pytest

from worlds.scored_items_world import SETTINGS, item_rows, unavailable, write_items, wrong

VARIANTS = {
    "RS-InternVL": {
        "name": "all",
        "modalities": ["rgb", "s2", "s1"],
        "trained": ["projections", "adapter"],
        "changes": "",
    },
    "RS-InternVL-rgb": {
        "name": "rgb",
        "modalities": ["rgb"],
        "trained": ["projections", "adapter"],
        "changes": "rank: 2",
    },
}
METRICS = {"captioning": "bleu4", "binary": "accuracy", "mcq": "accuracy", "referring": "miou"}


def options(paths, out):
    scores, items = zip(*paths, strict=True)
    settings = ["--settings", json.dumps(SETTINGS), "--variants", json.dumps(VARIANTS)]
    return ["--scores", *scores, "--items", *items, *settings, "--out", out]


def written(folder, worse=range(0, 24, 4), items=24):
    """Write both models' scores: the second answers some binary questions wrongly."""
    paths = []
    for task in METRICS:
        rows = item_rows(task, items, 8)
        paths.append(write_items(folder, "RS-InternVL", task, rows))
        rows = item_rows(task, 24, 8)
        rows = wrong(rows, worse) if task == "binary" else rows
        paths.append(write_items(folder, "RS-InternVL-rgb", task, rows, weights="tiny"))
    return paths


def table(path):
    with path.open(newline="") as file:
        return {row["setting"]: row for row in csv.DictReader(file)}


def test_a_setting_has_its_scores_and_its_difference_to_the_whole(tmp_path, run_program):
    out = tmp_path / "figures/ablation.csv"
    run_program("tabulate_ablation", *options(written(tmp_path), out))
    rows = table(out)
    assert list(rows) == ["all", "rgb"]
    of = rows["rgb"]
    assert (of["modalities"], of["changes"], of["weights"], of["run"]) == ("rgb", "rank: 2", "tiny", "mini")
    # 6 of 24 are wrong.
    assert of["binary_accuracy"] == "75.00"
    assert of["binary_accuracy_difference"] == "-25.00"
    assert float(of["binary_accuracy_difference_low"]) <= -25 <= float(of["binary_accuracy_difference_high"])
    assert float(of["binary_accuracy_low"]) < 75 < float(of["binary_accuracy_high"])
    assert (of["mcq_accuracy_difference"], of["referring_miou_difference"]) == ("0.00", "0.00")
    assert rows["all"]["binary_accuracy"] == "100.00"
    assert rows["all"]["binary_accuracy_difference"] == ""
    page = out.with_suffix(".md").read_text()
    assert "mini: invented world" in page
    assert "-25.00 [" in page.partition("## Difference to all")[2]
    assert "- rgb: weights: tiny; rank: 2." in page
    provenance = json.loads((tmp_path / "figures/ablation.provenance.json").read_text())
    assert provenance["target"] == ["ablation.csv", "ablation.md"]


def test_a_setting_that_could_not_be_run_says_why(tmp_path, run_program):
    paths = written(tmp_path)
    place = next(i for i, (score, _) in enumerate(paths) if "RS-InternVL-rgb/mcq" in str(score))
    paths[place] = unavailable(tmp_path, "RS-InternVL-rgb", "mcq", "the hub has no such repository")
    out = tmp_path / "ablation.csv"
    run_program("tabulate_ablation", *options(paths, out))
    of = table(out)["rgb"]
    assert (of["mcq_accuracy"], of["mcq_accuracy_difference"]) == ("", "")
    assert of["note"] == "mcq: the hub has no such repository"
    assert of["binary_accuracy"] == "75.00"


@pytest.mark.parametrize("fault", ["other items", "no score"])
def test_settings_that_cannot_be_compared_stop_the_program(tmp_path, run_program, fault):
    paths = written(tmp_path, items=23 if fault == "other items" else 24)
    if fault == "no score":
        paths = paths[:-1]
    out = tmp_path / "ablation.csv"
    done = run_program("tabulate_ablation", *options(paths, out), check=False)
    assert done.returncode == 1
    said = {"other items": "answered different", "no score": "no score file of RS-InternVL-rgb on referring"}
    assert said[fault] in done.stderr
    assert not out.exists()
