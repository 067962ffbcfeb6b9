"""Template captions, their augmentation and its check (Section 3.1 of the paper)."""
