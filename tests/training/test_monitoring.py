"""What is seen of a run: when it is measured, its files after a kill, TensorBoard, the line in a log."""

import json
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from bentxt.training.batch_plan import BatchPlan
from bentxt.training.held_out_measurement import Measurement, Sample
from bentxt.training.monitoring import Monitor, measuring_steps

#: Half a step at the end of each of two epochs: 4 + 4 + 2 annotations.
PLAN = BatchPlan([f"patch {n}" for n in range(5)], np.arange(0, 11, 2), np.full(10, 3), 4, 2, 4, 50, 50, 1)
LOG = [(step, PLAN.seen(step), 1 / step, 0.1 * step) for step in range(1, 7)]


class _Run:
    """A run whose model gets better."""

    def __init__(self, folder, times=3, key="key"):
        self.folder, self.times, self.key, self.made = folder, times, key, 0

    def measure(self):
        sample = Sample("patch 1", "Is it |mixed|\u2028forest?", "yes", f"no\n*{self.made}*", False)
        return Measurement(10 / (1 + self.made), [sample] * 2)

    def monitor(self):
        return Monitor(
            self.folder, self.key, "binary", PLAN, self.measure if self.times else None, self.times
        )

    def go(self, done, until):
        """Make the steps from ``done`` to ``until``."""
        self.made = done
        with self.monitor() as monitor:
            monitor.begin(done, LOG[:done])
            for row in LOG[done:until]:
                self.made = row[0]
                monitor.step(row)
        return monitor

    def files(self):
        names = ("training_log.csv", "validation.csv", "samples.jsonl")
        return {name: (self.folder / name).read_bytes() for name in names}


def test_a_run_is_measured_evenly_by_annotations():
    assert PLAN.total == 20
    assert measuring_steps(PLAN, 2) == [0, 6]
    assert measuring_steps(PLAN, 3) == [0, 3, 6]
    # After 5, 10 and 15 annotations: steps end at 4, 8, 10, 14, 18 and 20.
    assert measuring_steps(PLAN, 5) == [0, 2, 3, 5, 6]
    assert measuring_steps(PLAN, 100) == list(range(7))


@given(st.integers(1, 40), st.integers(1, 9), st.integers(2, 12))
def test_the_first_measurement_is_before_the_first_step_and_the_last_after_the_last(count, batch, times):
    plan = BatchPlan(["patch"], np.array([0, count]), np.full(count, 3), 4, 3, batch, 50, 50, 1)
    steps = measuring_steps(plan, times)
    assert (steps[0], steps[-1]) == (0, plan.steps)
    assert len(steps) == min(times, len(steps))
    assert steps == sorted(set(steps))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    run = _Run(tmp_path_factory.mktemp("undisturbed"))
    run.go(0, 6)
    return run


def test_the_files_of_a_run_by_hand(undisturbed):
    files = undisturbed.files()
    assert files["training_log.csv"].decode().splitlines()[:3] == [
        "step,annotations,loss,learning_rate",
        "1,4,1,0.1",
        "2,8,0.5,0.2",
    ]
    assert files["validation.csv"] == b"step,annotations,loss\n0,0,10\n3,10,2.5\n6,20,1.42857\n"
    samples = [json.loads(line) for line in files["samples.jsonl"].decode().split("\n")[:-1]]
    assert [sample["step"] for sample in samples] == [0, 0, 3, 3, 6, 6]
    assert samples[2]["answer"] == "no\n*3*"
    assert samples[2]["instruction"] == "Is it |mixed|\u2028forest?"


@pytest.mark.parametrize(("killed", "saved"), [(5, 4), (4, 2), (3, 3), (1, 0), (6, 6)])
def test_a_run_that_was_killed_leaves_the_files_of_one_that_was_not(undisturbed, tmp_path, killed, saved):
    run = _Run(tmp_path)
    run.go(0, min(killed, 5))
    run.go(saved, 6)
    assert run.files() == undisturbed.files()


def test_what_a_kill_cut_in_the_middle_of_a_line_is_made_again(undisturbed, tmp_path):
    run = _Run(tmp_path)
    run.go(0, 4)
    for name in run.files():
        path = tmp_path / name
        path.write_bytes(path.read_bytes()[:-4])
    # The measurement after step 3 is not whole any more, and the state is that of step 3.
    run.go(3, 6)
    assert run.files() == undisturbed.files()


def test_a_run_of_another_kind_begins_its_files_again(undisturbed, tmp_path):
    _Run(tmp_path, key="other", times=5).go(0, 4)
    run = _Run(tmp_path)
    run.go(0, 6)
    assert run.files() == undisturbed.files()
    (events,) = (tmp_path / "tensorboard").iterdir()
    assert events.stat().st_size


def test_the_time_of_all_jobs_is_added_up_and_not_that_of_another_run(tmp_path):
    run = _Run(tmp_path, times=0)
    run.go(0, 2)
    (tmp_path / "time.json").write_text(json.dumps({"key": "key", "seconds": 1000}))
    monitor = run.go(2, 6)
    assert 1000 < monitor.seconds < 1100
    assert json.loads((tmp_path / "time.json").read_text())["seconds"] >= 1000
    assert _Run(tmp_path, times=0, key="other").go(0, 6).seconds < 100
    (tmp_path / "time.json").write_text("{")
    assert run.go(2, 6).seconds < 100


def test_tensorboard_shows_each_step_of_a_resumed_run_once(tmp_path):
    run = _Run(tmp_path)
    run.go(0, 5)
    run.go(2, 6)
    shown = EventAccumulator(str(tmp_path / "tensorboard"))
    shown.Reload()
    losses = [(event.step, event.value) for event in shown.Scalars("loss/step")]
    assert [step for step, _ in losses] == [1, 2, 3, 4, 5, 6]
    assert [value for _, value in losses] == pytest.approx([1 / step for step in range(1, 7)])
    assert [event.step for event in shown.Scalars("loss/validation")] == [0, 3, 6]
    assert [event.value for event in shown.Scalars("learning rate")][-1] == pytest.approx(0.6)
    assert {"annotations a second", "annotations"} <= set(shown.Tags()["scalars"])
    texts = [event for event in shown.Tensors("sample 1/text_summary") if event.step == 3]
    (text,) = {event.tensor_proto.string_val[0] for event in texts}
    assert b"    Is it |mixed| forest?" in text
    assert b"    no *3*" in text


def test_a_run_without_tensorboard_goes_on_and_says_so(tmp_path, monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    run = _Run(tmp_path)
    run.go(0, 6)
    assert "no files for TensorBoard are written" in caplog.text
    assert not (tmp_path / "tensorboard").exists()
    assert run.files()["training_log.csv"].count(b"\n") == 7


def test_a_run_without_held_out_patches_says_that_it_has_no_validation_loss(tmp_path, caplog):
    caplog.set_level("INFO")
    run = _Run(tmp_path)
    run.go(0, 4)
    run.times = 0
    run.go(3, 6)
    assert "there is no validation loss" in caplog.text
    assert not (tmp_path / "validation.csv").exists()
    assert not (tmp_path / "samples.jsonl").exists()


def test_a_log_has_a_line_with_all_that_one_wants_to_know(tmp_path, capsys):
    _Run(tmp_path).go(0, 6)
    line = capsys.readouterr().err.replace("\r", "\n").splitlines()[-1]
    for words in ("fine-tuning binary", "100%", "20/20", "annotations/s", "step 6 of 6", "learning rate 0.6"):
        assert words in line
    # Mean of 1, 1/2, … 1/6.
    assert "loss 0.4083" in line


def test_the_output_gets_copies(undisturbed, tmp_path):
    undisturbed.monitor().save(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {*undisturbed.files(), "tensorboard"}
    assert all((tmp_path / name).read_bytes() == of for name, of in undisturbed.files().items())
