"""The data set: benchmark split, assembly, counts, text statistics (Sections 3.4 and 3.5 of the paper)."""
