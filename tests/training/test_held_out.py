"""Patches that are held out: of the validation split only, and the same ones whenever they are drawn."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.errors import InputError
from bentxt.program.lineage import Lineage
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import write_table
from bentxt.training.held_out import held_out_patches, hold_out, remaining, validation_patches

NAMES = [f"patch {number:02}" for number in range(20)]


@given(st.sets(st.sampled_from(NAMES), max_size=19), st.integers(0, 30), st.integers(0, 99))
def test_only_patches_of_the_validation_split_are_held_out(validation, count, seed):
    held = hold_out(NAMES, validation, count, seed)
    assert {NAMES[number] for number in held.tolist()} <= validation
    assert len(set(held.tolist())) == len(held) == min(count, len(validation))
    assert held.tolist() == sorted(held.tolist())
    trained = remaining(len(NAMES), held)
    assert sorted([*trained.tolist(), *held.tolist()]) == list(range(len(NAMES)))


def test_the_seed_decides_which():
    drawn = {tuple(hold_out(NAMES, NAMES[:15], 3, seed).tolist()) for seed in range(20)}
    assert len(drawn) > 10
    assert (hold_out(NAMES, NAMES[:15], 3, 1) == hold_out(NAMES, set(NAMES[:15]), 3, 1)).all()


def test_something_has_to_be_left_to_train_on():
    with pytest.raises(InputError, match="none be left to train on"):
        hold_out(NAMES, NAMES, 20, 1)


def test_the_split_is_read_from_the_data_set(tmp_path):
    splits = ["train", "validation", "validation", "test", "validation"]
    names = ["a", "b", "b", "c", "d"]
    columns = {
        field.name: pa.array([0] * 5 if pa.types.is_integer(field.type) else [0.5] * 5, field.type)
        if pa.types.is_primitive(field.type)
        else ["text"] * 5
        for field in DATASET
    }
    write_table(
        tmp_path / "rows.parquet",
        columns | {"patch_id": names, "split": splits},
        DATASET,
        Lineage("test", {}, "", {}),
    )
    assert validation_patches(tmp_path / "rows.parquet") == {"b", "d"}
    assert held_out_patches(tmp_path / "rows.parquet", ["a", "b", "d"], 9, 1).tolist() == [1, 2]
    none = held_out_patches(tmp_path / "not looked at.parquet", ["a", "b", "d"], 0, 1)
    assert none.tolist() == []
    assert none.dtype == np.int64
