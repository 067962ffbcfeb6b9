"""Pre-training of the encoders: shares of classes by hand, and something is learnt."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bentxt.models.tiny.vit import tiny_encoder
from bentxt.training.encoder_pretraining import EncoderSettings, pretrain_encoder
from bentxt.training.map_pretraining import class_shares


def test_shares_by_hand():
    maps = np.full((1, 120, 120), 2, np.uint8)
    maps[0, :15, :30] = 17
    maps[0, 60:, 60:] = 9
    shares = class_shares(maps, 60)
    assert shares.shape == (1, 2, 2, 19)
    assert shares[0, 0, 0, 17] == 15 * 30 / 3600
    assert shares[0, 0, 0, 2] == 1 - 15 * 30 / 3600
    assert shares[0, 1, 1, 9] == 1
    assert shares[0, 0, 1].argmax() == 2


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from([20, 30, 60]))
def test_shares_sum_to_one_and_give_the_areas_of_the_map(seed, patch):
    maps = np.random.default_rng(seed).integers(0, 19, (2, 120, 120)).astype(np.uint8)
    shares = class_shares(maps, patch)
    np.testing.assert_allclose(shares.sum(-1), 1, atol=1e-5)
    expected = [np.bincount(of.ravel(), minlength=19) / of.size for of in maps]
    np.testing.assert_allclose(shares.mean((1, 2)), expected, atol=1e-5)


def test_an_encoder_learns_to_tell_two_classes_apart_and_does_so_twice_alike():
    draws = np.random.default_rng(0)
    maps = np.repeat(np.repeat(draws.integers(0, 2, (12, 3, 3)), 40, 1), 40, 2).astype(np.uint8)
    noise = draws.normal(0, 0.2, (12, 2, 120, 120))
    pictures = torch.from_numpy((maps[:, None] * 2.0 - 1 + noise).astype(np.float32))
    shares = torch.from_numpy(class_shares(maps, 40))
    labels = [torch.from_numpy(np.arange(12) % 2)]
    options = EncoderSettings(width=32, layers=1, patch=40, steps=40, learning_rate=5e-3)
    runs = []
    for _ in range(2):
        torch.manual_seed(0)
        encoder = tiny_encoder(2, 32, 1, 40)
        loss = pretrain_encoder(encoder, pictures, shares, labels, options, 0)
        runs.append((loss, encoder.state_dict()))
    assert runs[0][0] < 0.5 + 0.3 * np.log(2), "guessing would cost 0.69 and 0.3 × 0.69 nats"
    assert runs[0][0] == runs[1][0]
    assert all(torch.equal(value, runs[1][1][name]) for name, value in runs[0][1].items())
