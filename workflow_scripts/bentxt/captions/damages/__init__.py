"""Captions damaged on purpose, and changed without harm: what the check of the captions is measured with."""
