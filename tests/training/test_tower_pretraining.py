"""Pre-training of the RGB tower: its tokens become what the language model reads, twice alike."""

import numpy as np
import torch

from bentxt.models.tiny.internvl import tiny_internvl
from bentxt.models.tiny.tokenizer import train_tokenizer
from bentxt.training.map_pretraining import class_shares
from bentxt.training.tower_pretraining import TowerSettings, pretrain_tower


def test_tokens_learn_to_be_the_words_of_what_they_show():
    draws = np.random.default_rng(0)
    maps = np.repeat(np.repeat(draws.integers(0, 2, (12, 4, 4)), 28, 1), 28, 2).astype(np.uint8)
    tiles = torch.from_numpy(maps[:, None] * 2.0 - 1 + draws.normal(0, 0.2, (12, 3, 112, 112))).float()
    shares = torch.from_numpy(class_shares(maps, 28))
    words, rest = torch.randn(19, 64, generator=torch.Generator().manual_seed(1)), torch.zeros(12, 16, 64)
    tokenizer = train_tokenizer(["Is it so?"] * 9, 300)
    runs = []
    for _ in range(2):
        torch.manual_seed(0)
        model = tiny_internvl(tokenizer, 64, 1, 96)
        before = {name: value.clone() for name, value in model.model.language_model.state_dict().items()}
        error = pretrain_tower(model, tiles, shares, words, rest, TowerSettings(32, 1, 60, 5e-3), 0)
        after = model.model.language_model.state_dict()
        assert all(torch.equal(value, after[name]) for name, value in before.items())
        runs.append((error, model.model.multi_modal_projector.state_dict()))
    assert runs[0][0] < 0.35, "the mean of both words would cost half"
    assert runs[0][0] == runs[1][0]
    assert all(torch.equal(value, runs[1][1][name]) for name, value in runs[0][1].items())
