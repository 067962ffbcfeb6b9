"""The benchmarked models and RS-InternVL (Sections 4.1 and 4.2 of the paper)."""
