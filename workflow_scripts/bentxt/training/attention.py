"""What each token of a packed sequence sees, for three ways of attention that give the same.

- flex: FlexAttention, on a GPU, skips the blocks of 128 by 128 places in which nothing is seen.
- split: the prefix first, which is plainly causal and needs no mask, so that nothing is computed that stands
  behind a place; then the text behind it, under a mask of as many rows as there is text.
- sdpa: everything at once under a dense mask, a byte for each two places of a row: 4 MB for a pass of 4,096
  tokens in rows of 1,024. What it hides is computed nevertheless.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.attention.flex_attention import BlockMask, create_block_mask
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface

from bentxt.errors import InputError

#: Names in transformers of the settings ``finetuning.attention``.
IMPLEMENTATIONS = {"sdpa": "sdpa", "flex": "flex_attention", "split": "bentxt_split"}


def choose_attention(attention: str, device: torch.device) -> str:
    """Return transformers' name of an attention.

    Parameters
    ----------
    attention : str
        auto (flex on a GPU, split elsewhere), flex, split or sdpa.
    device : torch.device

    Raises
    ------
    InputError
        If flex is asked for where it cannot be trained with.

    Examples
    --------
    >>> choose_attention("auto", torch.device("cuda")), choose_attention("auto", torch.device("cpu"))
    ('flex_attention', 'bentxt_split')
    """
    gpu = device.type == "cuda"
    if attention == "flex" and not gpu:
        raise InputError(
            "FlexAttention has no backward pass on a CPU",
            item="finetuning.attention",
            remedy="set it to auto, split or sdpa",
        )
    return IMPLEMENTATIONS[("flex" if gpu else "split") if attention == "auto" else attention]


@dataclass(frozen=True)
class SplitMask:
    """What :func:`split_attention` is told.

    Attributes
    ----------
    prefix : int
        Places of the prefix, the same in all rows.
    text : torch.Tensor
        bool, shape (rows, 1, length - prefix, length): what each place behind it sees.
    """

    prefix: int
    text: torch.Tensor


def attention_mask(
    blocks: torch.Tensor, implementation: str
) -> torch.Tensor | BlockMask | dict[str, SplitMask]:
    """Return what each token sees, as the implementation takes it.

    Parameters
    ----------
    blocks : torch.Tensor
        int32, shape (rows, length), of :class:`bentxt.training.packing.Packed`.
    implementation : str
        Of :data:`IMPLEMENTATIONS`, or another of transformers, which gets a dense mask.
    """
    if implementation == IMPLEMENTATIONS["flex"]:
        return flex_mask(blocks)
    if implementation == IMPLEMENTATIONS["split"]:
        # By kind of layer, as transformers takes what is no tensor.
        return {"full_attention": split_mask(blocks)}
    return dense_mask(blocks)


def dense_mask(blocks: torch.Tensor, first: int = 0) -> torch.Tensor:
    """Return what each token sees: the prefix and its own segment, as far as they come before it.

    Parameters
    ----------
    blocks : torch.Tensor
        int32, shape (rows, length), of :class:`bentxt.training.packing.Packed`.
    first : int
        Place from which on it is wanted.

    Returns
    -------
    torch.Tensor
        bool, shape (rows, 1, length - first, length): whether a place sees another.
    """
    order = torch.arange(blocks.shape[1], device=blocks.device)
    rows, columns, places = blocks[:, first:, None], blocks[:, None, :], order[first:, None]
    mask = ((rows == columns) | (columns == 0)) & (places >= order) & (columns >= 0)
    # A place of padding sees itself, as a softmax over nothing is not a number.
    return (mask | (places == order))[:, None]


def split_mask(blocks: torch.Tensor) -> SplitMask:
    """Return the same as :func:`dense_mask`, for :func:`split_attention`."""
    prefix = int((blocks[0] == 0).sum())
    return SplitMask(prefix, dense_mask(blocks, prefix))


def split_attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: SplitMask,
    dropout: float = 0.0,
    scaling: float | None = None,
    **options: Any,
) -> tuple[torch.Tensor, None]:
    """Attend from the prefix to the prefix, and from the text to everything, as transformers calls it.

    Parameters
    ----------
    module : torch.nn.Module
    query, key, value : torch.Tensor
        Shape (rows, heads, length, channels); heads of queries may share one of keys and values.
    attention_mask : SplitMask
    dropout, scaling : float

    Returns
    -------
    torch.Tensor, None
        Shape (rows, length, heads, channels).
    """
    begin = attention_mask.prefix
    prefix, text = query[:, :, :begin], query[:, :, begin:]
    alike = {"dropout_p": dropout, "scale": scaling, "enable_gqa": query.shape[1] != key.shape[1]}
    found = [
        scaled_dot_product_attention(prefix, key[:, :, :begin], value[:, :, :begin], is_causal=True, **alike),
        scaled_dot_product_attention(text, key, value, attn_mask=attention_mask.text, **alike),
    ]
    return torch.cat(found, dim=2).transpose(1, 2).contiguous(), None


AttentionInterface.register(IMPLEMENTATIONS["split"], split_attention)


def flex_mask(blocks: torch.Tensor) -> BlockMask:
    """Return the same as :func:`dense_mask`, for FlexAttention."""

    def sees(row, head, place, other):
        own, seen = blocks[row, place], blocks[row, other]
        return (((own == seen) | (seen == 0)) & (place >= other) & (seen >= 0)) | (place == other)

    count, length = blocks.shape
    return create_block_mask(sees, count, None, length, length, device=blocks.device)
