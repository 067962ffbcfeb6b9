"""Tiny checkpoints in the published models' classes and files."""
