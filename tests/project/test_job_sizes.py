"""What jobs ask a cluster for."""

import json
import shlex
from types import SimpleNamespace

import pytest
import yaml
from snakemake_executor_plugin_slurm.submit_string import get_submit_command
from snakemake_executor_plugin_slurm.utils import set_gres_string

from bentxt.captions.augmentation_settings import joined
from bentxt.models.model_table import FAMILIES, read_models, with_engine
from bentxt.program.settings import select_settings
from worlds.finetuning_jobs import finetuning_rules
from worlds.pages import PROJECT


def gpus(model, **prediction):
    """Return the GPUs of a prediction, as the rules' own function says."""
    config = yaml.safe_load((PROJECT / "config.yaml").read_text())
    config["prediction"] |= prediction
    models = read_models(PROJECT / "resources/models.yaml")
    table = {key: with_engine(entry, config["prediction"]["engine"]) for key, entry in models.items()}
    names = {"config": config, "MODEL_TABLE": table, "FAMILIES": FAMILIES}
    exec((PROJECT / "rules/functions/benchmark.smk").read_text(), names)
    return names["prediction_gpus"](SimpleNamespace(model=model))


@pytest.mark.parametrize(("model", "expected"), [("Qwen", 1), ("RS-InternVL", 1), ("GC", 1), ("GPT", 0)])
def test_what_runs_here_has_a_gpu_and_a_server_s_client_none(model, expected):
    assert gpus(model) == expected


def test_vllm_has_those_of_all_its_engines():
    vllm = {"engine": "vllm", "vllm": {"data_parallel": 3, "tensor_parallel_size": 2}}
    assert [gpus(model, **vllm) for model in ("Qwen", "IVL", "RS-InternVL", "GPT")] == [6, 6, 1, 0]


def test_on_cpus_none_is_asked_for():
    assert gpus("Qwen", device="cpu") == 0


def test_the_profile_leaves_the_gpus_of_predictions_to_the_rule():
    profile = yaml.safe_load((PROJECT / "profiles/slurm/config.yaml").read_text())
    sized = [line.split("=")[0] for line in profile["set-resources"]]
    assert "predict_answers:gpu" not in sized
    assert "predict_answers:runtime" in sized
    assert "gpu=prediction_gpus" in (PROJECT / "rules/benchmark.smk").read_text()


# Augmentation


def augmentation(**changes):
    """Return what rules/functions/augment.smk defines for a changed config."""
    config = yaml.safe_load((PROJECT / "config.yaml").read_text())
    config["augmentation"] |= changes
    names = {"config": config, "json": json}
    names["settings"] = lambda *keys: json.dumps(select_settings(config, ["run", *keys]), sort_keys=True)
    exec((PROJECT / "rules/functions/augment.smk").read_text(), names)
    return names


@pytest.mark.parametrize("backend", ["grammar", "openai"])
def test_the_grammar_and_the_client_of_a_server_ask_for_no_gpu(backend):
    names = augmentation(backend=backend, vllm={"data_parallel": 2, "tensor_parallel_size": 4})
    assert names["augmentation_resources"]() == {"mem_mb": 8000}
    assert names["augmentation_threads"]() == 1


def test_an_augmentation_by_vllm_asks_for_the_gpus_of_its_engines():
    names = augmentation(backend="vllm", vllm={"data_parallel": 2, "tensor_parallel_size": 4})
    resources = {"runtime": 60, **names["augmentation_resources"]()}
    options = ("run_uuid", "slurm_logfile", "comment_str", "account", "partition", "workdir")
    job = SimpleNamespace(resources=SimpleResources(resources), threads=names["augmentation_threads"]())
    submitted = shlex.split(get_submit_command(job, dict.fromkeys(options, "")) + set_gres_string(job))
    assert {"--gpus=8", "--cpus-per-task=32", "--mem", "400000"} <= set(submitted)
    sized = yaml.safe_load((PROJECT / "profiles/slurm/config.yaml").read_text())["set-resources"]
    assert [line.split("=")[0] for line in sized if line.startswith("augment")] == [
        "augment_captions:runtime"
    ]


def test_what_changes_no_caption_is_no_param_of_the_augmentation():
    server = yaml.safe_load((PROJECT / "config.yaml").read_text())["augmentation"]["openai"]
    plain = augmentation(backend="openai")
    how = {"concurrency": 64, "timeout": 9, "base_url": "http://localhost:1/v1"}
    asked = augmentation(backend="openai", openai=server | how, most_fallbacks=1, shards=9, vllm={})
    assert asked["augmentation_settings"]() == plain["augmentation_settings"]()
    assert json.loads(asked["AUGMENTATION_RUNNING"])["openai"].items() >= how.items()
    for change in (
        {"model": "m"},
        {"chat": {"thinking": False}},
        {"openai": server | {"extra": {"seed": 1}}},
    ):
        assert (
            augmentation(backend="openai", **change)["augmentation_settings"]()
            != plain["augmentation_settings"]()
        )
    # Together they are all that the program needs.
    options = joined(json.loads(asked["augmentation_settings"]()), json.loads(asked["AUGMENTATION_RUNNING"]))
    assert options["augmentation"]["openai"] == server | how
    grammar = [augmentation(model=model)["augmentation_settings"]() for model in ("", "m")]
    assert grammar[0] == grammar[1]
    rule = (PROJECT / "rules/augment.smk").read_text()
    assert ' --running "$BENTXT_AUGMENTATION"' in rule


# Fine-tuning


def submitted(**finetuning):
    """Return the options of a fine-tuning's sbatch, as the executor makes them of what the rule asks for."""
    resources = {"mem_mb": 120000, "runtime": 60, **finetuning_rules(**finetuning)["finetuning_job"]()}
    names = ("run_uuid", "slurm_logfile", "comment_str", "account", "partition", "workdir")
    job = SimpleNamespace(resources=SimpleResources(resources), threads=1)
    return shlex.split(get_submit_command(job, dict.fromkeys(names, "")) + set_gres_string(job))


class SimpleResources(dict):
    """Resources of a job, by name and as attributes."""

    __getattr__ = dict.__getitem__


def test_one_process_asks_for_one_gpu():
    options = submitted()
    assert "--gpus=1" in options
    assert "--cpus-per-task=16" in options
    assert "--ntasks-per-gpu" not in " ".join(options)
    assert finetuning_rules()["finetuning_launch"]() == "python"


def test_processes_of_one_node_are_one_task_that_torchrun_shares_out():
    options = submitted(processes=4)
    assert "--gpus=4" in options
    assert "--cpus-per-task=64" in options
    assert not [option for option in options if option.startswith("--ntasks")]
    launch = finetuning_rules(processes=4)["finetuning_launch"]()
    assert launch.startswith("python -m torch.distributed.run --standalone --nproc-per-node=4 ")


@pytest.mark.parametrize(
    ("processes", "nodes", "tasks"), [(4, 2, "--ntasks-per-node=4"), (1, 3, "--ntasks=3")]
)
def test_over_nodes_each_process_is_a_task_with_a_gpu(processes, nodes, tasks):
    options = submitted(processes=processes, nodes=nodes)
    assert {f"--nodes={nodes}", f"--gres=gpu:{processes}", "--cpus-per-task=16", tasks} <= set(options)
    # Not as many tasks a GPU as the whole job has, nor GPUs of the job beside those of the nodes.
    assert not [option for option in options if option.startswith(("--ntasks-per-gpu", "--gpus"))]
    launch = finetuning_rules(processes=processes, nodes=nodes)["finetuning_launch"]().split()
    assert launch[0] == "srun"
    assert launch[-1] == "python"
    expected = {f"--nodes={nodes}", f"--ntasks={nodes * processes}", f"--gres=gpu:{processes}"}
    assert expected | {f"--ntasks-per-node={processes}", "--kill-on-bad-exit=1"} <= set(launch)


def test_on_cpus_fine_tuning_asks_for_no_gpu():
    assert not [option for option in submitted(device="cpu") if option.startswith(("--gpu", "--gres"))]
    assert "--gres" not in finetuning_rules(device="cpu", nodes=2)["finetuning_launch"]()


def test_what_changes_no_result_is_no_param_of_fine_tuning():
    changed = {
        "processes": 4,
        "nodes": 2,
        "save_minutes": 7,
        "cached_patches": 5,
        "gradient_checkpointing": True,
    }
    rules = [finetuning_rules(), finetuning_rules(**changed), finetuning_rules(rank=16)]
    model = SimpleNamespace(sees_rgb=True)
    params = []
    for names in rules:
        names |= {"TRAINED": ["RS"], "MODEL_TABLE": {"RS": model}, "ABLATIONS": {}}
        names["settings"] = lambda *keys, names=names: json.dumps(
            select_settings(names["config"], ["run", *keys]), sort_keys=True
        )
        params.append(names["finetuning_settings"](SimpleNamespace(task="mcq", variant="")))
    assert params[0] == params[1] != params[2]
    assert json.loads(rules[1]["RUNNING"]).items() >= changed.items()
    # The command takes them from the environment, and Snakemake compares inputs and params.
    rule = (PROJECT / "rules/finetune.smk").read_text()
    assert ' --running "$BENTXT_RUNNING"' in rule
    profile = yaml.safe_load((PROJECT / "profiles/default/config.yaml").read_text())
    assert profile["rerun-triggers"] == ["mtime", "params", "input"]


def test_a_fine_tuning_at_its_time_limit_is_submitted_again():
    profile = yaml.safe_load((PROJECT / "profiles/slurm/config.yaml").read_text())
    assert profile["retries"] >= 1
    # What the profile says wins over the rule, which knows how many processes there are.
    sized = [line.split("=")[0] for line in profile["set-resources"]]
    names = ("gpu", "cpus_per_task", "tasks", "nodes", "gres")
    assert not [name for name in names if f"finetune_rs_internvl:{name}" in sized]
