"""FlexAttention's block mask and the split of a row against the dense mask, and the choice between them."""

import pytest
import torch
import transformers.integrations.flex_attention as in_transformers
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.attention import flex_attention as in_torch

from bentxt.errors import InputError
from bentxt.training.attention import (
    IMPLEMENTATIONS,
    attention_mask,
    choose_attention,
    dense_mask,
    flex_mask,
    split_attention,
    split_mask,
)
from bentxt.training.packing import annotation_losses, answer_segment, pack, token_losses
from worlds.tiny_rs_internvl import model

annotations = st.tuples(st.integers(1, 6), st.integers(1, 4))
rows = st.lists(st.lists(annotations, min_size=1, max_size=4), min_size=1, max_size=3)


def _packed(shape, prefix):
    segments = [[answer_segment([7] * asked, [8, 9, 10, 11][:said]) for asked, said in row] for row in shape]
    return pack(prefix, segments)


def _seen(mask, blocks):
    """Evaluate a block mask at every place."""
    row, place, other = (torch.arange(size) for size in (len(blocks), *[blocks.shape[1]] * 2))
    grid = torch.meshgrid(row, place, other, indexing="ij")
    return mask.mask_mod(grid[0], torch.zeros_like(grid[0]), grid[1], grid[2])


@settings(max_examples=30)
@given(rows, st.integers(1, 140))
def test_the_block_mask_says_what_the_dense_one_says(shape, prefix):
    packed = _packed(shape, prefix)
    dense, mask = dense_mask(packed.blocks)[:, 0], flex_mask(packed.blocks)
    assert torch.equal(_seen(mask, packed.blocks), dense)
    # Its blocks, which are skipped or not, cover all that is seen.
    covered = mask.to_dense()[:, 0].repeat_interleave(128, 1).repeat_interleave(128, 2)
    length = dense.shape[1]
    assert (covered[:, :length, :length].bool() | ~dense).all()


def test_padding_is_seen_by_itself_alone():
    packed = _packed([[(2, 2), (3, 1)], [(1, 1)]], 4)
    for mask in (dense_mask(packed.blocks)[:, 0], _seen(flex_mask(packed.blocks), packed.blocks)):
        assert torch.equal(mask[1, :, 6:], torch.eye(12, dtype=torch.bool)[:, 6:])
        assert mask.any(-1).all(), "a place that sees nothing has no attention"


@settings(max_examples=30)
@given(rows, st.integers(1, 140), st.sampled_from([(1, 1), (4, 2), (6, 1)]))
def test_a_split_row_attends_as_under_the_dense_mask(shape, prefix, heads):
    packed = _packed(shape, prefix)
    count, length = packed.blocks.shape
    draws = torch.Generator().manual_seed(prefix)
    query, key, value = (
        torch.randn(count, of, length, 8, generator=draws, requires_grad=True)
        for of in (heads[0], heads[1], heads[1])
    )
    split, nothing = split_attention(None, query, key, value, split_mask(packed.blocks), scaling=0.3)
    dense = torch.nn.functional.scaled_dot_product_attention(
        query,
        *(of.repeat_interleave(heads[0] // heads[1], 1) for of in (key, value)),
        attn_mask=dense_mask(packed.blocks),
        scale=0.3,
    ).transpose(1, 2)
    assert nothing is None
    torch.testing.assert_close(split, dense)
    weight = torch.randn(dense.shape, generator=draws)
    ours, theirs = (torch.autograd.grad((of * weight).sum(), (query, key, value)) for of in (split, dense))
    for own, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(own, other, rtol=1e-4, atol=1e-5)


def test_the_text_of_a_split_row_has_a_mask_and_its_prefix_none():
    packed = _packed([[(2, 2), (3, 1)], [(1, 1)]], 4)
    mask = split_mask(packed.blocks)
    assert mask.prefix == 4
    assert torch.equal(mask.text, dense_mask(packed.blocks)[:, :, 4:])


@pytest.fixture
def unfused(monkeypatch):
    """FlexAttention as it is written down, uncompiled, so that a CPU goes backward; counts calls."""
    calls = []

    def attend(query, key, value, training=False, **options):
        calls.append(options["block_mask"])
        return in_torch.flex_attention(query, key, value, **options)

    monkeypatch.setattr(in_torch, "_validate_device", lambda *of: None)
    monkeypatch.setattr(in_transformers, "compile_friendly_flex_attention", attend)
    return calls


def test_losses_and_gradients_are_equal(unfused):
    _, network = model()
    network.add_adapter(4, 8, 0.0)
    torch.manual_seed(1)
    trained = network.trained_parameters()
    for name, value in trained.items():
        if "lora_B" in name:
            torch.nn.init.normal_(value, std=0.1)
    # A prefix of more than a block, rows of one and of several annotations, and padding.
    packed = _packed([[(5, 3), (2, 1), (6, 4)], [(3, 2)]], 150)
    prefix = torch.randn(2, 150, 64)
    found = {}
    for attention in IMPLEMENTATIONS.values():
        network.language_model.set_attn_implementation(attention)
        embeddings = torch.cat([prefix, network.language_model.embed_tokens(packed.tokens)], dim=1)
        mask = attention_mask(packed.blocks, network.language_model.config._attn_implementation)
        logits = network.logits(embeddings, mask, packed.positions, packed.rows, packed.columns)
        losses = annotation_losses(token_losses(logits, packed), packed)
        gradients = torch.autograd.grad(losses.sum(), list(trained.values()), allow_unused=True)
        found[attention] = [losses, *(of for of in gradients if of is not None)]
    assert len(unfused) == network.language_model.config.num_hidden_layers
    assert all(isinstance(mask, in_torch.BlockMask) for mask in unfused)
    assert len(found["sdpa"]) > 8
    for other in ("flex_attention", "bentxt_split"):
        for dense, found_so in zip(found["sdpa"], found[other], strict=True):
            torch.testing.assert_close(found_so, dense, rtol=1e-4, atol=1e-6)


def test_the_choice_by_hand():
    cpu, gpu = torch.device("cpu"), torch.device("cuda")
    assert [choose_attention(of, gpu) for of in ("auto", "sdpa", "flex")] == [
        "flex_attention",
        "sdpa",
        "flex_attention",
    ]
    assert [choose_attention(of, cpu) for of in ("auto", "split", "sdpa")] == [
        "bentxt_split",
        "bentxt_split",
        "sdpa",
    ]
    with pytest.raises(InputError, match="no backward pass on a CPU") as caught:
        choose_attention("flex", cpu)
    assert caught.value.item == "finetuning.attention"
