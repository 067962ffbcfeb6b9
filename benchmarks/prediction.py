"""Prediction: all questions of a picture together against one at a time, for each family that runs here.

Items a second of CPU time in one process, on random weights: tiny checkpoints, and with ``--half`` those of
half the width of a small published model. Both ways answer the same questions, as many a patch as the
benchmark's binary task has, and their answers must be the same. Run: ``python benchmarks/prediction.py``,
or as a part of ``make bench``.
"""

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import torch
import transformers

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "workflow_scripts"), str(ROOT / "tests")]

from programs import processor  # noqa: E402

from bentxt.models.checkpoints import find_checkpoint  # noqa: E402
from bentxt.models.families.transformers_model import TransformersModel  # noqa: E402
from bentxt.nomenclature import CLASSES  # noqa: E402
from worlds import half_size_models, tiny_models  # noqa: E402
from worlds.prediction_world import patch  # noqa: E402

#: Binary questions of a patch of the benchmark (6,927 on 1,082 patches), and the longest answer to them.
QUESTIONS, LONGEST = 6, 16
#: The ratio that sharing a picture has to give.
LEAST = 3.0


def questions(number):
    """Return the questions of a patch: no two are the same."""
    classes = CLASSES[number : number + QUESTIONS // 2]
    return [text.format(name) for name in classes for text in half_size_models.QUESTIONS]


def timed(function):
    """Return what a call returns, its wall time and its CPU time in seconds."""
    wall, used = time.perf_counter(), time.process_time()
    result = function()
    return result, time.perf_counter() - wall, time.process_time() - used


def compare(kind, size, folder, patches):
    """Time both ways on some patches and print them; return the ratio of CPU times."""
    side = half_size_models.SIDES.get(kind) if size == "half" else None
    model = TransformersModel(find_checkpoint(folder), side, {}, False, torch.device("cpu"), torch.float32)
    asked = [questions(number) for number in range(len(patches))]
    name = f"{kind}, {size}"
    # What is done once, at the first call, is no part of either.
    model.answer(patches[0], asked[0][:1], 2)
    together, wall, cpu = timed(lambda: model.answer_many(patches, asked, LONGEST))
    alone, slow_wall, slow_cpu = timed(
        lambda: [
            [model.answer_many([one], [[text]], LONGEST)[0][0] for text in texts]
            for one, texts in zip(patches, asked, strict=True)
        ]
    )
    if together != alone:
        sys.exit(f"{name}: the answers differ")
    if len({reply.text for replies in together for reply in replies}) < 2:
        sys.exit(f"{name}: all answers are equal, which would prove nothing")
    count = QUESTIONS * len(patches)
    parameters = sum(value.numel() for value in model._model.parameters())
    print(
        f"| {name} | {parameters / 1e6:,.1f} M | {count} | {count / slow_cpu:.2f} | {count / cpu:.2f} "
        f"| {slow_cpu / cpu:.1f}× | {slow_wall / wall:.1f}× |",
        flush=True,
    )
    return slow_cpu / cpu


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--half", action="store_true", help="also checkpoints of half the width")
    parser.add_argument("--only", choices=half_size_models.BUILDERS, help="one type of model")
    parser.add_argument("--threads", type=int, default=1, help="threads of PyTorch")
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    print(
        f"{processor()}, threads: {args.threads}; {QUESTIONS} questions a patch, {LONGEST} tokens an answer"
    )
    print("| model | parameters | items | one at a time, items/s | grouped, items/s | ratio | wall time |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    sizes = {"tiny": (tiny_models.save_checkpoint, 4)}
    if args.half:
        sizes["half"] = (half_size_models.save_checkpoint, 2)
    ratios = {}
    for size, (save, count) in sizes.items():
        for kind in [args.only] if args.only else half_size_models.BUILDERS:
            with tempfile.TemporaryDirectory() as folder:
                save(kind, Path(folder) / "checkpoint")
                patches = [patch(seed) for seed in range(count)]
                ratios[f"{kind}, {size}"] = compare(kind, size, Path(folder) / "checkpoint", patches)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    for name, ratio in ratios.items():
        if ratio < LEAST:
            print(f"{name}: {ratio:.1f}×, short of {LEAST:.0f}×")


if __name__ == "__main__":
    main()
