"""Fine-tuning: the schedule by hand, going on after kill -9, and what the output says."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from safetensors.torch import save as to_bytes

import finetune_rs_internvl
from bentxt.errors import InputError
from bentxt.models.tiny.internvl import tiny_image_processor
from bentxt.models.visual_prompts import load_prompts
from bentxt.program.lineage import Lineage
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import write_table
from bentxt.training.finetuning import FinetuningSettings, learning_rate
from bentxt.training.tokenisation import tokenise
from bentxt.training.training_state import STATE, load_state, save_state
from worlds.tiny_rs_internvl import images, parts

PROGRAM = Path(__file__).parents[2] / "workflow_scripts" / "finetune_rs_internvl.py"
OPTIONS = {
    "modalities": ["rgb", "s2", "s1"],
    "trained": ["projections", "adapter"],
    "epochs": {"captioning": 1, "binary": 60, "mcq": 2, "referring": 2},
    "batch_size": {"captioning": 4, "binary": 4, "mcq": 4, "referring": 4},
    "loss": "annotations",
    "tokens_per_row": 200,
    "tokens_per_pass": 200,
    "learning_rate": 0.01,
    "initial_learning_rate": 1e-6,
    "warmup_share": 0.1,
    "weight_decay": 0.01,
    "gradient_clip": 1.0,
    "rank": 2,
    "alpha": 4,
    "dropout": 0.1,
    "gradient_checkpointing": False,
    "save_minutes": 0,
    "validation": {"patches": 0, "times": 2, "samples": 0},
    "attention": "auto",
    "features": "computed",
    "cached_patches": 3,
    "loader": {"workers": 0, "prefetch": 2},
    "device": "cpu",
    "dtype": "float32",
}
PATCHES = ("train_1", "train_2", "train_3", "validation_1")


def _settings(**changes):
    values = OPTIONS | {"epochs": 1, "batch_size": 2} | changes
    return FinetuningSettings(**{key: values[key] for key in FinetuningSettings.__dataclass_fields__})


def test_the_rate_rises_linearly_and_falls_as_a_cosine():
    settings = _settings(learning_rate=1e-4, initial_learning_rate=1e-6, warmup_share=0.1)
    rates = [learning_rate(2 * step, 2, 40, settings) for step in range(20)]
    assert rates[0] == pytest.approx(1e-6 + 0.5 * (1e-4 - 1e-6))
    assert rates[1] == pytest.approx(1e-4)
    assert rates[2] == pytest.approx(1e-4), "the cosine begins at the peak"
    assert rates[11] == pytest.approx(0.5e-4), "half way down"
    assert all(later < earlier for earlier, later in pairwise(rates[2:]))
    assert rates[19] < 1e-6


def test_a_run_of_one_step_is_at_the_peak():
    assert learning_rate(0, 3, 3, _settings(learning_rate=0.5)) == pytest.approx(0.5)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A data set of four patches, its images, and random checkpoints."""
    import lmdb

    folder = tmp_path_factory.mktemp("world")
    words, internvl, s1, s2 = parts()
    for piece in (internvl, words, tiny_image_processor()):
        piece.save_pretrained(folder / "base")
    s1.save_pretrained(folder / "s1")
    s2.save_pretrained(folder / "s2")
    (folder / "images").mkdir()
    with (
        lmdb.open(str(folder / "images"), map_size=1 << 24) as environment,
        environment.begin(write=True) as txn,
    ):
        for patch in PATCHES:
            pair = images(patch)
            for name, bands in ((patch, pair.s2), (f"s1_{patch}", pair.s1)):
                txn.put(name.encode(), to_bytes({band: torch.from_numpy(of) for band, of in bands.items()}))
    (folder / "images" / "lock.mdb").unlink()
    questions = ["Does the image show arable land?", "Is it a mixed forest?", "Which class is present?"]
    rows = [
        {
            "ID": number * 10 + index,
            "s1_name": f"s1_{patch}",
            "patch_id": patch,
            "input": text,
            "output": "yes" if (number + index) % 2 else "no",
            "type": "binary",
            "category": "presence",
            "split": patch.split("_")[0],
            "latitude": 48.0,
            "longitude": 16.0,
            "country": "Austria",
            "season": "Summer",
            "climate_zone": "Cold, no dry season, warm summer",
        }
        for number, patch in enumerate(PATCHES, 1)
        for index, text in enumerate(questions[: 1 + number % 3])
    ]
    columns = {name: [row[name] for row in rows] for name in DATASET.names}
    write_table(folder / "dataset.parquet", columns, DATASET, Lineage("test", {}, "", {}))
    tokenise(folder / "dataset.parquet", "binary", load_prompts(folder / "base"), folder / "tokens", {})
    return folder


def _command(world, out, progress, task="binary", seed=3, **changes):
    settings = {"run": "mini", "seed": seed, "finetuning": OPTIONS | changes, "images": {"rgb_white": 3000}}
    arguments = {
        "task": task,
        "dataset": world / "dataset.parquet",
        "tokens": world / "tokens",
        "images": world / "images",
        "base": world / "base",
        "s1-encoder": world / "s1",
        "s2-encoder": world / "s2",
        "progress": progress,
        "out": out,
        "settings": json.dumps(settings),
    }
    options = [text for name, value in arguments.items() for text in (f"--{name}", str(value))]
    return [sys.executable, str(PROGRAM), *options]


def _run(command):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def _weights(folder):
    return load_file(folder / "adapter_model.safetensors") | load_file(folder / "projections.safetensors")


def _kill_after_first_state(command, progress):
    """Start the program, kill it as soon as it saved a state, and return whether it was still running."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while process.poll() is None and not (progress / STATE).exists():
        assert time.monotonic() < deadline, "no state was saved"
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


@pytest.fixture(scope="module")
def undisturbed(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    done = _run(_command(world, folder / "out", folder / "progress"))
    assert done.returncode == 0, done.stderr
    return folder


def test_a_killed_run_goes_on_to_the_same_weights(world, undisturbed, tmp_path):
    out, progress = tmp_path / "out", tmp_path / "progress"
    command = _command(world, out, progress)
    assert _kill_after_first_state(command, progress), "it ended before it could be killed"
    assert not out.exists()
    done = _run(command)
    assert done.returncode == 0, done.stderr
    assert "resuming after step" in done.stderr
    expected, found = _weights(undisturbed / "out"), _weights(out)
    assert expected.keys() == found.keys()
    for name, value in expected.items():
        assert torch.equal(found[name], value), name
    assert (out / "training_log.csv").read_bytes() == (undisturbed / "out" / "training_log.csv").read_bytes()
    assert not progress.exists()


def _trained_once():
    """A parameter and its optimizer after one step."""
    value = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    optimizer = torch.optim.AdamW([value], lr=0.1)
    value.sum().backward()
    optimizer.step()
    return {"value": value}, optimizer


def test_a_state_comes_back_with_weights_moments_and_log(tmp_path):
    trained, optimizer = _trained_once()
    save_state(tmp_path / STATE, "key", 1, [(1, 4, 0.5, 0.1)], trained, optimizer)
    fresh = {"value": torch.nn.Parameter(torch.zeros(2))}
    other = torch.optim.AdamW(fresh.values(), lr=0.1)
    assert load_state(tmp_path / STATE, "key", fresh, other) == (1, [(1, 4, 0.5, 0.1)])
    assert torch.equal(fresh["value"], trained["value"])
    for moment, tensor in optimizer.state[trained["value"]].items():
        assert torch.equal(other.state[fresh["value"]][moment], tensor), moment


@pytest.mark.parametrize("kind", ["of another run", "cut", "absent"])
def test_a_state_that_does_not_belong_here_is_not_used(tmp_path, kind):
    trained, optimizer = _trained_once()
    path = tmp_path / STATE
    if kind != "absent":
        save_state(path, "other key", 1, [(1, 4, 0.5, 0.1)], trained, optimizer)
    if kind == "cut":
        path.write_bytes(path.read_bytes()[:-3])
    fresh = {"value": torch.nn.Parameter(torch.zeros(2))}
    assert load_state(path, "key", fresh, torch.optim.AdamW(fresh.values())) == (0, [])
    assert fresh["value"].tolist() == [0, 0]


def test_the_output_says_what_was_trained_on_what(undisturbed):
    described = json.loads((undisturbed / "out" / "training.json").read_text())
    weights = _weights(undisturbed / "out")
    assert described["trained_parameters"] == sum(value.numel() for value in weights.values())
    assert described["trained_parameters"] < described["parameters"]
    assert (described["patches"], described["annotations"]) == (4, 2 + 3 + 1 + 2)
    assert (described["steps"], described["device"]) == (120, "cpu")
    assert described["lineage"]["settings"]["finetuning"]["rank"] == 2
    assert not (undisturbed / "progress").exists()


def test_training_lowers_the_loss(undisturbed):
    with (undisturbed / "out" / "training_log.csv").open() as file:
        losses = [float(row["loss"]) for row in csv.DictReader(file)]
    assert sum(losses[-10:]) < 0.5 * sum(losses[:10])


def test_the_tokens_of_another_task_are_refused(world, tmp_path, monkeypatch):
    command = _command(world, tmp_path / "out", tmp_path / "progress", task="mcq")
    monkeypatch.setattr(sys, "argv", command[1:])
    with pytest.raises(InputError, match="tokens of the binary annotations, not of the mcq ones"):
        finetune_rs_internvl.main()
    assert not (tmp_path / "out").exists()


VALIDATED = {
    "validation": {"patches": 1, "times": 3, "samples": 2},
    "epochs": OPTIONS["epochs"] | {"binary": 30},
}


@pytest.fixture(scope="module")
def validated(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("validated")
    done = _run(_command(world, folder / "out", folder / "progress", **VALIDATED))
    assert done.returncode == 0, done.stderr
    return folder / "out", done.stderr


def test_a_validated_run_that_was_killed_leaves_the_files_of_one_that_was_not(world, validated, tmp_path):
    command = _command(world, tmp_path / "out", tmp_path / "progress", **VALIDATED)
    assert _kill_after_first_state(command, tmp_path / "progress"), "it ended before it could be killed"
    assert (tmp_path / "progress" / "validation.csv").exists()
    assert _run(command).returncode == 0
    for name in ("training_log.csv", "validation.csv", "samples.jsonl"):
        assert (tmp_path / "out" / name).read_bytes() == (validated[0] / name).read_bytes()
    expected = _weights(validated[0])
    assert all(torch.equal(value, expected[name]) for name, value in _weights(tmp_path / "out").items())


def test_a_validated_run_trains_on_the_other_patches_and_says_how_it_does(validated):
    out, log = validated
    described = json.loads((out / "training.json").read_text())
    assert (described["patches"], described["held_out_patches"], described["annotations"]) == (3, 1, 6)
    with (out / "validation.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["annotations"]) for row in rows] == [0, 90, 180]
    assert f"validation loss {float(rows[2]['loss']):.4f}" in log
    assert "asked: " in log
    samples = [json.loads(line) for line in (out / "samples.jsonl").read_text().splitlines()]
    assert {sample["patch_id"] for sample in samples} == {"validation_1"}
    assert len(samples) == 6
    assert list((out / "tensorboard").glob("events.out.tfevents.*"))
    assert "fine-tuning binary: 100%" in log
