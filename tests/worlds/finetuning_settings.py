"""The settings of a fine-tuning in small."""

from bentxt.training.finetuning import FinetuningSettings

#: What the config and the settings of one task have alike.
VALUES = {
    "loss": "annotations",
    "tokens_per_row": 200,
    "tokens_per_pass": 200,
    "learning_rate": 0.01,
    "initial_learning_rate": 1e-6,
    "warmup_share": 0.1,
    "weight_decay": 0.01,
    "gradient_clip": 1.0,
    "rank": 2,
    "alpha": 4,
    "dropout": 0.1,
    "gradient_checkpointing": False,
}


def finetuning_settings(**changes):
    """Return settings of two epochs with rank 2, and what is different from them."""
    values = VALUES | {"epochs": 2, "batch_size": 2, "save_minutes": 1000, "cached_patches": 0}
    return FinetuningSettings(**values | changes)
