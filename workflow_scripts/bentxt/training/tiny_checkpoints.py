"""The tiny checkpoints that can be built: what builds each, and what it depends on.

Nothing here imports a builder. The program imports the one that it needs by name, and only that one's code
is in the fingerprint of the checkpoint: other builders can change without it being built again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from bentxt.models.checkpoint_sources import ENCODERS

if TYPE_CHECKING:
    from bentxt.models.tiny.request import TinyRequest


@dataclass(frozen=True)
class TinyCheckpoint:
    """How the tiny checkpoints of one architecture are built.

    Attributes
    ----------
    module : str
        Its function ``build`` takes a :class:`bentxt.models.tiny.request.TinyRequest` and returns what it
        reports, a list of str.
    settings : tuple of str
        Dotted config keys that the weights depend on, beyond ``seed``.
    pretrained : bool
        Whether it learns from the training split's images and maps; the others stay random.
    """

    module: str
    settings: tuple[str, ...]
    pretrained: bool


_RANDOM = ("tiny.language.vocabulary",)
#: By architecture, as ``tiny`` in ``resources/models.yaml`` names it, and the encoders by their own keys.
TINY_CHECKPOINTS = {
    **dict.fromkeys(ENCODERS, TinyCheckpoint("bentxt.training.tiny_encoders", ("tiny.encoder",), True)),
    "internvl": TinyCheckpoint(
        "bentxt.training.tiny_internvl", ("tiny.language", "tiny.tower", "images.rgb_white"), True
    ),
    "qwen3_vl": TinyCheckpoint("bentxt.models.tiny.qwen", _RANDOM, False),
    "glm46v": TinyCheckpoint("bentxt.models.tiny.glm46v", _RANDOM, False),
    "llava_onevision": TinyCheckpoint("bentxt.models.tiny.llava_onevision", _RANDOM, False),
}


def tiny_builder(architecture: str) -> Callable[[TinyRequest], list[str]]:
    """Import the function that builds the tiny checkpoints of an architecture."""
    build: Callable[[TinyRequest], list[str]] = import_module(TINY_CHECKPOINTS[architecture].module).build
    return build
