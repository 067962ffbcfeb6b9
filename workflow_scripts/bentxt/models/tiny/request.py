"""What a tiny checkpoint is built from, whatever its architecture, and how its files are written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bentxt.atomic import atomic_directory
from bentxt.models.checkpoints import write_about

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class TinyRequest:
    """A tiny checkpoint that is to be built.

    Attributes
    ----------
    architecture : str
        A key of :data:`bentxt.training.tiny_checkpoints.TINY_CHECKPOINTS`.
    out : str or Path
        Folder of the checkpoint; it appears when it is complete.
    rows : pandas.DataFrame
        The training split's rows of the data set.
    images : str or Path
        LMDB of the images.
    reference_maps : str or Path
        Archive or folder of reference maps.
    settings : dict
        The part of the config that the architecture depends on, and perhaps more.
    seed : int
        Of the weights and of the pre-training.
    made : dict
        Lineage, to be written into a checkpoint that is pre-trained.
    """

    architecture: str
    out: str | Path
    rows: pd.DataFrame
    images: str | Path
    reference_maps: str | Path
    settings: dict[str, Any]
    seed: int
    made: dict[str, Any]


class Piece(Protocol):
    """A model, tokenizer or image processor of transformers."""

    def save_pretrained(self, folder: Path, /) -> object:
        """Write its files into a folder."""
        ...


def save_pieces(out: str | Path, weights: str, made: dict[str, Any] | None, *pieces: Piece) -> None:
    """Save a tiny checkpoint with what its weights are.

    Parameters
    ----------
    out : str or Path
        Folder; it appears when it is complete.
    weights : str
        :data:`bentxt.models.checkpoints.TINY_RANDOM` or :data:`bentxt.models.checkpoints.TINY_PRETRAINED`.
    made : dict or None
        Lineage.
    *pieces : Piece
        Model, and what it is loaded with.
    """
    with atomic_directory(out) as part:
        for piece in pieces:
            piece.save_pretrained(part)
        write_about(part, weights, made)
