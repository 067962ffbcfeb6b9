"""Pre-training of the tiny RGB tower and its projector, on pictures of the training patches.

InternVL's visual tokens come aligned with its language model. So do these: each learns to be what the
language model has read in descriptions, the words of what its part of the picture shows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import transformers
from torch.nn.functional import cross_entropy, mse_loss

from bentxt.nomenclature import CLASSES
from bentxt.program.progress_bars import progress
from bentxt.training.encoder_pretraining import turned_together


@dataclass(frozen=True)
class TowerSettings:
    """The config's ``tiny.tower``: sizes (``width``, ``layers``), steps and learning rate."""

    width: int
    layers: int
    steps: int
    learning_rate: float


def pretrain_tower(
    model: transformers.InternVLForConditionalGeneration,
    tiles: torch.Tensor,
    shares: torch.Tensor,
    words: torch.Tensor,
    rest: torch.Tensor,
    settings: TowerSettings,
    seed: int,
) -> float:
    """Teach the tower and its projector to describe pictures in the language model's words.

    Parameters
    ----------
    model : transformers.InternVLForConditionalGeneration
        Its vision tower and projector are trained in place; its language model is not.
    tiles : torch.Tensor
        float32, shape (patches, 3, side, side), as the image processor prepares them.
    shares : torch.Tensor
        float32, shape (patches, cells, cells, 19): share of each class under each visual token.
    words : torch.Tensor
        float32, shape (19, width): embeddings of the classes.
    rest : torch.Tensor
        float32, shape (patches, cells², width): what all but the classes adds to each token.
    settings : TowerSettings
    seed : int

    Returns
    -------
    float
        Mean squared error of the last tenth of the steps, as a share of the targets' mean square.
    """
    generator = np.random.default_rng(seed)
    trained = torch.nn.ModuleList([model.model.vision_tower, model.model.multi_modal_projector])
    head = torch.nn.Linear(words.shape[1], len(CLASSES))
    parameters = [*trained.parameters(), *head.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=settings.learning_rate, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, total_steps=settings.steps, pct_start=0.1
    )
    errors = []
    trained.train()
    for _ in progress(range(settings.steps), desc="RGB tower"):
        batch = torch.from_numpy(generator.choice(len(tiles), min(16, len(tiles)), replace=False))
        picture, target = turned_together(tiles[batch], shares[batch], generator)
        described = target.flatten(1, 2) @ words + rest[batch]
        found = model.model.get_image_features(pixel_values=picture, return_dict=True).pooler_output
        found = found.reshape(described.shape)
        error = mse_loss(found, described) / described.square().mean()
        loss = error + cross_entropy(head(found).flatten(0, 1), target.flatten(0, 2))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()
        errors.append(error.item())
    trained.eval()
    return float(np.mean(errors[-max(1, settings.steps // 10) :]))
