"""The page of comparisons, and the program that writes it."""

import csv
import json
from pathlib import Path

import pytest

from bentxt.errors import InputError
from bentxt.reporting.comparison_page import comparison_markdown, read_published
from bentxt.reporting.model_comparison import agreement_pairs, compare_models, table8_claims
from worlds.scored_items_world import item_rows, model_items, options, unavailable, write_items, wrong

ROOT = Path(__file__).parents[2]
TABLE8 = ROOT / "resources/paper/table8.csv"
BINARY = item_rows("binary", 60, 20)


def page(models, missing=None, resamples=200):
    comparisons = compare_models("binary", models, resamples=resamples, seed=5)
    claims = table8_claims(comparisons, {"binary": models})
    pairs = list(agreement_pairs("binary", models))
    return comparison_markdown(
        claims, comparisons, pairs, missing or {"binary": {}}, read_published(TABLE8), resamples, "mini"
    )


def of(name, places, **about):
    return model_items(name, "binary", wrong(BINARY, places), **about)


def test_the_claim_stands_on_top_with_the_printed_numbers():
    text = page([of("GeoA", range(30)), of("Wide", range(0, 60, 3)), of("RS-InternVL", [])])
    assert text.index("## The claim of Table 8") < text.index("### Difference in accuracy")
    line = next(line for line in text.splitlines() if "best general model, Wide" in line)
    assert "RS-InternVL 100.00; the best general model, Wide, 66.67. Lead +33.33 [" in line
    assert "ahead in 100.0 % of the draws: the interval excludes 0 (p 0.0199)" in line
    assert "Printed in the paper: 73.29 and 61.96, +11.33." in line


def test_a_lead_that_may_be_none_and_one_that_is_behind_are_said_so():
    text = page([of("GeoA", [5, 6, 7]), of("Wide", []), of("RS-InternVL", [0, 1, 2, *range(20, 40)])])
    general = next(line for line in text.splitlines() if "best general model, Wide" in line)
    assert "excludes 0, and RS-InternVL is behind" in general
    text = page([of("GeoA", [5, 6, 7]), of("RS-InternVL", [0, 1, 2])])
    assert "the interval includes 0" in text
    assert "no general model was compared with RS-InternVL" in text


def test_the_number_of_pairs_and_what_adjusting_can_reach_are_said():
    models = [of(name, range(place, 60, place + 2)) for place, name in enumerate(("GeoA", "Wide", "Other"))]
    text = page(models)
    assert "3 pairs. Intervals are not adjusted for their number" in text
    assert f"with 200 draws it cannot fall below {3 * 2 / 201:.4f}" in text
    assert "raise `benchmark.bootstrap_resamples`" not in text
    assert "raise `benchmark.bootstrap_resamples`" in page(models, resamples=40)
    assert "RS-InternVL was not run" in text


def test_who_is_missing_everywhere_is_said_once():
    everywhere = {"GeoA": "no weights", "Other": "no key"}
    missing = {"binary": everywhere | {"Blind": "left out"}, "mcq": everywhere}
    text = page([of("Wide", []), of("RS-InternVL", [], weights="tiny")], missing)
    assert text.count("GeoA (no weights)") == 1
    assert "- Not compared: Blind (left out)." in text.partition("## Binary questions")[2]
    assert "- RS-InternVL: weights: tiny." in text
    assert "mini: invented world" in text
    assert "Fewer than two models answered" in text.partition("## Multiple-choice")[2]


def test_the_published_table_has_to_be_whole(tmp_path):
    (tmp_path / "t.csv").write_text(TABLE8.read_text().replace("58.38", ""))
    with pytest.raises(InputError, match="no number in the column binary_accuracy") as error:
        read_published(tmp_path / "t.csv")
    assert error.value.item == "row SOTA RS"


def test_the_program_writes_differences_page_and_agreement(tmp_path, run_program):
    paths = []
    for task in ("binary", "mcq", "referring", "captioning"):
        rows = item_rows(task, 24, 8)
        worse = wrong(rows, range(0, 24, 2), task) if task in ("binary", "mcq") else rows
        paths.append(write_items(tmp_path, "RS-InternVL", task, rows))
        paths.append(write_items(tmp_path, "Wide", task, worse))
        if task == "captioning":
            paths.append(unavailable(tmp_path, "Blind", task, "not defined for captions"))
        else:
            paths.append(write_items(tmp_path, "Blind", task, worse))
    out = tmp_path / "figures/comparison.csv"
    more = {"published": TABLE8, "agreement": tmp_path / "figures/model_agreement.csv", "out": out}
    run_program("compare_models", *options(paths, **more))
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    pairs = {(row["task"], row["metric"]): 0 for row in rows}
    for row in rows:
        pairs[row["task"], row["metric"]] += 1
    assert pairs == {
        **{("captioning", name): 1 for name in ("bleu4", "rouge", "meteor", "cider")},
        **{("binary", "accuracy"): 3, ("mcq", "accuracy"): 3, ("referring", "miou"): 3},
    }
    blind = [row for row in rows if row["first"] == "Wide" and row["second"] == "Blind (no image)"]
    assert {(row["difference"], row["p_value"]) for row in blind} == {("0.00", "1.0000")}
    with more["agreement"].open(newline="") as file:
        alike = {(row["task"], row["second"]): row for row in csv.DictReader(file)}
    assert alike["referring", "Wide"]["box_overlap"] == "100.00"
    assert alike["captioning", "Wide"]["both_right"] == ""
    page_text = out.with_suffix(".md").read_text()
    assert "not defined for captions" in page_text
    provenance = json.loads((tmp_path / "figures/comparison.provenance.json").read_text())
    assert provenance["target"] == ["comparison.csv", "comparison.md", "model_agreement.csv"]


def test_models_of_different_items_stop_the_program(tmp_path, run_program):
    paths = [
        write_items(tmp_path, "RS-InternVL", "binary", BINARY),
        write_items(tmp_path, "Wide", "binary", BINARY[:-1]),
    ]
    out = tmp_path / "comparison.csv"
    more = {"published": TABLE8, "agreement": tmp_path / "agreement.csv", "out": out}
    done = run_program("compare_models", *options(paths, **more), check=False)
    assert done.returncode == 1
    assert "Wide and RS-InternVL answered different binary items" in done.stderr
    assert not list(tmp_path.glob("*.csv"))
