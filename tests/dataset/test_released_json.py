"""The data set as JSON: the rows of the Parquet file, or an error that names file and row."""

import json

import pyarrow.parquet as pq
import pytest

from bentxt.dataset.released_json import as_parquet
from bentxt.errors import InputError
from bentxt.tables.schemas.dataset_schema import DATASET

ROWS = [
    {
        "ID": number,
        "s1_name": "S1A",
        "patch_id": "S2A",
        "input": "Describe it, é \u2028.",
        "output": "A caption.",
        "type": "captioning",
        "category": "None",
        "split": "bench",
        "latitude": 48,
        "longitude": 13.25,
        "country": "Austria",
        "season": "Fall",
        "climate_zone": "Polar, tundra",
    }
    for number in (1, 2, 3)
]
SHAPES = {
    "lines": "\n".join(map(json.dumps, ROWS)),
    "array": json.dumps(ROWS, indent=1),
    "viewer": json.dumps({"rows": [{"row": row, "truncated_cells": []} for row in ROWS]}),
    "a caption's category as null": "\n".join(json.dumps(row | {"category": None}) for row in ROWS),
}


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "rows.json"
        path.write_text(text)
        return path

    return write


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_rows_come_out_of_every_shape(write, tmp_path, shape):
    with as_parquet(write(SHAPES[shape]), tmp_path / "scratch") as path:
        table = pq.read_table(path)
    assert table.to_pylist() == ROWS
    assert table.schema.names == DATASET.names
    assert [found.name for found in tmp_path.iterdir()] == ["rows.json"]


def test_a_parquet_file_is_taken_as_it_is(tmp_path):
    (tmp_path / "rows").write_bytes(b"PAR1")
    with as_parquet(tmp_path / "rows", tmp_path / "scratch") as path:
        assert path == tmp_path / "rows"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"ID": "7"}, "ID is '7'; expected int64"),
        ({"ID": True}, "ID is True; expected int64"),
        ({"output": None}, "output is None; expected string"),
        ({"latitude": "48"}, "latitude is '48'; expected double"),
        ({"category": None, "type": "binary"}, "category is None"),
    ],
)
def test_a_value_of_another_kind_is_named_with_its_line(write, tmp_path, changed, message):
    path = write("\n".join(map(json.dumps, [*ROWS, ROWS[0] | changed])))
    with pytest.raises(InputError, match=message) as error, as_parquet(path, tmp_path / "scratch"):
        pass
    assert (error.value.file, error.value.item) == (path, "line 4")
    assert not (tmp_path / "scratch").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (json.dumps(ROWS[0]) + "\n{", "not JSON"),
        (json.dumps(ROWS[0]) + "\n[1]", "no JSON object"),
        (json.dumps(ROWS[0]) + '\n{"ID": 1}', "columns missing: s1_name, patch_id"),
        (json.dumps({"rows": [{"row": ROWS[0], "truncated_cells": ["output"]}]}), "output cut off"),
        ('{"error": "no such split"}', "begins with an object of error"),
        ("ID,patch_id\n1,S2A\n", "neither Parquet nor JSON"),
    ],
)
def test_what_is_no_data_set_is_refused(write, tmp_path, text, message):
    with pytest.raises(InputError, match=message), as_parquet(write(text), tmp_path / "scratch"):
        pass


def test_what_is_said_of_the_rows_later_names_the_file_that_was_given(write, tmp_path):
    path = write(SHAPES["lines"])
    with pytest.raises(InputError) as error, as_parquet(path, tmp_path / "scratch") as rows:
        raise InputError("ID is there twice", file=rows, item="ID 1")
    assert (error.value.file, error.value.item) == (path, "ID 1")
