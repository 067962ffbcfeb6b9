import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bentxt.program.lineage import Lineage
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.schemas.predictions_schema import PREDICTIONS
from bentxt.tables.table_files import write_table

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "workflow_scripts" / "score_answers.py"
SETTINGS = {
    "run": "mini",
    "seed": 3,
    "benchmark": {
        "bootstrap_resamples": 50,
        "bertscore_checkpoint": None,
        "meteor_jar": False,
        "clair": None,
    },
}


@pytest.fixture
def world(tmp_path):
    lineage = Lineage("test", {"run": "mini"}, "c0de", {})
    rows = [
        (1, "binary", "presence", "yes", "bench"),
        (2, "binary", "presence", "no", "bench"),
        (3, "binary", "presence", "no", "test"),
        (4, "bounding box", "point", "[0.0 0.0, 0.5 0.5]", "bench"),
    ]
    columns = {name: [] for name in DATASET.names}
    for number, kind, category, output, split in rows:
        values = {
            "ID": number,
            "type": kind,
            "category": category,
            "output": output,
            "split": split,
            "latitude": 0.0,
            "longitude": 0.0,
        }
        for name in DATASET.names:
            columns[name].append(values.get(name, "x"))
    write_table(tmp_path / "dataset.parquet", columns, DATASET, lineage)
    entries = yaml.safe_load((ROOT / "resources/models.yaml").read_text())
    (tmp_path / "models.yaml").write_text(yaml.safe_dump({"M": entries["Qwen"] | {"box_scale": 100}}))
    (tmp_path / "status.json").write_text(json.dumps({"status": "predicted", "weights": "tiny, random"}))
    return tmp_path


def _run(world, task, answers, model="M"):
    lineage = Lineage("test", {"run": "mini"}, "c0de", {})
    ids, texts = list(answers), list(answers.values())
    write_table(world / "predictions.parquet", {"ID": ids, "answer": texts}, PREDICTIONS, lineage)
    arguments = {
        "model": model,
        "task": task,
        "predictions": world / "predictions.parquet",
        "status": world / "status.json",
        "dataset": world / "dataset.parquet",
        "models": world / "models.yaml",
        "out": world / "score.json",
        "settings": json.dumps(SETTINGS),
        "code": "abc",
    }
    command = [sys.executable, str(PROGRAM)]
    for name, value in arguments.items():
        command += [f"--{name}", str(value)]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_benchmark_split_is_scored_and_the_file_says_how_it_was_made(world):
    done = _run(world, "binary", {1: "yes", 2: "yes"})
    assert done.returncode == 0, done.stderr
    score = json.loads((world / "score.json").read_text())
    assert score["status"] == "scored"
    assert score["items"] == 2
    assert score["metrics"]["accuracy"]["value"] == 50
    assert score["weights"] == "tiny, random"
    assert score["lineage"]["program"] == "score_answers.py"
    assert score["lineage"]["code"] == "abc"
    assert score["lineage"]["upstream"][0]["code"] == "c0de"


def test_another_split_is_scored_where_that_was_predicted(world):
    status = {"status": "predicted", "weights": "published", "settings": {"prediction": {"split": "test"}}}
    (world / "status.json").write_text(json.dumps(status))
    assert _run(world, "binary", {3: "no"}).returncode == 0
    score = json.loads((world / "score.json").read_text())
    assert (score["split"], score["items"], score["weights"]) == ("test", 1, "published")


def test_boxes_are_read_in_the_model_s_scale(world):
    done = _run(world, "referring", {4: "[0, 0, 50, 50]"})
    assert done.returncode == 0, done.stderr
    score = json.loads((world / "score.json").read_text())
    assert score["metrics"]["miou/point"]["value"] == 100


def test_a_model_that_could_not_be_run_has_a_score_file_with_the_reason(world):
    (world / "status.json").write_text(json.dumps({"status": "unavailable", "reason": "no weights"}))
    assert _run(world, "binary", {}).returncode == 0
    score = json.loads((world / "score.json").read_text())
    assert (score["status"], score["reason"], score["metrics"]) == ("unavailable", "no weights", {})


@pytest.mark.parametrize(
    ("answers", "message"),
    [({1: "yes"}, "1 are missing"), ({1: "yes", 2: "no", 3: "no"}, "1 are of other annotations")],
)
def test_answers_of_another_data_set_are_refused(world, answers, message):
    done = _run(world, "binary", answers)
    assert done.returncode == 1
    assert message in done.stderr
    assert "predictions.parquet" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (world / "score.json").exists()


def test_an_unknown_model_is_named(world):
    done = _run(world, "binary", {1: "yes", 2: "no"}, model="Nobody")
    assert done.returncode == 1
    assert "unknown model" in done.stderr
    assert "Nobody" in done.stderr
