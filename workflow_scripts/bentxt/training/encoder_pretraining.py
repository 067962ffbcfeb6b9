"""Pre-training of the tiny S1 and S2 encoders on the miniature world's training patches.

The published encoders learned BigEarthNet's labels from a whole patch. The tiny ones have seconds instead of
days, so they are told more: the share of each class under every token, where the token lies, and the patch's
season, country and climate zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import cross_entropy, mse_loss, one_hot

from bentxt.nomenclature import CLASSES
from bentxt.training.map_pretraining import learn_maps

if TYPE_CHECKING:
    import transformers

#: Weight of the squared error of what tokens show, which is small by nature, and how large it stands in them.
_LINEAR, _STRENGTH = 10.0, 2.0


@dataclass(frozen=True)
class EncoderSettings:
    """The config's ``tiny.encoder``: sizes (``width``, ``layers``, ``patch``), steps and learning rate."""

    width: int
    layers: int
    patch: int
    steps: int
    learning_rate: float


def pretrain_encoder(
    model: transformers.ViTModel,
    images: torch.Tensor,
    shares: torch.Tensor,
    labels: Sequence[torch.Tensor],
    settings: EncoderSettings,
    seed: int,
) -> float:
    """Teach an encoder what its tokens show.

    Parameters
    ----------
    model : transformers.ViTModel
        Trained in place.
    images : torch.Tensor
        float32, shape (patches, channels, 120, 120), standardised.
    shares : torch.Tensor
        float32, shape (patches, cells, cells, 19), from :func:`bentxt.training.map_pretraining.class_shares`.
    labels : list of torch.Tensor
        Of each patch-level property (season, country, climate zone) the numbers, int64, shape
        (patches,).
    settings : EncoderSettings
    seed : int

    Returns
    -------
    float
        Mean loss of the last tenth of the steps, nats; the squared error of what tokens show is left out.
    """
    cells = torch.nn.Linear(settings.width, len(CLASSES))
    heads = torch.nn.ModuleList(torch.nn.Linear(settings.width, int(of.max()) + 1) for of in labels)
    named = torch.cat([one_hot(of).float() for of in labels], dim=1)
    directions = _directions(settings.width, _what_shows(shares[:1], named[:1]).shape[-1])

    def loss(batch, picture, target):
        tokens = model(picture).last_hidden_state[:, 1:]
        seen = cross_entropy(cells(tokens).flatten(0, 1), target.flatten(0, 2))
        for head, of in zip(heads, labels, strict=True):
            seen = seen + 0.3 * cross_entropy(head(tokens.mean(1)), of[batch])
        error = mse_loss(tokens @ directions / _STRENGTH, _what_shows(target, named[batch]))
        return seen + _LINEAR * error, seen

    pace = (settings.steps, settings.learning_rate, seed)
    return learn_maps(model, [cells, *heads], images, shares, loss, *pace, "encoder")


def _directions(width, meanings):
    """Return a direction of the tokens for each meaning, shape (width, meanings).

    A projection is linear and begins with small weights: what tokens show has to stand in them plainly.
    """
    most = max(width, meanings)
    return torch.linalg.qr(torch.randn(most, most)).Q[:width, :meanings]


def _what_shows(shares, named):
    """Return what tokens show: roots of shares, row, column, and what is said of the patch.

    Shape (patches, cells², 19 + 2 × cells + names).
    """
    cells = shares.shape[1]
    one = torch.eye(cells)
    row, column = one[:, None].expand(-1, cells, -1), one[None].expand(cells, -1, -1)
    place = torch.cat([row, column], dim=-1).expand(len(shares), -1, -1, -1)
    said = named[:, None, None].expand(-1, cells, cells, -1)
    return torch.cat([shares.sqrt(), place, said], dim=-1).flatten(1, 2)
