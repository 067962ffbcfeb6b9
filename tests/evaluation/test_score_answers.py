import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import yaml

from bentxt.evaluation.answered_items import read_statuses
from bentxt.program.lineage import Lineage
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.schemas.predictions_schema import PREDICTIONS
from bentxt.tables.schemas.scored_items_schema import SCORED_ITEMS
from bentxt.tables.table_files import read_table, write_table
from worlds.answering_server import chat_server

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "workflow_scripts" / "score_answers.py"
SETTINGS = {
    "run": "mini",
    "seed": 3,
    "benchmark": {
        "bootstrap_resamples": 50,
        "other_words": True,
        "bertscore_checkpoint": None,
        "meteor_jar": False,
        "clair": None,
    },
}


#: Their annotations.
CAPTIONS = range(11, 23)


@pytest.fixture
def world(tmp_path):
    lineage = Lineage("test", {"run": "mini"}, "c0de", {})
    rows = [
        (1, "binary", "presence", "yes", "bench"),
        (2, "binary", "presence", "no", "bench"),
        (3, "binary", "presence", "no", "test"),
        (4, "bounding box", "point", "[0.0 0.0, 0.5 0.5]", "bench"),
        *((number, "captioning", "None", f"Lake {number}.", "bench") for number in CAPTIONS),
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


def _command(world, task, said, model="M", split="bench", predictions=None, statuses=None, failed=(), **more):
    lineage = Lineage("test", {"run": "mini"}, "c0de", {})
    ids, texts = list(said), list(said.values())
    write_table(
        world / "predictions.parquet",
        {"ID": ids, "answer": texts, "failure": [dict(failed).get(number) for number in ids]},
        PREDICTIONS,
        lineage,
    )
    arguments = {
        "model": model,
        "task": task,
        "split": split,
        "predictions": predictions or [world / "predictions.parquet"],
        "status": statuses or [world / "status.json"],
        "dataset": world / "dataset.parquet",
        "models": world / "models.yaml",
        "out": world / "score.json",
        "items": world / "items.parquet",
        "settings": json.dumps(SETTINGS),
        "code": "abc",
        **more,
    }
    command = [sys.executable, str(PROGRAM)]
    for name, value in arguments.items():
        command += [f"--{name}", *map(str, value if isinstance(value, list) else [value])]
    return command


def _run(*arguments, **options):
    return subprocess.run(_command(*arguments, **options), capture_output=True, text=True)


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
    status = {"status": "predicted", "weights": "published", "split": "test"}
    (world / "status.json").write_text(json.dumps(status))
    refused = _run(world, "binary", {1: "yes", 2: "no"})
    assert refused.returncode == 1
    assert "answers to the split test, expected bench" in refused.stderr
    assert _run(world, "binary", {3: "no"}, split="test").returncode == 0
    score = json.loads((world / "score.json").read_text())
    assert (score["split"], score["items"], score["weights"]) == ("test", 1, "published")


def _items(world):
    return read_table(world / "items.parquet", SCORED_ITEMS).to_pylist()


def test_every_item_is_kept_with_what_was_read_in_its_answer(world):
    assert _run(world, "binary", {1: "I think yes", 2: "perhaps"}).returncode == 0
    shown = ("ID", "category", "input", "output", "answer", "extracted", "level", "score")
    assert [tuple(row[name] for name in shown) for row in _items(world)] == [
        (1, "presence", "x", "yes", "I think yes", "yes", "lenient", 1.0),
        (2, "presence", "x", "no", "perhaps", None, "unparsed", 0.0),
    ]
    assert {row["meteor"] for row in _items(world)} == {None}
    assert _run(world, "referring", {4: "[0, 0, 50, 25]"}).returncode == 0
    (row,) = _items(world)
    assert (row["box"], row["extracted"]) == ([0, 0, 0.5, 0.25], "[0.0 0.0, 0.5 0.25]")
    assert (row["level"], row["score"]) == ("strict", 0.5)


def test_an_item_without_an_answer_is_wrong_and_counted_by_kind(world):
    failures = {"no answer": 1}
    status = {"status": "predicted", "weights": "w", "failures": failures}
    (world / "status.json").write_text(json.dumps(status))
    assert _run(world, "binary", {1: "yes", 2: ""}, failed={2: "no answer"}).returncode == 0
    score = json.loads((world / "score.json").read_text())
    assert (score["metrics"]["accuracy"]["value"], score["unparsed"]) == (50, 1)
    assert score["prediction"]["failures"] == failures
    assert [row["failure"] for row in _items(world)] == [None, "no answer"]


def test_a_try_is_scored_on_the_items_that_it_answered(world):
    refused = _run(world, "binary", {1: "yes"})
    assert "1 of 2 are missing" in refused.stderr
    (world / "status.json").write_text(json.dumps({"status": "predicted", "weights": "w", "limit": 1}))
    assert _run(world, "binary", {1: "yes"}).returncode == 0
    score = json.loads((world / "score.json").read_text())
    assert (score["items"], score["metrics"]["accuracy"]["value"]) == (1, 100)
    assert score["prediction"]["limit"] == 1


def test_failures_of_shards_are_counted_together():
    paths = []
    with tempfile.TemporaryDirectory() as folder:
        for number, failures in enumerate(({"empty": 2}, {"empty": 1, "no answer": 3})):
            paths.append(Path(folder) / f"{number}.json")
            paths[-1].write_text(json.dumps({"status": "predicted", "failures": failures}))
        together = read_statuses(paths, split="bench")
    assert together["failures"] == {"empty": 3, "no answer": 3}


def test_an_angle_does_what_the_models_entry_or_the_option_says(world):
    said = {4: "{<10><20><50><30>|<90>}"}
    assert _run(world, "referring", said).returncode == 0
    assert _items(world)[0]["box"] == [0.1, 0.2, 0.5, 0.3]
    assert json.loads((world / "score.json").read_text())["box_angle"] == "ignore"
    assert _run(world, "referring", said, **{"box-angle": "hull"}).returncode == 0
    assert _items(world)[0]["box"] == [0.25, 0.05, 0.35, 0.45]
    models = yaml.safe_load((world / "models.yaml").read_text())
    models["M"]["box_angle"] = "hull"
    (world / "models.yaml").write_text(yaml.safe_dump(models))
    assert _run(world, "referring", said).returncode == 0
    score = json.loads((world / "score.json").read_text())
    assert (score["box_angle"], score["rotated"]) == ("hull", 1)


def test_shards_are_scored_as_one(world):
    first, second = ({"status": "predicted", "weights": "w", "asked": count} for count in (1, 2))
    lineage = Lineage("test", {"run": "mini"}, "c0de", {})
    for number, (status, answers) in enumerate([(first, {2: "no"}), (second, {1: "yes"})]):
        (world / f"{number}.json").write_text(json.dumps(status))
        columns = {"ID": list(answers), "answer": list(answers.values()), "failure": [None] * len(answers)}
        write_table(world / f"{number}.parquet", columns, PREDICTIONS, lineage)
    predictions, statuses = (
        [world / f"{number}.{suffix}" for number in range(2)] for suffix in ("parquet", "json")
    )
    done = _run(world, "binary", {}, predictions=predictions, statuses=statuses)
    assert done.returncode == 0, done.stderr
    score = json.loads((world / "score.json").read_text())
    assert (score["items"], score["metrics"]["accuracy"]["value"]) == (2, 100)
    assert (score["prediction"]["asked"], score["prediction"]["shards"]) == (3, 2)
    assert [row["ID"] for row in _items(world)] == [1, 2]

    (world / "1.json").write_text(json.dumps(second | {"weights": "other"}))
    refused = _run(world, "binary", {}, predictions=predictions, statuses=statuses)
    assert "weights is 'other' here and 'w' in" in refused.stderr
    (world / "1.json").write_text(json.dumps({"status": "unavailable", "reason": "out of memory"}))
    assert _run(world, "binary", {}, predictions=predictions, statuses=statuses).returncode == 0
    score = json.loads((world / "score.json").read_text())
    assert (score["status"], score["reason"]) == ("unavailable", "out of memory")
    assert _items(world) == []


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
    [
        ({1: "yes"}, "1 of 2 are missing"),
        ({1: "yes", 2: "no", 3: "no"}, "belongs to no annotation of the bench split"),
    ],
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


def test_a_killed_scoring_asks_the_judge_only_for_what_it_has_not_judged(world):
    judge = {"model": "j", "key_variable": None, "max_tokens": 9, "retries": 0, "timeout": 60}
    with chat_server(lambda _: '{"score": 70}') as server:
        judge |= {"base_url": server.base_url, "concurrency": 1}
        settings = SETTINGS | {"benchmark": SETTINGS["benchmark"] | {"clair": judge}}
        said = {number: f"A lake, number {number}." for number in CAPTIONS}
        more = {"settings": json.dumps(settings), "answers": world / "judged.jsonl", "threads": 2}
        command = _command(world, "captioning", said, **more)
        server.hold_at = 5
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        assert server.held.wait(120)
        process.kill()
        process.wait()
        server.hold_at = None
        server.release.set()
        assert not (world / "score.json").exists()
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert len(server.asked) == 5 + len(CAPTIONS) - 4
    metrics = json.loads((world / "score.json").read_text())["metrics"]
    assert (metrics["clair"]["value"], metrics["clair"]["items"]) == (pytest.approx(70), len(CAPTIONS))
    assert metrics["meteor"]["value"] > 0
    assert metrics["meteor_word_tokenize"]["value"] > 0
    assert metrics["bertscore"]["value"] is None
    assert {row["clair"] for row in _items(world)} == {0.7}
