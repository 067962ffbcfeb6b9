"""What a user of the benchmark has: its rows alone, and its images alone, out of a miniature world."""

import json
from types import SimpleNamespace

import pyarrow.parquet as pq

from bentxt.bigearthnet.patch_folders import members_of
from worlds.small_release import write_small_release


def write_benchmark_files(world, folder, patches=2):
    """Write the benchmark rows of a miniature world in the release's columns, and their patches.

    The last test patches make the split. Returns ``rows`` (list of dict), ``parquet`` and ``json_lines``
    (paths), and ``images``: a folder with ``BigEarthNet-S1/`` and ``BigEarthNet-S2/``, unpacked.
    """
    work = folder / "whole"
    work.mkdir()
    release = write_small_release(world, work)
    table = pq.read_table(release.dataset).replace_schema_metadata()
    rows = [row for row in table.to_pylist() if row["split"] in ("test", "bench")]
    chosen = sorted({row["patch_id"] for row in rows})[-patches:]
    rows = [row | {"split": "bench"} for row in rows if row["patch_id"] in chosen]
    paths = SimpleNamespace(
        rows=rows,
        parquet=folder / "benchmark_rows.parquet",
        json_lines=folder / "benchmark_rows.jsonl",
        images=folder / "images",
    )
    pq.write_table(table.from_pylist(rows, schema=table.schema), paths.parquet)
    paths.json_lines.write_text("".join(json.dumps(row) + "\n" for row in rows))
    for archive, column in ((world.s1, "s1_name"), (world.s2, "patch_id")):
        wanted = {row[column] for row in rows}
        for name, data in members_of(archive, wanted):
            if name.split("/")[2] in wanted:
                (paths.images / name).parent.mkdir(parents=True, exist_ok=True)
                (paths.images / name).write_bytes(data)
    return paths
