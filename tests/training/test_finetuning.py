"""Fine-tuning: the schedule by hand, going on after kills and SIGTERM, faults, and what the output says."""

import csv
import json
import random
import re
import sys
import time
from itertools import pairwise

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

import finetune_rs_internvl
from bentxt.errors import InputError
from bentxt.training.annotation_tokens import AnnotationTokens
from bentxt.training.finetuning import learning_rate, pass_losses
from bentxt.training.pass_loader import load_passes
from bentxt.training.stopping import STOPPED
from bentxt.training.training_state import STATE
from worlds.finetuning_program import (
    OPTIONS,
    assert_same,
    command,
    finish,
    kill,
    start,
    wait_for_states,
    weights,
    write_world,
)
from worlds.finetuning_settings import finetuning_settings
from worlds.shared_finetuning import SmallFinetuning
from worlds.tiny_rs_internvl import model


def test_the_rate_rises_linearly_and_falls_as_a_cosine():
    settings = finetuning_settings(learning_rate=1e-4, initial_learning_rate=1e-6, warmup_share=0.1)
    rates = [learning_rate(2 * step, 2, 40, settings) for step in range(20)]
    assert rates[0] == pytest.approx(1e-6 + 0.5 * (1e-4 - 1e-6))
    assert rates[1] == pytest.approx(1e-4)
    assert rates[2] == pytest.approx(1e-4), "the cosine begins at the peak"
    assert rates[11] == pytest.approx(0.5e-4), "half way down"
    assert all(later < earlier for earlier, later in pairwise(rates[2:]))
    assert rates[19] < 1e-6


def test_a_run_of_one_step_is_at_the_peak():
    assert learning_rate(0, 3, 3, finetuning_settings(learning_rate=0.5)) == pytest.approx(0.5)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return write_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def undisturbed(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    finish(command(world, folder / "out", folder / "progress"))
    return folder


def _step_of(state):
    with safe_open(state, "pt") as file:
        return int(file.metadata()["step"])


def test_a_run_killed_at_three_random_moments_ends_as_one_that_was_not(world, undisturbed, tmp_path):
    out, progress = tmp_path / "out", tmp_path / "progress"
    moments, steps = random.Random(2026), [0]
    for attempt in range(3):
        process = start(command(world, out, progress), tmp_path / f"{attempt}.log")
        wait_for_states(process, progress, moments.randint(1, 20))
        assert kill(process), "it ended before it could be killed"
        steps.append(_step_of(progress / STATE))
    assert all(later > earlier for earlier, later in pairwise(steps)), "each try goes on"
    assert not out.exists()
    assert f"resuming after step {steps[-1]} of 120" in finish(command(world, out, progress))
    assert_same(out, undisturbed / "out")
    assert not progress.exists()


def test_sigterm_lets_the_step_end_and_its_state_be_saved(world, undisturbed, tmp_path):
    out, progress = tmp_path / "out", tmp_path / "progress"
    # No state but the one after the signal: it comes once the log shows a step.
    seldom = command(world, out, progress, running={"save_minutes": 1000})
    process = start(seldom, tmp_path / "log")
    log = progress / "training_log.csv"
    while not (log.exists() and log.read_bytes().count(b"\n") > 3):
        assert process.poll() is None, (tmp_path / "log").read_text()
        time.sleep(0.002)
    process.terminate()
    assert process.wait(60) == STOPPED == 143
    step = _step_of(progress / STATE)
    said = (tmp_path / "log").read_text()
    assert f"stopped by SIGTERM after step {step} of 120; the same command goes on" in said
    assert not out.exists()
    # What changes no result may change on the way.
    changed = command(world, out, progress, running={"save_minutes": 0.5, "gradient_checkpointing": True})
    assert f"resuming after step {step} of 120" in finish(changed)
    assert_same(out, undisturbed / "out")


def test_the_output_says_what_was_trained_on_what(undisturbed):
    described = json.loads((undisturbed / "out" / "training.json").read_text())
    trained = weights(undisturbed / "out")
    assert described["trained_parameters"] == sum(value.numel() for value in trained.values())
    assert described["trained_parameters"] < described["parameters"]
    assert (described["patches"], described["annotations"]) == (4, 2 + 3 + 1 + 2)
    assert (described["steps"], described["device"], described["processes"]) == (120, "cpu", 1)
    assert described["lineage"]["settings"]["finetuning"]["rank"] == 2
    # It does not say what changed nothing.
    assert not {"save_minutes", "cached_patches"} & set(described["lineage"]["settings"]["finetuning"])
    assert not (undisturbed / "progress").exists()


def test_projections_begin_fitted_or_at_random(world, undisturbed, tmp_path):
    described = json.loads((undisturbed / "out" / "training.json").read_text())
    left = described["initial_projections"]
    assert set(left) == {"s2", "s1"}
    assert all(0 <= share < 1 for share in left.values())
    # Steps of next to no size leave the projections as they begin.
    still = {"learning_rate": 1e-9, "initial_learning_rate": 0.0, "epochs": {"binary": 1}}
    begun = {}
    for kind in ("random", "fitted"):
        changes = still | {"initial_projections": kind}
        finish(command(world, tmp_path / kind, tmp_path / f"{kind}-progress", **changes))
        begun[kind] = load_file(tmp_path / kind / "projections.safetensors")
    random_left = json.loads((tmp_path / "random" / "training.json").read_text())["initial_projections"]
    assert random_left == {}
    _, fresh = model(seed=3)
    weight = "s2_projection.weight"
    torch.testing.assert_close(begun["random"][weight], fresh.projection("s2").weight.detach())
    assert not torch.allclose(begun["fitted"][weight], begun["random"][weight], atol=1e-3)


def test_training_lowers_the_loss(undisturbed):
    with (undisturbed / "out" / "training_log.csv").open() as file:
        losses = [float(row["loss"]) for row in csv.DictReader(file)]
    assert sum(losses[-10:]) < 0.5 * sum(losses[:10])


def _refused(monkeypatch, arguments, message):
    monkeypatch.setattr(sys, "argv", arguments[1:])
    with pytest.raises(InputError, match=message):
        finetune_rs_internvl.main()


def test_the_tokens_of_another_task_are_refused(world, tmp_path, monkeypatch):
    arguments = command(world, tmp_path / "out", tmp_path / "progress", task="mcq")
    _refused(monkeypatch, arguments, "tokens of the binary annotations, not of the mcq ones")
    assert not (tmp_path / "out").exists()


def test_float16_is_refused(world, tmp_path, monkeypatch):
    arguments = command(world, tmp_path / "out", tmp_path / "progress", dtype="float16")
    _refused(monkeypatch, arguments, "float16 is no precision to train in")


VALIDATED = {
    "validation": {"patches": 1, "times": 3, "samples": 2},
    "epochs": OPTIONS["epochs"] | {"binary": 30},
}


@pytest.fixture(scope="module")
def validated(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("validated")
    return folder / "out", finish(command(world, folder / "out", folder / "progress", **VALIDATED))


def test_a_validated_run_that_was_killed_leaves_the_files_of_one_that_was_not(world, validated, tmp_path):
    validated_command = command(world, tmp_path / "out", tmp_path / "progress", **VALIDATED)
    process = start(validated_command, tmp_path / "log")
    wait_for_states(process, tmp_path / "progress", 1)
    assert kill(process), "it ended before it could be killed"
    assert (tmp_path / "progress" / "validation.csv").exists()
    finish(validated_command)
    for name in ("validation.csv", "samples.jsonl"):
        assert (tmp_path / "out" / name).read_bytes() == (validated[0] / name).read_bytes()
    assert_same(tmp_path / "out", validated[0])


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


# Faults


class _BrokenImages(SmallFinetuning):
    """Features of one patch are no numbers from some step on."""

    BROKEN = 4

    def __init__(self, good=0, **changes):
        super().__init__(**changes)
        self.good = good

    def features(self, patches):
        found = super().features(patches)
        if self.BROKEN in patches:
            self.good -= 1
            if self.good < 0:
                found.s2[patches.index(self.BROKEN)] = torch.nan
        return found


def _owner(tokens: AnnotationTokens, number):
    return max(patch for patch, first in enumerate(tokens.first) if first <= number)


def test_a_loss_that_is_no_number_stops_the_run_and_names_its_annotations(tmp_path):
    broken = _BrokenImages(good=2, save_minutes=0)
    with pytest.raises(InputError) as caught:
        broken.train(tmp_path, text=lambda tokens: f"text of {len(tokens)} tokens")
    step = int(re.match(r"step (\d+): the loss is nan", str(caught.value))[1])
    members = [
        number
        for of in broken.plan.passes(step - 1)
        for row in of.rows
        for number in row.annotations
        if _owner(broken.tokens, number) == broken.BROKEN
    ]
    named = re.findall(r"annotation (\d+) \(patch_4\): text of \d+ tokens", str(caught.value))
    assert sorted(map(int, named)) == sorted(broken.tokens.ids[members].tolist())
    assert len(re.findall(r"annotation \d+", str(caught.value))) == len(members), "and no other"
    # The state before stays, and goes on once the images are mended.
    assert _step_of(tmp_path / STATE) == step - 1
    mended, undisturbed = SmallFinetuning(save_minutes=0), SmallFinetuning()
    assert mended.train(tmp_path) == undisturbed.train(tmp_path / "other")
    for name, value in undisturbed.weights().items():
        assert torch.equal(mended.weights()[name], value), name


def test_a_gradient_that_is_no_number_stops_the_run_too(tmp_path):
    broken = SmallFinetuning()
    weight = broken.model.trained_parameters()["s2_projection.weight"]
    weight.register_hook(lambda gradient: gradient / 0)
    with pytest.raises(
        InputError, match=r"step 1: the loss is \d.*the norm of its gradient (nan|inf)"
    ) as caught:
        broken.train(tmp_path)
    assert len(re.findall(r"annotation \d+ \(patch_\d\)", str(caught.value))) == broken.plan.size(0)


def test_too_little_memory_says_what_to_set(tmp_path):
    class Greedy(SmallFinetuning):
        def features(self, patches):
            found = super().features(patches)
            if len(self.reads) > 12:
                torch.empty(2**60, dtype=torch.uint8)
            return found

    with pytest.raises(InputError, match="out of memory") as caught:
        Greedy(save_minutes=0).train(tmp_path)
    for words in ("gradient_checkpointing", "tokens_per_pass", "goes on from the last saved state"):
        assert words in str(caught.value)
    assert _step_of(tmp_path / STATE) >= 1


# Precision and memory


def _first_step(run_of):
    """Return loss and gradients of the first step of a run, by the functions that a step is made of."""
    run_of.model.train()
    total = 0
    _, passes = next(iter(load_passes(run_of.plan, run_of.tokens, run_of.plan.prefix, 0)))
    for of in passes:
        torch.manual_seed(of.number)
        losses = pass_losses(run_of.model, run_of.BEFORE, of, run_of.features(of.patches), "annotations")
        losses.sum().backward()
        total += float(losses.sum().detach())
    return total, {name: of.grad for name, of in run_of.model.trained_parameters().items()}


def test_checkpointed_gradients_are_the_same_bit_for_bit():
    plain, checkpointed = SmallFinetuning(), SmallFinetuning()
    checkpointed.model.checkpoint_gradients()
    calls = []
    layer = checkpointed.model.language_model.layers[0].self_attn.q_proj
    layer.register_forward_hook(lambda *_: calls.append(1))
    (loss, gradients), (other_loss, others) = _first_step(plain), _first_step(checkpointed)
    assert len(calls) == 2 * len(plain.plan.passes(0)), "computed again for the backward pass"
    assert loss == other_loss
    for name, value in gradients.items():
        assert torch.equal(others[name], value), name


def test_bfloat16_trains_float32_weights_to_a_loss_near_that_of_float32(tmp_path):
    exact, coarse = SmallFinetuning(), SmallFinetuning(dtype=torch.bfloat16)
    logs = [of.train(tmp_path / str(of.dtype)) for of in (exact, coarse)]
    assert {value.dtype for value in coarse.weights().values()} == {torch.float32}
    assert coarse.model.internvl.dtype == torch.bfloat16
    for one, other in zip(*logs, strict=True):
        assert other[2] == pytest.approx(one[2], rel=0.02)
    assert [row[2] for row in logs[0]] != [row[2] for row in logs[1]]
