"""The data set as one table in the release's columns and order (Section 3.4)."""

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
    in the question table. Patches of the benchmark split have ``bench`` as split and only its rows.

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
        If a table is missing, unsorted, or holds rows of patches that are not kept.
    """
    kept = TableStream(patches, PATCHES, "patch_id")
    streams = [TableStream(questions[name], QUESTIONS, "patch_id", _QUESTION_COLUMNS) for name in TYPES]
    selected = _Selected(
        benchmark_rows, {name: stream.rows for name, stream in zip(TYPES, streams, strict=True)}
    )
    with TableWriter(out, DATASET, lineage) as writer:
        while len(rows := kept.take(block)):
            limit = rows["patch_id"][-1].as_py()
            parts = [stream.until(limit) for stream in streams]
            own = {
                name: part.filter(pa.array(selected.keep(name, part)))
                for name, part in zip(TYPES, parts, strict=True)
            }
            writer.write(merge_types(rows, own, selected.patches, writer.rows + 1))
            # Blocks differ in size: kept for the next one, their memory would add up.
            pa.default_memory_pool().release_unused()
        for stream in streams:
            if len(rest := stream.until("\U0010ffff")):
                raise _foreign(rest["patch_id"][0].as_py(), stream.path)
        return writer.rows


_QUESTION_COLUMNS = ["patch_id", "category", "input", "output", "reserve"]


class _Selected:
    """Which rows of the question tables the benchmark split holds, and its patches."""

    def __init__(self, path, rows):
        table = read_table(path, BENCHMARK_ROWS)
        self._path = path
        self.patches = pc.unique(table["patch_id"])
        self._chosen = {}
        self._first = dict.fromkeys(TYPES, 0)
        for name in TYPES:
            numbers = table["row"].filter(pc.equal(table["type"], name)).to_numpy()
            if len(numbers) and (numbers.min() < 0 or numbers.max() >= rows[name]):
                raise InputError(
                    f"benchmark rows of another {name} question table", file=path, remedy="select them again"
                )
            self._chosen[name] = np.zeros(rows[name], bool)
            self._chosen[name][numbers] = True

    def keep(self, name, table):
        """Return which of a type's next rows stay: selected ones of bench patches, else all but reserves."""
        first = self._first[name]
        self._first[name] = first + len(table)
        chosen = self._chosen[name][first : first + len(table)]
        bench = pc.is_in(table["patch_id"], value_set=self.patches).to_numpy()
        if (chosen & ~bench).any():
            raise InputError(
                f"benchmark rows of another {name} question table",
                file=self._path,
                remedy="select them again",
            )
        return np.where(bench, chosen, ~table["reserve"].to_numpy())


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
