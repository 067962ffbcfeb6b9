"""The data set as one table in the release's columns and order (Section 3.3)."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bentxt.errors import InputError
from bentxt.program.lineage import Lineage
from bentxt.release import TYPES
from bentxt.tables.schemas.benchmark_rows_schema import BENCHMARK_ROWS
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.schemas.questions_schema import QUESTIONS
from bentxt.tables.table_files import TableWriter, read_table
from bentxt.tables.table_streams import TableStream

#: Patches held in memory at a time; without effect on the result.
BLOCK = 4096

_PATCH_COLUMNS = ("s1_name", "patch_id", "latitude", "longitude", "country", "season", "climate_zone")


def assemble_dataset(
    patches: Path | str,
    questions: Mapping[str, Path | str],
    benchmark_rows: Path | str,
    out: Path | str,
    lineage: Lineage,
    block: int = BLOCK,
) -> int:
    """Write the data set.

    Rows are in patch order, within a patch by type (binary, bounding box, captioning, mcq), within a type as
    in the question table. Patches of the benchmark split have ``bench`` as split, and its rows in place of
    those of the question tables.

    Parameters
    ----------
    patches : str or Path
        ``patches.parquet``.
    questions : dict
        Path of the question table of each of the four types.
    benchmark_rows : str or Path
        ``benchmark_rows.parquet``.
    out : str or Path
        Target, schema ``DATASET``.
    lineage : Lineage
    block : int
        Patches to a row group.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    InputError
        If a table is missing, unsorted, or holds rows of patches that are not kept, or a patch of the
        benchmark split is no test patch.
    """
    kept = TableStream(patches, PATCHES, "patch_id")
    streams = [TableStream(questions[name], QUESTIONS, "patch_id", _QUESTION_COLUMNS) for name in TYPES]
    bench = TableStream(benchmark_rows, BENCHMARK_ROWS, "patch_id")
    bench_patches = _bench_patches(benchmark_rows, patches)
    with TableWriter(out, DATASET, lineage) as writer:
        while len(rows := kept.take(block)):
            limit = rows["patch_id"][-1].as_py()
            parts = [stream.until(limit) for stream in streams]
            own_bench = bench.until(limit)
            own = {
                name: pa.concat_tables(
                    [
                        part.filter(pc.invert(pc.is_in(part["patch_id"], value_set=bench_patches))),
                        own_bench.filter(pc.equal(own_bench["type"], name)).select(_QUESTION_COLUMNS),
                    ]
                )
                for name, part in zip(TYPES, parts, strict=True)
            }
            writer.write(merge_types(rows, own, bench_patches, writer.rows + 1))
            # Blocks differ in size: kept for the next one, their memory would add up.
            pa.default_memory_pool().release_unused()
        for stream in (*streams, bench):
            if len(rest := stream.until("\U0010ffff")):
                raise _foreign(rest["patch_id"][0].as_py(), stream.path)
        return writer.rows


_QUESTION_COLUMNS = ["patch_id", "category", "input", "output"]


def _bench_patches(path, patches):
    """Return the patches of the benchmark split; raise unless they are test patches."""
    bench = pc.unique(read_table(path, BENCHMARK_ROWS, ["patch_id"])["patch_id"])
    known = read_table(patches, PATCHES, ["patch_id", "split"])
    test = known["patch_id"].filter(pc.equal(known["split"], "test"))
    stray = bench.filter(pc.invert(pc.is_in(bench, value_set=test.combine_chunks())))
    if len(stray):
        raise InputError(
            "a patch of the benchmark split is no test patch of this run",
            file=path,
            item=stray[0].as_py(),
            remedy="select the benchmark again",
        )
    return bench


def merge_types(
    patches: pa.Table, questions: Mapping[str, pa.Table], bench: pa.Array | pa.ChunkedArray, first_id: int
) -> pa.Table:
    """Merge the questions about one block of patches into rows of the data set.

    Parameters
    ----------
    patches : pyarrow.Table
        Schema ``PATCHES``.
    questions : dict
        Type, in the order of ``TYPES``, to a table with the columns patch_id, category, input and output.
    bench : pyarrow.Array or pyarrow.ChunkedArray
        Patches of the benchmark split.
    first_id : int
        ID of the first row.

    Returns
    -------
    pyarrow.Table
        Columns of ``DATASET``.

    Raises
    ------
    InputError
        If a question is about another patch.
    """
    ids = patches["patch_id"].combine_chunks()
    kept, places = [], []
    for name, own in questions.items():
        place = pc.index_in(own["patch_id"], value_set=ids)
        if place.null_count:
            raise _foreign(own["patch_id"].filter(pc.is_null(place))[0].as_py(), f"questions of type {name}")
        own = own.select(["category", "input", "output"])
        kept.append(own.append_column("type", pa.repeat(name, len(own))))
        places.append(place.to_numpy())
    # Stable: rows of a patch stay in the order of the types, and of the question table within a type.
    place = np.concatenate(places)
    order = np.argsort(place, kind="stable")
    table = pa.concat_tables(kept).take(order)
    rows = pa.array(place[order])
    columns = {name: table[name] for name in ("input", "output", "type", "category")}
    columns["ID"] = np.arange(first_id, first_id + len(table), dtype=np.int64)
    columns |= {name: patches[name].take(rows) for name in _PATCH_COLUMNS}
    split = pc.if_else(pc.is_in(ids, value_set=bench), "bench", patches["split"].combine_chunks())
    columns["split"] = split.take(rows)
    return pa.table(columns).select(DATASET.names)


def _foreign(patch_id, file):
    return InputError(
        "annotations of a patch that is not kept", file=file, item=patch_id, remedy="make them again"
    )
