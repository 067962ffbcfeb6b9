"""Calls of the workflow that would do something else than was meant."""

import pytest

from bentxt.errors import InputError
from bentxt.program.run_guards import check_folder, check_slurm_run, submits_to_slurm, typed_values


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
