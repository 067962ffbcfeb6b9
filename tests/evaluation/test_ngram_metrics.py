import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

from bentxt.evaluation import ngram_metrics
from bentxt.evaluation.corpus_bleu import bleu4

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


def test_tokens_keep_numbers_and_hyphens_whole():
    text = 'Broad-leaved forest (~1,350,000 sqm), the "country\'s" 5%; A.'
    assert ngram_metrics.tokens(text) == [
        "broad-leaved",
        "forest",
        "-lrb-",
        "~",
        "1,350,000",
        "sqm",
        "-rrb-",
        "the",
        "country",
        "'s",
        "5",
        "%",
        "a",
    ]


def test_bleu_of_equal_captions_is_one_and_of_foreign_ones_zero():
    text = ["one two three four five"]
    assert bleu4(ngram_metrics.bleu4_statistics(text, text)[0]) == pytest.approx(1)
    other = ngram_metrics.bleu4_statistics(text, ["six seven eight nine ten"])[0]
    assert bleu4(other) == pytest.approx(0, abs=1e-6)


def test_bleu_by_hand():
    # 6 candidate tokens: 1-grams 5/6, 2-grams 3/5, 3-grams 2/4, 4-grams 1/3; reference of 7: exp(1 - 7/6).
    sums = ngram_metrics.bleu4_statistics(["a b c d x e"], ["a b c d e f g"])[0]
    assert sums.tolist() == [5, 3, 2, 1, 6, 5, 4, 3, 6, 7]
    assert bleu4(sums) == pytest.approx((5 / 6 * 3 / 5 * 2 / 4 / 3) ** 0.25 * np.exp(-1 / 6))


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
def test_bleu_equals_pycocoevalcap(pairs):
    candidates, references = ([" ".join(words) for words in side] for side in zip(*pairs, strict=True))
    expected, _ = Bleu(4).compute_score(
        {i: [text] for i, text in enumerate(references)},
        {i: [text] for i, text in enumerate(candidates)},
        verbose=0,
    )
    sums = ngram_metrics.bleu4_statistics(candidates, references).sum(axis=0)
    assert bleu4(sums) == pytest.approx(expected[3], rel=1e-9, abs=1e-12)


def test_cider_is_ten_for_equal_captions_and_falls_with_length():
    references = ["a lake beside a forest", "urban fabric and pastures here", "arable land in the fall"]
    assert ngram_metrics.cider(references, references) == pytest.approx([10, 10, 10])
    longer = [f"{references[0]} and more words than the other has", *references[1:]]
    assert ngram_metrics.cider(longer, references)[0] < 5


def test_cider_gives_no_weight_to_words_of_every_reference():
    scores = ngram_metrics.cider(
        ["the image shows", "x"], ["the image shows lakes", "the image shows forests"]
    )
    assert scores == pytest.approx([0, 0])


def test_rouge_is_the_f_measure_of_the_longest_common_subsequence():
    # Longest common subsequence 3 of 4 and 5 words: 2·(3/4)(3/5) / (3/4 + 3/5).
    assert ngram_metrics.rouge_l(["a b x d"], ["a b c d e"]) == pytest.approx([2 / 3])


def test_every_metric_takes_an_empty_caption():
    assert ngram_metrics.rouge_l(CANDIDATES, REFERENCES)[2] == 0
    assert ngram_metrics.cider(CANDIDATES, REFERENCES)[2] == 0
    assert ngram_metrics.bleu4_statistics(CANDIDATES, REFERENCES)[2, :9].tolist() == [0] * 9


def test_meteor_without_wordnet_says_what_is_missing(monkeypatch, tmp_path):
    monkeypatch.setattr(ngram_metrics.nltk.data, "path", [str(tmp_path)])
    with pytest.raises(ngram_metrics.MetricUnavailable, match="NLTK_DATA"):
        ngram_metrics.meteor(CANDIDATES, REFERENCES)


def test_meteor_with_wordnet():
    try:
        scores = ngram_metrics.meteor(["a lake beside a wood", "x"], ["a lake beside a forest", "a lake"])
    except ngram_metrics.MetricUnavailable:
        pytest.skip("WordNet is not available (NLTK_DATA)")
    # "wood" and "forest" are synonyms: five of five words, one chunk: 1 - 0.5·(1/5)³.
    assert scores == pytest.approx([1 - 0.5 / 125, 0])


needs_java = pytest.mark.skipif(shutil.which("java") is None, reason="Java is not available")


@needs_java
def test_tokens_bleu_and_cider_equal_the_coco_evaluation_with_its_java_tokeniser(capfd):
    candidates = [
        'The image primarily shows "arable land" (~1,350,000 sqm), followed by "broad-leaved forest".',
        "It doesn't cover more than 5% (72,000 square meters); the country's lakes aren't large.",
        "Urban fabric borders pastures - 3 areas: one large, two marginal...",
    ]
    references = [*candidates[1:], 'Summer, in the "temperate, no dry season, hot summer" climate zone!']
    java = PTBTokenizer()
    texts = [
        java.tokenize({i: [{"caption": text}] for i, text in enumerate(side)})
        for side in (references, candidates)
    ]
    for side, tokenized in zip((references, candidates), texts, strict=True):
        assert [ngram_metrics.tokens(text) for text in side] == [tokenized[i][0].split() for i in range(3)]
    bleu = bleu4(ngram_metrics.bleu4_statistics(candidates, references).sum(axis=0))
    assert bleu == pytest.approx(Bleu(4).compute_score(*texts, verbose=0)[0][3], rel=1e-9)
    assert ngram_metrics.cider(candidates, references) == pytest.approx(Cider().compute_score(*texts)[1])


@needs_java
def test_meteor_by_its_java_program():
    scores = ngram_metrics.meteor_jar(
        ["a lake beside a forest", "", "x y"], ["a lake beside a forest", "a lake", "x z"]
    )
    assert scores[0] == pytest.approx(1, abs=0.01)
    assert scores[1] == 0
    assert 0 < scores[2] < 1


def test_meteor_without_java_says_so(monkeypatch):
    monkeypatch.setattr(ngram_metrics.shutil, "which", lambda _: None)
    with pytest.raises(ngram_metrics.MetricUnavailable, match="needs Java"):
        ngram_metrics.meteor_jar(CANDIDATES, REFERENCES)
