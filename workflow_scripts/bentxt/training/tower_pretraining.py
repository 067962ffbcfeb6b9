"""Pre-training of the tiny RGB tower and its projector, on pictures of the training patches.

InternVL's visual tokens come aligned with its language model. So do these: each learns to be what the
language model has read in descriptions, the words of what its part of the picture shows.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import transformers
from torch.nn.functional import cross_entropy, mse_loss

from bentxt.nomenclature import CLASSES
from bentxt.training.map_pretraining import learn_maps


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
        float32, shape (19, width): how the names of the classes look.
    rest : torch.Tensor
        float32, shape (patches, cells², width): what all but the classes adds to each token.
    settings : TowerSettings
    seed : int

    Returns
    -------
    float
        Mean squared error of the last tenth of the steps, as a share of the targets' mean square.
    """
    trained = torch.nn.ModuleList([model.model.vision_tower, model.model.multi_modal_projector])
    head = torch.nn.Linear(words.shape[1], len(CLASSES))

    def loss(batch, picture, target):
        described = target.sqrt().flatten(1, 2) @ words + rest[batch]
        found = model.model.get_image_features(pixel_values=picture, return_dict=True).pooler_output
        found = found.reshape(described.shape)
        error = mse_loss(found, described) / described.square().mean()
        return error + cross_entropy(head(found).flatten(0, 1), target.flatten(0, 2)), error

    pace = (settings.steps, settings.learning_rate, seed)
    return learn_maps(trained, [head], tiles, shares, loss, *pace, "RGB tower")
