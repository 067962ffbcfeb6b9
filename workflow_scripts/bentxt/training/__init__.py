"""Pre-training of the tiny checkpoints and fine-tuning of RS-InternVL."""
