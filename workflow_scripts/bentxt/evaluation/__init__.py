"""From raw model output to scores (Section 4.1 of the paper)."""
