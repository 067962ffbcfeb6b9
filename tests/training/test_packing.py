"""Packed annotations must get what they would get alone: losses and gradients."""

import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import cross_entropy

from bentxt.training.attention import IMPLEMENTATIONS, attention_mask, dense_mask
from bentxt.training.packing import (
    Segment,
    annotation_losses,
    answer_segment,
    pack,
    token_losses,
)
from worlds.tiny_rs_internvl import model

lengths = st.tuples(st.integers(1, 6), st.integers(1, 4))
patches = st.lists(st.lists(lengths, min_size=1, max_size=4), min_size=1, max_size=3)


@pytest.fixture(scope="module")
def trained():
    _, network = model()
    network.add_adapter(4, 8, 0.0)
    torch.manual_seed(1)
    for name, value in network.trained_parameters().items():
        if "lora_B" in name:
            torch.nn.init.normal_(value, std=0.1)
    return network.eval()


def _draw(shape, seed):
    draws = np.random.default_rng(seed)
    return [
        [
            (draws.integers(10, 300, asked).tolist(), draws.integers(10, 300, said).tolist())
            for asked, said in of
        ]
        for of in shape
    ]


def _packed_losses(network, prefix, pairs, attention):
    network.language_model.set_attn_implementation(attention)
    packed = pack(prefix.shape[1], [[answer_segment(*pair) for pair in of] for of in pairs])
    text = network.language_model.embed_tokens(packed.tokens)
    logits = network.logits(
        torch.cat([prefix, text], 1),
        attention_mask(packed.blocks, attention),
        packed.positions,
        packed.rows,
        packed.columns,
    )
    return annotation_losses(token_losses(logits, packed), packed)


def _alone(network, prefix, question, answer):
    """The plain way, without packing, mask or positions of ours."""
    network.language_model.set_attn_implementation("sdpa")
    tokens = torch.tensor([[*question, *answer]])
    embeddings = torch.cat([prefix, network.language_model.embed_tokens(tokens)], 1)
    hidden = network.language_model(inputs_embeds=embeddings, use_cache=False).last_hidden_state
    logits = network.internvl.lm_head(hidden[0, prefix.shape[1] + len(question) - 1 : -1])
    return cross_entropy(logits, torch.tensor(answer))


def _gradients(network, loss):
    values = list(network.trained_parameters().values())
    found = torch.autograd.grad(loss, values, allow_unused=True)
    return [
        torch.zeros_like(value) if grad is None else grad for value, grad in zip(values, found, strict=True)
    ]


@pytest.mark.parametrize("attention", [IMPLEMENTATIONS["split"], IMPLEMENTATIONS["sdpa"]])
@settings(max_examples=8)
@given(patches, st.integers(0, 1000))
def test_losses_and_gradients_equal_those_of_annotations_alone(trained, attention, shape, seed):
    pairs = _draw(shape, seed)
    features = _features(trained, len(pairs), seed)
    prefix = trained.prefix(features, [1, 2])
    packed = _packed_losses(trained, prefix, pairs, attention)
    alone = torch.stack(
        [_alone(trained, prefix[row : row + 1], *pair) for row, of in enumerate(pairs) for pair in of]
    )
    torch.testing.assert_close(packed, alone, rtol=1e-4, atol=1e-5)
    together = _gradients(trained, packed.mean())
    prefix = trained.prefix(features, [1, 2])
    alone = torch.stack(
        [_alone(trained, prefix[row : row + 1], *pair) for row, of in enumerate(pairs) for pair in of]
    )
    for ours, theirs in zip(together, _gradients(trained, alone.mean()), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-5)


def _features(network, count, seed):
    torch.manual_seed(seed)
    from bentxt.models.rs_internvl import Features

    return Features(torch.randn(count, 4, 64), torch.randn(count, 9, 32), torch.randn(count, 9, 32))


def test_layout_by_hand():
    packed = pack(
        2, [[answer_segment([5, 6], [7, 8]), answer_segment([9], [10])], [answer_segment([11], [12])]]
    )
    assert packed.tokens.tolist() == [[5, 6, 7, 8, 9, 10], [11, 12, 0, 0, 0, 0]]
    assert packed.positions[0].tolist() == [0, 1, 2, 3, 4, 5, 2, 3]
    assert packed.rows.tolist() == [0, 0, 0, 1]
    assert packed.columns.tolist() == [3, 4, 6, 2]
    assert packed.targets.tolist() == [7, 8, 10, 12]
    assert packed.annotations.tolist() == [0, 0, 1, 2]
    assert packed.count == 3
    assert packed.blocks[1].tolist() == [0, 0, 1, 1, -1, -1, -1, -1]
    mask = dense_mask(packed.blocks)
    sees = mask[0, 0]
    assert sees[6].tolist() == [True, True, False, False, False, False, True, False]
    assert sees[3].tolist() == [True, True, True, True, False, False, False, False]
    assert mask.any(-1).all(), "a row that sees nothing has no attention"


def test_only_the_targets_of_a_segment_are_predicted():
    packed = pack(1, [[Segment(np.array([4, 5, 6, 7]), np.array([1, 3]))]])
    assert packed.columns.tolist() == [1, 3]
    assert packed.targets.tolist() == [5, 7]


def test_a_loss_is_the_mean_over_its_annotation():
    packed = pack(1, [[answer_segment([4], [0, 1]), answer_segment([4], [1])]])
    logits = torch.tensor([[0.0, 0.0], [0.0, 0.0], [0.0, 100.0]])
    assert annotation_losses(token_losses(logits, packed), packed).tolist() == pytest.approx([np.log(2), 0.0])


def test_a_batch_is_the_same_in_another_process():
    packed = pack(2, [[answer_segment([5, 6], [7, 8])], [answer_segment([11], [12])]])
    back = pickle.loads(pickle.dumps(packed))
    assert back.count == packed.count
    for name, values in vars(packed).items():
        if name != "count":
            assert torch.equal(getattr(back, name), values), name
