"""Whether a checkpoint was taken whole, settings, environments, and the examples in docstrings."""

import doctest
import importlib
import json
import re

import pytest
import torch
import yaml

from worker_choices import chosen, require_shards, require_whole
from worker_protocol import NotReady, Options
from worlds.earth_workers import ROOT

NOTHING = {"missing_keys": [], "unexpected_keys": [], "mismatched_keys": []}


def model(empty=False):
    return torch.nn.Linear(2, 3, device="meta" if empty else "cpu")


def test_a_whole_checkpoint_passes():
    require_whole(model(), NOTHING)
    of_buffers = NOTHING | {"unexpected_keys": ["layers.0.rotary_emb.inv_freq"]}
    require_whole(model(), of_buffers, harmless=r"\.inv_freq$")


def test_weights_that_were_not_loaded_are_found_without_being_listed():
    with pytest.raises(NotReady, match=r"2 missing \(bias, weight\)"):
        require_whole(model(empty=True), NOTHING)


@pytest.mark.parametrize(
    ("loading", "message"),
    [
        ({"missing_keys": ["mlp1.1.weight"]}, r"1 missing \(mlp1\.1\.weight\)"),
        ({"unexpected_keys": ["b", "a"]}, r"2 unexpected \(a, b\)"),
        ({"mismatched_keys": [("head", [1], [2])]}, r"1 of another shape \(head\)"),
        ({"unexpected_keys": list("abcdefg")}, r"7 unexpected \(a, b, c, d, e, …\)"),
    ],
)
def test_a_checkpoint_that_does_not_fit_is_refused_with_its_weights(loading, message):
    with pytest.raises(NotReady, match=message):
        require_whole(model(), NOTHING | loading)


def test_a_shard_that_is_missing_is_named(tmp_path):
    require_shards(tmp_path)
    names = {
        "a": "model-1-of-2.safetensors",
        "b": "model-2-of-2.safetensors",
        "c": "model-1-of-2.safetensors",
    }
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": names}))
    (tmp_path / names["a"]).touch()
    with pytest.raises(NotReady, match=re.escape(names["b"])):
        require_shards(tmp_path)
    (tmp_path / names["b"]).touch()
    require_shards(tmp_path)


def test_the_first_value_is_the_default_and_tags_are_not_its_business():
    known = {"fusion": ("bilinear", "average"), "num_beams": range(1, 4), "flag": (False, True)}
    options = Options(settings={"num_beams": 3, "tags": "stripped"})
    assert chosen(options, known) == {"fusion": "bilinear", "num_beams": 3, "flag": False}
    assert chosen(Options(settings={"flag": True}), known)["flag"] is True
    with pytest.raises(NotReady, match="flag must be one of False, True, is 1"):
        chosen(Options(settings={"flag": 1}), known)


@pytest.mark.parametrize("worker", ["earthdial", "earthmind"])
def test_an_environment_pins_what_its_worker_asks_for(worker):
    folder = ROOT / "workers" / worker
    conda = yaml.safe_load((folder / "environment.yaml").read_text())["dependencies"]
    packages = conda.pop()["pip"]
    assert all(re.fullmatch(r"[\w-]+=[\d.]+", package) for package in conda)
    pinned = dict(re.fullmatch(r"([\w-]+)==([\d.]+)", package).groups() for package in packages)
    (asked,) = re.findall(r'require_versions\(transformers="([\d.]+)"\)', (folder / "worker.py").read_text())
    assert pinned["transformers"] == asked
    # What torch was built before cannot be loaded by it.
    assert pinned["numpy"] < "2"


@pytest.mark.parametrize("worker", ["earthdial", "earthmind"])
def test_examples_in_docstrings(worker):
    tried = doctest.testmod(importlib.import_module(f"{worker}.worker"))
    assert tried.attempted
    assert not tried.failed
