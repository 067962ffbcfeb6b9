"""The published values in resources/paper, and where they contradict each other."""

import csv
from pathlib import Path

import pytest

PAPER = Path(__file__).parents[2] / "resources" / "paper"


def _rows(name):
    with (PAPER / f"{name}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {row[next(iter(row))]: row for row in rows}


def test_table8_swaps_mcq_and_referring_of_rs_internvl():
    row = _rows("table8")["RS-InternVL"]
    mcq = float(_rows("table_s8")["RS-InternVL"]["overall"])
    region = float(_rows("table_s9")["RS-InternVL"]["miou"])
    point = float(_rows("table_s10")["RS-InternVL"]["miou"])
    pooled = (794 * region + 788 * point) / 1582
    assert pooled == pytest.approx(51.49, abs=0.01)
    assert float(row["referring_miou"]) == mcq == 65.84
    assert float(row["mcq_accuracy"]) == pytest.approx(pooled, abs=0.01)


def test_table8_sota_rows_are_the_best_of_each_column_of_table2():
    best, models = _rows("table8"), list(_rows("table2").values())
    for name, group in (("SOTA RS", models[:7]), ("SOTA CV", models[7:])):
        for column in ("captioning_bleu4", "binary_accuracy", "mcq_accuracy", "referring_miou"):
            assert float(best[name][column]) == max(float(row[column]) for row in group)


def test_tables_have_the_twelve_models_in_one_order():
    order = list(_rows("table2"))
    assert len(order) == 12
    for name in ("table3", "table4", "table5", "table6", "table7"):
        assert list(_rows(name)) == order
