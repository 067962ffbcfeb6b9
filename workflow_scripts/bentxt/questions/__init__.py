"""Questions, referring boxes and captioning instructions (Section 3.1 of the paper)."""
