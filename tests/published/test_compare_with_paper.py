"""The program: score files in, table, page and provenance out."""

import csv
import json

from bentxt.program.lineage import Lineage
from worlds.run_scores import run_score

SETTINGS = {"run": "paper", "benchmark": {"absent": {"GPT": "needs a key"}}}


def written(folder, split, model, task, metrics, **rest):
    path = folder / split / model / f"{task}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    score = run_score(model, task, metrics, split=split, **rest)
    lineage = Lineage(
        "score_answers.py", {"run": rest.get("run", "paper")}, "", {}, score.lineage["upstream"]
    )
    content = json.loads(score.to_json()) | {"lineage": lineage.to_dict()}
    path.write_text(json.dumps(content))
    return path


def test_a_published_number_stands_next_to_that_of_a_score_file(run_program, tmp_path):
    out = tmp_path / "reproduction.csv"
    bench = written(tmp_path, "bench", "Qwen", "mcq", {"accuracy": (38.0, 37.0, 39.0)})
    test = written(tmp_path, "test", "Qwen", "mcq", {"accuracy": (40.0, 39.5, 40.5)})
    arguments = ["--scores", bench, "--test-scores", test, "--settings", json.dumps(SETTINGS)]
    run_program("compare_with_paper", *arguments, "--out", out)
    with out.open(newline="") as file:
        rows = {(row["table"], row["row"], row["column"]): row for row in csv.DictReader(file)}
    own = rows["Table 2", "Qwen", "mcq_accuracy"]
    assert [own[name] for name in ("published", "ours", "low", "high", "difference", "verdict")] == [
        *("37.55", "38.00", "37.00", "39.00", "0.45", "inside the interval")
    ]
    assert rows["Table S5", "Qwen", "mcq_accuracy"]["verdict"] == "outside the interval"
    assert rows["Table 2", "GPT", "mcq_accuracy"]["missing"] == "model: needs a key"
    assert out.with_suffix(".md").read_text().startswith("# The paper's numbers and ours\n")
    provenance = json.loads(out.with_suffix(".provenance.json").read_text())
    assert provenance["target"] == ["reproduction.csv", "reproduction.md"]
    assert {"bench/Qwen/mcq.json", "test/Qwen/mcq.json"} <= {
        path["path"].removeprefix(f"{tmp_path}/") for path in provenance["inputs"]
    }


def test_without_any_score_all_numbers_are_listed(run_program, tmp_path):
    out = tmp_path / "reproduction.csv"
    run_program("compare_with_paper", "--settings", json.dumps(SETTINGS), "--out", out)
    with out.open(newline="") as file:
        verdicts = [row["verdict"] for row in csv.DictReader(file)]
    # 605 numbers, and two of them exchanged back.
    assert verdicts == ["no number"] * 607


def test_scores_of_another_run_are_refused(run_program, tmp_path):
    score = written(tmp_path, "bench", "Qwen", "mcq", {"accuracy": (38.0, 37.0, 39.0)}, run="mini")
    arguments = ["--scores", score, "--settings", json.dumps(SETTINGS), "--out", tmp_path / "r.csv"]
    done = run_program("compare_with_paper", *arguments, check=False)
    assert done.returncode == 1
    assert "input of the run 'mini' in a target of the run 'paper'" in done.stderr
    assert not list(tmp_path.glob("r.*"))
