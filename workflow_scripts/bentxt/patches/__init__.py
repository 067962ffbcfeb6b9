"""What is known of each patch: attributes, time, place, climate (Section 3.1 of the paper)."""
