"""Projections that begin with tokens like InternVL's RGB tokens of the same place."""

import numpy as np
import pytest
import torch

from bentxt.errors import InputError
from bentxt.models.modalities import Make
from bentxt.models.rs_internvl import Features
from bentxt.training.processes import Processes
from bentxt.training.projection_fit import FITTED_PATCHES, drawn_patches, fit_projections
from worlds.tiny_rs_internvl import model

#: Of these tests' model: RGB tokens on a side and their size, an encoder's tokens on a side, their size.
SIDE, HIDDEN, CELLS, WIDTH = 4, 64, 3, 32


def _store(rgb, s2, s1):
    everything = Features(rgb, s2, s1)
    return lambda patches: Features(*(of[list(patches)] for of in vars(everything).values()))


def _random_store(patches, seed=1):
    draw = torch.Generator().manual_seed(seed)
    sizes = ((SIDE**2, HIDDEN), (CELLS**2, WIDTH), (CELLS**2, WIDTH))
    return _store(*(torch.randn(patches, *size, generator=draw) for size in sizes))


def test_a_linear_relation_is_found_to_the_last_digits():
    draw = torch.Generator().manual_seed(0)
    of_patch = torch.randn(60, 1, WIDTH, generator=draw)
    matrix, constant = torch.randn(WIDTH, HIDDEN, generator=draw), torch.randn(HIDDEN, generator=draw)
    tokens = of_patch.expand(-1, CELLS**2, -1)
    wanted = of_patch @ matrix + constant
    store = _store(wanted.expand(-1, SIDE**2, -1), tokens, torch.randn(60, CELLS**2, WIDTH, generator=draw))
    _, of = model()
    left = fit_projections(of, store, range(60))
    found = of.visual_tokens(store(range(60)))[:, SIDE**2 : SIDE**2 + CELLS**2]
    torch.testing.assert_close(found, wanted.expand_as(found), atol=2e-3, rtol=1e-3)
    assert left["s2"] < 1e-6
    assert left["s1"] > 0.3, "what has nothing to do with RGB explains little of it"


@pytest.mark.parametrize("along", [0, 1], ids=["rows", "columns"])
def test_tokens_are_fitted_to_the_rgb_tokens_of_the_same_place(along):
    """RGB tokens count 0 to 3 along one side; the centres of three cells lie at 1/6, 3/2 and 17/6."""
    counted = torch.arange(4.0).expand(4, 4)
    counted = counted.T if along == 0 else counted
    rgb = counted.reshape(1, 16, 1).expand(8, -1, HIDDEN)
    # Tokens that say where they are: a number for each cell.
    where = torch.eye(CELLS**2, WIDTH).expand(8, -1, -1)
    store = _store(rgb, where, where)
    _, of = model()
    fit_projections(of, store, range(8))
    tokens = of.projection("s1")(where[0])[:, 0].reshape(CELLS, CELLS)
    wanted = torch.tensor([1 / 6, 3 / 2, 17 / 6])
    wanted = wanted[:, None] if along == 0 else wanted[None]
    torch.testing.assert_close(tokens, wanted.expand(CELLS, CELLS), atol=1e-3, rtol=0)


class _Half(Processes):
    """One of two processes; it gets what the other has summed."""

    def sum(self, tensor):
        others = self.__dict__.setdefault("others", [])
        given = self.__dict__.get("given")
        if given is not None:
            tensor += given.pop(0)
        others.append(tensor.clone())


def test_processes_that_share_the_patches_get_the_projections_of_one():
    store, patches = _random_store(50), np.arange(3, 48)
    _, alone = model()
    left = fit_projections(alone, store, patches)
    second = _Half(rank=1, count=2)
    _, of = model()
    fit_projections(of, store, patches, second)
    first = _Half(rank=0, count=2)
    first.__dict__["given"] = second.__dict__["others"]
    assert fit_projections(of, store, patches, first) == pytest.approx(left)
    for sensor in ("s2", "s1"):
        torch.testing.assert_close(of.projection(sensor).weight, alone.projection(sensor).weight)
        torch.testing.assert_close(of.projection(sensor).bias, alone.projection(sensor).bias)


def test_trained_encoders_and_a_trained_projector_are_asked_for_their_tokens():
    trained = ("projections", "adapter", "rgb_projector", "encoders")
    _, of = model(make=Make.of(trained=trained))
    pictures = torch.Generator().manual_seed(4)
    store = _store(
        torch.randn(4, SIDE**2, of.rgb_projector.layer_norm.normalized_shape[0], generator=pictures),
        torch.randn(4, 10, 120, 120, generator=pictures),
        torch.randn(4, 2, 120, 120, generator=pictures),
    )
    before = of.projection("s2").weight.clone()
    left = fit_projections(of, store, range(4))
    assert set(left) == {"s2", "s1"}
    assert not torch.equal(of.projection("s2").weight, before)
    assert all(value.requires_grad for value in of.projection("s2").parameters())


def test_without_rgb_there_is_nothing_to_fit_to():
    _, of = model(make=Make.of(["s2"]))
    with pytest.raises(InputError, match="s2 have none") as error:
        fit_projections(of, _random_store(4), range(4))
    assert error.value.item == "finetuning.initial_projections"
    assert error.value.remedy == "set initial_projections to random"


def test_rgb_alone_has_no_projection():
    _, of = model(make=Make.of(["rgb"]))
    read = []
    assert fit_projections(of, read.append, range(4)) == {}
    assert read == []


def test_patches_are_drawn_by_the_seed_from_those_that_are_trained_on():
    patches = np.arange(10, 10 + 3 * FITTED_PATCHES)
    chosen = drawn_patches(patches, seed=5)
    assert len(set(chosen)) == FITTED_PATCHES
    assert set(chosen) <= set(patches)
    assert list(chosen) == sorted(chosen) == list(drawn_patches(patches, seed=5))
    assert list(chosen) != list(drawn_patches(patches, seed=6))
    assert list(drawn_patches(np.array([4, 2]), seed=5)) == [2, 4]
