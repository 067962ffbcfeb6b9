"""Invented annotations as tokens, without a data set."""

import numpy as np

from bentxt.training.annotation_tokens import AnnotationTokens


def invented_tokens(counts, seed=0):
    """Return annotations of patches, so many each: instructions of 3 to 8 tokens, answers of 1 to 12."""
    draws = np.random.default_rng(seed)
    total = sum(counts)
    asked, said = draws.integers(3, 9, total), draws.integers(1, 13, total)
    return AnnotationTokens(
        patch_ids=[f"patch_{number:06}" for number in range(len(counts))],
        s1_names=[f"s1_{number:06}" for number in range(len(counts))],
        first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        starts=np.concatenate([[0], np.cumsum(asked + said)]).astype(np.int64),
        asked=asked.astype(np.int32),
        tokens=draws.integers(10, 300, (asked + said).sum()).astype(np.int32),
        ids=np.arange(total) + 1000,
        validation=np.zeros(len(counts), bool),
        key=f"invented {seed}",
    )
