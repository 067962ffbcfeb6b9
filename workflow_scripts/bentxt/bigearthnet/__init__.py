"""BigEarthNet v2.0 as published: archives, metadata, reference maps, images (Section 3.1 of the paper)."""
