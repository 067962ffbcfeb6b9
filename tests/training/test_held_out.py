"""Patches that are held out: of the validation split only, and the same ones whenever they are drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.errors import InputError
from bentxt.training.held_out import held_out_patches, remaining


@given(st.lists(st.booleans(), min_size=1, max_size=20), st.integers(0, 30), st.integers(0, 99))
def test_only_patches_of_the_validation_split_are_held_out(validation, count, seed):
    # One of the training split, so that something is left.
    validation = np.array([False, *validation])
    held = held_out_patches(validation, count, seed)
    assert held.dtype == np.int64
    assert validation[held].all()
    assert len(set(held.tolist())) == len(held) == min(count, validation.sum())
    assert held.tolist() == sorted(held.tolist())
    trained = remaining(len(validation), held)
    assert sorted([*trained.tolist(), *held.tolist()]) == list(range(len(validation)))


def test_the_seed_decides_which():
    validation = np.arange(20) < 15
    drawn = {tuple(held_out_patches(validation, 3, seed).tolist()) for seed in range(20)}
    assert len(drawn) > 10
    assert (held_out_patches(validation, 3, 1) == held_out_patches(validation, 3, 1)).all()


def test_something_has_to_be_left_to_train_on():
    with pytest.raises(InputError, match="none be left to train on"):
        held_out_patches(np.ones(20, bool), 20, 1)
