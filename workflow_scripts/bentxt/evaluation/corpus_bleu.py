"""BLEU-4 of a corpus out of the counts of its captions, without the packages that count them."""

import numpy as np


def bleu4(sums: np.ndarray) -> np.ndarray:
    """Combine summed counts into corpus BLEU-4 as pycocoevalcap defines it.

    Parameters
    ----------
    sums : numpy.ndarray
        float64, shape (…, 10): matching and possible n-grams of length 1–4, tokens of the candidates, tokens
        of the references, as :func:`bentxt.evaluation.ngram_metrics.bleu4_statistics` counts them.

    Returns
    -------
    numpy.ndarray
        float64, shape (…,), 0–1.
    """
    correct, guess = sums[..., :4], sums[..., 4:8]
    # The two small numbers are pycocoevalcap's, against division by zero.
    precision = ((correct + 1e-15) / (guess + 1e-9)).prod(axis=-1) ** 0.25
    ratio = (sums[..., 8] + 1e-15) / (sums[..., 9] + 1e-9)
    return precision * np.exp(np.minimum(1 - 1 / ratio, 0))
