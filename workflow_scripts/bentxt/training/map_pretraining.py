"""What the maps below pictures show, and the loop in which a tiny tower or encoder learns it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from bentxt.nomenclature import CLASSES
from bentxt.program.progress_bars import progress

#: Patches a step, at most.
_TOGETHER = 16

#: Of the numbers of a batch's patches, their pictures and their shares: what is minimised, what is reported.
Loss = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


def class_shares(class_maps: np.ndarray, patch: int) -> np.ndarray:
    """Return the share of each class in each cell of a grid over the patch.

    Parameters
    ----------
    class_maps : numpy.ndarray
        uint8, shape (patches, 120, 120), values 0–18.
    patch : int
        Side of a cell, pixels.

    Returns
    -------
    numpy.ndarray
        float32, shape (patches, cells, cells, 19), rows from the top; sums to 1 over the classes.
    """
    count, side = len(class_maps), class_maps.shape[1] // patch
    cells = class_maps.reshape(count, side, patch, side, patch).swapaxes(2, 3).reshape(-1, patch * patch)
    numbers = cells + len(CLASSES) * np.arange(len(cells))[:, None]
    counted = np.bincount(numbers.ravel(), minlength=len(CLASSES) * len(cells))
    return (counted / patch**2).astype(np.float32).reshape(count, side, side, len(CLASSES))


def learn_maps(
    model: torch.nn.Module,
    heads: Sequence[torch.nn.Module],
    images: torch.Tensor,
    shares: torch.Tensor,
    loss: Loss,
    steps: int,
    learning_rate: float,
    seed: int,
    name: str,
) -> float:
    """Train a model on batches of patches that are turned and mirrored with their maps.

    Parameters
    ----------
    model : torch.nn.Module
        Trained in place.
    heads : list of torch.nn.Module
        Trained with it, for the loss alone.
    images : torch.Tensor
        float32, shape (patches, channels, side, side).
    shares : torch.Tensor
        float32, shape (patches, cells, cells, classes).
    loss : callable
        Gives the loss of a batch, and what of it is reported, both of shape ().
    steps : int
    learning_rate : float
        Peak.
    seed : int
        Of the batches and of their turns.
    name : str
        For the progress bar.

    Returns
    -------
    float
        Mean of what the loss reported, over the last tenth of the steps.
    """
    generator = np.random.default_rng(seed)
    parameters = [value for of in (model, *heads) for value in of.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=learning_rate, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, learning_rate, total_steps=steps, pct_start=0.1)
    reported = []
    model.train()
    for _ in progress(range(steps), desc=name):
        together = min(_TOGETHER, len(images))
        batch = torch.from_numpy(generator.choice(len(images), together, replace=False))
        minimised, told = loss(batch, *turned_together(images[batch], shares[batch], generator))
        optimizer.zero_grad()
        minimised.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()
        reported.append(told.item())
    model.eval()
    return float(np.mean(reported[-max(1, steps // 10) :]))


def turned_together(
    images: torch.Tensor, shares: torch.Tensor, generator: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Turn and mirror a batch: land cover looks the same from any side."""
    turns = int(generator.integers(4))
    images, shares = torch.rot90(images, turns, (2, 3)), torch.rot90(shares, turns, (1, 2))
    if generator.integers(2):
        images, shares = images.flip(3), shares.flip(2)
    return images, shares
