"""The ablation: a target of its own, whose models no table asks for; what the white of pictures reruns."""

import csv
import json
import re

import pytest
import torch

from bentxt.release import TASKS
from worlds.finetuning_program import weights

pytestmark = pytest.mark.workflow
TAIL = ("--configfile", "small.yaml")
ABLATION = "figures/ablation.csv"


def add(workflow, text):
    path = workflow.folder / "small.yaml"
    path.write_text(path.read_text() + text)


def test_four_settings_are_fine_tuned_and_asked_for_four_tasks_and_no_table_asks_for_them(fresh_workflow):
    jobs = fresh_workflow.planned(ABLATION, *TAIL)
    assert jobs["tabulate_ablation"] == 1
    assert {jobs[name] for name in ("finetune_rs_internvl", "predict_answers", "score_answers")} == {16}
    assert jobs["build_tiny_checkpoint"] == 3
    assert fresh_workflow.planned("figures/table8.csv", *TAIL)["finetune_rs_internvl"] == len(TASKS)
    assert fresh_workflow.planned("all", *TAIL)["finetune_rs_internvl"] == len(TASKS)


def test_any_setting_is_a_row_by_a_line_of_the_config(fresh_workflow):
    add(fresh_workflow, "ablation:\n  {rgb: null, rgb-s2: null, rgb-s1: null, rank-2: {rank: 2}}\n")
    assert fresh_workflow.planned(ABLATION, *TAIL)["finetune_rs_internvl"] == 2 * len(TASKS)
    refused = fresh_workflow.snakemake(
        ABLATION, "-n", *TAIL, "--config", "ablation={x: {seed: 1}}", check=False
    )
    assert "seed" in refused.stdout


def test_a_model_without_sentinel_1_is_trained_and_asked_next_to_the_one_of_the_tables(finished_workflow):
    add(finished_workflow, "ablation:\n  rgb: null\n  rgb-s1: null\n")
    planned = finished_workflow.planned(ABLATION, *TAIL)
    assert planned == dict.fromkeys(
        ("finetune_rs_internvl", "predict_answers", "score_answers"), len(TASKS)
    ) | {"tabulate_ablation": 1}
    finished_workflow.snakemake(ABLATION, *TAIL)

    with (finished_workflow.folder / ABLATION).open(newline="") as file:
        rows = {row["setting"]: row for row in csv.DictReader(file)}
    assert [(name, row["modalities"]) for name, row in rows.items()] == [
        ("all", "rgb, s2, s1"),
        ("rgb-s2", "rgb, s2"),
    ]
    assert all(row["binary_accuracy"] and "tiny" in row["weights"] for row in rows.values())
    assert rows["rgb-s2"]["binary_accuracy_difference_low"]
    results = finished_workflow.folder / "results/small"
    about = json.loads((results / "finetuned/RS-InternVL-rgb-s2/binary/rs_internvl.json").read_text())
    assert about["modalities"] == ["rgb", "s2"]
    status = json.loads((results / "predictions/bench/RS-InternVL-rgb-s2/binary/0-1.json").read_text())
    assert status["choices"] == {"modalities": "rgb, s2"}
    assert set(status["checkpoints"]) == {"checkpoint", "s2_encoder"}
    assert (results / "items/bench/RS-InternVL-rgb-s2/binary.parquet").is_file()
    assert finished_workflow.planned(ABLATION, "figures/table8.csv", *TAIL) == {}


def test_stored_features_give_the_adapter_that_computed_ones_give(finished_workflow):
    adapter = "results/small/finetuned/binary"
    computed = weights(finished_workflow.folder / adapter)
    stored = ("--config", "finetuning={features: stored}")
    planned = finished_workflow.planned(adapter, *TAIL, *stored)
    assert planned == {"encode_features": 1, "finetune_rs_internvl": 1}
    finished_workflow.snakemake(adapter, *TAIL, *stored)

    about = json.loads((finished_workflow.folder / "results/small/features/about.json").read_text())
    assert about["dtype"] == "float32"
    assert about["patches"] > 10
    trained = json.loads((finished_workflow.folder / adapter / "training.json").read_text())
    assert trained["lineage"]["settings"]["finetuning"]["features"] == "stored"
    found = weights(finished_workflow.folder / adapter)
    assert found.keys() == computed.keys()
    for name, value in computed.items():
        # Each patch is encoded alone in either, so that not even the last bits differ.
        assert torch.equal(found[name], value), name
    assert finished_workflow.planned(adapter, *TAIL, *stored) == {}


def test_another_white_of_pictures_reruns_what_sees_them_and_no_more(fresh_workflow):
    plain = fresh_workflow.planned_commands("all", ABLATION, *TAIL)
    other = fresh_workflow.planned_commands("all", ABLATION, *TAIL, "--config", "images={rgb_white: 2500}")
    assert len(plain) == len(other) > 100
    changed = {re.search(r"workflow_scripts/(\w+)\.py", line)[1] for line in plain ^ other}
    # A tiny checkpoint may have learnt from pictures.
    assert {"finetune_rs_internvl", "predict_answers"} == changed - {"build_tiny_checkpoint"}
    # All models of this run are shown the picture.
    asked = [line for line in plain if "predict_answers.py" in line]
    assert not set(asked) & other
    assert asked


def test_a_model_without_rgb_does_not_depend_on_the_white_of_pictures(fresh_workflow):
    path = fresh_workflow.folder / "small.yaml"
    path.write_text(path.read_text().replace("finetuning:\n", "finetuning:\n  modalities: [s2, s1]\n"))
    target = "results/small/finetuned/binary"
    refused = fresh_workflow.snakemake(target, "--dry-run", *TAIL, check=False)
    assert refused.returncode
    assert "projections are fitted to RGB tokens, and s2 and s1 have none" in refused.stdout
    random = ("--config", "finetuning={initial_projections: random}")
    output = fresh_workflow.snakemake(target, "--dry-run", "--printshellcmds", *TAIL, *random).stdout
    (command,) = [line for line in output.splitlines() if "finetune_rs_internvl.py" in line]
    assert '"modalities": ["s2", "s1"]' in command
    assert "rgb_white" not in command
