"""Where the projections of Sentinel-1 and Sentinel-2 begin: random, or fitted to the RGB tokens.

The language model has learned to read InternVL's visual tokens. Tokens of a random projection are noise to
it, and it hardly looks at them, so that the gradient says little of what would help. Millions of annotations
overcome that, thousands do not. Fitted projections begin with tokens that look as InternVL's do at the same
place, as far as a linear map can tell, and training has to learn only what RGB does not show. The paper does
not say how its projections begin.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from bentxt.models.modalities import FITTED
from bentxt.models.rs_internvl import Features, RSInternVL
from bentxt.randomness import generator
from bentxt.training.processes import ALONE, Processes

#: Patches that projections are fitted to, at most: some ten thousand tokens and more.
FITTED_PATCHES = 512

#: Patches whose features are asked for together.
_TOGETHER = 16

#: Ridge, as a share of the mean square of a feature.
_RIDGE = 1e-5


def drawn_patches(patches: np.ndarray, seed: int) -> np.ndarray:
    """Draw the patches that projections are fitted to: int64, sorted, at most :data:`FITTED_PATCHES`.

    Parameters
    ----------
    patches : numpy.ndarray
        int64: the numbers of those that are trained on.
    seed : int
    """
    return np.sort(generator(seed, "fitted projections").permutation(patches)[:FITTED_PATCHES])


@torch.no_grad()
def fit_projections(
    model: RSInternVL,
    features: Callable[[Sequence[int]], Features],
    patches: Sequence[int],
    processes: Processes = ALONE,
) -> dict[str, float]:
    """Set each projection to the ridge regression from tokens of its encoder to the RGB tokens there.

    RGB tokens lie on a grid of their own, and are interpolated to that of the encoder. Processes share the
    patches, and get the same projections up to rounding, whatever their number.

    Parameters
    ----------
    model : RSInternVL
        It sees RGB; its projections are changed in place. One of RGB alone has none, and nothing is read.
    features : callable
        Gives the features of patches by their numbers.
    patches : sequence of int
        Patches to fit to.
    processes : bentxt.training.processes.Processes

    Returns
    -------
    dict of str to float
        By modality, what the fit leaves of the variance of the RGB tokens, 0–1.

    Raises
    ------
    InputError
        If the model does not see RGB, but other modalities.
    """
    if not model.sensors:
        return {}
    model.make.check_projections(FITTED)
    sums = {sensor: _Sums(model, sensor) for sensor in model.sensors}
    own = patches[processes.rank :: processes.count]
    for begin in range(0, len(own), _TOGETHER):
        of = features(own[begin : begin + _TOGETHER])
        rgb = model.rgb_tokens(of)
        for sensor, gathered in sums.items():
            tokens = model.encoder_tokens(of, sensor)
            gathered.add(tokens, _on_grid(rgb, tokens.shape[1]))
    return {sensor: gathered.settle(processes) for sensor, gathered in sums.items()}


class _Sums:
    """Products of tokens and RGB tokens, float64, and the regression that follows from them."""

    def __init__(self, model: RSInternVL, sensor: str) -> None:
        self._projection = model.projection(sensor)
        hidden, width = self._projection.weight.shape
        # Tokens, a constant and RGB tokens, each with each.
        size = width + 1 + hidden
        self._width = width
        self._products = torch.zeros(size, size, dtype=torch.float64, device=self._projection.weight.device)

    def add(self, tokens: torch.Tensor, rgb: torch.Tensor) -> None:
        """Add tokens, shape (patches, cells, width), and RGB tokens, (patches, cells, hidden size)."""
        constant = torch.ones_like(tokens[..., :1])
        rows = torch.cat([of.double() for of in (tokens, constant, rgb)], dim=-1).flatten(0, 1)
        self._products += rows.T @ rows

    def settle(self, processes: Processes) -> float:
        """Sum over the processes, set the projection, and return what is left of the variance."""
        processes.sum(self._products)
        end = self._width + 1
        own, both, theirs = self._products[:end, :end], self._products[:end, end:], self._products[end:, end:]
        ridge = torch.zeros(end, dtype=own.dtype, device=own.device)
        ridge[:-1] = _RIDGE * own.diagonal()[:-1].mean()
        found = torch.linalg.solve(own + ridge.diag(), both)
        self._projection.weight.copy_(found[:-1].T)
        self._projection.bias.copy_(found[-1])
        left = theirs.trace() - 2 * (found * both).sum() + (found * (own @ found)).sum()
        variance = theirs.trace() - both[-1].square().sum() / own[-1, -1]
        return (left / variance).item()


def _on_grid(rgb, cells):
    """Interpolate tokens of a square grid, shape (patches, tokens, hidden size), to one of so many cells."""
    side, wanted = round(rgb.shape[1] ** 0.5), round(cells**0.5)
    grid = rgb.float().transpose(1, 2).unflatten(2, (side, side))
    found = torch.nn.functional.interpolate(grid, size=(wanted, wanted), mode="bilinear")
    return found.flatten(2).transpose(1, 2)
