"""Caption metrics that count n-grams (Table 7): BLEU-4, CIDEr and ROUGE-L, with one reference a caption.

BLEU-4 and CIDEr take tokens, those of :mod:`bentxt.evaluation.ptb_tokens`; ROUGE-L has tokens of its own.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import scipy.sparse
from pycocoevalcap.bleu.bleu_scorer import BleuScorer
from rouge_score.rouge_scorer import RougeScorer

#: Captions whose n-grams BLEU's scorer holds at a time; each takes some 40 KB.
_HELD = 1000
#: Longest n-grams of CIDEr, and the spread of its penalty for another length, tokens.
_LONGEST, _SIGMA = 4, 6.0


def bleu4_statistics(candidates: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> np.ndarray:
    """Count what corpus BLEU-4 is made of, caption by caption.

    Parameters
    ----------
    candidates, references : sequence of sequence of str
        Tokens of predicted and true captions, one reference each.

    Returns
    -------
    numpy.ndarray
        float64, shape (n, 10): matching and possible n-grams of length 1–4, tokens of the candidate, tokens
        of the reference. Sums over captions go into
        :func:`bentxt.evaluation.corpus_bleu.bleu4`.
    """
    rows = []
    for start in range(0, len(candidates), _HELD):
        scorer = BleuScorer(n=4)
        part = slice(start, start + _HELD)
        for candidate, reference in zip(candidates[part], references[part], strict=True):
            scorer += (" ".join(candidate), [" ".join(reference)])
        rows += [
            [*counts["correct"], *counts["guess"], counts["testlen"], counts["reflen"][0]]
            for counts in scorer.ctest
        ]
    return np.array(rows, np.float64).reshape(-1, 10)


def bleu4_sums_of_constants(
    candidates: Sequence[Sequence[str]], references: Sequence[Sequence[str]]
) -> np.ndarray:
    """Count what corpus BLEU-4 is made of for captions that each are the one answer to all references.

    The work grows with the number of captions, not of their pairs: where a candidate holds an n-gram ``k``
    times, it matches once for each reference that holds it at least once, at least twice, … ``k`` times.

    Parameters
    ----------
    candidates, references : sequence of sequence of str
        Tokens of the captions.

    Returns
    -------
    numpy.ndarray
        float64, shape (candidates, 10): row ``i`` is the sum over all references of :func:`bleu4_statistics`
        with candidate ``i``.
    """
    number, both = len(candidates), [*candidates, *references]
    lengths = np.fromiter(map(len, both), np.int64, len(both))
    sums = np.zeros((number, 10))
    for place, counts in enumerate(_ngram_counts(both, lengths)):
        for times in range(1, int(counts.data.max(initial=0)) + 1):
            holding = (counts >= times).astype(np.float64)
            sums[:, place] += holding[:number] @ holding[number:].sum(axis=0)
        sums[:, 4 + place] = len(references) * np.maximum(lengths[:number] - place, 0)
    sums[:, 8], sums[:, 9] = len(references) * lengths[:number], lengths[number:].sum()
    return sums


def cider(candidates: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> np.ndarray:
    """Return CIDEr-D of each caption as pycocoevalcap defines it.

    Document frequencies are those of ``references``; σ is 6. pycocoevalcap itself keeps each n-gram of each
    caption as an object, some 20 GB for the captions of the test split; here they are sparse matrices.

    Parameters
    ----------
    candidates, references : sequence of sequence of str
        Tokens of predicted and true captions, one reference each.

    Returns
    -------
    numpy.ndarray
        float64, shape (n,), 0–10.
    """
    captions = len(candidates)
    if not captions:
        return np.zeros(0)
    sides = [*candidates, *references]
    lengths = np.fromiter(map(len, sides), np.int64, len(sides))
    total = np.zeros(captions)
    for counts in _ngram_counts(sides, lengths):
        frequency = np.bincount(counts[captions:].indices, minlength=counts.shape[1])
        rarity = np.log(captions) - np.log(np.maximum(frequency, 1))
        weights = counts @ scipy.sparse.diags_array(rarity)
        ours, theirs = weights[:captions], weights[captions:]
        norms = np.sqrt(weights.power(2).sum(axis=1))
        product = norms[:captions] * norms[captions:]
        common = ours.minimum(theirs).multiply(theirs).sum(axis=1)
        total += np.divide(common, product, out=np.zeros(captions), where=product > 0)
    # pycocoevalcap takes the number of pairs of tokens for the length.
    pairs = np.maximum(lengths - 1, 0)
    difference = pairs[:captions] - pairs[captions:]
    return 10 * total / _LONGEST * np.exp(-(difference**2) / (2 * _SIGMA**2))


def _ngram_counts(captions: Sequence[Sequence[str]], lengths: np.ndarray) -> Iterator[scipy.sparse.csr_array]:
    """Yield how often each caption (row) has each n-gram (column), for n from 1 to 4."""
    numbers: dict[str, int] = {}
    tokens = (numbers.setdefault(token, len(numbers)) for caption in captions for token in caption)
    words = np.fromiter(tokens, np.int64, lengths.sum())
    owners = np.repeat(np.arange(len(captions)), lengths)
    starts, grams = np.arange(len(words)), words
    for length in range(1, _LONGEST + 1):
        if length > 1:
            last = np.minimum(starts + length - 1, len(words) - 1)
            whole = (last == starts + length - 1) & (owners[starts] == owners[last])
            starts, last, grams = starts[whole], last[whole], grams[whole]
            _, grams = np.unique(grams * len(numbers) + words[last], return_inverse=True)
        shape = (len(captions), int(grams.max(initial=0)) + 1)
        yield scipy.sparse.csr_array((np.ones(len(grams)), (owners[starts], grams)), shape)


def rouge_l(candidates: Iterable[str], references: Iterable[str]) -> np.ndarray:
    """Return the ROUGE-L F-measure of each caption (rouge-score, without stemming; 0–1).

    Parameters
    ----------
    candidates, references : iterable of str
        Predicted and true captions as text.

    Returns
    -------
    numpy.ndarray
        float64, shape (n,).
    """
    scorer = RougeScorer(["rougeL"], use_stemmer=False)
    return np.array(
        [
            scorer.score(reference, candidate)["rougeL"].fmeasure
            for candidate, reference in zip(candidates, references, strict=True)
        ]
    )
