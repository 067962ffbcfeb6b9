"""Rows come back sorted, whatever order they came in."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bentxt.tables.sorted_rows import SortedRows

ROW = np.dtype([("map", np.int32), ("value", np.int32)])


@settings(max_examples=100)
@given(st.permutations(range(17)), st.integers(1, 20), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_any_order_comes_back_sorted(tmp_path_factory, order, per_append, per_block, seed):
    counts = np.random.default_rng(seed).integers(0, 4, 17)
    expected = [(index, 10 * index + place) for index in range(17) for place in range(counts[index])]
    rows = SortedRows(tmp_path_factory.mktemp("rows") / "rows", ROW)
    for first in range(0, 17, per_append):
        part = [row for index in order[first : first + per_append] for row in expected if row[0] == index]
        rows.append(np.array(part, ROW))
    blocks = list(rows.blocks(17, per_block))
    assert len(blocks) == -(-17 // per_block)
    for number, block in enumerate(blocks):
        assert all(number * per_block <= index < (number + 1) * per_block for index in block["map"])
    assert np.concatenate(blocks).tolist() == expected


def test_nothing_appended(tmp_path):
    rows = SortedRows(tmp_path / "rows", ROW)
    rows.append(np.empty(0, ROW))
    assert [len(block) for block in rows.blocks(5, 2)] == [0, 0, 0]


def test_what_an_earlier_run_left_is_forgotten(tmp_path):
    SortedRows(tmp_path / "rows", ROW).append(np.array([(0, 1)], ROW))
    rows = SortedRows(tmp_path / "rows", ROW)
    rows.append(np.array([(0, 2)], ROW))
    assert np.concatenate(list(rows.blocks(1, 1))).tolist() == [(0, 2)]
