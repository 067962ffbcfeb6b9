"""What is known of each patch: attributes, time, place, climate (Sections 3.1 and 3.2 of the paper)."""
