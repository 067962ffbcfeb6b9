"""The whole text data set, from the archive of reference maps to one Parquet file, on two cores.

Runs the programs as the workflow does, on maps of the miniature world repeated under invented names, and
prints time, peak memory and rows of each; first for a tenth of the patches, to show what grows with them.
Run: ``make bench``, or with ``--maps 549488`` for the full data set.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq
import yaml
from programs import ROOT, Job, Usage, processor, run_jobs

FULL = 549_488
PAPER_PATCHES = 1_082
#: For the shards of the captions' augmentation.
MAPS_PER_SHARD = 32_768
TYPES = ("binary", "mcq", "bounding_box")
RESOURCES = ROOT / "resources"

HEAD = "| program | wall time | CPU time | peak memory | rows |\n| --- | ---: | ---: | ---: | ---: |"


def stages(world, out, settings, shards):
    """Return the jobs as in ``rules/``, in three stages: without captions' augmentation, that, the rest.

    Within a stage two jobs run at a time. Snakemake would begin the augmentation while questions are still
    being generated; here it waits, so that it can be told apart.
    """
    tables = {name: out / f"{name}.parquet" for name in ("maps", "instances", "adjacencies")}
    kept, patches, captions = (out / f"{name}.parquet" for name in ("kept", "patches", "template"))
    counts, settings = out / "counts.csv", {"settings": settings}
    attributes = {"patches": patches, **tables}
    metadata = {name: world[name] for name in ("metadata", "excluded_metadata")}
    questions = {name: out / f"{name}.parquet" for name in (*TYPES, "captioning")}
    wording = {
        "class_wording": RESOURCES / "class_wording.yaml",
        "similar_classes": RESOURCES / "similar_classes.yaml",
        "climate_zones": RESOURCES / "climate_zones.csv",
        "presence_weights": RESOURCES / "presence_weights.csv",
    }
    templates = {name: sorted((RESOURCES / "templates" / name).glob("*.yaml")) for name in TYPES}
    before = [
        Job("extract_attributes", "extract_attributes", world, tables, settings),
        Job(
            "filter_patches",
            "filter_patches",
            {**metadata, "maps": tables["maps"]},
            {"out": kept, "counts": counts},
            settings,
        ),
        Job(
            "locate_patches",
            "locate_patches",
            {"kept_patches": kept, "maps": tables["maps"], "climate_zones": wording["climate_zones"]},
            {"out": patches},
            settings,
        ),
        Job("write_captions", "write_captions", attributes, {"out": captions}, settings),
    ]
    for name in TYPES:
        before.append(
            Job(
                f"generate_questions, {name}",
                "generate_questions",
                {"templates": templates[name], **wording, **attributes},
                {"out": questions[name]},
                {"type": name, **settings},
            )
        )
    augmented = [out / f"augmented_{shard}.parquet" for shard in range(shards)]
    augmentation = [
        Job(
            f"augment_captions, {shard + 1} of {shards}",
            "augment_captions",
            {"captions": captions, **attributes},
            {"out": target},
            {"shard": shard, "shards": shards, "answers": out / f"{shard}.jsonl", **settings},
        )
        for shard, target in enumerate(augmented)
    ]
    rows = out / "benchmark_rows.parquet"
    after = [
        Job(
            "generate_instructions",
            "generate_instructions",
            {
                "captions": augmented,
                "patches": patches,
                "templates": RESOURCES / "templates" / "captioning.yaml",
            },
            {"out": questions["captioning"]},
            settings,
        ),
        Job(
            "select_benchmark",
            "select_benchmark",
            {
                **attributes,
                **wording,
                "captions": augmented,
                "captioning": questions["captioning"],
                **{f"{name}_templates": files for name, files in templates.items()},
                "release_rows": RESOURCES / "release_benchmark_rows.csv",
            },
            {"out": rows, "balance": out / "balance.csv"},
            settings,
        ),
        Job(
            "assemble_dataset",
            "assemble_dataset",
            {"patches": patches, **questions, "benchmark_rows": rows},
            {"out": out / "BigEarthNet.txt.parquet"},
            settings,
        ),
    ]
    return before, augmentation, after


def measure(folder, maps):
    """Make the input where it is not there, run all programs on it, print what each took."""
    world = folder / f"{maps}_maps"
    if not world.exists():
        part = folder / f"{maps}_maps.part"
        shutil.rmtree(part, ignore_errors=True)
        subprocess.run([sys.executable, ROOT / "benchmarks/invented.py", part, str(maps)], check=True)
        part.rename(world)
    inputs = {
        "reference_maps": world / "Reference_Maps.tar.zst",
        "metadata": world / "metadata.parquet",
        "excluded_metadata": world / "metadata_for_patches_with_snow_cloud_or_shadow.parquet",
    }
    settings = yaml.safe_load((ROOT / "config.yaml").read_text())
    settings["benchmark_split"]["patches"] = max(1, round(PAPER_PATCHES * maps / FULL))
    with tempfile.TemporaryDirectory(dir=folder) as name:
        out = Path(name)
        (out / "settings.yaml").write_text(yaml.safe_dump(settings))
        walls, found, jobs = [], {}, []
        for stage in stages(inputs, out, out / "settings.yaml", max(2, round(maps / MAPS_PER_SHARD))):
            start = time.perf_counter()
            found |= run_jobs(stage, out)
            walls.append(time.perf_counter() - start)
            jobs += stage
        report(f"{maps:,} maps", jobs, found, walls)


def report(title, jobs, found, walls):
    """Print a line for each program and for all; the shards of the augmentation share one."""
    print(f"\n{title}:\n\n{HEAD}")
    shards = [job for job in jobs if job.program == "augment_captions"]
    for job in jobs:
        if job.program != "augment_captions":
            print(_line(job.name, found[job.name], _rows(job)))
        elif job is shards[0]:
            rows = sum(pq.read_metadata(shard.outputs["out"]).num_rows for shard in shards)
            together = _together([found[shard.name] for shard in shards], walls[1])
            print(_line(f"augment_captions, {len(shards)} shards", together, f"{rows:,}"))
    others = [found[job.name] for job in jobs if job not in shards]
    print(_line("all but augment_captions", _together(others, walls[0] + walls[2]), _rows(jobs[-1])))
    print(_line("all", _together(found.values(), sum(walls)), _rows(jobs[-1])), flush=True)


def _together(uses, wall):
    """Return what jobs took together; memory is that of the largest one."""
    return Usage(wall, sum(use.cpu for use in uses), max(use.peak for use in uses))


def _line(name, use, rows):
    return f"| {name} | {use.wall:.1f} s | {use.cpu:.1f} s | {use.peak:,.0f} MB | {rows} |"


def _rows(job):
    """Return the rows of a job's Parquet files as text."""
    tables = [path for path in job.outputs.values() if path.suffix == ".parquet"]
    return " + ".join(f"{pq.read_metadata(path).num_rows:,}" for path in tables)


def main():
    """Run both sizes and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--maps", type=int, default=FULL // 10, help="maps of the larger run")
    parser.add_argument("--folder", type=Path, help="where the inputs are kept for a further run")
    args = parser.parse_args()
    print(f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print("Two programs at a time; maps of the miniature world, repeated; grammar, no language model.")
    with tempfile.TemporaryDirectory() as name:
        folder = (args.folder or Path(name)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        for maps in (args.maps // 10, args.maps):
            measure(folder, maps)


if __name__ == "__main__":
    main()
