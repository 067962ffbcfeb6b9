"""How much can be answered without looking: the blind baseline and the oracle, by category, on a data set.

``python benchmarks/blind.py results/mini/BigEarthNet.txt.parquet --data data/mini`` prints a line a category:
accuracy (%, mean overlap for boxes) on the benchmark split and on the ordinary test rows, with 95 % intervals
over images, next to the cross-validated one on training rows. ``--maps 20000`` in place of a data set makes
one from so many invented maps, all of them different.
"""

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

import invented
import numpy as np
import pyarrow.parquet as pq
import yaml
from annotations import FULL, PAPER_PATCHES, stages
from programs import ROOT, run_jobs

from bentxt.agreement.evidence import Evidence
from bentxt.agreement.question_reading import read_box
from bentxt.baselines.blind import BlindSettings, answer_blind
from bentxt.baselines.oracle import answer_from_maps
from bentxt.errors import InputError
from bentxt.evaluation.bootstrap import bootstrap, mean_of
from bentxt.evaluation.box_overlap import intersection_over_union
from bentxt.nomenclature import COUNTRIES
from bentxt.patches.climate_legend import zone_names
from bentxt.program.settings import section, setting
from bentxt.release import TASKS

SPLITS = ("bench", "test")
COLUMNS = ["ID", "patch_id", "category", "output", "type", "split"]
HEAD = (
    "| task | category | training rows | predictor | cross-validated | split | items | blind | oracle |\n"
    "| --- | --- | ---: | --- | ---: | --- | ---: | ---: | ---: |"
)


def make_dataset(folder, maps, settings):
    """Make a data set from invented maps; return its path and that of its world."""
    # Each of a country's maps once: otherwise the patches of the splits would share maps.
    invented.LABELLED = -(-maps // len(COUNTRIES))
    world = invented.write_input(folder, maps)
    settings["benchmark_split"]["patches"] = max(60, round(PAPER_PATCHES * maps / FULL))
    (folder / "settings.yaml").write_text(yaml.safe_dump(settings))
    for stage in stages(world, folder, folder / "settings.yaml", 2):
        run_jobs(stage, folder)
    return folder / "BigEarthNet.txt.parquet", folder


def right_answers(task, rows, answers):
    """Return what each row adds to the score: 1 or 0, or the overlap of boxes."""
    if task != "referring":
        return np.array([float(answers[row["ID"]] == row["output"]) for row in rows])
    given = [read_box(answers[row["ID"]] or "[0 0, 1 1]") for row in rows]
    there = np.array([bool(answers[row["ID"]]) for row in rows])
    return there * intersection_over_union(given, [read_box(row["output"]) for row in rows])


def measure(dataset, world, settings):
    """Print the table of a data set."""
    options = section(settings, "blind", BlindSettings)
    seed, resamples = setting(settings, "seed"), setting(settings, "benchmark.bootstrap_resamples")
    truth = [row for row in pq.read_table(dataset, columns=COLUMNS).to_pylist() if row["split"] in SPLITS]
    with tempfile.TemporaryDirectory() as scratch:
        evidence = Evidence(
            {row["patch_id"] for row in truth},
            world / "Reference_Maps.tar.zst",
            world / "metadata.parquet",
            scratch,
            "skip",
            setting(settings, "reference_maps.maps_per_shard"),
            ROOT / "resources/climate_zones.csv",
        )
        print(HEAD)
        findings = Counter()
        for task in ("binary", "mcq", "referring"):
            for split in SPLITS:
                start = time.perf_counter()
                try:
                    blind, learnt = answer_blind(task, dataset, split, options, seed, zone_names())
                except InputError as error:
                    print(f"{task}, {split}: {error}")
                    continue
                seconds = time.perf_counter() - start
                border = setting(settings, "questions.adjacency_min_border")
                oracle = answer_from_maps(task, dataset, split, evidence, zone_names(), border)
                findings.update(oracle.findings)
                own = [row for row in truth if row["split"] == split and row["type"] == TASKS[task]]
                for entry in [*learnt, None]:
                    rows = [row for row in own if entry is None or row["category"] == entry.category]
                    images = [row["patch_id"] for row in rows]
                    cells = []
                    for answers in (blind, oracle.answers):
                        hits = right_answers(task, rows, answers)
                        sums = np.column_stack([hits, np.ones(len(hits))])
                        found = bootstrap(sums, images, mean_of, resamples=resamples, seed=seed)
                        cells.append(f"{found.value:.1f} [{found.low:.1f}, {found.high:.1f}]")
                    about = ["all", "", f"{seconds:.0f} s", ""]
                    if entry is not None:
                        accuracy = "" if entry.accuracy is None else f"{entry.accuracy:.1f}"
                        about = [entry.category, f"{entry.rows:,}", entry.predictor, accuracy]
                    print(
                        f"| {task} | {' | '.join(about)} | {split} | {len(rows):,} | {' | '.join(cells)} |",
                        flush=True,
                    )
        print(f"\nThe oracle's findings: {dict(findings) or 'none'}")


def main():
    """Measure a data set, or make one first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", nargs="?", type=Path, help="the data set as one Parquet file")
    parser.add_argument("--data", type=Path, help="folder of Reference_Maps.tar.zst and metadata.parquet")
    parser.add_argument("--maps", type=int, help="make a data set from so many invented maps")
    parser.add_argument("--folder", type=Path, help="an empty folder, where that is kept")
    args = parser.parse_args()
    settings = yaml.safe_load((ROOT / "config.yaml").read_text())
    if args.dataset:
        measure(args.dataset, args.data, settings)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = (args.folder or Path(name)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        measure(*make_dataset(folder, args.maps, settings), settings)


if __name__ == "__main__":
    main()
