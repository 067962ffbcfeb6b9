"""Streams of sorted tables: every row once, in order, whatever the limits."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.errors import InputError
from bentxt.tables.table_streams import TableStream, read_matching, read_rows
from worlds.foreign_files import FORMS

SCHEMA = pa.schema([pa.field("key", pa.int32()), pa.field("value", pa.int64())])


def write(folder, keys, row_group_size=3):
    path = folder / "table.parquet"
    table = pa.table({"key": keys, "value": range(len(keys))}, schema=SCHEMA)
    pq.write_table(table, path, row_group_size=row_group_size)
    return path


@given(
    keys=st.lists(st.integers(0, 12), max_size=20).map(sorted),
    limits=st.lists(st.integers(0, 13), max_size=5).map(sorted),
)
def test_until_returns_each_row_once_and_in_order(tmp_path_factory, keys, limits):
    stream = TableStream(write(tmp_path_factory.mktemp("t"), keys), SCHEMA, "key")
    assert stream.rows == len(keys)
    seen = []
    for limit in limits:
        seen += stream.until(limit)["value"].to_pylist()
        assert seen == [n for n, key in enumerate(keys) if key <= limit]
    assert seen + stream.until(13)["value"].to_pylist() == list(range(len(keys)))


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 14))
def test_rows_are_those_of_a_slice_of_the_whole_table(tmp_path_factory, rows, start, stop):
    path = write(tmp_path_factory.mktemp("t"), list(range(rows)))
    found = read_rows(path, SCHEMA, start, max(start, stop), ["value"])
    assert found.to_pydict() == {"value": list(range(rows))[start:stop]}


def test_take_and_columns(tmp_path):
    stream = TableStream(write(tmp_path, list(range(8))), SCHEMA, "key", ["key"])
    assert stream.take(5)["key"].to_pylist() == [0, 1, 2, 3, 4]
    assert stream.take(5).to_pydict() == {"key": [5, 6, 7]}
    assert len(stream.take(5)) == 0


def test_unsorted_tables_are_refused(tmp_path):
    with pytest.raises(InputError, match="not sorted by key"):
        TableStream(write(tmp_path, [1, 3, 2]), SCHEMA, "key").until(9)


NAMED = pa.schema(
    [
        pa.field("patch_id", pa.string()),
        pa.field("classes", pa.list_(pa.int8())),
        pa.field("ID", pa.int64(), nullable=False),
    ]
)


@pytest.mark.parametrize("write", FORMS, ids=lambda write: write.__name__)
def test_parts_of_a_table_are_read_whoever_wrote_it(tmp_path, write):
    patches = [f"p{number // 3:02d}" for number in range(20)]
    rows = {"patch_id": patches, "classes": [[number, 3] for number in range(20)], "ID": list(range(20))}
    path = tmp_path / "t.parquet"
    write(pa.table(rows, schema=NAMED), path)
    assert read_rows(path, NAMED, 4, 9, ["ID", "patch_id"]).to_pydict() == {
        "ID": rows["ID"][4:9],
        "patch_id": patches[4:9],
    }
    stream = TableStream(path, NAMED, "patch_id")
    stream.skip_below("p02")
    assert stream.until("p03").to_pydict() == {name: values[6:12] for name, values in rows.items()}
    found = read_matching(path, NAMED, ["classes"], {"patch_id": "p01"})
    assert found.to_pydict() == {"classes": rows["classes"][3:6]}
    assert len(read_matching(path, NAMED, ["classes"], {"patch_id": "p99"})) == 0
