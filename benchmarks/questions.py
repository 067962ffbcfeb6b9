"""Questions: rows generated per second, and rows to Parquet against pandas from dicts.

CPU time within one process, on tables of an invented world repeated some times. Run: ``make bench``.
"""

import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import yaml

from bentxt.questions.generate import generate_questions, load_resources
from bentxt.schemas import ADJACENCIES, INSTANCES, MAPS, PATCHES, QUESTIONS, Lineage, write_table

PROJECT = Path(__file__).resolve().parents[1]
COPIES = 20
LINEAGE = Lineage("benchmark", {}, "", {})


def run_program(name, **options):
    """Run a program of the workflow on the world's files."""
    words = [word for key, value in options.items() for word in (f"--{key.replace('_', '-')}", str(value))]
    subprocess.run(
        [sys.executable, PROJECT / f"workflow_scripts/{name}.py", *words],
        check=True,
        cwd=PROJECT,
        capture_output=True,
    )


def make_tables(folder):
    """Make the tables of an invented world, each row COPIES times under its own patch; return their paths."""
    world = {
        "reference_maps": folder / "Reference_Maps.tar.zst",
        "metadata": folder / "metadata.parquet",
        "excluded_metadata": folder / "excluded.parquet",
    }
    tables = {name: folder / f"{name}.parquet" for name in ("maps", "instances", "adjacencies")}
    run_program("make_miniature_world", **world, s1=folder / "s1.tar.zst", s2=folder / "s2.tar.zst")
    run_program("extract_attributes", **world, **tables)
    del world["reference_maps"]
    kept = folder / "kept.parquet"
    run_program("filter_patches", **world, maps=tables["maps"], out=kept, counts=folder / "counts.csv")
    run_program("locate_patches", kept_patches=kept, maps=tables["maps"], out=folder / "patches.parquet")
    tables = {"patches": folder / "patches.parquet", **tables}
    schemas = {"patches": PATCHES, "maps": MAPS, "instances": INSTANCES, "adjacencies": ADJACENCIES}
    maps = pq.read_metadata(tables["maps"]).num_rows
    for name, path in tables.items():
        copies = [shifted(pq.read_table(path), copy, maps) for copy in range(COPIES)]
        write_table(path, pa.concat_tables(copies), schemas[name], LINEAGE)
    return tables


def shifted(table, copy, maps):
    """Return a copy of a table for patches of their own: later map_index, name with a number before it."""
    if "map_index" in table.column_names:
        index = pc.add(table["map_index"], pa.scalar(copy * maps, pa.int32()))
        table = table.set_column(table.column_names.index("map_index"), "map_index", index)
    if "patch_id" in table.column_names:
        names = pc.binary_join_element_wise(pa.scalar(f"{copy:04d}"), table["patch_id"], "_")
        table = table.set_column(table.column_names.index("patch_id"), "patch_id", names)
    return table


def cpu_seconds(function):
    """Return the CPU time of one call."""
    start = time.process_time()
    function()
    return time.process_time() - start


def main():
    """Measure and print."""
    config = yaml.safe_load((PROJECT / "config.yaml").read_text())
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, one process\n")
    print("| questions | rows | CPU time per row |\n| --- | ---: | ---: |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables = make_tables(folder)
        paths = tuple(str(tables[key]) for key in ("patches", "maps", "instances", "adjacencies"))
        for kind in ("binary", "mcq", "bounding_box"):
            templates = sorted((PROJECT / "resources/templates" / kind).glob("*.yaml"))
            resources = load_resources(
                kind,
                templates,
                PROJECT / "resources/class_wording.yaml",
                PROJECT / "resources/similar_classes.yaml",
                PROJECT / "resources/climate_zones.csv",
            )
            out = folder / f"{kind}.parquet"
            seconds = cpu_seconds(
                lambda resources=resources, out=out: generate_questions(
                    config["seed"], config["questions"], resources, paths, out, LINEAGE
                )
            )
            rows = pq.read_metadata(out).num_rows
            print(f"| {kind} | {rows:,} | {seconds / rows * 1e6:.1f} µs |")
        table = pq.read_table(folder / "mcq.parquet")
        dicts = table.to_pylist()
        plain = cpu_seconds(
            lambda: pd.DataFrame(dicts).to_parquet(folder / "plain.parquet", compression="zstd")
        )
        columns = table.to_pydict()
        ours = cpu_seconds(lambda: write_table(folder / "ours.parquet", columns, QUESTIONS, LINEAGE))
        print("\n| rows to Parquet | pandas from dicts | here, from columns | ratio |")
        print("| --- | ---: | ---: | ---: |")
        print(f"| {len(dicts):,} | {plain:.2f} s | {ours:.2f} s | {plain / ours:.1f}× |")


if __name__ == "__main__":
    main()
