"""Fine-tuning at the published size on one GPU with random weights: speed, share of the peak, memory.

Weights, images and texts are random and made on the device: nothing is downloaded. A step holds as many
patches as ``--patches``, with the release's mean number of annotations and usual lengths of text; the frozen
encoders, the packed forward and backward pass and the optimizer's step are timed, the loader is not. Needs a
GPU with CUDA and bfloat16 (an A100, H100 or H200) and its memory for a pass, which was not measured: fewer
``--tokens-per-pass`` need less. Run: ``python benchmarks/finetuning_gpu.py``. With ``--cpu`` it runs in tiny,
only to see that it works.
"""

import argparse
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "workflow_scripts"), str(ROOT / "benchmarks")]

from finetuning_flops import (  # noqa: E402
    PAPER_DAYS,
    PAPER_GPUS,
    Work,
    encoder_flops,
    peak_of,
    projected_hours,
    seen_pairs,
    step_flops,
)
from finetuning_models import PUBLISHED, TINY, images, rs_internvl  # noqa: E402

from bentxt.training.attention import choose_attention  # noqa: E402
from bentxt.training.batch_plan import BatchPlan  # noqa: E402
from bentxt.training.finetuning import pass_losses  # noqa: E402
from bentxt.training.packing import answer_segment, pack  # noqa: E402
from bentxt.training.pass_loader import PreparedPass  # noqa: E402

#: Of each task: annotations of a patch that has any, share of such patches, tokens of instruction and answer.
#: The release's numbers (resources/release_counts.csv); lengths as benchmarks/finetuning.py prints them.
TASKS = {
    "captioning": (1.0, 1.0, 40, 113),
    "binary": (7.81, 1.0, 25, 2),
    "mcq": (7.02, 1.0, 47, 2),
    "referring": (5.94, 0.8, 33, 18),
}
#: Tokens before the visual ones.
BEFORE = list(range(5))


class Texts:
    """Random annotations of some patches, laid out in passes."""

    def __init__(self, task, patches, sizes, tokens_per_pass):
        mean, _, asked, said = TASKS[task]
        draws = np.random.default_rng(3)
        counts = np.floor(mean + draws.random(patches)).astype(int).clip(1)
        self.prefix = len(BEFORE) + sizes.visual_tokens
        first = np.concatenate([[0], np.cumsum(counts)])
        lengths = np.full(first[-1], asked + said)
        names = [f"patch {number}" for number in range(patches)]
        rows = max(2048, tokens_per_pass)
        plan = BatchPlan(
            names, first, lengths, self.prefix, 1, int(first[-1]), rows, tokens_per_pass, 1
        ).passes(0)
        self.count, self.passes = int(first[-1]), []
        tokens = pairs = 0
        for of in plan:
            segments = [
                [
                    answer_segment(*np.split(draws.integers(0, sizes.vocabulary, asked + said), [asked]))
                    for _ in row.annotations
                ]
                for row in of.rows
            ]
            numbers = [number for row in of.rows for number in row.annotations]
            laid = pack(self.prefix, segments)
            self.passes.append(PreparedPass(of.number, [row.patch for row in of.rows], numbers, laid))
            tokens += sum(self.prefix + (asked + said) * len(row.annotations) for row in of.rows)
            pairs += sum(seen_pairs(self.prefix, [asked + said] * len(row.annotations)) for row in of.rows)
        rows = sum(len(of.rows) for of in plan)
        self.work = Work(rows, tokens, pairs, self.count * said, rows)


def one_step(model, texts, pictures, optimizer):
    """Make a step: encode the patches of each pass, forward, backward, and move the trained weights."""
    optimizer.zero_grad()
    for of in texts.passes:
        features = model.encode(*(tensor[of.patches] for tensor in pictures))
        losses = pass_losses(model, BEFORE, of, features, "annotations")
        (losses.sum() / texts.count).backward()
    optimizer.step()


def timed(function, device, times):
    """Return the mean wall time of a call in seconds, when the device is done."""
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    wait()
    start = time.perf_counter()
    for _ in range(times):
        function()
    wait()
    return (time.perf_counter() - start) / times


def measure(task, model, sizes, device, args):
    """Time the steps of a task and print them; return the seconds of a patch."""
    texts = Texts(task, args.patches, sizes, args.tokens_per_pass)
    pictures = images(sizes, args.patches, device, model.internvl.dtype)
    optimizer = torch.optim.AdamW(model.trained_parameters().values(), lr=1e-4)

    def run():
        one_step(model, texts, pictures, optimizer)

    for _ in range(args.warm_up):
        run()
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    seconds = timed(run, device, args.steps)
    work, flops = texts.work, step_flops(sizes, texts.work)
    peak = peak_of(torch.cuda.get_device_name()) if device.type == "cuda" else None
    share = f"{flops / seconds / peak:.1%}" if peak else "unknown"
    memory = (
        f"{torch.cuda.max_memory_allocated() / 2**30:.1f} GiB" if device.type == "cuda" else "not counted"
    )
    encoders = encoder_flops(sizes, work.patches) / flops
    print(
        f"| {task} | {len(texts.passes)} | {work.tokens} | {texts.count / seconds:,.1f} "
        f"| {work.tokens / seconds:,.0f} | {flops / seconds / 1e12:.2f} | {share} | {encoders:.0%} "
        f"| {memory} | {seconds * 1000:,.0f} ms |",
        flush=True,
    )
    if args.profile and task == args.profile:
        _profile(run, device)
    return seconds / args.patches * TASKS[task][1]


def _profile(run, device):
    kinds = [torch.profiler.ProfilerActivity.CPU]
    if device.type == "cuda":
        kinds.append(torch.profiler.ProfilerActivity.CUDA)
    with torch.profiler.profile(activities=kinds) as profiler:
        run()
    order = "self_device_time_total" if device.type == "cuda" else "self_cpu_time_total"
    print(profiler.key_averages().table(sort_by=order, row_limit=20))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--patches", type=int, default=64, help="patches of a step")
    parser.add_argument(
        "--tokens-per-pass", type=int, default=16384, help="as finetuning.tokens_per_pass of one process"
    )
    parser.add_argument("--steps", type=int, default=5, help="steps that are timed")
    parser.add_argument("--warm-up", type=int, default=2, help="steps before them")
    parser.add_argument("--only", choices=TASKS, help="one task: then no projection")
    parser.add_argument("--profile", choices=TASKS, help="task whose step is profiled")
    parser.add_argument("--checkpointing", action="store_true", help="gradient checkpointing")
    parser.add_argument("--cpu", action="store_true", help="tiny sizes on the CPU: only to see that it runs")
    args = parser.parse_args()
    if not args.cpu and not (torch.cuda.is_available() and torch.cuda.is_bf16_supported()):
        sys.exit(
            "no GPU with CUDA and bfloat16 here, which the published size needs; --cpu only tries the script "
            "in tiny"
        )

    device = torch.device("cpu" if args.cpu else "cuda")
    sizes, dtype = (TINY, torch.float32) if args.cpu else (PUBLISHED, torch.bfloat16)
    model = rs_internvl(sizes, device, dtype)
    attention = choose_attention("auto", device)
    model.language_model.set_attn_implementation(attention)
    if args.checkpointing:
        model.checkpoint_gradients()
    model.train()
    trained = sum(value.numel() for value in model.trained_parameters().values())
    name = "CPU, tiny sizes: no measurement" if args.cpu else torch.cuda.get_device_name()
    print(
        f"{name}; torch {torch.__version__}, {dtype}, {attention}; "
        f"{trained:,} trained parameters, weights random"
    )
    print(
        "| task | passes a step | tokens a step | annotations/s | tokens/s | TFLOP/s | of the peak "
        "| encoders' share of the operations | peak memory | step |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    )
    with nullcontext() if device.type == "cpu" else torch.cuda.device(device):
        tasks = [args.only] if args.only else TASKS
        seconds = {task: measure(task, model, sizes, device, args) for task in tasks}
    if not args.only and not args.cpu:
        hours = projected_hours(seconds, PAPER_GPUS)
        print(
            f"The paper's four runs on {PAPER_GPUS} such GPUs, if they share the work without loss and the "
            f"loader keeps up: {hours:.1f} h; the paper: about {24 * PAPER_DAYS} h on {PAPER_GPUS} H200."
        )


if __name__ == "__main__":
    main()
