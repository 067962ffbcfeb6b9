"""Calls of the workflow that would do something else than was meant."""

import pytest

from bentxt.errors import InputError
from bentxt.program.run_guards import (
    check_folder,
    check_results,
    check_slurm_run,
    check_targets,
    submits_to_slurm,
    typed_values,
)


def test_nested_values_of_the_command_line_get_their_types():
    given = {
        "seed": 7,
        "benchmark": {"absent": {"GPT": "null"}, "meteor_jar": "true", "bootstrap_resamples": "20"},
        "questions": {"reference_share": ["1.5", "50"]},
        "augmentation": {"model": "org/name", "openai": {"base_url": "http://host:1/v1"}},
    }
    assert typed_values(given) == {
        "seed": 7,
        "benchmark": {"absent": {"GPT": None}, "meteor_jar": True, "bootstrap_resamples": 20},
        "questions": {"reference_share": [1.5, 50]},
        "augmentation": {"model": "org/name", "openai": {"base_url": "http://host:1/v1"}},
    }


@pytest.mark.parametrize("text", ["", "why: not", "[unfinished", "key not available"])
def test_text_stays_text(text):
    assert typed_values({"absent": {"GPT": text}}) == {"absent": {"GPT": text}}


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        (["all", "--profile", "slurm"], {}, True),
        (["all", "--profile=profiles/slurm"], {}, True),
        (["--executor", "slurm", "all"], {}, True),
        (["all"], {"SNAKEMAKE_PROFILE": "slurm"}, True),
        (["all"], {}, False),
        # On the node itself.
        (["--executor", "slurm-jobstep", "all"], {}, False),
        (["--configfile", "slurm"], {}, False),
    ],
)
def test_a_call_that_submits_is_recognised(arguments, environment, expected):
    assert submits_to_slurm(arguments, environment) is expected


def test_the_miniature_world_goes_to_slurm_only_on_purpose():
    slurm = ["--profile", "slurm"]
    with pytest.raises(InputError, match=r"--configfile config/paper\.yaml mine\.yaml") as caught:
        check_slurm_run({"run": "mini"}, {}, slurm, {})
    assert "--config run=mini" in str(caught.value)
    check_slurm_run({"run": "mini"}, {"run": "mini"}, slurm, {})
    check_slurm_run({"run": "paper"}, {"run": "paper"}, slurm, {})
    check_slurm_run({"run": "mini"}, {}, [], {})


def test_a_run_in_another_folder_is_refused(tmp_path):
    check_folder(tmp_path, tmp_path)
    (tmp_path / "link").symlink_to(tmp_path)
    check_folder(tmp_path / "link", tmp_path)
    with pytest.raises(InputError, match="without --directory"):
        check_folder(tmp_path, tmp_path / "workflow")


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("figures/figure2.png", "Figure 2 shows"),
        ("./figures/figure2.csv", "Figure 2 shows"),
        ("draw_caption_pipeline", "Figure 2 shows"),
        ("figures/caption_check.html", "captions that this project made"),
        ("measure_caption_check", "captions that this project made"),
        ("results/a+b/captions/template.parquet", "made only where the data set is"),
        ("results/a+b/questions/mcq.parquet", "made only where the data set is"),
        ("results/a+b/benchmark_rows.parquet", "made only where the data set is"),
        ("select_benchmark", "made only where the data set is"),
    ],
)
def test_a_run_from_the_release_refuses_what_it_does_not_make(target, why):
    with pytest.raises(InputError, match=why) as caught:
        check_targets(["--cores", "2", target], "results/a+b")
    assert caught.value.item == target
    assert "paths.results" in caught.value.remedy


def test_a_run_from_the_release_makes_the_rest():
    later = ["figures/figure1.png", "figures/table8.csv", "all", "build_dataset", "results/r/images.lmdb"]
    more = ["results/r/statistics/captions.json", "results/r/benchmarks/adopt_release.tsv", "results/r"]
    check_targets([*later, *more, "--configfile", "config/released.yaml"], "results/r")


def test_made_and_released_data_sets_do_not_share_a_folder(tmp_path):
    dataset, about, file = (tmp_path / name for name in ("d.parquet", "released.json", "mine.parquet"))
    for released in (None, file):
        check_results(tmp_path, dataset, about, released)
    about.touch()
    # What a stopped job leaves is no data set yet.
    for released in (None, file):
        check_results(tmp_path, dataset, about, released)
    dataset.touch()
    check_results(tmp_path, dataset, about, file)
    with pytest.raises(InputError, match="holds results of a released data set, this run is of a data set"):
        check_results(tmp_path, dataset, about, None)
    about.unlink()
    check_results(tmp_path, dataset, about, None)
    with pytest.raises(
        InputError, match="holds results of a data set that was made here, this run is of a released"
    ):
        check_results(tmp_path, dataset, about, file)


def test_a_released_file_that_would_be_overwritten_is_refused(tmp_path):
    dataset, link = tmp_path / "d.parquet", tmp_path / "link.parquet"
    link.symlink_to(dataset)
    for released in (dataset, link, tmp_path / "x" / ".." / "d.parquet"):
        with pytest.raises(InputError, match="would overwrite the released file"):
            check_results(tmp_path, dataset, tmp_path / "released.json", released)
