"""What a caption says, read from free English text, whoever wrote it (Section 3.1 of the paper)."""
