"""The benchmark split: time and memory of its selection at the paper's size, and HiGHS's optimum in small.

Patches are maps of the miniature world, repeated under invented names with the published numbers of
countries; all of them have a caption that passes. Run: ``python benchmarks/selection.py``, or as a part of
``make bench``.
"""

import argparse
import platform
import resource
import sys
import time
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "workflow_scripts"), str(ROOT / "tests")]

from invented import CLEAR, COUNTRIES  # noqa: E402
from programs import processor  # noqa: E402

from bentxt.dataset.benchmark_candidates import gather_candidates  # noqa: E402
from bentxt.dataset.benchmark_objective import make_cells  # noqa: E402
from bentxt.dataset.benchmark_quotas import read_quotas  # noqa: E402
from bentxt.dataset.benchmark_split import select_benchmark  # noqa: E402
from bentxt.miniature import landscape  # noqa: E402
from bentxt.patches.attribute_kernel import adjacency_columns, extract, instance_columns  # noqa: E402
from bentxt.patches.climate_legend import zone_names  # noqa: E402
from bentxt.patches.patch_attributes import gather_patch_attributes  # noqa: E402
from bentxt.program.command_line import collect_rarely  # noqa: E402
from bentxt.questions.benchmark_pool import pool_questions  # noqa: E402
from bentxt.questions.box_targets import BoxSettings  # noqa: E402
from bentxt.questions.similar_classes import load_similar_classes  # noqa: E402
from bentxt.release import SEASONS  # noqa: E402
from bentxt.resources import RESOURCES  # noqa: E402
from bentxt.tables.schemas.adjacencies_schema import ADJACENCIES  # noqa: E402
from bentxt.tables.schemas.instances_schema import INSTANCES  # noqa: E402
from worlds.benchmark_optimum import solve_with_highs  # noqa: E402

#: Test patches of the paper that are candidates, and patches of its benchmark split.
CANDIDATES, PATCHES = 116_835, 1_082
BOXES = BoxSettings(point_min_share=1.0, reference_share=(1.0, 50.0), reference_min_fill=40.0)
#: Instances that HiGHS solves in seconds: candidates and patches.
SMALL = ((80, 12), (120, 25))


def invent_patches(distinct):
    """Return the attributes of ``distinct`` invented patches, countries in the published proportions."""
    shares = np.array([CLEAR["country"][name] for name in COUNTRIES], float)
    rng = np.random.default_rng(1)
    countries = [COUNTRIES[index] for index in rng.choice(len(COUNTRIES), distinct, p=shares / shares.sum())]
    codes = np.array(
        [
            landscape.invent(np.random.default_rng([2, n]), name, None).codes
            for n, name in enumerate(countries)
        ]
    )
    found = extract(codes.astype(np.uint16))
    zones = zone_names()
    numbers = np.arange(distinct)
    rows = pa.table(
        {
            "map_index": numbers,
            "patch_id": [f"P{n:06d}" for n in range(distinct)],
            "country": countries,
            "season": [SEASONS[n] for n in rng.choice(4, distinct)],
            "climate_zone": [zones[n] for n in rng.choice(len(zones), distinct)],
            "split": ["test"] * distinct,
        }
    )
    instances = (
        pa.table(instance_columns(found.instances, found.instances["map"]))
        .select(INSTANCES.names)
        .cast(INSTANCES)
    )
    borders = pa.table(adjacency_columns(found.adjacencies, found.adjacencies["map"])).select(
        ADJACENCIES.names
    )
    return gather_patch_attributes(
        rows, found.class_pixels, instances, borders.cast(ADJACENCIES), ("maps", "instances", "adjacencies")
    )


def pools_of(patches, count):
    """Yield the pools of ``count`` patches, the invented ones in turn."""
    similar = load_similar_classes()
    while count > 0:
        for patch in islice(patches, count):
            yield pool_questions(patch, 1, BOXES, similar)
        count -= len(patches)


def measure(patches, count, asked):
    """Select at one size; print what it took."""
    start = time.process_time()
    candidates = gather_candidates(pools_of(patches, count))
    pooled = time.process_time() - start
    names = [f"P{n:06d}" for n in range(count)]
    quotas = read_quotas(RESOURCES / "release_benchmark_rows.csv", asked)
    start = time.process_time()
    notes = select_benchmark(1, asked, names, candidates, quotas).notes
    selected = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    share = notes["objective"] / notes["objective_bound"]
    if notes["rows"] != notes["rows_asked"]:
        raise SystemExit(f"{notes['rows']} of {notes['rows_asked']} rows: a quota is not met")
    size = f"| {count:,} | {asked:,} | {len(candidates):,} | {notes['rows']:,} "
    print(f"{size}| {pooled:.1f} s | {selected:.1f} s | {peak:,.0f} MB | {share:.2%} |")


def compare(patches, count, asked):
    """Print objectives and times of a small instance, here and by HiGHS."""
    rng = np.random.default_rng(count)
    own = [patches[place] for place in np.sort(rng.choice(len(patches), count, replace=False))]
    candidates = gather_candidates(pools_of(own, count))
    quotas = read_quotas(RESOURCES / "release_benchmark_rows.csv", asked)
    names = [patch.patch_id for patch in own]
    start = time.process_time()
    ours = select_benchmark(1, asked, names, candidates, quotas).notes["objective"]
    here = time.process_time() - start
    start = time.process_time()
    optimum = solve_with_highs(candidates, make_cells(candidates, quotas, asked), asked)
    solver = time.process_time() - start
    print(f"| {count} | {asked} | {ours} | {optimum:.0f} | {ours / optimum:.2%} | {solver / here:.1f}× |")


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=CANDIDATES, help="patches to choose from")
    parser.add_argument("--patches", type=int, default=PATCHES, help="patches of the benchmark split")
    parser.add_argument("--distinct", type=int, default=2_000, help="distinct invented maps")
    args = parser.parse_args()
    collect_rarely()
    print(f"{processor()}, Python {platform.python_version()}, one process\n")
    patches = invent_patches(args.distinct)
    select_benchmark(1, 5, [patch.patch_id for patch in patches[:50]], *_small(patches[:50]))
    print("| candidates | patches | objective here | optimum by HiGHS | share of it | CPU time of HiGHS |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for count, asked in SMALL:
        compare(patches, count, asked)
    print(
        "\n| candidates | patches | pool | rows | pool, CPU | selection, CPU | peak memory | of the bound |"
    )
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    measure(patches, args.candidates // 10, args.patches // 10)
    measure(patches, args.candidates, args.patches)


def _small(patches):
    """Return a pool and quotas that compile what is compiled, before anything is timed."""
    return gather_candidates(pools_of(patches, len(patches))), read_quotas(
        RESOURCES / "release_benchmark_rows.csv", 5
    )


if __name__ == "__main__":
    main()
