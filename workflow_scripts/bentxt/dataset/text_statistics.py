"""Words, sentences and lexical diversity of captions (Section 3.2 and Figure 3 of the paper).

Definitions
-----------
- Sentences are those of NLTK's Punkt with its English parameters.
- Words are the tokens of NLTK's word tokenizer, sentence by sentence, that hold a letter or a digit:
  ``~526,000`` and ``sqm`` are words, commas, brackets and quotation marks are not.
- Distinct words are counted in lower case.
- MTLD (McCarthy and Jarvis 2010) runs over the words, in lower case, of all captions one after another in
  the order of the data set: forward and backward with partial factors, and the mean of the two.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import ArrayLike

from bentxt.words import is_word, sentences, tokens


@dataclass(frozen=True)
class CaptionCounts:
    """Counts of a sequence of captions.

    Attributes
    ----------
    words, sentences : numpy.ndarray
        int32, one entry a caption.
    ids : numpy.ndarray
        int32, all words in order; equal numbers are equal words in lower case.
    """

    words: np.ndarray
    sentences: np.ndarray
    ids: np.ndarray


def count_captions(captions: Iterable[str]) -> CaptionCounts:
    """Count words and sentences of each caption, and number the words.

    Parameters
    ----------
    captions : iterable of str

    Returns
    -------
    CaptionCounts
    """
    vocabulary: dict[str, int] = {}
    known: dict[str, int | None] = {}
    ids: list[int] = []
    words, found = [], []
    for caption in captions:
        before = len(ids)
        parts = sentences(caption)
        for sentence in parts:
            for token in tokens(sentence):
                # None is remembered for tokens that are no words.
                number = known.get(token, -1)
                if number == -1:
                    number = vocabulary.setdefault(token.lower(), len(vocabulary)) if is_word(token) else None
                    known[token] = number
                if number is not None:
                    ids.append(number)
        words.append(len(ids) - before)
        found.append(len(parts))
    return CaptionCounts(np.array(words, np.int32), np.array(found, np.int32), np.array(ids, np.int32))


def mtld(ids: ArrayLike, threshold: float = 0.72) -> float:
    """Return the measure of textual lexical diversity of a sequence of words.

    Equal, bit for bit, to ``LexicalRichness(words, preprocessor=None, tokenizer=None).mtld(threshold)``.

    Parameters
    ----------
    ids : array_like of int
        Words as numbers from 0, shape (n,).
    threshold : float
        Type-token ratio at which a factor is complete, between 0 and 1.

    Returns
    -------
    float
        NaN for no words.
    """
    ids = np.ascontiguousarray(ids, np.int32)
    if not len(ids):
        return float("nan")
    seen = np.full(int(ids.max()) + 1, -1, np.int64)
    forward = _one_way(ids, seen, threshold)
    seen[:] = -1
    return (forward + _one_way(ids[::-1].copy(), seen, threshold)) / 2


@numba.njit(cache=True)
def _one_way(ids, seen, threshold):
    """Return the mean factor length in one direction; ``seen`` holds each word's last factor, -1 at first."""
    factors = 0
    types = tokens = all_types = 0
    ratio = 1.0
    for word in ids:
        tokens += 1
        if seen[word] != factors:
            all_types += seen[word] == -1
            seen[word] = factors
            types += 1
        ratio = types / tokens
        if ratio <= threshold:
            factors += 1
            types = tokens = 0
    total = float(factors)
    if tokens > 0:
        total += (1 - ratio) / (1 - threshold)
    if total == 0:
        ratio = all_types / len(ids)
        total += 1.0 if ratio == 1 else (1 - ratio) / (1 - threshold)
    return len(ids) / total


def summarize(counts: CaptionCounts, threshold: float, selection: np.ndarray | None = None) -> dict[str, Any]:
    """Return the figures of Section 3.2 for all captions, or for those of a mask.

    Parameters
    ----------
    counts : CaptionCounts
    threshold : float
        Of :func:`mtld`.
    selection : numpy.ndarray of bool, optional
        One entry a caption.

    Returns
    -------
    dict
        ``captions``, ``words``, ``sentences``, ``distinct_words`` (int), ``words_per_caption``,
        ``sentences_per_caption``, ``mtld`` (float, None where there is no caption).
    """
    if selection is None:
        selection = np.ones(len(counts.words), bool)
    captions = int(selection.sum())
    words, found = int(counts.words[selection].sum()), int(counts.sentences[selection].sum())
    ids = counts.ids[np.repeat(selection, counts.words)]
    return {
        "captions": captions,
        "words": words,
        "sentences": found,
        "words_per_caption": words / captions if captions else None,
        "sentences_per_caption": found / captions if captions else None,
        "distinct_words": len(np.unique(ids)),
        "mtld": mtld(ids, threshold) if words else None,
    }
