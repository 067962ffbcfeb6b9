"""The benchmarks of fine-tuning: operations as PyTorch counts them, the projection by hand, scripts run."""

import subprocess
import sys

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from bentxt.training.finetuning import pass_losses
from bentxt.training.packing import answer_segment, pack
from bentxt.training.pass_loader import PreparedPass
from worlds.pages import PROJECT

FOLDER = PROJECT / "benchmarks"
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def benchmarks():
    """The modules of the folder, which is no package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        import finetuning_flops
        import finetuning_models

        yield finetuning_flops, finetuning_models


def _counted(run):
    # Only as products of matrices are the parts of attention counted on a CPU.
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        run()
    return counter.get_total_flops()


def test_operations_are_those_that_pytorch_counts(benchmarks):
    flops, models = benchmarks
    model = models.rs_internvl(models.TINY, CPU, torch.float32).train()
    tiles = models.images(models.TINY, 2, CPU, torch.float32)
    before, said = [1, 2, 3], 4
    texts = [(torch.arange(5).tolist(), torch.arange(said).tolist()) for _ in range(3)]
    prefix = len(before) + models.TINY.visual_tokens
    laid = pack(prefix, [[answer_segment(*pair) for pair in texts]] * 2)
    features = model.encode(*tiles)
    encoders = _counted(lambda: model.encode(*tiles))
    assert flops.encoder_flops(models.TINY, 2) == pytest.approx(encoders, rel=1e-3)

    def learn():
        prepared = PreparedPass(0, [0, 1], list(range(6)), laid)
        pass_losses(model, before, prepared, features, "annotations").sum().backward()

    length = prefix + 3 * 9
    # A dense mask computes all pairs.
    work = flops.Work(2, 2 * length, 2 * length**2, 6 * said, 2)
    assert flops.language_flops(models.TINY, work) == pytest.approx(_counted(learn), rel=0.03)


def test_the_published_size_has_the_papers_number_of_trained_parameters(benchmarks):
    _, models = benchmarks
    model = models.rs_internvl(models.PUBLISHED, torch.device("meta"), torch.bfloat16)
    assert sum(value.numel() for value in model.trained_parameters().values()) == 5_777_152
    assert sum(value.numel() for value in model.parameters()) == 1_115_022_208


def test_pairs_of_a_row_are_what_its_mask_lets_see(benchmarks):
    from bentxt.training.attention import dense_mask

    flops, _ = benchmarks
    laid = pack(5, [[answer_segment([1] * asked, [2]) for asked in (1, 4, 2)]])
    assert flops.seen_pairs(5, [2, 5, 3]) == int(dense_mask(laid.blocks).sum())


def test_the_projection_adds_up_the_tasks(benchmarks):
    flops, _ = benchmarks
    assert flops.projected_hours({"binary": 0.2, "mcq": 0.3}, 4) == pytest.approx(347_209 * 0.5 / 4 / 3600)
    assert flops.projected_hours({"binary": 0.2}, 1, epochs=2) == pytest.approx(347_209 * 0.4 / 3600)


def test_the_peak_is_known_by_the_name_of_the_gpu(benchmarks):
    flops, _ = benchmarks
    assert flops.peak_of("NVIDIA H200") == flops.peak_of("NVIDIA H100 80GB HBM3") == 989.4e12
    assert flops.peak_of("Some other GPU") is None


def _run(name, *options, code=0):
    done = subprocess.run(
        [sys.executable, FOLDER / name, *options], capture_output=True, text=True, check=False, cwd=PROJECT
    )
    assert done.returncode == code, done.stderr[-3000:]
    return done


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_the_script_says_what_it_needs():
    assert "no GPU with CUDA and bfloat16 here" in _run("finetuning_gpu.py", code=1).stderr


def test_the_script_for_a_gpu_runs_in_tiny_on_the_cpu():
    options = ("--cpu", "--patches", "2", "--steps", "1", "--warm-up", "0", "--tokens-per-pass", "200")
    said = _run("finetuning_gpu.py", *options, "--profile", "mcq", "--checkpointing").stdout
    for task in ("captioning", "binary", "mcq", "referring"):
        assert f"\n| {task} | " in said
    assert "Self CPU" in said
    assert "CPU, tiny sizes: no measurement" in said
    assert "The paper's four runs" not in said
