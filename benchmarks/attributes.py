"""Reference maps: archive to attributes, and the kernel alone, against rasterio and scipy.ndimage per class.

CPU time within one process, on the same invented maps; then whole runs of the program on archives of
growing size, for time and peak memory. Run: ``make bench``, or with ``--sizes 549488`` for the full data set.
"""

import argparse
import os
import platform
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from rasterio.io import MemoryFile

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "workflow_scripts"), str(ROOT / "tests")]

from bentxt import attributes, geotiff  # noqa: E402
from bentxt.archives import write_archive  # noqa: E402
from bentxt.attribute_tables import extract_attribute_tables  # noqa: E402
from bentxt.miniature import landscape  # noqa: E402
from bentxt.nomenclature import COUNTRIES  # noqa: E402
from bentxt.patch_names import reference_map_member  # noqa: E402
from bentxt.schemas import METADATA, Lineage  # noqa: E402
from naive_attributes import naive_attributes  # noqa: E402

DISTINCT = 400
#: Runs a program and prints its peak memory; what the system counts for a child includes its parent's.
WITH_PEAK = (
    "import runpy, sys; from pathlib import Path; sys.argv.pop(0); "
    "sys.path.insert(0, str(Path(sys.argv[0]).parent)); runpy.run_path(sys.argv[0], run_name='__main__'); "
    "print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')))"
)
NAMES = ("maps", "instances", "adjacencies")


def processor():
    """Return the processor's name."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def invent_maps():
    """Return maps of the miniature world: uint16, shape (DISTINCT, 120, 120)."""
    rngs = [np.random.default_rng(index) for index in range(DISTINCT)]
    return np.array(
        [landscape.invent(rng, COUNTRIES[index % 10]).codes for index, rng in enumerate(rngs)], np.uint16
    )


def patch_names(count):
    """Return ``count`` names of patches, ascending: 10,000 a day."""
    names = []
    for index in range(count):
        day = date(2017, 6, 1) + timedelta(days=index // 10_000)
        column, row = divmod(index % 10_000, 100)
        names.append(f"S2A_MSIL2A_{day:%Y%m%d}T101031_N9999_R022_T33UUP_{column:02d}_{row:02d}")
    return names


def write_input(folder, maps, count):
    """Write an archive of ``count`` maps and the two metadata files; return their paths."""
    names = patch_names(count)
    paths = [folder / "Reference_Maps.tar.zst", folder / "metadata.parquet", folder / "excluded.parquet"]
    place = {"epsg": 32633, "left": 300000, "top": 5400000, "pixel": 10, "nodata": 0}
    files = [geotiff.encode(codes, **place, deflate=True) for codes in maps]
    with write_archive(paths[0]) as archive:
        for index, name in enumerate(names):
            archive.add(reference_map_member(name), files[index % DISTINCT])
    columns = {
        "patch_id": names,
        "labels": [[]] * count,
        **{name: ["train"] * count for name in ("split", "country", "s1_name", "s2v1_name")},
        **{name: [False] * count for name in ("contains_seasonal_snow", "contains_cloud_or_shadow")},
    }
    metadata = pa.table(columns, schema=METADATA)
    pq.write_table(metadata, paths[1])
    pq.write_table(metadata.slice(0, 0), paths[2])
    return paths


def cpu_seconds(function, *arguments, repeats=3):
    """Return the least CPU time of some runs of a function."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        function(*arguments)
        times.append(time.process_time() - start)
    return min(times)


def naive_run(archive, count):
    """Read the first ``count`` maps of an archive with tarfile and rasterio, and analyse them with scipy."""
    with (
        archive.open("rb") as raw,
        zstandard.ZstdDecompressor().stream_reader(raw) as stream,
        tarfile.open(fileobj=stream, mode="r|") as tar,
    ):
        for entry in tar:
            if entry.isfile() and count:
                with MemoryFile(tar.extractfile(entry).read()) as memory, memory.open() as dataset:
                    naive_attributes(dataset.read(1))
                count -= 1


def fast_run(archive, names, folder):
    """Read all maps of an archive and write the three tables."""
    targets = tuple(folder / f"{name}.parquet" for name in NAMES)
    extract_attribute_tables(archive, names, targets, lambda **_: Lineage("benchmark", {}, "", {}))


def first_call(cache):
    """Return seconds from a fresh process's import of the kernel to its first result."""
    code = (
        "import time; start = time.perf_counter(); import numpy as np; from bentxt import attributes, "
        "reference_maps; attributes.extract(np.full((1, 120, 120), 211, np.uint16)); "
        "reference_maps.MapShard(1).decoded(); print(time.perf_counter() - start)"
    )
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT / "workflow_scripts")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def compare(maps, folder):
    """Print both ratios."""
    count = 5 * DISTINCT
    archive, *_ = write_input(folder, maps, count)
    names = pa.array(patch_names(count))
    fast_run(archive, names, folder)
    naive = cpu_seconds(naive_run, archive, DISTINCT) / DISTINCT
    fast = cpu_seconds(fast_run, archive, names, folder) / count
    scipy = cpu_seconds(lambda: [naive_attributes(codes) for codes in maps]) / DISTINCT
    kernel = cpu_seconds(attributes.extract, maps) / DISTINCT
    print("| CPU time per map, one core | plain way | here | ratio |\n| --- | ---: | ---: | ---: |")
    for name, slow, quick in (
        ("tar.zst to attribute tables, against tarfile + rasterio + scipy per class", naive, fast),
        ("kernel alone, against scipy.ndimage per class", scipy, kernel),
    ):
        print(f"| {name} | {slow * 1e6:,.0f} µs | {quick * 1e6:,.1f} µs | {slow / quick:.0f}× |")


def whole_runs(maps, sizes):
    """Print time and peak memory of the program on archives of growing size."""
    print("\n| maps | wall time | CPU time | peak memory |\n| ---: | ---: | ---: | ---: |")
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            archive, metadata, excluded = write_input(folder, maps, size)
            settings = '{"run": "mini", "reference_maps": {"on_error": "stop", "maps_per_shard": 4096}}'
            command = [sys.executable, "-c", WITH_PEAK, ROOT / "workflow_scripts" / "extract_attributes.py"]
            command += ["--settings", settings, "--reference-maps", archive, "--metadata", metadata]
            command += ["--excluded-metadata", excluded]
            for table in NAMES:
                command += [f"--{table}", folder / f"{table}.parquet"]
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            peak = int(done.stdout.split()[-2]) / 1024
            print(f"| {size:,} | {wall:.1f} s | {cpu:.1f} s | {peak:,.0f} MB |", flush=True)


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
    whole_runs(maps, sorted(args.sizes))


if __name__ == "__main__":
    main()
