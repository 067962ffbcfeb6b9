"""The main job as a user runs it, and what reruns after a change."""

import csv
import json
import re

import pyarrow.parquet as pq
import pytest
import yaml

from bentxt.tables.schemas.dataset_schema import DATASET

pytestmark = pytest.mark.workflow
TARGET = ("figures/table8.csv", "--configfile", "small.yaml")


def edit(path, old, new):
    text = path.read_text()
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
    path.write_text(text.replace(old, new))


def test_table_8_has_numbers_for_the_models_that_ran_and_reasons_for_the_others(finished_run):
    with (finished_run.folder / "figures/table8.csv").open(newline="") as file:
        rows = {row["model"]: row for row in csv.DictReader(file)}
    assert list(rows) == ["SOTA RS", "SOTA CV", "RS-InternVL"]
    for column in ("captioning_bleu4", "binary_accuracy", "mcq_accuracy", "referring_miou"):
        assert 0 <= float(rows["RS-InternVL"][column]) <= 100
        assert 0 <= float(rows["SOTA CV"][column]) <= 100
        assert rows["SOTA RS"][column] == ""
    assert rows["SOTA RS"]["note"]
    assert "tiny" in rows["RS-InternVL"]["note"]


def test_table_8_says_how_it_was_made(finished_run):
    provenance = json.loads((finished_run.folder / "figures/table8.provenance.json").read_text())
    assert provenance["run"] == "mini"
    text = json.dumps(provenance)
    for upstream in ("finetuning", "sha256", "python"):
        assert upstream in text
    assert "mini" in (finished_run.folder / "figures/table8.md").read_text()


def test_the_run_prints_what_fine_tuning_taught(finished_run):
    assert "over always answering" in finished_run.log
    assert "points over untrained" in finished_run.log


def test_the_data_set_has_the_columns_and_spelling_of_the_release(finished_run):
    table = pq.read_table(finished_run.folder / "results/small/BigEarthNet.txt.parquet")
    assert table.schema.names == DATASET.names
    assert [str(field.type) for field in table.schema] == [str(field.type) for field in DATASET]
    data = table.to_pandas()
    assert list(data["ID"]) == list(range(1, len(data) + 1))
    assert set(data["split"]) == {"train", "validation", "test", "bench"}
    assert set(data["type"]) == {"binary", "mcq", "bounding box", "captioning"}
    assert set(data["category"]) == {
        "presence", "area", "count", "adjacency", "relative pos", "country", "season", "climate zone",
        "point", "reference", "None",
    }  # fmt: skip
    order = data[["patch_id", "type"]].drop_duplicates()
    assert order.equals(order.sort_values(["patch_id", "type"]))


def test_a_second_run_does_nothing(finished_run):
    assert finished_run.planned(*TARGET) == {}


def test_a_changed_area_threshold_reruns_questions_and_what_follows(finished_workflow):
    edit(finished_workflow.folder / "config.yaml", "area_grid: 10 ", "area_grid: 20 ")
    planned = finished_workflow.planned(*TARGET)
    assert planned["generate_questions"] == 2  # binary and mcq; no box depends on it
    assert {"select_benchmark", "assemble_dataset", "finetune_rs_internvl", "score_answers"} <= set(planned)
    assert not {"extract_attributes", "encode_images", "write_captions", "augment_captions"} & set(planned)


@pytest.mark.parametrize("kind", ["binary", "mcq", "bounding_box"])
def test_a_changed_template_reruns_the_questions_of_its_type(finished_workflow, kind):
    path = sorted((finished_workflow.folder / "resources/templates" / kind).iterdir())[0]
    path.write_text(path.read_text() + "\n# a note\n")
    output = finished_workflow.snakemake(*TARGET, "--dry-run").stdout
    assert re.findall(r"^Job \d+: Generating (\w+) annotations", output, re.MULTILINE) == [kind]
    planned = finished_workflow.planned(*TARGET)
    assert planned["generate_questions"] == 1
    assert {"select_benchmark", "assemble_dataset", "score_answers"} <= set(planned)
    assert not {"extract_attributes", "write_captions", "augment_captions", "generate_instructions"} & set(
        planned
    )


def test_a_changed_caption_instruction_reruns_no_question(finished_workflow):
    path = finished_workflow.folder / "resources/templates/captioning.yaml"
    path.write_text(path.read_text() + "\n# a note\n")
    planned = finished_workflow.planned(*TARGET)
    assert {"generate_instructions", "select_benchmark", "assemble_dataset"} <= set(planned)
    assert not {"generate_questions", "augment_captions"} & set(planned)


def test_a_comment_in_the_library_reruns_nothing(finished_workflow):
    for path in (finished_workflow.folder / "workflow_scripts").rglob("*.py"):
        path.write_text(path.read_text() + "\n# a remark\n")
    assert finished_workflow.planned(*TARGET) == {}


def test_a_changed_constant_reruns_its_stage_and_what_follows(finished_workflow):
    path = finished_workflow.folder / "workflow_scripts/bentxt/questions/binary.py"
    path.write_text(path.read_text() + "\nSENTINEL = 1\n")
    planned = finished_workflow.planned(*TARGET)
    assert "generate_questions" in planned
    assert not {"extract_attributes", "encode_images", "write_captions", "augment_captions"} & set(planned)


def test_a_changed_number_of_resamples_rescores_without_predicting(finished_workflow):
    edit(finished_workflow.folder / "config.yaml", "bootstrap_resamples: 1000", "bootstrap_resamples: 999")
    planned = finished_workflow.planned(*TARGET)
    assert "score_answers" in planned
    predicting = {"predict_answers", "predict_all_tasks"}
    assert not {*predicting, "finetune_rs_internvl", "assemble_dataset"} & set(planned)


def test_a_setting_of_one_task_rescores_that_task(finished_workflow):
    edit(finished_workflow.folder / "config.yaml", "other_words: true", "other_words: false")
    output = finished_workflow.snakemake(*TARGET, "--dry-run").stdout
    rescored = re.findall(r"^Job \d+: Scoring \S+ on (\w+) of bench", output, re.MULTILINE)
    assert set(rescored) == {"binary"}
    assert not {"predict_answers", "predict_all_tasks"} & set(finished_workflow.planned(*TARGET))


def test_the_run_is_true_to_its_maps_and_to_the_rules_of_the_release(finished_workflow):
    targets = ("figures/agreement.csv", "figures/counts.csv")
    assert finished_workflow.planned(*targets, "--configfile", "small.yaml") == {
        "measure_agreement": 1,
        "measure_counts": 1,
    }
    finished_workflow.snakemake(*targets, "--configfile", "small.yaml")
    with (finished_workflow.folder / "figures/agreement.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        # Climate zones wait for a raster; all else is answered.
        answered = row["answered"] if row["category"] == "climate zone" else row["rows"]
        assert (row["parsed"], row["agreeing"]) == (row["rows"], answered), row
    assert sum(int(row["rows"]) for row in rows) == len(
        pq.read_table(finished_workflow.folder / "results/small/BigEarthNet.txt.parquet")
    )
    with (finished_workflow.folder / "figures/counts.csv").open(newline="") as file:
        fixed = [row for row in csv.DictReader(file) if row["follows_from"] == "rule"]
    assert fixed
    assert all(row["value"] == row["expected"] for row in fixed)
    edit(finished_workflow.folder / "config.yaml", "on_error: report ", "on_error: stop ")
    planned = finished_workflow.planned(
        "figures/agreement.csv", "figures/table8.csv", "--configfile", "small.yaml"
    )
    assert planned == {"measure_agreement": 1}


def test_the_epochs_of_one_task_rerun_its_fine_tuning_only(finished_workflow):
    edit(finished_workflow.folder / "small.yaml", "captioning: 1", "captioning: 2")
    planned = finished_workflow.planned(*TARGET)
    assert {name: planned[name] for name in ("finetune_rs_internvl", "predict_answers", "score_answers")} == {
        "finetune_rs_internvl": 1,
        "predict_answers": 1,
        "score_answers": 1,
    }


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("sed=1", ["unknown config key 'sed'", "known keys:", "seed"]),
        ("seed=-3", ["'seed'", "-3", "at least 0"]),
        ("run=maxi", ["'run'", "'maxi'", "mini | paper"]),
    ],
)
def test_a_wrong_config_is_refused_by_key_value_and_allowed_range(fresh_workflow, argument, words):
    process = fresh_workflow.snakemake("figures/table8.csv", "--dry-run", "--config", argument, check=False)
    assert process.returncode != 0
    for word in words:
        assert word in process.stdout


def test_a_failing_stage_shows_its_message_and_leaves_no_output(fresh_workflow):
    fresh_workflow.snakemake("results/small/patches.parquet", "--configfile", "small.yaml")
    archive = fresh_workflow.folder / "data/small/Reference_Maps.tar.zst"
    archive.write_bytes(archive.read_bytes()[:-2000])
    process = fresh_workflow.snakemake(
        "results/small/patches.parquet", "--configfile", "small.yaml", check=False
    )
    assert process.returncode != 0
    assert "Reference_Maps.tar.zst" in process.stdout
    assert "remedy:" in process.stdout
    assert not list((fresh_workflow.folder / "results/small").glob("attributes/*"))


def test_the_paper_run_is_planned_from_download_to_table_8_in_at_most_2000_jobs(fresh_workflow):
    planned = fresh_workflow.planned("figures/table8.csv", "--profile", "slurm")
    assert planned["download_source"] == 5
    assert planned["augment_captions"] == 16
    assert planned["finetune_rs_internvl"] == 4
    # One server and the fine-tuned model have a job for each task; eleven others, and what the fine-tuned one
    # was before, have one for all.
    assert (planned["predict_answers"], planned["predict_all_tasks"]) == (2 * 4, 11 + 1)
    assert sum(planned.values()) < 2000
    assert not {"make_miniature_world", "build_tiny_checkpoint"} & set(planned)


def test_the_slurm_profile_sizes_rules_that_exist_and_gives_gpus_to_models(fresh_workflow):
    profile = yaml.safe_load((fresh_workflow.folder / "slurm/config.yaml").read_text())
    rules = set(fresh_workflow.snakemake("--list-rules", "--profile", "slurm").stdout.split())
    resources = {}
    for entry in profile["set-resources"]:
        rule, amount = entry.split(":")
        name, value = amount.split("=")
        resources.setdefault(rule, {})[name] = int(value)
    assert set(resources) <= rules
    assert {entry.split("=")[0] for entry in profile["set-threads"]} <= rules
    # Jobs ask for GPUs as their model and settings say: test_job_sizes.
    assert not {rule for rule, amounts in resources.items() if "gpu" in amounts}
    on_gpus = {"finetune_rs_internvl", "predict_answers", "predict_all_tasks"}
    assert all({"mem_mb", "runtime"} <= set(resources[rule]) for rule in on_gpus)
    assert "runtime" in resources["augment_captions"]
