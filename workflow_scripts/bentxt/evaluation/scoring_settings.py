"""What the config says about scores: its section ``benchmark``, as far as the scores of a task use it."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class ScoringSettings:
    """Of every task.

    Attributes
    ----------
    bootstrap_resamples : int
        Draws of the images for each 95 % interval.
    """

    bootstrap_resamples: int


@dataclass(frozen=True)
class BinarySettings(ScoringSettings):
    """Of binary questions.

    Attributes
    ----------
    other_words : bool
        Whether other words than yes and no answer a question.
    """

    other_words: bool


@dataclass(frozen=True)
class CaptionSettings(ScoringSettings):
    """Of captions.

    Attributes
    ----------
    bertscore_checkpoint : str or None
        Hugging Face id or folder of roberta-large.
    meteor_jar : bool
        Also METEOR 1.5, which needs Java.
    clair : dict or None
        The judge, as for :func:`bentxt.evaluation.clair.clair`.
    """

    bertscore_checkpoint: str | None
    meteor_jar: bool
    clair: dict | None


#: The settings of each task.
SETTINGS: dict[str, type[ScoringSettings]] = {
    "captioning": CaptionSettings,
    "binary": BinarySettings,
    "mcq": ScoringSettings,
    "referring": ScoringSettings,
}


def scoring_keys(task: str) -> list[str]:
    """Return the config keys that the scores of a task depend on, as ``benchmark.other_words``."""
    return [f"benchmark.{field.name}" for field in fields(SETTINGS[task])]
