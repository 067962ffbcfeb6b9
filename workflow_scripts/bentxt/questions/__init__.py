"""Questions, referring boxes and captioning instructions (Section 3.3 of the paper)."""
