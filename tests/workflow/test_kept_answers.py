"""Answers that a finished run keeps: what a later run asks again, and what it does not."""

import json

import pytest

pytestmark = pytest.mark.workflow
RESULTS = "results/small"
TARGETS = [f"{RESULTS}/predictions/bench/IVL/{task}/0-1.parquet" for task in ("binary", "mcq")]
TAIL = ("--configfile", "small.yaml")


def kept(workflow, task):
    return (workflow.folder / RESULTS / f"answers/IVL/{task}/bench-0-1.jsonl").read_bytes()


def test_a_changed_suffix_of_one_task_asks_that_task_only(finished_workflow):
    before = {task: kept(finished_workflow, task) for task in ("binary", "mcq")}
    path = finished_workflow.folder / "resources/models.yaml"
    entries = path.read_text().partition("\nIVL:\n")
    assert entries[2].count("  instructions: {}", 0, entries[2].index("RS-InternVL:")) == 1
    changed = entries[2].replace("instructions: {}", "instructions: {binary: {suffix: Answer yes or no.}}", 1)
    path.write_text("".join(entries[:2]) + changed)
    finished_workflow.snakemake(*TARGETS, *TAIL)
    folder = finished_workflow.folder / RESULTS / "predictions/bench/IVL"
    binary, mcq = (json.loads((folder / task / "0-1.json").read_text()) for task in ("binary", "mcq"))
    assert binary["kept"] == 0
    assert binary["asked"] > 0
    assert (mcq["asked"], mcq["kept"]) == (0, mcq["items"])
    assert kept(finished_workflow, "binary").startswith(before["binary"])
    assert len(kept(finished_workflow, "binary")) > len(before["binary"])
    assert kept(finished_workflow, "mcq") == before["mcq"]


def test_predictions_that_were_deleted_come_back_without_a_question(finished_workflow):
    predictions = [finished_workflow.folder / target for target in TARGETS]
    before = [path.read_bytes() for path in predictions]
    for path in predictions:
        path.unlink()
    finished_workflow.snakemake(*TARGETS, *TAIL)
    assert [path.read_bytes() for path in predictions] == before
    for path in predictions:
        status = json.loads(path.with_suffix(".json").read_text())
        assert (status["asked"], status["kept"]) == (0, status["items"])
