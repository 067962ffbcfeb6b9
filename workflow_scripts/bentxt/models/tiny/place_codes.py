"""Places as smooth codes: near places have near codes.

The tiny language model's coordinates begin with such codes as embeddings and as rows of its head, and the
cells of a description carry the code of their centre, so that it need not learn a hundred numbers one by one.
"""

from __future__ import annotations

import math

import torch

#: Waves over the side of a patch.
_WAVES = (0.5, 1.0, 2.0, 4.0, 8.0)

#: Length of a code.
CODE_LENGTH = 2 * len(_WAVES)


def place_code(values: torch.Tensor) -> torch.Tensor:
    """Return the codes of places.

    Parameters
    ----------
    values : torch.Tensor
        float32, shape (...): 0 at one edge, 1 at the other.

    Returns
    -------
    torch.Tensor
        float32, shape (..., :data:`CODE_LENGTH`): cosines and sines, of mean square 1/2.
    """
    angles = 2 * math.pi * values[..., None] * torch.tensor(_WAVES)
    return torch.cat([angles.cos(), angles.sin()], dim=-1)
