"""Muon in float32 against PyTorch's own, and what an orthogonal update is."""

import torch

from bentxt.training.muon import Muon, orthogonal


def test_updates_are_nearly_orthogonal():
    torch.manual_seed(0)
    for shape in ((3, 16, 40), (2, 40, 16), (1, 24, 24)):
        values = torch.linalg.svdvals(orthogonal(torch.randn(shape)))
        assert values.min() > 0.3, shape
        assert values.max() < 1.3, shape


def test_it_goes_where_pytorchs_own_goes():
    torch.manual_seed(0)
    start = [torch.randn(shape) for shape in ((16, 40), (16, 40), (40, 16))]
    goal = [torch.randn_like(matrix) for matrix in start]
    ends = []
    for kind, options in ((Muon, {}), (torch.optim.Muon, {"adjust_lr_fn": "match_rms_adamw"})):
        matrices = [torch.nn.Parameter(matrix.clone()) for matrix in start]
        optimizer = kind(matrices, lr=0.01, weight_decay=0.05, **options)
        for _ in range(10):
            optimizer.zero_grad()
            sum(((of - to) ** 2).sum() for of, to in zip(matrices, goal, strict=True)).backward()
            optimizer.step()
        ends.append(torch.cat([matrix.detach().flatten() for matrix in matrices]))
    moved = ends[1] - torch.cat([matrix.flatten() for matrix in start])
    assert (ends[0] - ends[1]).norm() < 0.02 * moved.norm(), "bfloat16 is exact to three digits"
