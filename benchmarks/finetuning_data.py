"""Data of fine-tuning: tokens, the plan of the steps, and the loader against GeoTIFFs through rasterio.

Rows are those of a finished run repeated under other names, up to 1/10 of the paper's 347,209 patches; images
are those of an invented world. The loader, and with a finished run's results tokens and plan::

    PYTHONPATH=workflow_scripts python benchmarks/finetuning_data.py
    PYTHONPATH=workflow_scripts python benchmarks/finetuning_data.py results/mini

Captions count as one a patch. Sizes are given by ``--shares``.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import rasterio
import torch
import transformers
from images import unpack

from bentxt.bigearthnet.image_encoding import encode_images
from bentxt.bigearthnet.image_store import S1_BANDS, S2_BANDS, open_images
from bentxt.bigearthnet.patch_names import s1_member, s2_member
from bentxt.miniature.world import plan as plan_world
from bentxt.miniature.world import write_world
from bentxt.models.answering_model import PatchImages
from bentxt.models.rs_internvl import Preparation
from bentxt.models.visual_prompts import load_prompts
from bentxt.program.lineage import Lineage
from bentxt.release import TASKS
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import TableWriter
from bentxt.training.annotation_tokens import open_tokens
from bentxt.training.batch_plan import BatchPlan
from bentxt.training.patch_inputs import ImageReader
from bentxt.training.read_ahead import read_ahead
from bentxt.training.tokenisation import tokenise

#: Patches that the paper trains on, and annotations of them.
PATCHES, ANNOTATIONS = 347_209, 7_128_971
#: Released rows of each task over released patches (resources/release_counts.csv).
COUNTS = Path(__file__).parents[1] / "resources/release_counts.csv"
#: Tokens of a visual prefix at the published size: its opening, RGB, Sentinel-2, Sentinel-1.
PREFIX = 3 + 256 + 225 + 225
#: Tokens of annotations of the published tokenizer are of this order: those of a tiny one are counted here.
LOADED, TOGETHER = 96, 4


def released_means():
    """Return the released annotations per patch of each task."""
    table = pd.read_csv(COUNTS).fillna("")
    whole = table[(table.split == "") & (table.category == "") & (table.answer == "")]
    patches = int(whole[(whole.unit == "patches")].number.iloc[0])
    rows = whole[whole.unit == "rows"].set_index("type").number
    return {task: rows[kind] / patches for task, kind in TASKS.items()}


def repeat_rows(dataset, patches, path):
    """Write a data set with the released number of annotations per patch from the rows of another."""
    table = pq.read_table(dataset).to_pandas()
    table = table[table.split.isin(["train", "validation"])]
    by_type = {kind: of.reset_index(drop=True) for kind, of in table.groupby("type")}
    means, draws = released_means(), np.random.default_rng(1)
    lineage, rows = Lineage("benchmarks/finetuning_data.py", {"run": "mini"}, "", {}), 0
    with TableWriter(path, DATASET, lineage) as writer:
        for begin in range(0, patches, 2000):
            names = [
                f"S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_{n:06}"
                for n in range(begin, min(begin + 2000, patches))
            ]
            parts = []
            for task, kind in TASKS.items():
                # Whole numbers next to the mean, as many as give it.
                low = int(means[task])
                counts = low + (draws.random(len(names)) < means[task] - low)
                part = by_type[kind].iloc[draws.integers(0, len(by_type[kind]), counts.sum())].copy()
                part["patch_id"] = np.repeat(names, counts)
                parts.append(part)
            part = pd.concat(parts).sort_values("patch_id", kind="stable")
            part["s1_name"], part["ID"] = "S1_" + part["patch_id"], np.arange(rows, rows + len(part)) + 1
            part["split"] = "train"
            rows += len(part)
            writer.write(
                pa.Table.from_pandas(
                    part[DATASET.names], schema=DATASET.remove_metadata(), preserve_index=False
                )
            )
    return rows


def in_a_process(*arguments):
    """Run a part of this benchmark in a fresh process and return what it prints, as JSON."""
    done = subprocess.run(
        [sys.executable, __file__, *map(str, arguments)], stdout=subprocess.PIPE, check=True
    )
    return json.loads(done.stdout)


def memory():
    """Return the largest resident memory of this process so far, MB; without that of who started it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


def tokenise_part(dataset, base, task, folder):
    """Tokenise a task; print seconds and memory."""
    prompts = load_prompts(base)
    before, start = memory(), time.perf_counter()
    tokenise(dataset, task, prompts, folder, {})
    print(json.dumps({"seconds": time.perf_counter() - start, "mb": memory(), "before": before}))


def open_part(base, task, folder):
    """Open tokens and plan steps; print seconds and memory."""
    prompts = load_prompts(base)
    before, start = memory(), time.perf_counter()
    tokens = open_tokens(folder, task, prompts)
    plan = BatchPlan(tokens.patch_ids, tokens.first, tokens.lengths(), PREFIX, 1, 64, 2048, 4096, 1)
    plan.passes(0)
    opened = time.perf_counter() - start
    start, steps = time.perf_counter(), np.linspace(0, plan.steps - 2, 100).astype(int).tolist()
    passes = [plan.passes(step) for step in steps]
    planned = (time.perf_counter() - start) / len(steps)
    found = {"annotations": len(tokens), "per_patch": len(tokens) / len(tokens.patch_ids), "opened": opened}
    found |= {
        "planned": planned,
        "padding": plan.padding(),
        "passes": float(np.mean([len(of) for of in passes])),
    }
    print(json.dumps(found | {"mb": memory(), "before": before, "tokens": float(tokens.lengths().mean())}))


def measure_tokens(results, base, shares, folder):
    """Print the tables of tokens and of plans."""
    print(
        "| part of the paper's size | task | annotations | tokenising | peak memory | opening | peak memory |"
    )
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    plans = []
    for share in shares:
        dataset = folder / f"dataset-{share}.parquet"
        repeat_rows(results / "BigEarthNet.txt.parquet", PATCHES // share, dataset)
        for task in TASKS:
            out = folder / f"tokens-{share}-{task}"
            made = in_a_process("--tokenise", dataset, base, task, out)
            opened = in_a_process("--open", base, task, out)
            print(
                f"| 1/{share} | {task} | {opened['annotations']:,} "
                f"| {made['seconds']:.1f} s | {made['mb']:.0f} MB "
                f"| {1000 * opened['opened']:.0f} ms | {opened['mb']:.0f} MB |",
                flush=True,
            )
            plans.append((share, task, opened))
        dataset.unlink()
    print("\n| part | task | annotations a patch | tokens each | passes a step | padding | plan of a step |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for share, task, of in plans:
        if share == shares[-1]:
            print(
                f"| 1/{share} | {task} | {of['per_patch']:.2f} | {of['tokens']:.1f} | {of['passes']:.1f} "
                f"| {100 * of['padding']:.1f} % | {1000 * of['planned']:.1f} ms |"
            )


def published_processor():
    """Return the image processor of the published size: tiles of 448 pixels."""
    size = {"height": 448, "width": 448}
    return transformers.GotOcr2ImageProcessorPil(size=size, crop_to_patches=False)


class GeotiffReader:
    """Reads and prepares images as usually done: every band's GeoTIFF through rasterio."""

    def __init__(self, folder, names, prepare):
        self._folder, self._names, self._prepare = folder, names, prepare

    def __call__(self, patches):
        return self._prepare([self._read(*self._names[patch]) for patch in patches])

    def _read(self, patch_id, s1_name):
        s2 = {band: self._band(s2_member(patch_id, band)) for band in S2_BANDS}
        s1 = {band: self._band(s1_member(s1_name, band)) for band in S1_BANDS}
        return PatchImages(patch_id, s2, s1, 3000)

    def _band(self, member):
        with rasterio.open(self._folder / member) as dataset:
            return dataset.read(1)


def measure_loader(folder):
    """Print samples a second of the loader and of GeoTIFFs, with and without the preparation."""
    patches = plan_world(1, LOADED, 0, 0, 0.0)
    s1, s2 = folder / "BigEarthNet-S1.tar.zst", folder / "BigEarthNet-S2.tar.zst"
    lineage = Lineage("benchmarks/finetuning_data.py", {"run": "mini"}, "", {})
    others = {key: folder / key for key in ("reference_maps", "metadata", "excluded_metadata")}
    write_world(patches, 1, s1=s1, s2=s2, **others, lineage=lineage)
    for archive in (s1, s2):
        unpack(archive, folder / "unpacked")
    names = [(patch.patch_id, patch.s1_name) for patch in patches]
    encode_images([of for of, _ in names], [of for _, of in names], s1, s2, folder / "images.lmdb", lineage)
    prepare = Preparation(published_processor())
    order = np.random.default_rng(1).permutation(LOADED).reshape(-1, TOGETHER).tolist()
    images = open_images(folder / "images.lmdb")
    ids, s1_names = zip(*names, strict=True)
    print("\n| samples/s | reading alone | prepared, 0 workers | 1 worker | 2 workers |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, reader_of in (
        ("LMDB", lambda prepared: ImageReader(images, ids, s1_names, prepared, 3000)),
        (
            "12 + 2 GeoTIFFs through rasterio",
            lambda prepared: GeotiffReader(folder / "unpacked", names, prepared),
        ),
    ):
        found = [samples_a_second(reader_of(_nothing), order, 0)]
        found += [samples_a_second(reader_of(prepare), order, workers) for workers in (0, 1, 2)]
        print(f"| {name} | " + " | ".join(f"{of:.0f}" for of in found) + " |", flush=True)


def _nothing(patches):
    return (torch.zeros(len(patches)),)


def samples_a_second(reader, order, workers, repeats=3):
    """Return the most samples a second of some runs over all patches, the start of workers left out."""
    best = 0.0
    for _ in range(repeats):
        batches = read_ahead([order[0], *order], reader, workers)
        next(batches)
        start = time.perf_counter()
        for _ in batches:
            pass
        best = max(best, LOADED / (time.perf_counter() - start))
    return best


def main():
    """Run the parts and print their tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", nargs="?", type=Path, help="results of a finished run")
    parser.add_argument("--base", default="checkpoints/IVL", help="checkpoint below results, or its folder")
    parser.add_argument("--shares", default="100,20,10", help="1/these of the paper's patches")
    parser.add_argument("--tokenise", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--open", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.tokenise:
        return tokenise_part(*args.tokenise)
    if args.open:
        return open_part(*args.open)
    with tempfile.TemporaryDirectory() as name:
        if not args.results:
            measure_loader(Path(name))
        else:
            shares = [int(share) for share in args.shares.split(",")]
            measure_tokens(args.results, args.results / args.base, shares, Path(name))
    return None


if __name__ == "__main__":
    main()
