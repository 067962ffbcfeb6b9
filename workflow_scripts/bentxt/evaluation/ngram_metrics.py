"""Caption metrics (Table 7): n-gram metrics here, learned ones in ``embeddings`` and ``judge``.

Tokenisation of BLEU, CIDEr and METEOR follows the COCO caption evaluation without its Java tokeniser: Penn
Treebank tokens in lower case without punctuation. A token is a run of letters and digits, joined by inner
hyphens, points, commas and slashes ("broad-leaved", "1,350,000"); a possessive or negation is split off
("country", "'s"); a symbol ("%", "~") is a token of its own; and so is a bracket, as "-lrb-" and "-rrb-",
since lower case hides it from the list of punctuation that is dropped. A test compares the two.
"""

import contextlib
import io
import re
import shutil
from collections.abc import Sequence

import nltk
import numpy as np
from pycocoevalcap.bleu.bleu_scorer import BleuScorer
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.meteor.meteor import Meteor
from rouge_score.rouge_scorer import RougeScorer

from bentxt.errors import MetricUnavailable

_TOKEN = re.compile(
    r"\w+?(?=n't\b)|n't\b"  # does n't
    r"|'(?:s|re|ve|ll|m|d)\b"
    r"|\w+(?:[-.,/]\w+)*"
    r"|[%~()\[\]{}<>$&#+=@*°²]"
)
_BRACKETS = {"(": "-lrb-", ")": "-rrb-", "[": "-lsb-", "]": "-rsb-", "{": "-lcb-", "}": "-rcb-"}


def tokens(text: str) -> list[str]:
    """Return the tokens of a caption, as the module's docstring defines them."""
    return [_BRACKETS.get(token, token) for token in _TOKEN.findall(text.lower().replace("’", "'"))]


def bleu4_statistics(candidates: Sequence[str], references: Sequence[str]) -> np.ndarray:
    """Count what corpus BLEU-4 is made of, caption by caption.

    Parameters
    ----------
    candidates, references : sequence of str
        Predicted and true captions, one reference each.

    Returns
    -------
    numpy.ndarray
        float64, shape (n, 10): matching and possible n-grams of length 1–4, tokens of the candidate, tokens
        of the reference. Sums over captions go into
        :func:`bentxt.evaluation.corpus_bleu.bleu4`.
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


def cider(candidates: Sequence[str], references: Sequence[str]) -> np.ndarray:
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


def rouge_l(candidates: Sequence[str], references: Sequence[str]) -> np.ndarray:
    """Return the ROUGE-L F-measure of each caption (rouge-score, without stemming; 0–1)."""
    scorer = RougeScorer(["rougeL"], use_stemmer=False)
    return np.array(
        [
            scorer.score(reference, candidate)["rougeL"].fmeasure
            for candidate, reference in zip(candidates, references, strict=True)
        ]
    )


def _nltk_has(resource: str) -> bool:
    for name in (resource, f"{resource}.zip"):
        try:
            nltk.data.find(name)
        except LookupError:
            continue
        return True
    return False


def meteor(candidates: Sequence[str], references: Sequence[str]) -> np.ndarray:
    """Return NLTK's METEOR of each caption (exact, stem and WordNet matches; 0–1).

    Raises
    ------
    MetricUnavailable
        Without the WordNet corpus.
    """
    from nltk.corpus import wordnet
    from nltk.translate.meteor_score import single_meteor_score

    if not _nltk_has("corpora/wordnet"):
        raise MetricUnavailable(
            "WordNet is not available; set NLTK_DATA in the environment to a folder with corpora/wordnet"
        )
    return np.array(
        [
            single_meteor_score(tokens(reference), tokens(candidate), wordnet=wordnet)
            for candidate, reference in zip(candidates, references, strict=True)
        ]
    )


def meteor_jar(candidates: Sequence[str], references: Sequence[str]) -> np.ndarray:
    """Return METEOR 1.5 of each caption (the Java program in pycocoevalcap; 0–1).

    It differs by far from NLTK's: other weights, paraphrases, and function words count less.

    Raises
    ------
    MetricUnavailable
        Without Java.
    """
    if shutil.which("java") is None:
        raise MetricUnavailable("METEOR 1.5 needs Java, which is not available")
    ids = range(len(candidates))
    _, scores = Meteor().compute_score(
        {i: [" ".join(tokens(references[i]))] for i in ids},
        # The program does not answer to an empty line.
        {i: [" ".join(tokens(candidates[i])) or "-"] for i in ids},
    )
    return np.array(scores)
