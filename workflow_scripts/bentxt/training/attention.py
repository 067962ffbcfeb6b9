"""What each token of a packed sequence sees, as PyTorch's two ways of attention take it.

Both ways give the same. On a GPU, FlexAttention skips the blocks of 128 by 128 places in which nothing is
seen; elsewhere the mask is dense: a byte for each two places of a row, so that a pass of rows of equal length
takes ``tokens_per_pass`` × that length bytes (4 MB for 4,096 tokens in rows of 1,024).
"""

from __future__ import annotations

import torch
from torch.nn.attention.flex_attention import BlockMask, create_block_mask

from bentxt.errors import InputError

#: Names in transformers of the settings ``finetuning.attention``.
IMPLEMENTATIONS = {"sdpa": "sdpa", "flex": "flex_attention"}


def choose_attention(attention: str, device: torch.device) -> str:
    """Return transformers' name of an attention.

    Parameters
    ----------
    attention : str
        auto (flex on a GPU, sdpa elsewhere), sdpa or flex.
    device : torch.device

    Raises
    ------
    InputError
        If flex is asked for where it cannot be trained with.

    Examples
    --------
    >>> choose_attention("auto", torch.device("cuda")), choose_attention("auto", torch.device("cpu"))
    ('flex_attention', 'sdpa')
    """
    gpu = device.type == "cuda"
    if attention == "flex" and not gpu:
        raise InputError(
            "FlexAttention has no backward pass on a CPU",
            item="finetuning.attention",
            remedy="set it to auto or sdpa",
        )
    return IMPLEMENTATIONS[("flex" if gpu else "sdpa") if attention == "auto" else attention]


def attention_mask(blocks: torch.Tensor, implementation: str) -> torch.Tensor | BlockMask:
    """Return what each token sees: :func:`flex_mask` for FlexAttention, else :func:`dense_mask`."""
    return flex_mask(blocks) if implementation == IMPLEMENTATIONS["flex"] else dense_mask(blocks)


def dense_mask(blocks: torch.Tensor) -> torch.Tensor:
    """Return what each token sees: the prefix and its own segment, as far as they come before it.

    Parameters
    ----------
    blocks : torch.Tensor
        int32, shape (rows, length), of :class:`bentxt.training.packing.Packed`.

    Returns
    -------
    torch.Tensor
        bool, shape (rows, 1, length, length): whether a place sees another.
    """
    order = torch.arange(blocks.shape[1], device=blocks.device)
    rows, columns = blocks[:, :, None], blocks[:, None, :]
    mask = ((rows == columns) | (columns == 0)) & (order[:, None] >= order) & (columns >= 0)
    # A place of padding sees itself, as a softmax over nothing is not a number.
    return (mask | torch.eye(len(order), dtype=torch.bool, device=blocks.device))[:, None]


def flex_mask(blocks: torch.Tensor) -> BlockMask:
    """Return the same as :func:`dense_mask`, for FlexAttention."""

    def sees(row, head, place, other):
        own, seen = blocks[row, place], blocks[row, other]
        return (((own == seen) | (seen == 0)) & (place >= other) & (seen >= 0)) | (place == other)

    count, length = blocks.shape
    return create_block_mask(sees, count, None, length, length, device=blocks.device)
