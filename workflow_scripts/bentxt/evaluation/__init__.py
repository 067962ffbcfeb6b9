"""From raw model output to scores (Section 5 of the paper)."""
