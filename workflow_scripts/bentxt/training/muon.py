"""Muon in float32 for many small matrices: orthogonal updates, those of one shape made together.

PyTorch's own (``torch.optim.Muon``) goes through the matrices one by one in bfloat16, which is slow on
processors that do not know it.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch

#: Coefficients and number of the Newton–Schulz steps, as in ``torch.optim.Muon``.
_COEFFICIENTS, _STEPS = (3.4445, -4.7750, 2.0315), 5


def orthogonal(matrices: torch.Tensor) -> torch.Tensor:
    """Return matrices with the singular vectors of others, and singular values near 1.

    Parameters
    ----------
    matrices : torch.Tensor
        float32, shape (matrices, rows, columns).

    Returns
    -------
    torch.Tensor
        Same shape.
    """
    tall = matrices.shape[1] > matrices.shape[2]
    found = matrices.mT if tall else matrices
    found = found / found.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)
    a, b, c = _COEFFICIENTS
    for _ in range(_STEPS):
        gram = found @ found.mT
        found = torch.baddbmm(found, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), found, beta=a)
    return found.mT if tall else found


class Muon(torch.optim.Optimizer):
    """Muon with Nesterov momentum, and steps as long as AdamW's (0.2 √(longer side) × learning rate).

    Parameters
    ----------
    matrices : iterable of torch.nn.Parameter
        Each of two dimensions.
    lr : float
    momentum : float
    weight_decay : float
    """

    def __init__(
        self,
        matrices: Iterable[torch.nn.Parameter],
        lr: float,
        momentum: float = 0.95,
        weight_decay: float = 0.1,
    ) -> None:
        super().__init__(matrices, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        """Take a step along the gradients."""
        for group in self.param_groups:
            shapes: dict[torch.Size, list[torch.nn.Parameter]] = {}
            for matrix in group["params"]:
                if matrix.grad is not None:
                    shapes.setdefault(matrix.shape, []).append(matrix)
            for shape, matrices in shapes.items():
                gradients = torch.stack([matrix.grad for matrix in matrices])
                mean = self.state[matrices[0]].setdefault("mean", torch.zeros_like(gradients))
                mean.lerp_(gradients, 1 - group["momentum"])
                updates = orthogonal(gradients.lerp(mean, group["momentum"]))
                length = 0.2 * max(shape) ** 0.5
                for matrix, update in zip(matrices, updates, strict=True):
                    matrix.mul_(1 - group["lr"] * group["weight_decay"])
                    matrix.add_(update, alpha=-group["lr"] * length)
