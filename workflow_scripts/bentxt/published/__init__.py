"""The paper's own numbers: held against each other, and against those of a run."""
