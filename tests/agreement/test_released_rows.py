"""The shapes that released rows come in; the 73 rows available, read and answered from their maps."""

import csv
import json
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bentxt.agreement.released_rows import COLUMNS, patch_ids, read_rows
from bentxt.errors import InputError
from worlds.foreign_files import FORMS

COMPLETE = "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_26_57"

PATCH = "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_37_89"
ROWS = [
    {
        "ID": 4100,
        "s1_name": "S1A",
        "patch_id": PATCH,
        "input": "Does any coniferous forest physically connect to urban fabrics in the image?",
        "output": "yes",
        "type": "binary",
        "category": "adjacency",
    },
    {
        "ID": 4101,
        "s1_name": "S1A",
        "patch_id": PATCH,
        "input": "é [a], {b}",
        "output": "no",
        "type": "binary",
    },
    {
        "ID": 4102,
        "s1_name": "S1A",
        "patch_id": "P2",
        "input": "Describe.",
        "output": "x",
        "type": "captioning",
    },
]
ROWS[1]["category"], ROWS[2]["category"] = "area", "None"


def answer_of(rows, first=4099, cut=()):
    """Return what the hub's viewer answers to ``/rows``: ``cut`` names the truncated cells of each row."""
    features = [
        {"feature_idx": number, "name": name, "type": {"dtype": "string", "_type": "Value"}}
        for number, name in enumerate(rows[0])
    ]
    entries = [
        {"row_idx": first + number, "row": row, "truncated_cells": list(cells)}
        for number, (row, cells) in enumerate(zip(rows, cut or [()] * len(rows), strict=True))
    ]
    return {"features": features, "rows": entries, "num_rows_total": 9553962, "partial": False}


def line(value):
    return json.dumps(value, ensure_ascii=False) + "\n"


SHAPES = {
    "JSON lines": "".join(map(line, ROWS)),
    "JSON lines, blank ones between": "\n" + "\n\n".join(map(line, ROWS)),
    "an array in one line": line(ROWS),
    "an array, one row a line": "[\n" + ",\n".join(line(row).strip() for row in ROWS) + "\n]\n",
    "an indented array": "\ufeff" + json.dumps(ROWS, indent=2),
    "an answer of the viewer": line(answer_of(ROWS)),
    "an indented answer of the viewer": json.dumps(answer_of(ROWS), indent=1),
    "answers of the viewer, one a line": line(answer_of(ROWS[:2])) + line(answer_of(ROWS[2:], 4101)),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_rows_come_out_of_every_shape(tmp_path, shape):
    path = tmp_path / "rows.json"
    path.write_text(SHAPES[shape], encoding="utf-8")
    rows = [row for batch in read_rows(path) for row in batch]
    assert [row.id for row in rows] == ["4100", "4101", "4102"]
    assert [[getattr(row, name) for name in COLUMNS] for row in rows] == [
        [row[name] for name in COLUMNS] for row in ROWS
    ]
    assert {row.defect for row in rows} == {""}
    assert [row.number for row in rows] == ([2, 5, 8] if "blank" in shape else [1, 2, 3])
    assert patch_ids(path) == {PATCH, "P2"}


@pytest.mark.parametrize("write", FORMS, ids=lambda write: write.__name__)
def test_the_same_rows_come_out_of_parquet_whoever_wrote_it(tmp_path, write):
    path = tmp_path / "rows.parquet"
    write(pa.table({name: [row[name] for row in ROWS] for name in ROWS[0]}), path)
    rows = [row for batch in read_rows(path) for row in batch]
    assert [[row.id, *(getattr(row, name) for name in COLUMNS), row.defect] for row in rows] == [
        [str(row["ID"]), *(row[name] for name in COLUMNS), ""] for row in ROWS
    ]
    assert patch_ids(path) == {PATCH, "P2"}


@pytest.mark.parametrize(
    ("values", "words"),
    [([1, 2, 3], "column input is of type int64; expected string"), ([b"x"] * 3, "of type binary")],
)
def test_a_column_of_another_kind_is_refused(tmp_path, values, words):
    path = tmp_path / "rows.parquet"
    columns = {name: [row[name] for row in ROWS] for name in COLUMNS}
    pq.write_table(pa.table(columns | {"input": values}), path)
    with pytest.raises(InputError, match=words):
        list(read_rows(path))


def test_cells_that_the_viewer_cut_off_are_no_data(tmp_path):
    path = tmp_path / "rows.json"
    path.write_text(line(answer_of(ROWS, cut=[["s1_name"], ["input", "output"], ["output"]])))
    rows = [row for batch in read_rows(path) for row in batch]
    assert [row.defect for row in rows] == [
        "",
        "input and output cut off by the viewer",
        "output cut off by the viewer",
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"error": "The dataset viewer is not available for this split."}, "begins with an object of error"),
        ({"data": ROWS}, "begins with an object of data"),
        ({"rows": ROWS}, "begins with an object of rows"),
        ({name: [row[name] for row in ROWS] for name in COLUMNS}, "begins with an object of patch_id, type"),
        ({"patch_id": {"0": PATCH}, "input": {"0": "x"}}, "begins with an object of patch_id, input"),
        ([[PATCH, "binary", "area", "x", "yes"]], "begins with list"),
        ([1, 2], "begins with list"),
        ("a text", "begins with str"),
        (3, "begins with int"),
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_other_shapes_are_refused_with_those_that_can_be_read(tmp_path, content, words, indent):
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(content, indent=indent))
    for reader in (lambda: list(read_rows(path)), lambda: patch_ids(path)):
        with pytest.raises(InputError, match=words) as caught:
            reader()
        assert caught.value.file == path
        for shape in ("Parquet", "JSON lines", "JSON array", "/rows"):
            assert shape in caught.value.remedy


@pytest.mark.parametrize("content", ["", "[]", '{"features": [], "rows": []}', "\n\n"])
def test_a_file_without_rows_is_refused(tmp_path, content):
    (tmp_path / "rows.json").write_text(content)
    with pytest.raises(InputError, match="holds no annotations"):
        list(read_rows(tmp_path / "rows.json"))


@pytest.mark.parametrize("content", [line(ROWS)[:-20], json.dumps(ROWS, indent=1)[:-9], "[" * 100_000])
def test_a_cut_array_is_refused(tmp_path, content):
    (tmp_path / "rows.json").write_text(content)
    with pytest.raises(InputError, match="neither Parquet nor JSON"):
        list(read_rows(tmp_path / "rows.json"))


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


def test_an_answer_of_the_viewer_gives_the_same_and_counts_what_it_cut_off(
    run_program, real_data, tmp_path, rows
):
    path = tmp_path / "rows.json"
    cut = [["output"] if row["type"] == "captioning" else [] for row in rows]
    path.write_text(json.dumps(answer_of(rows, 0, cut)), encoding="utf-8")
    table, disagreements = measure(run_program, real_data, tmp_path, path)
    for key, (number, answered) in EXPECTED.items():
        parsed, answered = (0, 0) if key[0] == "captioning" else (number, answered)
        found = [int(table[key][column]) for column in ("rows", "parsed", "answered", "agreeing")]
        assert found == [number, parsed, answered, answered], key
    assert {(row["finding"], row["reason"]) for row in disagreements} == {
        ("not parsed", "output cut off by the viewer")
    }
    assert len(disagreements) == EXPECTED["captioning", "None"][0]


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
