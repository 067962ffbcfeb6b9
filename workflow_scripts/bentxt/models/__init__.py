"""The benchmarked models and RS-InternVL (Section 4 of the paper)."""
