"""What the config says about scores."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ScoringSettings:
    """The config's ``benchmark``, as far as scores use it.

    Attributes
    ----------
    bootstrap_resamples : int
        Draws of the images for each 95 % interval.
    other_words : bool
        Whether other words than yes and no answer a binary question.
    bertscore_checkpoint : str or None
        Hugging Face id or folder of roberta-large.
    meteor_jar : bool
        Also METEOR 1.5, which needs Java.
    clair : dict or None
        The judge, as for :func:`bentxt.evaluation.clair.clair`.
    """

    bootstrap_resamples: int
    other_words: bool
    bertscore_checkpoint: str | None
    meteor_jar: bool
    clair: dict | None
