"""What is measured of a model while it is fine-tuned."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """A held-out annotation with what the model answers.

    Attributes
    ----------
    patch_id, instruction, reference : str
    answer : str
    cut : bool
        Whether the model had not ended.
    """

    patch_id: str
    instruction: str
    reference: str
    answer: str
    cut: bool


@dataclass(frozen=True)
class Measurement:
    """What is measured at a time.

    Attributes
    ----------
    loss : float
        Nats; the mean over annotations, or over answer tokens, as in training.
    samples : list of Sample
    """

    loss: float
    samples: list[Sample]
