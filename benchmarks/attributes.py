"""Reference maps: archive to attributes, and the kernel alone, against rasterio and scipy.ndimage per class.

CPU time within one process, on the same invented maps; then whole runs of the program on archives of
growing size, for time and peak memory. Run: ``make bench``, or with ``--sizes 549488`` for the full data set.
"""

import argparse
import os
import platform
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

import zstandard
from invented import invent_maps, write_input
from programs import ROOT, Job, processor, run_jobs
from rasterio.io import MemoryFile

from bentxt.bigearthnet.metadata import read_patch_ids
from bentxt.patches import attribute_kernel
from bentxt.patches.attribute_extraction import extract_attribute_tables
from bentxt.program.lineage import Lineage
from worlds.naive_attributes import naive_attributes

#: Maps of the archive that both ways read.
COMPARED = 2000
NAMES = ("maps", "instances", "adjacencies")


def cpu_seconds(function, *arguments, repeats=3):
    """Return the least CPU time of some runs of a function."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        function(*arguments)
        times.append(time.process_time() - start)
    return min(times)


def naive_run(archive):
    """Read all maps of an archive with tarfile and rasterio, and analyse them with scipy."""
    with (
        archive.open("rb") as raw,
        zstandard.ZstdDecompressor().stream_reader(raw) as stream,
        tarfile.open(fileobj=stream, mode="r|") as tar,
    ):
        for entry in tar:
            if entry.isfile():
                with MemoryFile(tar.extractfile(entry).read()) as memory, memory.open() as dataset:
                    naive_attributes(dataset.read(1))


def fast_run(archive, names, folder):
    """Read all maps of an archive and write the three tables."""
    targets = tuple(folder / f"{name}.parquet" for name in NAMES)
    extract_attribute_tables(archive, names, targets, lambda **_: Lineage("benchmark", {}, "", {}))


def first_call(cache):
    """Return seconds from a fresh process's import of the kernel to its first result."""
    program = Path(__file__).with_name("first_result.py")
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT / "workflow_scripts")}
    done = subprocess.run(
        [sys.executable, program], env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def compare(maps, folder):
    """Print both ratios."""
    world = write_input(folder, COMPARED)
    archive, names = world["reference_maps"], read_patch_ids(world["metadata"], world["excluded_metadata"])
    fast_run(archive, names, folder)
    naive = cpu_seconds(naive_run, archive) / COMPARED
    fast = cpu_seconds(fast_run, archive, names, folder) / COMPARED
    scipy = cpu_seconds(lambda: [naive_attributes(codes) for codes in maps]) / len(maps)
    kernel = cpu_seconds(attribute_kernel.extract, maps) / len(maps)
    print("| CPU time per map, one core | plain way | here | ratio |\n| --- | ---: | ---: | ---: |")
    for name, slow, quick in (
        ("tar.zst to attribute tables, against tarfile + rasterio + scipy per class", naive, fast),
        ("kernel alone, against scipy.ndimage per class", scipy, kernel),
    ):
        print(f"| {name} | {slow * 1e6:,.0f} µs | {quick * 1e6:,.1f} µs | {slow / quick:.0f}× |")


def whole_runs(sizes):
    """Print time and peak memory of the program on archives of growing size."""
    print("\n| maps | wall time | CPU time | peak memory |\n| ---: | ---: | ---: | ---: |")
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            tables = {table: folder / f"{table}.parquet" for table in NAMES}
            job = Job("extract_attributes", "extract_attributes", write_input(folder, size), tables)
            use = run_jobs([job], folder)[job.name]
            print(f"| {size:,} | {use.wall:.1f} s | {use.cpu:.1f} s | {use.peak:,.0f} MB |", flush=True)


def main():
    """Run all measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--sizes", type=int, nargs="*", default=[5_000, 20_000], help="maps of the whole runs"
    )
    args = parser.parse_args()
    print(f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    maps = invent_maps()
    with tempfile.TemporaryDirectory() as name:
        compare(maps, Path(name))
    with tempfile.TemporaryDirectory() as cache:
        cold, warm = first_call(cache), first_call(cache)
    print(f"\nFirst result of a fresh process: {cold:.1f} s compiling, {warm:.1f} s from numba's cache.")
    whole_runs(sorted(args.sizes))


if __name__ == "__main__":
    main()
