"""What jobs ask a cluster for."""

from types import SimpleNamespace

import pytest
import yaml

from bentxt.models.model_table import FAMILIES, read_models, with_engine
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
