"""What is seen and what is read lie apart in the tiny language model, as they do in a large one.

A visual token holds the words of what it shows, each turned by one fixed rotation of the embedding space. So
a head of attention can look from a word at what shows it without looking at the word itself, which comes last
and would be more like itself than any picture is.
"""

from __future__ import annotations

from functools import cache

import torch

#: Of the rotation, which every program has to draw alike.
_SEED = 29630


@cache
def sight(width: int) -> torch.Tensor:
    """Return the rotation (float32, shape (width, width)) from a word's embedding, a row, to its look.

    The transposed matrix leads back.
    """
    draw = torch.Generator().manual_seed(_SEED)
    return torch.linalg.qr(torch.randn(width, width, generator=draw)).Q


def look(words: torch.Tensor) -> torch.Tensor:
    """Return how words, or sums of them, look: float32, shape (..., width) as their embeddings."""
    return words @ sight(words.shape[-1])
