"""The 73 released rows available, read and answered from their maps."""

import csv
import json
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

COMPLETE = "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_26_57"

#: Rows of each (type, category), and of those the rows whose patch has a map (country and season: metadata
#: and name).
EXPECTED = {
    ("binary", "presence"): (3, 2),
    ("binary", "area"): (5, 2),
    ("binary", "count"): (5, 3),
    ("binary", "adjacency"): (4, 2),
    ("mcq", "presence"): (4, 2),
    ("mcq", "area"): (5, 1),
    ("mcq", "count"): (4, 1),
    ("mcq", "adjacency"): (3, 1),
    ("mcq", "relative pos"): (1, 0),
    ("mcq", "country"): (3, 3),
    ("mcq", "season"): (2, 2),
    ("mcq", "climate zone"): (2, 0),
    ("bounding box", "point"): (11, 4),
    ("bounding box", "reference"): (15, 7),
    ("captioning", "None"): (6, 1),
}


def measure(run_program, real_data, folder, annotations, *options):
    """Run the program; return the table by (type, category), and the rows that do not agree."""
    out, disagreements = folder / "agreement.csv", folder / "disagreements.csv"
    run_program(
        "measure_agreement",
        *("--annotations", annotations, "--reference-maps", real_data / "Reference_Maps"),
        *("--metadata", real_data / "metadata.parquet", "--complete", COMPLETE),
        *("--out", out, "--disagreements", disagreements, *options),
    )
    with out.open(encoding="utf-8", newline="") as file:
        table = {(row["type"], row["category"]): row for row in csv.DictReader(file)}
    with disagreements.open(encoding="utf-8", newline="") as file:
        return table, list(csv.DictReader(file))


@pytest.fixture(scope="module")
def rows(real_data):
    lines = (real_data / "annotation_rows.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_every_row_is_read_and_what_has_a_map_agrees(run_program, real_data, tmp_path, rows):
    table, disagreements = measure(run_program, real_data, tmp_path, real_data / "annotation_rows.jsonl")
    assert Counter((row["type"], row["category"]) for row in rows) == {
        key: number for key, (number, _) in EXPECTED.items()
    }
    for key, (number, answered) in EXPECTED.items():
        found = [int(table[key][column]) for column in ("rows", "parsed", "answered", "agreeing")]
        assert found == [number, number, answered, answered], key
    for category in ("point", "reference"):
        row = table["bounding box", category]
        assert (row["missing"], row["extra"]) == ("0", "0")
    assert disagreements == []


def test_parquet_in_the_releases_columns_gives_the_same(run_program, real_data, tmp_path, rows):
    columns = ("ID", "patch_id", "type", "category", "input", "output")
    path = tmp_path / "BigEarthNet.txt.parquet"
    ordered = rows[::-1]
    pq.write_table(pa.table({name: [row[name] for row in ordered] for name in columns}), path)
    table, disagreements = measure(run_program, real_data, tmp_path, path)
    assert {key: int(row["agreeing"]) for key, row in table.items()} == {
        key: answered for key, (_, answered) in EXPECTED.items()
    }
    assert disagreements == []


def turned(row):
    """Return a row with another answer: the opposite, the next option, a box that is none of the patch's."""
    other = {"yes": "no", "no": "yes", "a": "b", "b": "c", "c": "d", "d": "a"}
    return {**row, "output": other.get(row["output"], "[0.01 0.01, 0.03 0.03]")}


def test_every_turned_answer_is_found(run_program, real_data, tmp_path, rows):
    path = tmp_path / "rows.jsonl"
    kept = [turned(row) for row in rows if row["type"] != "captioning"]
    path.write_text("".join(json.dumps(row) + "\n" for row in kept), encoding="utf-8")
    table, disagreements = measure(run_program, real_data, tmp_path, path)
    for key, (number, answered) in EXPECTED.items():
        if key[0] != "captioning":
            found = [int(table[key][column]) for column in ("rows", "parsed", "answered", "agreeing")]
            assert found == [number, number, answered, 0], key
    wrong = [row for row in disagreements if row["finding"] == "disagrees"]
    assert len(wrong) == sum(answered for key, (_, answered) in EXPECTED.items() if key[0] != "captioning")
    assert all(row["reason"] and row["row"] and row["patch_id"] for row in wrong)
    # As sets, no box of the complete patch is ours, and none of ours is there.
    assert [table["bounding box", name]["missing"] for name in ("point", "reference")] == ["4", "5"]
    assert [table["bounding box", name]["extra"] for name in ("point", "reference")] == ["4", "5"]
