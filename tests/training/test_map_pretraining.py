"""The loop that learns from maps: pictures and maps are turned alike, and what is reported is the loss's."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bentxt.training.map_pretraining import class_shares, learn_maps, turned_together


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_a_turned_image_and_its_shares_still_agree(seed):
    maps = np.repeat(np.repeat(np.arange(16, dtype=np.uint8).reshape(1, 4, 4), 30, 1), 30, 2)
    shares = torch.from_numpy(class_shares(maps, 30))
    pictures = torch.from_numpy(maps[:, None].astype(np.float32))
    pictures, shares = turned_together(pictures, shares, np.random.default_rng(seed))
    assert torch.equal(pictures[0, 0, 15::30, 15::30].long(), shares[0].argmax(-1))


def test_the_last_tenth_of_the_steps_is_reported_and_heads_are_trained_too():
    images, shares = torch.zeros(20, 1, 2, 2), torch.ones(20, 1, 1, 1)
    model, head = torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)
    before = [value.clone() for of in (model, head) for value in of.parameters()]
    batches = []

    def loss(batch, picture, share):
        batches.append(batch.tolist())
        return head(model(share)).square().mean(), torch.tensor(float(len(batches)))

    assert learn_maps(model, [head], images, shares, loss, 20, 0.1, 1, "test") == pytest.approx(19.5)
    assert {len(set(batch)) for batch in batches} == {16}
    assert len({tuple(batch) for batch in batches}) == 20
    assert not model.training
    after = [value for of in (model, head) for value in of.parameters()]
    assert not any(torch.equal(old, new) for old, new in zip(before, after, strict=True))
