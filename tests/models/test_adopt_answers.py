"""A file of answers becomes the predictions of a model, whole or not at all, and is scored as any other."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bentxt.tables.schemas.dataset_schema import DATASET


@pytest.fixture
def world(tmp_path, run_program):
    """Three binary rows and one mcq row of bench, one binary row of test; ``take`` runs the program."""
    kinds = ["binary", "binary", "binary", "mcq", "binary"]
    count = len(kinds)
    columns = {name: ["x"] * count for name in DATASET.names} | {
        "ID": [1, 2, 3, 4, 5],
        "patch_id": ["P1", "P1", "P2", "P2", "P3"],
        "type": kinds,
        "category": ["presence"] * count,
        "input": ["Is it?"] * 3 + ["Which? a) Lake, b) Sea, c) Wood, d) Town", "Is it?"],
        "output": ["yes", "no", "yes", "a", "no"],
        "split": ["bench"] * 4 + ["test"],
        "latitude": [48.0] * count,
        "longitude": [13.0] * count,
    }
    pq.write_table(pa.table(columns, schema=DATASET), tmp_path / "dataset.parquet")

    def take(answers, task="binary", split="bench", limit=None, check=True):
        text = (
            answers
            if isinstance(answers, str)
            else "".join(
                json.dumps({"ID": number, "answer": answer}) + "\n" for number, answer in answers.items()
            )
        )
        (tmp_path / "mine.jsonl").write_text(text)
        settings = {"run": "mini", "prediction": {"limit": limit}}
        return run_program(
            "adopt_answers",
            *("--model", "Mine", "--task", task, "--split", split, "--answers", tmp_path / "mine.jsonl"),
            *("--dataset", tmp_path / "dataset.parquet", "--out", tmp_path / "0-1.parquet"),
            *("--status", tmp_path / "0-1.json", "--settings", json.dumps(settings)),
            check=check,
        )

    return tmp_path, take


def predictions(folder):
    rows = pq.read_table(folder / "0-1.parquet").to_pylist()
    return [tuple(row.values()) for row in rows], json.loads((folder / "0-1.json").read_text())


def test_each_item_has_its_answer_or_says_that_there_is_none(world):
    folder, take = world
    take({1: "yes", 2: None, 4: "a", 5: "no"})
    rows, status = predictions(folder)
    assert rows == [(1, "yes", None), (2, "", "no answer"), (3, "", "no answer")]
    assert (status["status"], status["failures"], status["items"]) == ("predicted", {"no answer": 2}, 3)
    assert status["weights"].startswith("not run here: answers of mine.jsonl (SHA-256 ")
    assert status["file"]["answers"] == 4


def test_missing_answers_are_wrong_and_counted_in_the_score(world, run_program):
    folder, take = world
    take({1: "yes", 3: "no"})
    benchmark = {"bootstrap_resamples": 20, "other_words": True}
    run_program(
        "score_answers",
        *("--model", "Mine", "--task", "binary", "--predictions", folder / "0-1.parquet"),
        *("--status", folder / "0-1.json", "--dataset", folder / "dataset.parquet", "--box-scale", "null"),
        *("--box-angle", "ignore"),
        *("--out", folder / "score.json", "--items", folder / "items.parquet"),
        *("--settings", json.dumps({"run": "mini", "seed": 1, "benchmark": benchmark})),
    )
    score = json.loads((folder / "score.json").read_text())
    assert (score["items"], score["strict"], score["unparsed"]) == (3, 2, 1)
    assert score["metrics"]["accuracy"]["value"] == pytest.approx(100 / 3)
    assert score["prediction"]["failures"] == {"no answer": 1}


def test_a_task_without_any_answer_has_no_score(world):
    folder, take = world
    take({1: "yes"}, task="mcq")
    rows, status = predictions(folder)
    assert rows == []
    assert (status["status"], status["reason"]) == ("unavailable", "mine.jsonl holds no answer to mcq")


def test_another_split_and_a_try_take_their_own_items(world):
    folder, take = world
    take({1: "yes", 5: "no"}, split="test")
    assert predictions(folder)[0] == [(5, "no", None)]
    take({1: "yes", 2: "no", 3: "no"}, limit=2)
    rows, status = predictions(folder)
    assert rows == [(1, "yes", None), (2, "no", None)]
    assert status["limit"] == 2


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({1: "yes", 77: "no"}, "1 of 2 IDs are not in the data set of this run: 77"),
        (
            '{"ID": 1, "answer": "yes"}\n{"ID": 1, "answer": "no"}\n',
            "ID 1 is there twice, in line 1",
        ),
        ('{"ID": 1, "answer": "yes"}\n{"ID": 2, "ans', "line 2"),
    ],
)
def test_a_file_at_fault_is_named_and_nothing_is_written(world, answers, message):
    folder, take = world
    done = take(answers, check=False)
    assert done.returncode == 1
    assert message in done.stderr
    assert str(folder / "mine.jsonl") in done.stderr
    assert {path.name for path in folder.iterdir()} == {"dataset.parquet", "mine.jsonl"}
