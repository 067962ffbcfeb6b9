"""Template captions, their augmentation and its check (Section 3.2 of the paper)."""
