"""Numbers of a data set of four patches, each compared with the release by hand."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from bentxt.dataset.annotation_counts import count_dataset
from bentxt.errors import InputError
from bentxt.program.lineage import Lineage
from bentxt.release import BOXES, TYPE_CATEGORIES
from bentxt.reporting.count_comparison import COLUMNS, count_rows, mean_and_error, yes_share_error
from bentxt.reporting.release_counts import ReleaseCounts
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import write_table

RELEASE = Path(__file__).parents[2] / "resources" / "release_counts.csv"
LINEAGE = Lineage("assemble_dataset.py", {"run": "mini"}, "", {})

#: Of each patch: split, letters of the multiple-choice questions that all have, units of its two binary
#: questions on areas, whether two classes touch, letter of a relative position, points and references.
PATCHES = {
    "A": ("train", "aabcda", ("30%", "432000 sqm"), True, "d", 2, 1),
    "B": ("validation", "abbcda", ("whole", "10%"), True, "", 1, 0),
    "C": ("test", "bcbcda", ("20%", "144000 m^2"), False, "", 0, 0),
}


def rows_of(patch):
    """Return the rows of a patch: (patch, split, type, category, input, output)."""
    split, letters, units, touching, position, points, references = PATCHES[patch]
    rows = [("binary", "adjacency", "?", "yes")] if touching else []
    rows += [("binary", "adjacency", "?", "no")]
    rows += [
        ("binary", "area", f"Is it {unit}?", out) for unit, out in zip(units, ("yes", "no"), strict=True)
    ]
    for category in ("count", "presence"):
        rows += [("binary", category, "?", answer) for answer in ("yes", "no")]
    rows += [("bounding box", "point", "?", "[0.0 0.0, 1.0 1.0]")] * points
    rows += [("bounding box", "reference", "?", "[0.0 0.0, 1.0 1.0]")] * references
    rows += [("captioning", "None", "?", "yes")]
    rows += [("mcq", "adjacency", "?", "c")] if touching else []
    asked = ("presence", "area", "climate zone", "count", "country", "season")
    texts = {"area": OPTIONS[patch]}
    rows += [("mcq", name, texts.get(name, "?"), letter) for name, letter in zip(asked, letters, strict=True)]
    rows += [("mcq", "relative pos", "?", position)] if position else []
    return [(patch, split, *row) for row in rows]


#: Options of the questions on areas, by patch.
OPTIONS = {
    "A": "a) 0 to 10%, b) 20 to 40%, c) 40 to 70%, d) 90 to 100%",
    "B": "a) 0 to 20%, b) 20 to 40%, c) 50 to 60%, d) 60 to 100%",
    "C": "a) 0 to 144000 square meters, b) 144000 to 288000 square meters, "
    "c) 288000 to 864000 square meters, d) 1296000 to 1440000 square meters",
}
BENCH = [
    ("D", "bench", "binary", "presence", "?", "yes"),
    ("D", "bench", "binary", "area", "10%", "yes"),
    ("D", "bench", "bounding box", "point", "?", "x"),
    ("D", "bench", "mcq", "season", "?", "b"),
]
ROWS = [row for patch in PATCHES for row in rows_of(patch)] + BENCH


def write(path, rows):
    """Write a data set; IDs count from 1."""
    names = ("patch_id", "split", "type", "category", "input", "output")
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    columns |= {"ID": list(range(1, len(rows) + 1))}
    columns |= {name: [0.0] * len(rows) for name in ("latitude", "longitude")}
    columns |= {name: ["x"] * len(rows) for name in ("s1_name", "country", "season", "climate_zone")}
    write_table(path, pa.table(columns).select(DATASET.names), DATASET, LINEAGE)
    return path


def compare(path, release=RELEASE):
    """Return the rows of the comparison by quantity, type, category, answer and split."""
    rows = count_rows(count_dataset(path), ReleaseCounts(release), "mini")
    keys = ("quantity", "type", "category", "answer", "split")
    found = {tuple(row[key] or "" for key in keys): row for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.fixture
def dataset(tmp_path):
    return write(tmp_path / "data.parquet", ROWS)


def numbers(row):
    return [row[name] for name in ("items", "value", "expected", "standard_error", "deviation")]


def approx(*values):
    return [None if value is None else pytest.approx(value) for value in values]


OUT = "outside bench"


def test_what_a_rule_fixes_has_no_error_and_no_deviation(dataset):
    found = compare(dataset)
    for annotation_type, category, rule in (
        ("binary", "presence", 2),
        ("binary", "area", 2),
        ("binary", "count", 2),
        ("mcq", "season", 1),
        ("captioning", "None", 1),
    ):
        row = found["rows per patch", annotation_type, category, "", OUT]
        assert numbers(row) == [3, rule, rule, 0, None]
        assert (row["follows_from"], row["note"]) == ("rule", "")
    row = found["share of answer", "binary", "count", "yes", OUT]
    assert numbers(row) == [6, 50, 50, 0, None]
    assert row["note"] == ""


def test_rows_per_patch_have_the_error_of_a_mean(dataset):
    found = compare(dataset)
    # 2, 2 and 1 rows: variance 1/3, divided by three patches.
    expected = (462962 + 377499) / 462962
    row = found["rows per patch", "binary", "adjacency", "", OUT]
    assert numbers(row) == approx(3, 5 / 3, expected, 1 / 3, (5 / 3 - expected) * 3)
    assert (row["follows_from"], row["basis"]) == ("landscape", "derived")
    # 2, 1 and 0 rows: variance 1.
    expected = (1143883 - 788) / 462962
    row = found["rows per patch", "bounding box", "point", "", OUT]
    assert numbers(row) == approx(3, 1, expected, 3**-0.5, (1 - expected) * 3**0.5)
    # 1, 0 and 0 rows: variance 1/3.
    expected = (1061803 - 794) / 462962
    row = found["rows per patch", "bounding box", "reference", "", OUT]
    assert numbers(row) == approx(3, 1 / 3, expected, 1 / 3, (1 / 3 - expected) * 3)
    assert found["rows per patch", "mcq", "relative pos", "", OUT]["expected"] == pytest.approx(
        98363 / 462962
    )


def test_shares_of_letters_and_units_are_compared_with_their_draws(dataset):
    found = compare(dataset)
    # Presence a, a, b: √(¼·¾/3) is ¼.
    row = found["share of right option", "mcq", "presence", "a", OUT]
    assert numbers(row) == approx(3, 200 / 3, 25, 25, 5 / 3)
    assert "release's share is not known" in row["basis"]
    assert row["follows_from"] == "draw"
    assert numbers(found["share of right option", "mcq", "presence", "d", OUT]) == approx(3, 0, 25, 25, -1)
    # One relative position, d.
    error = 100 * (3 / 16) ** 0.5
    row = found["share of right option", "mcq", "relative pos", "d", OUT]
    assert numbers(row) == approx(1, 100, 25, error, 75 / error)
    # Five of six binary thresholds have a unit, three of them percent: √(0.665·0.335/5).
    error = 100 * (0.665 * 0.335 / 5) ** 0.5
    row = found["share of thresholds in percent", "binary", "area", "", OUT]
    assert numbers(row) == approx(5, 60, 66.5, error, -6.5 / error)
    # One of three options of areas is in square metres.
    row = found["share of thresholds in percent", "mcq", "area", "", OUT]
    assert numbers(row)[:3] == approx(3, 200 / 3, 66.7)


def test_each_spelling_of_square_metres_is_compared_with_a_quarter(dataset):
    found = compare(dataset)
    # One sqm and one m^2.
    error = 100 * (3 / 16 / 2) ** 0.5
    for unit, value in (("m2", 0), ("m^2", 50), ("sqm", 50), ("square meters", 0)):
        row = found[f"share of thresholds in metres as {unit}", "binary", "area", "", OUT]
        assert numbers(row) == approx(2, value, 25, error, (value - 25) / error)
        assert "alike" in row["basis"]
    row = found["share of thresholds in metres as square meters", "mcq", "area", "", OUT]
    assert numbers(row)[:3] == approx(1, 100, 25)


def test_widths_of_options_have_the_error_of_questions(dataset):
    found = compare(dataset)
    # Twelve options: 10, 10, 20, 30 and 10, 20, 20, 40 and 10, 10, 10, 40. Of 10 %: 2, 1 and 3 of four.
    error = 100 / 4 / 3**0.5
    row = found["share of options 10 % wide", "mcq", "area", "", OUT]
    assert numbers(row) == approx(12, 50, 46.8, error, 3.2 / error)
    assert (row["basis"], row["follows_from"]) == ("reported", "draw")
    # Of 30 %: 1, 0 and 0; of 40 %: 0, 1 and 1.
    for width, value, expected in ((20, 25, 26.2), (30, 100 / 12, 16.2), (40, 200 / 12, 10.8)):
        row = found[f"share of options {width} % wide", "mcq", "area", "", OUT]
        assert numbers(row)[:3] == approx(12, value, expected)


def test_most_rows_of_a_bench_patch_stand_next_to_those_seen(tmp_path):
    more = [("E", "bench", "binary", "area", "10%", "no")] * 3
    found = compare(write(tmp_path / "data.parquet", [*ROWS, *more]))
    row = found["most rows of a patch", "binary", "area", "", "bench"]
    assert numbers(row) == [2, 3, 4, None, None]
    assert (row["basis"], row["note"]) == ("seen on 46 patches", "-1 rows")
    assert row["follows_from"] == "selection"
    row = found["most rows of a patch", "binary", "presence", "", "bench"]
    assert numbers(row)[:3] == [2, 1, 4]
    row = found["most rows of a patch", "bounding box", "point", "", "bench"]
    assert (row["value"], row["expected"], row["note"]) == (1, 1, "")
    assert found["most rows of a patch", "mcq", "adjacency", "", "bench"]["value"] == 0


def test_shares_of_patches_and_of_yes(dataset):
    found = compare(dataset)
    release = 377499 / 462962
    error = 100 * math.sqrt(release * (1 - release) / 3)
    row = found["share of patches with a row", "binary", "adjacency", "yes", OUT]
    assert numbers(row) == approx(3, 200 / 3, 100 * release, error, (200 / 3 - 100 * release) / error)
    # Two yes and three no.
    expected, error = 100 * 377499 / 840461, error / (1 + release) ** 2
    row = found["share of answer", "binary", "adjacency", "yes", OUT]
    assert numbers(row) == approx(5, 40, expected, error, (40 - expected) / error)
    release = 98363 / 462962
    error = 100 * math.sqrt(release * (1 - release) / 3)
    row = found["share of patches with a row", "mcq", "relative pos", "", OUT]
    assert numbers(row) == approx(3, 100 / 3, 100 * release, error, (100 / 3 - 100 * release) / error)
    # Points or references: A and B. The release's figure is too rough for a deviation.
    row = found["share of patches with a row", "bounding box", "", "", OUT]
    assert numbers(row) == approx(3, 200 / 3, 80, 100 * (0.16 / 3) ** 0.5, None)
    assert "rough" in row["note"]


def test_splits_and_benchmark_have_no_sampling_error(dataset):
    found = compare(dataset)
    row = found["share of patches", "", "", "", "train"]
    assert numbers(row) == approx(4, 25, 100 * 229114 / 464044, None, None)
    assert found["share of patches", "", "", "", "bench"]["expected"] == pytest.approx(100 * 1082 / 464044)
    row = found["share of rows", "", "", "", "bench"]
    assert numbers(row) == approx(len(ROWS), 400 / len(ROWS), 100 * 15029 / 9553962, None, None)
    row = found["share of rows", "binary", "", "", "bench"]
    assert numbers(row) == approx(4, 50, 100 * 6927 / 15029, None, None)
    # 2 rows of 4 where the release has 1.84.
    assert (row["follows_from"], row["note"]) == ("selection", "+0.2 rows")
    row = found["share of rows", "", "presence", "", "bench"]
    assert numbers(row)[:3] == approx(4, 25, 100 * 2167 / 15029)
    row = found["share of rows", "bounding box", "point", "", "bench"]
    assert numbers(row)[:3] == approx(4, 25, 100 * 788 / 15029)
    assert found["share of rows", "captioning", "", "", "bench"]["value"] == 0


@pytest.mark.parametrize("block", [1, 2, 7, len(ROWS) - 4, len(ROWS)])
def test_counts_do_not_depend_on_blocks(dataset, block):
    counts = count_dataset(dataset, block)
    assert counts == count_dataset(dataset)
    assert counts.patches == {"train": 1, "validation": 1, "test": 1, "bench": 1}
    assert counts.widths == {(10, 10, 20, 30): 1, (10, 20, 20, 40): 1, (10, 10, 10, 40): 1}
    assert counts.most_in_bench["mcq", "season"] == 1
    assert counts.histograms[BOXES] == {3: 1, 1: 1, 0: 1}
    assert sum(counts.rows.values()) == len(ROWS)


def test_a_broken_rule_is_counted_in_patches_though_the_mean_is_right(tmp_path):
    moved = [row for row in ROWS if row[0] == "B" and row[2:4] == ("binary", "presence")]
    rows = [row for row in ROWS if row not in moved]
    rows = sorted([*rows, *[("A", "train", "binary", "presence", "?", "yes")] * 2], key=lambda row: row[0])
    found = compare(write(tmp_path / "data.parquet", rows))
    row = found["rows per patch", "binary", "presence", "", OUT]
    assert numbers(row) == [3, 2, 2, 0, None]
    assert row["note"] == "2 patches have another number than 2"
    assert found["share of answer", "binary", "presence", "yes", OUT]["note"] == "4 yes, 2 no"


def test_a_category_that_the_run_lacks_is_said_and_has_no_error(tmp_path):
    found = compare(write(tmp_path / "data.parquet", [row for row in ROWS if row[3] != "relative pos"]))
    row = found["share of right option", "mcq", "relative pos", "a", OUT]
    assert numbers(row) == [0, None, 25, None, None]
    assert row["note"] == "no such row in this run"
    row = found["rows per patch", "mcq", "relative pos", "", OUT]
    assert numbers(row)[1:] == approx(0, 98363 / 462962, None, None)
    assert "no error" in row["note"]


@pytest.mark.parametrize(
    ("place", "value", "problem"),
    [
        (2, "essay", "'essay' is no known type"),
        (3, "mood", "'mood' is no known category"),
        (3, "season", "'season' is no known category of its type"),
        (1, "dev", "'dev' is no known split"),
        (5, "perhaps", "'perhaps' is no known answer"),
        (5, "a", "'a' is no known answer"),
        (1, "test", "patch whose other rows are in another"),
    ],
)
@pytest.mark.parametrize("block", [3, 100])
def test_a_row_that_does_not_belong_is_named(tmp_path, place, value, problem, block):
    rows = [list(row) for row in ROWS]
    rows[4][place] = value
    path = write(tmp_path / "data.parquet", rows)
    with pytest.raises(InputError, match=problem) as caught:
        count_dataset(path, block)
    assert (caught.value.item, caught.value.file) == ("ID 5, patch A", path)


def test_a_data_set_of_one_split_or_without_rows_is_refused(tmp_path):
    for rows, problem in (
        (BENCH, "0 patches outside the benchmark split, 1 in it"),
        (ROWS[:10], "1 patches outside the benchmark split, 0 in it"),
        ([], "0 patches outside the benchmark split, 0 in it"),
    ):
        with pytest.raises(InputError, match=problem):
            count_dataset(write(tmp_path / "data.parquet", rows))


def test_rows_that_are_not_in_patch_order_are_refused(tmp_path):
    with pytest.raises(InputError, match="not sorted by patch_id"):
        count_dataset(write(tmp_path / "data.parquet", ROWS[::-1]))


def test_a_number_that_the_release_file_lacks_is_named(dataset, tmp_path):
    lines = RELEASE.read_text().splitlines()
    line = "rows,outside bench,mcq,relative pos,,98363,derived"
    assert line in lines
    other = tmp_path / "release.csv"
    other.write_text("\n".join(kept for kept in lines if kept != line))
    with pytest.raises(InputError, match="no such number") as caught:
        compare(dataset, other)
    assert (caught.value.file, caught.value.item) == (other, "rows, outside bench, mcq, relative pos")
    other.write_text("\n".join([*lines, line]))
    with pytest.raises(InputError, match="the same number twice"):
        ReleaseCounts(other)
    other.write_text("\n".join(lines).replace("98363", "many"))
    with pytest.raises(InputError, match="expected unit, split"):
        ReleaseCounts(other)
    with pytest.raises(InputError, match="not found"):
        ReleaseCounts(tmp_path / "absent.csv")


def test_numbers_of_the_release_add_up():
    release = ReleaseCounts(RELEASE)
    for unit in ("rows", "patches"):
        splits = [release.number(unit, split) for split in ("train", "validation", "test", "bench")]
        assert sum(splits) == release.number(unit)
    assert release.number("patches", OUT) + release.number("patches", "bench") == 464_044
    types = ("binary", "mcq", "bounding box", "captioning")
    assert sum(release.number("rows", "", name) for name in types) == release.number("rows")
    assert sum(release.number("rows", "bench", name) for name in types) == release.number("rows", "bench")
    # What every patch outside bench has, times their number, is all rows outside bench.
    per_patch = sum(release.rows_per_patch(*key) for key in TYPE_CATEGORIES)
    outside = release.number("rows") - release.number("rows", "bench")
    assert per_patch * release.number("patches", OUT) == pytest.approx(outside, abs=0.5)
    widths = ("percent of options of a width", "", "mcq", "area")
    assert sum(release.number(*widths, width) for width in release.answers(*widths)) == pytest.approx(100)
    # Each category has a row in the benchmark split, so some patch has one.
    for key in TYPE_CATEGORIES:
        assert release.number("most rows of a patch", "bench", *key) >= 1


def test_numbers_of_the_release_are_those_of_their_source(real_data):
    source = json.loads((real_data / "release_counts.json").read_text())
    with RELEASE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    derived = sorted(int(row["number"]) for row in rows if row["basis"] == "derived")
    assert derived == sorted([*source["derived_non_bench"].values(), *source["derived_bench"].values()])
    reported = {
        tuple(row[name] for name in ("unit", "split", "type", "category")): float(row["number"])
        for row in rows
        if row["basis"] == "reported"
    }
    expected = {("rows", "", "", ""): source["rows"], ("patches", "", "", ""): source["patches"]}
    expected |= {("rows", split, "", ""): number for split, number in source["split"].items()}
    expected |= {("patches", split, "", ""): number for split, number in source["patches_by_split"].items()}
    expected |= {("rows", "", name, ""): number for name, number in source["type"].items()}
    expected |= {("rows", "bench", name, ""): number for name, number in source["type_bench"].items()}
    expected |= {("rows", "", "", category): number for category, number in source["category"].items()}
    reported = {key: number for key, number in reported.items() if key[0] in ("rows", "patches")}
    boxes = {("rows", "bench", "bounding box", name): n for name, n in (("point", 788), ("reference", 794))}
    assert reported == expected | boxes


def test_error_of_a_mean():
    assert list(mean_and_error({2: 2, 1: 1})) == approx(5 / 3, 1 / 3)
    assert math.isnan(mean_and_error({4: 1})[1])
    assert mean_and_error({4: 5}) == (4, 0)


def test_error_of_the_share_of_yes_is_that_of_drawn_patches():
    adjacent, patches = 0.8, 400
    yes = np.random.default_rng(5).binomial(patches, adjacent, 20_000)
    assert yes_share_error(adjacent, patches) == pytest.approx((yes / (patches + yes)).std(), rel=0.03)


def test_program_says_mini_in_every_row(dataset, tmp_path, run_program):
    out = tmp_path / "figures" / "counts.csv"
    arguments = ["--settings", '{"run": "mini"}', "--dataset", dataset, "--release-counts", RELEASE]
    run_program("measure_counts", *arguments, "--out", out)
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert {row["run"] for row in rows} == {"mini: invented world, not comparable with the paper"}
    row = next(row for row in rows if row["quantity"] == "rows per patch" and row["category"] == "point")
    assert [row[name] for name in ("items", "value", "expected", "standard_error", "deviation")] == [
        "3", "1.0000", "2.4691", "0.5774", "-2.54",
    ]  # fmt: skip
    provenance = json.loads(out.with_suffix(".provenance.json").read_text())
    assert provenance["run"] == "mini"
    assert {entry["path"] for entry in provenance["inputs"]} == {str(dataset), str(RELEASE)}


def test_program_names_what_it_cannot_count(tmp_path, run_program):
    rows = [list(row) for row in ROWS]
    rows[2][3] = "mood"
    path = write(tmp_path / "data.parquet", rows)
    out = tmp_path / "counts.csv"
    arguments = ["--settings", '{"run": "mini"}', "--dataset", path, "--release-counts", RELEASE]
    failed = run_program("measure_counts", *arguments, "--out", out, check=False)
    assert failed.returncode == 1
    for words in ("'mood' is no known category", str(path), "ID 3, patch A"):
        assert words in failed.stderr
    assert "Traceback" not in failed.stderr
    assert not out.exists()
