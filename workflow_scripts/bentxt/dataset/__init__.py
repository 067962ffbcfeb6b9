"""The data set: benchmark split, assembly, counts, text statistics (Sections 3.2 and 3.3 of the paper)."""
