"""Features: the same bits however they come, computed, kept or stored; an encoding goes on after a kill."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from bentxt.errors import InputError
from bentxt.models.modalities import PAPER, Make
from bentxt.models.rs_internvl import Features
from bentxt.training.feature_store import FeatureStore, frozen_parts, stored_parts
from bentxt.training.patch_inputs import PatchInputs
from bentxt.training.stored_features import DONE, encode_features, open_features
from worlds import tiny_rs_internvl

NAMES = [f"patch_{number:02}" for number in range(7)]
CPU = torch.device("cpu")


def read(patches):
    """Return invented inputs of the tiny model."""
    draws = [torch.Generator().manual_seed(patch) for patch in patches]
    shapes = ((3, 56, 56), (10, 120, 120), (2, 120, 120))
    return PatchInputs(
        tuple(patches),
        tuple(torch.stack([torch.randn(shape, generator=draw) for draw in draws]) for shape in shapes),
    )


@pytest.fixture(scope="module")
def network():
    _, found = tiny_rs_internvl.model()
    return found.eval()


def _equal(left, right):
    return all(torch.equal(getattr(left, name), getattr(right, name)) for name in ("rgb", "s2", "s1"))


@pytest.mark.parametrize("capacity", [0, 2, 100])
def test_features_do_not_depend_on_what_was_asked_for_before_or_together(network, capacity):
    encode = frozen_parts(network, torch.float32)
    alone = [network.encode(*read([patch]).tensors) for patch in range(5)]
    store = FeatureStore(read, encode, capacity)
    for asked in ([3, 1], [1, 4, 0, 1], [2, 3, 4], [0, 1, 2, 3, 4]):
        found = store(asked)
        for row, patch in enumerate(asked):
            assert _equal(found.select(slice(row, row + 1)), alone[patch]), (capacity, asked, patch)


def test_what_was_offered_is_not_read_again():
    reads = []

    def count(patches):
        reads.extend(patches)
        return PatchInputs(tuple(patches), (torch.tensor(patches)[:, None],) * 3)

    store = FeatureStore(count, lambda tensors: Features(*tensors), 1)
    assert store.claim([4, 5, 4]) == (4, 5)
    assert store.claim([5, 4]) == (5,), "the first that was asked for is kept"
    store.offer(count([4, 5]))
    store.offer(count([5]))
    reads.clear()
    assert store([4, 5, 4]).rgb[:, 0].tolist() == [4, 5, 4]
    assert store([5, 4]).rgb[:, 0].tolist() == [5, 4]
    assert not reads
    assert store([5, 6, 4]).rgb[:, 0].tolist() == [5, 6, 4]
    assert reads == [5, 6]


ABOUT = {"base": "files:1", "dtype": "float32", "white": 3000}


def _encode_all(folder, network, dtype=torch.float32, about=ABOUT, workers=0, given=read):
    encode = frozen_parts(network, dtype)
    encode_features(NAMES, given, encode, folder / "progress", folder / "features", about, workers, 2, 2)


@pytest.mark.parametrize("workers", [0, 2])
def test_stored_features_are_those_that_are_computed(network, tmp_path, workers):
    _encode_all(tmp_path, network, workers=workers)
    assert not (tmp_path / "progress").exists()
    # The fine-tuning numbers its own patches.
    own = [NAMES[5], NAMES[0], NAMES[3]]
    reader = open_features(tmp_path / "features", own, ABOUT, PAPER)
    stored = FeatureStore(reader, stored_parts(CPU), 0)([0, 2, 1])
    computed = FeatureStore(read, frozen_parts(network, torch.float32), 0)([5, 3, 0])
    assert _equal(stored, computed)
    sizes = {name: np.load(tmp_path / "features" / f"{name}.npy").shape for name in ("rgb", "s2", "s1")}
    assert sizes == {"rgb": (7, 4, 64), "s2": (7, 9, 32), "s1": (7, 9, 32)}


def test_bits_of_bfloat16_come_back(tmp_path):
    _, network = tiny_rs_internvl.model()
    network.to(torch.bfloat16).eval()
    about = ABOUT | {"dtype": "bfloat16"}
    _encode_all(tmp_path, network, torch.bfloat16, about)
    reader = open_features(tmp_path / "features", NAMES, about, PAPER)
    stored = FeatureStore(reader, stored_parts(CPU), 0)([6, 2])
    assert stored.rgb.dtype == torch.bfloat16
    assert _equal(stored, FeatureStore(read, frozen_parts(network, torch.bfloat16), 0)([6, 2]))


def test_modalities_that_are_not_seen_are_not_read(network, tmp_path):
    _encode_all(tmp_path, network)
    (tmp_path / "features" / "s1.npy").unlink()
    make = Make.of(["rgb", "s2"])
    found = FeatureStore(open_features(tmp_path / "features", NAMES, ABOUT, make), stored_parts(CPU), 0)(
        [1, 2]
    )
    assert found.s1.shape == (2, 0)
    assert found.s2.shape == (2, 9, 32)


#: Encodes and kills itself before the third group; the second time it goes on.
KILLED = """
import os, signal, sys
sys.path[:0] = {paths!r}
from pathlib import Path
import torch
torch.set_num_threads({threads})
from test_feature_store import _encode_all, read
from worlds import tiny_rs_internvl
def given(patches):
    if patches[0] == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    return read(patches)
_, network = tiny_rs_internvl.model()
_encode_all(Path({folder!r}), network.eval(), given=given)
"""


def test_a_killed_encoding_goes_on_to_the_same_bits(network, tmp_path):
    tests = Path(__file__).parents[1]
    paths = [str(tests.parent / "workflow_scripts"), str(tests), str(tests / "training")]
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    # On some processors the last bits depend on the number of threads, which other tests set.
    script = KILLED.format(paths=paths, folder=str(killed), threads=torch.get_num_threads())
    process = subprocess.run([sys.executable, "-c", script], env=os.environ, check=False, capture_output=True)
    assert process.returncode == -signal.SIGKILL, process.stderr.decode()
    assert (killed / "progress" / DONE).exists()
    assert not (killed / "features").exists()
    asked = []

    def given(patches):
        asked.extend(patches)
        return read(patches)

    _encode_all(killed, network, given=given)
    assert asked == [4, 5, 6]
    _encode_all(whole, network)
    for name in ("rgb.npy", "s2.npy", "s1.npy", "about.json", "patches.npy"):
        assert (killed / "features" / name).read_bytes() == (whole / "features" / name).read_bytes(), name


def test_an_unfinished_encoding_of_something_else_is_begun_again(network, tmp_path):
    def fail(patches):
        if patches[0] == 4:
            raise InputError("missing")
        return read(patches)

    with pytest.raises(InputError, match="missing"):
        _encode_all(tmp_path, network, about=ABOUT | {"white": 1}, given=fail)
    asked = []

    def given(patches):
        asked.extend(patches)
        return read(patches)

    _encode_all(tmp_path, network, given=given)
    assert asked == list(range(7))


def test_features_that_do_not_fit_are_refused_by_name(network, tmp_path):
    _encode_all(tmp_path, network)
    folder = tmp_path / "features"
    for made_from, make, words in (
        (ABOUT | {"base": "files:2"}, PAPER, "made with base files:1, the fine-tuning has files:2"),
        (ABOUT | {"dtype": "bfloat16"}, PAPER, "made with dtype float32"),
        (ABOUT, Make.of(trained=["adapter", "encoders"]), "encoders would be trained"),
    ):
        with pytest.raises(InputError, match=words):
            open_features(folder, NAMES, made_from, make)
    with pytest.raises(InputError, match="no features of this patch") as caught:
        open_features(folder, ["patch_99"], ABOUT, PAPER)([0])
    assert (caught.value.item, caught.value.file) == ("patch_99", folder)
    path = folder / "s2.npy"
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(InputError, match="cannot be read") as caught:
        open_features(folder, NAMES, ABOUT, PAPER)
    assert caught.value.file == path
