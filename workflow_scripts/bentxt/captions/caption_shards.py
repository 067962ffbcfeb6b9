"""The shards of the augmented captions, read as one."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bentxt.errors import InputError
from bentxt.tables.schemas.augmented_captions_schema import AUGMENTED_CAPTIONS
from bentxt.tables.table_files import read_table


class CaptionShards:
    """The captions of all shards, one in memory at a time; a shard of the workflow is a range of patches."""

    def __init__(self, paths: Sequence[Path | str]) -> None:
        self._paths = paths
        self._ends = np.cumsum([pq.read_metadata(path).num_rows for path in paths])
        self._read: int | None = None
        self._texts: pa.ChunkedArray | None = None

    def at(self, places: np.ndarray) -> list[str]:
        """Return the captions (list of str) at the given rows of all shards together."""
        shards = np.searchsorted(self._ends, places, side="right")
        captions = np.empty(len(places), object)
        for shard in np.unique(shards):
            own = shards == shard
            first = self._ends[shard - 1] if shard else 0
            captions[own] = self._shard(shard).take(pa.array(places[own] - first)).to_pylist()
        return captions.tolist()

    def _shard(self, shard):
        """Return the captions of a shard, read when it is another one than last time."""
        if shard != self._read:
            self._texts = read_table(self._paths[shard], AUGMENTED_CAPTIONS, ["caption"])["caption"]
            self._read = shard
        return self._texts


def read_captions(paths: Sequence[Path | str], columns: list[str]) -> pa.Table:
    """Return columns of all shards of the augmented captions as one table.

    Raises
    ------
    InputError
        If a shard is unreadable or a patch is in them twice.
    """
    table = pa.concat_tables([read_table(path, AUGMENTED_CAPTIONS, columns) for path in paths])
    if pc.count_distinct(table["patch_id"]).as_py() != len(table):
        counts = pc.value_counts(table["patch_id"])
        twice = next(entry["values"] for entry in counts.to_pylist() if entry["counts"] > 1)
        raise InputError("two captions of one patch", file=", ".join(map(str, paths)), item=twice)
    return table
