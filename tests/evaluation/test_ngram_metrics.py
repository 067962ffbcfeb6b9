import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from rouge_score.rouge_scorer import RougeScorer

from bentxt.evaluation import ngram_metrics
from bentxt.evaluation.corpus_bleu import bleu4
from bentxt.evaluation.ptb_tokens import ptb_tokens
from worlds.jar_tokens import golden_pairs

CANDIDATES = [
    "Arable land dominates the image (about 1,350,000 square meters) in Serbia.",
    "A lake lies beside a forest in summer.",
    "",
]
REFERENCES = [
    "Arable land dominates the scene, about 1,350,000 square meters, in Serbia during the fall.",
    "In summer, a broad-leaved forest borders a lake.",
    "Pastures cover less than 5% of the image.",
]


def split(texts):
    return [text.split() for text in texts]


def tokens(texts):
    return [ptb_tokens(text) for text in texts]


# Against pycocoevalcap and rouge-score: on texts in the styles that models write, with the tokens that
# pycocoevalcap's Java program made of them, and on any captions.


def peers(candidates, references):
    """Return corpus BLEU-4 and each caption's CIDEr by pycocoevalcap, of tokens."""
    sides = [
        {i: [" ".join(caption)] for i, caption in enumerate(captions)}
        for captions in (references, candidates)
    ]
    return Bleu(4).compute_score(*sides, verbose=0)[0][3], Cider().compute_score(*sides)[1]


def ours(candidates, references):
    sums = ngram_metrics.bleu4_statistics(candidates, references).sum(axis=0)
    return bleu4(sums), ngram_metrics.cider(candidates, references)


def test_bleu_and_cider_of_styled_captions_are_those_of_the_coco_evaluation():
    candidates, references, *by_java = golden_pairs()
    assert len(candidates) >= 300
    bleu, cider = ours(tokens(candidates), tokens(references))
    expected_bleu, expected_cider = peers(*by_java)
    assert bleu == pytest.approx(expected_bleu, rel=1e-9)
    assert cider == pytest.approx(expected_cider, rel=1e-9, abs=1e-12)
    assert 0.1 < bleu < 1
    assert np.count_nonzero(cider) > 200


_CAPTIONS = st.lists(
    st.tuples(
        st.lists(st.sampled_from("abcdef"), max_size=12),
        st.lists(st.sampled_from("abcdef"), min_size=1, max_size=12),
    ),
    min_size=1,
    max_size=6,
)


@given(_CAPTIONS)
@settings(max_examples=60)
def test_bleu_and_cider_of_any_captions_are_those_of_the_coco_evaluation(pairs):
    candidates, references = zip(*pairs, strict=True)
    bleu, cider = ours(candidates, references)
    expected_bleu, expected_cider = peers(candidates, references)
    assert bleu == pytest.approx(expected_bleu, rel=1e-9, abs=1e-12)
    assert cider == pytest.approx(expected_cider, rel=1e-9, abs=1e-12)


def test_rouge_of_styled_captions_is_that_of_rouge_score():
    candidates, references, *_ = golden_pairs()
    scorer = RougeScorer(["rougeL"])
    expected = [
        scorer.score(target=reference, prediction=candidate)["rougeL"].fmeasure
        for candidate, reference in zip(candidates, references, strict=True)
    ]
    assert ngram_metrics.rouge_l(candidates, references) == pytest.approx(expected)


# By hand


def test_bleu_of_equal_captions_is_one_and_of_foreign_ones_zero():
    text = split(["one two three four five"])
    assert bleu4(ngram_metrics.bleu4_statistics(text, text)[0]) == pytest.approx(1)
    other = ngram_metrics.bleu4_statistics(text, split(["six seven eight nine ten"]))[0]
    assert bleu4(other) == pytest.approx(0, abs=1e-6)


def test_bleu_by_hand():
    # 6 candidate tokens: 1-grams 5/6, 2-grams 3/5, 3-grams 2/4, 4-grams 1/3; reference of 7: exp(1 - 7/6).
    sums = ngram_metrics.bleu4_statistics(split(["a b c d x e"]), split(["a b c d e f g"]))[0]
    assert sums.tolist() == [5, 3, 2, 1, 6, 5, 4, 3, 6, 7]
    assert bleu4(sums) == pytest.approx((5 / 6 * 3 / 5 * 2 / 4 / 3) ** 0.25 * np.exp(-1 / 6))


def test_captions_are_counted_in_their_order_however_many_they_are(monkeypatch):
    candidates, references = tokens(CANDIDATES), tokens(REFERENCES)
    at_once = ngram_metrics.bleu4_statistics(candidates, references)
    monkeypatch.setattr(ngram_metrics, "_HELD", 2)
    assert ngram_metrics.bleu4_statistics(candidates, references).tolist() == at_once.tolist()


def test_cider_is_ten_for_equal_captions_and_falls_with_length():
    references = split(
        ["a lake beside a forest", "urban fabric and pastures here", "arable land in the fall"]
    )
    assert ngram_metrics.cider(references, references) == pytest.approx([10, 10, 10])
    longer = [[*references[0], *split(["and more words than the other has"])[0]], *references[1:]]
    assert ngram_metrics.cider(longer, references)[0] < 5


def test_cider_gives_no_weight_to_words_of_every_reference():
    scores = ngram_metrics.cider(
        split(["the image shows", "x"]), split(["the image shows lakes", "the image shows forests"])
    )
    assert scores == pytest.approx([0, 0])


def test_rouge_is_the_f_measure_of_the_longest_common_subsequence():
    # Longest common subsequence 3 of 4 and 5 words: 2·(3/4)(3/5) / (3/4 + 3/5).
    assert ngram_metrics.rouge_l(["a b x d"], ["a b c d e"]) == pytest.approx([2 / 3])


def test_every_metric_takes_an_empty_caption_and_no_caption():
    candidates, references = tokens(CANDIDATES), tokens(REFERENCES)
    assert ngram_metrics.rouge_l(CANDIDATES, REFERENCES)[2] == 0
    assert ngram_metrics.cider(candidates, references)[2] == 0
    assert ngram_metrics.bleu4_statistics(candidates, references)[2, :9].tolist() == [0] * 9
    assert ngram_metrics.cider([[], []], [[], []]).tolist() == [0, 0]
    assert ngram_metrics.cider([], []).tolist() == []
