"""Rows that arrive in any order, written in sorted order, with no more in memory than a shard."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np


class SortedRows:
    """Rows of a structured array, sorted by their field ``map`` through a scratch file.

    Every :meth:`append` sorts its rows and writes them as one run; :meth:`blocks` merges the runs.

    Parameters
    ----------
    path : str or Path
        The scratch file; whoever made its folder removes it.
    dtype : numpy.dtype
        With an int32 field ``map``.
    """

    def __init__(self, path: Path | str, dtype: np.dtype) -> None:
        self._path, self._dtype = Path(path), dtype
        self._path.write_bytes(b"")
        self._lengths: list[int] = []

    def append(self, rows: np.ndarray) -> None:
        """Add rows; rows of one map must come together, their order within it is kept."""
        if len(rows):
            with self._path.open("ab") as file:
                np.ascontiguousarray(rows[np.argsort(rows["map"], kind="stable")]).tofile(file)
            self._lengths.append(len(rows))

    def blocks(self, maps: int, maps_per_block: int) -> Iterator[np.ndarray]:
        """Yield all rows sorted, ``maps_per_block`` of the ``maps`` values of ``map`` at a time.

        Parameters
        ----------
        maps : int
            Values of ``map`` lie in 0 … maps - 1.
        maps_per_block : int

        Yields
        ------
        numpy.ndarray
            May be empty.
        """
        limits = np.arange(0, maps + maps_per_block, maps_per_block)
        starts = np.cumsum([0, *self._lengths])
        # Where blocks begin in each run. Rows are read, not mapped: pages of a mapped file count as memory.
        cuts = [
            start + np.searchsorted(np.ascontiguousarray(self._read(start, end)["map"]), limits)
            for start, end in pairwise(starts)
        ]
        for block in range(len(limits) - 1):
            spans = [(cut[block], cut[block + 1]) for cut in cuts if cut[block] < cut[block + 1]]
            merged = np.concatenate([np.empty(0, self._dtype), *(self._read(*span) for span in spans)])
            yield merged[np.argsort(merged["map"], kind="stable")]

    def _read(self, start: int, end: int) -> np.ndarray:
        """Return rows ``start`` to ``end`` of the scratch file."""
        offset = int(start) * self._dtype.itemsize
        return np.fromfile(self._path, self._dtype, int(end - start), offset=offset)
