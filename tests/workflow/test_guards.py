"""Guards of the workflow, through the snakemake command."""

import shutil

import pytest

pytestmark = pytest.mark.workflow


def test_a_config_file_next_to_the_slurm_profile_does_not_drop_the_paper_run(fresh_workflow):
    def dry_run(*arguments):
        return fresh_workflow.snakemake(
            "results/small/patches.parquet", "--dry-run", "--profile", "slurm", *arguments, check=False
        )

    refused = dry_run("--configfile", "small.yaml")
    assert refused.returncode
    assert "--configfile config/paper.yaml mine.yaml" in refused.stdout
    meant = dry_run("--configfile", "small.yaml", "--config", "run=mini")
    assert not meant.returncode, meant.stdout
    both = dry_run("--configfile", "config/paper.yaml", "small.yaml")
    assert not both.returncode, both.stdout


def test_nested_values_on_the_command_line_keep_their_types(fresh_workflow):
    ran = fresh_workflow.planned("figures/table8.csv")
    more = fresh_workflow.planned("figures/table8.csv", "--config", "benchmark={absent: {GPT: null}}")
    assert more["predict_answers"] == ran["predict_answers"] + 4
    fresh_workflow.snakemake("--dry-run", "figures/table8.csv", "--config", "captions={tiers: {primary: 30}}")
    wrong = fresh_workflow.snakemake("--dry-run", "--config", "captions={tiers: {primary: big}}", check=False)
    assert "'captions.tiers.primary' is 'big'" in wrong.stdout


def test_another_working_directory_is_refused_with_the_way_out(fresh_workflow, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    process = fresh_workflow.snakemake("--dry-run", "--directory", elsewhere, check=False)
    assert process.returncode
    assert "without --directory" in process.stdout


def test_a_copy_that_keeps_times_runs_nothing_again(finished_workflow):
    assert finished_workflow.planned("figures/table8.csv", "--configfile", "small.yaml") == {}


def test_a_copy_of_other_times_runs_again_unless_it_is_touched(finished_workflow):
    target = ("figures/table8.csv", "--configfile", "small.yaml")
    # A file of up to 1 MB is known by its checksum, whatever its time.
    (finished_workflow.folder / "results/small/attributes/maps.parquet").touch()
    assert finished_workflow.planned(*target) == {}
    # As in a copy that does not keep times: a large input is newer than what was made from it.
    (finished_workflow.folder / "data/small/BigEarthNet-S2.tar.zst").touch()
    process = finished_workflow.snakemake("--dry-run", *target)
    assert "Updated input files: data/small/BigEarthNet-S2.tar.zst" in process.stdout
    finished_workflow.snakemake("--touch", *target)
    assert finished_workflow.planned(*target) == {}


def test_a_copy_without_the_record_of_settings_and_code_goes_by_times_alone(finished_workflow):
    target = ("figures/table8.csv", "--configfile", "small.yaml")
    shutil.rmtree(finished_workflow.folder / ".snakemake")
    assert finished_workflow.planned(*target) == {}
    assert finished_workflow.planned(*target, "--config", "statistics={mtld_threshold: 0.8}", "seed=1") == {}
