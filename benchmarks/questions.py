"""Questions: CPU time per generated row, and from generated rows to Parquet against pandas from dicts.

CPU time within one process, on maps of the miniature world repeated. Run: ``make bench``.
"""

import platform
import tempfile
import time
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from annotations import RESOURCES, TYPES, stages
from invented import write_input
from programs import ROOT, processor, run_jobs

from bentxt.dataset.assembly import BLOCK, merge_types
from bentxt.patches.patch_attributes import read_patch_attributes
from bentxt.program.command_line import collect_rarely
from bentxt.program.lineage import Lineage
from bentxt.program.settings import section
from bentxt.questions.categories import QUESTION_TYPES
from bentxt.questions.question_rows import QuestionRows
from bentxt.questions.question_table import TYPE_SETTINGS, generate_questions, load_resources, question_maker
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.schemas.questions_schema import QUESTIONS
from bentxt.tables.table_files import TableWriter, read_table

MAPS = 10_000
LINEAGE = Lineage("benchmark", {}, "", {})


def make_tables(folder):
    """Make the tables of the kept patches; return their paths."""
    before, *_ = stages(write_input(folder, MAPS), folder, ROOT / "config.yaml", 1)
    run_jobs(before[:3], folder)
    return tuple(folder / f"{name}.parquet" for name in ("patches", "maps", "instances", "adjacencies"))


def resources_of(annotation_type):
    """Return what questions of one type are worded with."""
    templates = sorted((RESOURCES / "templates" / annotation_type).glob("*.yaml"))
    tables = ("class_wording.yaml", "similar_classes.yaml", "climate_zones.csv", "presence_weights.csv")
    return load_resources(annotation_type, templates, *(RESOURCES / name for name in tables))


def cpu_seconds(function, repeats=3):
    """Return the least CPU time of some calls."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


def from_dicts(generated, patches, out):
    """Write generated rows as the data set with pandas; return the CPU time from the list of dicts on."""
    places = {place["patch_id"]: place for place in patches.to_pylist()}
    rows = []
    for patch_id, place in places.items():
        for annotation_type in sorted(generated):
            for category, instruction, answer, _, _ in generated[annotation_type][patch_id]:
                rows.append(
                    {
                        "ID": len(rows) + 1,
                        "s1_name": place["s1_name"],
                        "patch_id": patch_id,
                        "input": instruction,
                        "output": answer,
                        "type": annotation_type,
                        "category": category,
                        "split": place["split"],
                        "latitude": place["latitude"],
                        "longitude": place["longitude"],
                        "country": place["country"],
                        "season": place["season"],
                        "climate_zone": place["climate_zone"],
                    }
                )
    start = time.process_time()
    pd.DataFrame(rows).to_parquet(out, compression="zstd", index=False)
    return time.process_time() - start


def from_columns(generated, patches, out):
    """Write generated rows as the data set as the workflow does, without files in between."""
    nobody = pa.array([], pa.string())
    with TableWriter(out, DATASET, LINEAGE) as writer:
        for first in range(0, len(patches), BLOCK):
            block = patches.slice(first, BLOCK)
            questions = {}
            for annotation_type in sorted(generated):
                rows = QuestionRows()
                for patch_id in block["patch_id"].to_pylist():
                    rows.extend(patch_id, generated[annotation_type][patch_id])
                questions[annotation_type] = pa.table(rows.take(), schema=QUESTIONS)
            writer.write(merge_types(block, questions, nobody, writer.rows + 1))


def compare(generated, patches, folder):
    """Print both ways to Parquet; they must give the same table."""
    plain, ours = folder / "plain.parquet", folder / "ours.parquet"
    whole = cpu_seconds(lambda: from_dicts(generated, patches, plain))
    frame = min(from_dicts(generated, patches, plain) for _ in range(3))
    quick = cpu_seconds(lambda: from_columns(generated, patches, ours))
    found = pq.read_table(ours).replace_schema_metadata()
    if not found.equals(pq.read_table(plain).replace_schema_metadata().cast(found.schema)):
        raise SystemExit("the two ways give different tables")
    print(f"\n| {len(found):,} generated rows to the data set | CPU time | against here |")
    print("| --- | ---: | ---: |")
    for name, seconds in (
        ("pandas from dicts", whole),
        ("the same, without making the dicts", frame),
        ("here, columns by block", quick),
    ):
        print(f"| {name} | {seconds:.2f} s | {seconds / quick:.1f}× |")


def main():
    """Measure and print."""
    collect_rarely()
    config = yaml.safe_load((ROOT / "config.yaml").read_text())
    print(f"{processor()}, Python {platform.python_version()}, one process\n")
    print("| questions | rows | CPU time per row |\n| --- | ---: | ---: |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = make_tables(folder)
        generated = {}
        for annotation_type in TYPES:
            settings = section(config, "questions", TYPE_SETTINGS[annotation_type])
            parts = (config["seed"], settings, resources_of(annotation_type))
            out = folder / f"{annotation_type}.parquet"
            seconds = cpu_seconds(
                lambda parts=parts, out=out: generate_questions(*parts, paths, out, LINEAGE)
            )
            rows = pq.read_metadata(out).num_rows
            print(f"| {annotation_type} | {rows:,} | {seconds / rows * 1e6:.1f} µs |")
            maker = question_maker(*parts)
            generated[QUESTION_TYPES[annotation_type]] = {
                patch.patch_id: list(maker.rows(patch))
                for block in read_patch_attributes(*paths)
                for patch in block
            }
        compare(generated, read_table(paths[0], PATCHES), folder)


if __name__ == "__main__":
    main()
