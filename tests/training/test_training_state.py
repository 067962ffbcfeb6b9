"""The saved state of a fine-tuning: whole, of this run, and on the disk, or not used."""

import resource

import pytest
import torch

from bentxt.errors import InputError
from bentxt.training.training_state import STATE, load_state, save_state
from worlds.shared_finetuning import SmallFinetuning


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


@pytest.mark.parametrize("kind", ["of another run", "cut", "empty", "absent", "of other weights"])
def test_a_state_that_does_not_belong_here_is_not_used(tmp_path, kind):
    trained, optimizer = _trained_once()
    path = tmp_path / STATE
    if kind != "absent":
        key = "other key" if kind == "of another run" else "key"
        save_state(path, key, 1, [(1, 4, 0.5, 0.1)], trained, optimizer)
    if kind in ("cut", "empty"):
        path.write_bytes(path.read_bytes()[:-3] if kind == "cut" else b"")
    shapes = {"value": 2, "other": 2} if kind == "of other weights" else {"value": 2}
    fresh = {name: torch.nn.Parameter(torch.zeros(size)) for name, size in shapes.items()}
    optimizer = torch.optim.AdamW(fresh.values())
    assert load_state(path, "key", fresh, optimizer) == (0, [])
    assert fresh["value"].tolist() == [0, 0]
    assert not optimizer.state


def test_a_state_of_other_shapes_is_not_used(tmp_path):
    trained, optimizer = _trained_once()
    save_state(tmp_path / STATE, "key", 1, [(1, 4, 0.5, 0.1)], trained, optimizer)
    fresh = {"value": torch.nn.Parameter(torch.zeros(3))}
    assert load_state(tmp_path / STATE, "key", fresh, torch.optim.AdamW(fresh.values())) == (0, [])
    assert fresh["value"].tolist() == [0, 0, 0]


class _FullDisk:
    """Watches a run, and lets no file grow beyond some bytes once a step was made."""

    def __init__(self, step):
        self.step_of_it, self.limits = step, resource.getrlimit(resource.RLIMIT_FSIZE)

    def begin(self, done, log):
        """Do nothing."""

    def step(self, row):
        if row[0] == self.step_of_it:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, self.limits[1]))

    def free(self):
        resource.setrlimit(resource.RLIMIT_FSIZE, self.limits)


def test_a_full_disk_ends_the_run_with_a_message_and_leaves_the_last_state(tmp_path):
    disk = _FullDisk(3)
    try:
        with pytest.raises(InputError, match="the state after step 4 cannot be saved") as caught:
            SmallFinetuning(save_minutes=0).train(tmp_path, monitor=disk)
    finally:
        disk.free()
    assert str(tmp_path / STATE) in str(caught.value)
    assert "free space" in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == [STATE], "and nothing half-written"
    again, undisturbed = SmallFinetuning(), SmallFinetuning()
    assert again.train(tmp_path) == undisturbed.train(tmp_path / "other")
    # It went on from step 3: what the first steps need was not read again.
    assert len(again.reads) < len(undisturbed.reads)
    for name, value in undisturbed.weights().items():
        assert torch.equal(again.weights()[name], value), name
