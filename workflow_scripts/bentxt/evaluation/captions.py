"""Caption metrics (Table 7): n-gram metrics here, learned ones in ``embeddings`` and ``judge``.

Tokenisation of BLEU, CIDEr and METEOR: lower case; a token is a run of letters, digits and underscores,
joined by inner hyphens, apostrophes, points and commas ("broad-leaved", "1,350,000"), or a percent sign;
other punctuation is dropped. It follows what the COCO caption evaluation does (Penn Treebank tokens,
lower case, without punctuation) without its Java tokeniser; contractions stay whole.
"""

import contextlib
import io
import re

import numpy as np
from pycocoevalcap.bleu.bleu_scorer import BleuScorer
from pycocoevalcap.cider.cider import Cider
from rouge_score.rouge_scorer import RougeScorer

_TOKEN = re.compile(r"\w+(?:[-'’.,]\w+)*|%")


class MetricUnavailable(Exception):
    """A metric's resource (weights, corpus, judge) is not at hand; the message says which."""


def tokens(text):
    """Return the tokens of a caption, as the module's docstring defines them."""
    return _TOKEN.findall(text.lower())


def bleu4_statistics(candidates, references):
    """Count what corpus BLEU-4 is made of, caption by caption.

    Parameters
    ----------
    candidates, references : sequence of str
        Predicted and true captions, one reference each.

    Returns
    -------
    numpy.ndarray
        float64, shape (n, 10): matching and possible n-grams of length 1–4, tokens of the candidate, tokens
        of the reference. Sums over captions go into :func:`bleu4`.
    """
    scorer = BleuScorer(n=4)
    for candidate, reference in zip(candidates, references, strict=True):
        scorer += (" ".join(tokens(candidate)), [" ".join(tokens(reference))])
    return np.array(
        [
            [*counts["correct"], *counts["guess"], counts["testlen"], counts["reflen"][0]]
            for counts in scorer.ctest
        ],
        np.float64,
    )


def bleu4(sums):
    """Combine summed statistics, shape (…, 10), into corpus BLEU-4 as pycocoevalcap defines it (0–1)."""
    correct, guess = sums[..., :4], sums[..., 4:8]
    # The two small numbers are pycocoevalcap's, against division by zero.
    precision = ((correct + 1e-15) / (guess + 1e-9)).prod(axis=-1) ** 0.25
    ratio = (sums[..., 8] + 1e-15) / (sums[..., 9] + 1e-9)
    return precision * np.exp(np.minimum(1 - 1 / ratio, 0))


def cider(candidates, references):
    """Return CIDEr-D of each caption (pycocoevalcap: σ = 6, document frequencies over ``references``).

    Returns
    -------
    numpy.ndarray
        float64, shape (n,), 0–10.
    """
    ids = range(len(candidates))
    with contextlib.redirect_stdout(io.StringIO()):
        _, scores = Cider().compute_score(
            {i: [" ".join(tokens(references[i]))] for i in ids},
            {i: [" ".join(tokens(candidates[i]))] for i in ids},
        )
    return np.asarray(scores, np.float64)


def rouge_l(candidates, references):
    """Return the ROUGE-L F-measure of each caption (rouge-score, without stemming; 0–1)."""
    scorer = RougeScorer(["rougeL"], use_stemmer=False)
    return np.array(
        [
            scorer.score(reference, candidate)["rougeL"].fmeasure
            for candidate, reference in zip(candidates, references, strict=True)
        ]
    )


def meteor(candidates, references):
    """Return NLTK's METEOR of each caption (exact, stem and WordNet matches; 0–1).

    Raises
    ------
    MetricUnavailable
        Without the WordNet corpus.
    """
    from nltk.corpus import wordnet
    from nltk.translate.meteor_score import single_meteor_score

    try:
        wordnet.ensure_loaded()
    except LookupError:
        raise MetricUnavailable(
            "WordNet is not at hand; set the environment variable NLTK_DATA to a folder with corpora/wordnet"
        ) from None
    return np.array(
        [
            single_meteor_score(tokens(reference), tokens(candidate), wordnet=wordnet)
            for candidate, reference in zip(candidates, references, strict=True)
        ]
    )
