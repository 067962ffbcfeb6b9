"""Pairs of patches out of tables of any maker."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bentxt.bigearthnet.patch_pairs import read_pairs
from bentxt.errors import InputError

ROWS = {
    "ID": [1, 2, 3, 4, 5, 6],
    "s1_name": ["s1", "s1", "s2", "s3", "s3", "s4"],
    "patch_id": ["p1", "p1", "p2", "p3", "p3", "p4"],
    "split": ["train", "train", "bench", "test", "test", "bench"],
}
PAIRS = {"p1": "s1", "p2": "s2", "p3": "s3", "p4": "s4"}
KINDS = {
    "string": pa.string(),
    "pandas, polars": pa.large_string(),
    "categories": pa.dictionary(pa.int32(), pa.string()),
    "string views": pa.string_view(),
}


def write(path, kind=KINDS["string"], **changes):
    columns = {name: values for name, values in (ROWS | changes).items() if values is not None}
    numbers = pa.array(columns.pop("ID"), pa.int64())
    texts = {name: pa.array(values, pa.string()).cast(kind) for name, values in columns.items()}
    pq.write_table(pa.table({"ID": numbers, **texts}), path, row_group_size=2)
    return path


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_texts_of_any_kind(tmp_path, kind):
    path = write(tmp_path / "a.parquet", kind)
    assert list(read_pairs(path).items()) == list(PAIRS.items())
    assert read_pairs(path, ("bench",)) == {"p2": "s2", "p4": "s4"}
    assert read_pairs(path, ("test", "bench")) == {"p2": "s2", "p3": "s3", "p4": "s4"}


def test_a_split_is_asked_for_only_where_it_matters(tmp_path):
    path = write(tmp_path / "a.parquet", split=None)
    assert read_pairs(path) == PAIRS
    with pytest.raises(InputError, match="columns missing: split") as caught:
        read_pairs(path, ("bench",))
    assert caught.value.file == path


@pytest.mark.parametrize(
    ("changes", "problem", "item"),
    [
        ({"s1_name": ["s1", "s9", "s2", "s3", "s3", "s4"]}, "two partners of Sentinel-1", "p1"),
        ({"s1_name": ["s1", "s1", None, "s3", "s3", "s4"]}, "without s1_name", "p2"),
        ({"patch_id": ["p1", None, "p2", "p3", "p3", "p4"]}, "without patch_id", "s1"),
    ],
)
def test_a_row_without_a_pair_is_named(tmp_path, changes, problem, item):
    path = write(tmp_path / "a.parquet", **changes)
    with pytest.raises(InputError, match=problem) as caught:
        read_pairs(path)
    assert (caught.value.file, caught.value.item) == (path, item)


def test_no_such_row(tmp_path):
    path = write(tmp_path / "a.parquet", split=["train"] * 6)
    with pytest.raises(InputError, match="no patch of the split test or bench") as caught:
        read_pairs(path, ("test", "bench"))
    assert "images.splits" in caught.value.remedy


def test_no_such_file_and_no_such_texts(tmp_path):
    with pytest.raises(InputError, match="file not found"):
        read_pairs(tmp_path / "none.parquet")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(InputError, match="not a readable Parquet file"):
        read_pairs(tmp_path / "bad.parquet")
    pq.write_table(pa.table({"patch_id": [["p"]], "s1_name": ["s"]}), tmp_path / "lists.parquet")
    with pytest.raises(InputError, match="columns that are no texts: patch_id list"):
        read_pairs(tmp_path / "lists.parquet")


PROGRAM = """
import resource, sys
from bentxt.bigearthnet.patch_pairs import read_pairs
pairs = read_pairs(sys.argv[1], ("bench",))
print(len(pairs), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_rows(tmp_path):
    path, rows = tmp_path / "a.parquet", 200_000
    schema = pa.schema([(name, pa.string()) for name in ("patch_id", "s1_name", "split", "input")])
    texts = {name: [f"{name} {row // 20} " + "x" * 40 for row in range(rows)] for name in schema.names}
    batch = pa.table({**texts, "split": ["bench"] * rows}, schema)
    peaks = []
    for count in (2, 12):
        with pq.ParquetWriter(path, schema) as writer:
            for _ in range(count):
                writer.write_table(batch)
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, path],
            env={"PYTHONPATH": str(Path(__file__).resolve().parents[2] / "workflow_scripts")},
            capture_output=True,
            text=True,
            check=True,
        )
        pairs, peak = map(int, done.stdout.split())
        assert pairs == rows // 20
        peaks.append(peak)
    # kB; ten times 200,000 rows of 130 bytes would be 260 MB.
    assert peaks[1] - peaks[0] < 60_000
