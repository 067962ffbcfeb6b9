"""Reading parts of tables, and sorted tables side by side, so that memory stays flat."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bentxt.errors import InputError
from bentxt.tables.table_files import as_declared, check_table, declared


def read_rows(
    path: Path | str, schema: pa.Schema, start: int, stop: int, columns: list[str] | None = None
) -> pa.Table:
    """Read rows [start, stop) of a table, from the row groups that hold them.

    Parameters
    ----------
    path : str or Path
    schema : pyarrow.Schema
        The table's schema, checked.
    start, stop : int
    columns : list of str, optional
        Read only these.

    Returns
    -------
    pyarrow.Table
        Fewer rows where the table ends before ``stop``.

    Raises
    ------
    InputError
        If the file is missing, or a column is missing or of another kind.
    """
    names = columns or schema.names
    check_table(path, schema, names)
    with pq.ParquetFile(path) as file:
        sizes = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
        ends = np.cumsum(sizes, dtype=np.int64)
        groups = np.flatnonzero((ends > start) & (ends - sizes < stop)).tolist()
        table = as_declared(file.read_row_groups(groups, columns=names), schema, names, path)
    first = int(ends[groups[0]]) - sizes[groups[0]] if groups else 0
    return table.slice(start - first, stop - start)


def read_batches(
    path: Path | str,
    columns: list[str],
    batch_size: int = 1 << 16,
    row_groups: list[int] | None = None,
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a Parquet file in batches, with no more in memory than a row group.

    Parameters
    ----------
    path : str or Path
    columns : list of str
    batch_size : int
        Most rows of a batch.
    row_groups : list of int, optional
        Read only these; all by default.

    Yields
    ------
    pyarrow.RecordBatch
    """
    # Arrow's default buffers ahead and keeps all that has been read: memory would grow with the file.
    with pq.ParquetFile(path, pre_buffer=False) as file:
        batches = file.iter_batches(batch_size=batch_size, columns=columns, row_groups=row_groups)
        while True:
            try:
                batch = next(batches)
            except StopIteration:
                return
            except (pa.ArrowInvalid, OSError) as error:
                raise InputError(f"a damaged Parquet file: {error}", file=path) from error
            yield batch


def read_matching(
    path: Path | str, schema: pa.Schema, columns: list[str], matching: Mapping[str, str]
) -> pa.Table:
    """Read the rows of a table that hold given values, with no more in memory than they and a row group.

    Parameters
    ----------
    path : str or Path
    schema : pyarrow.Schema
        What the columns hold, checked.
    columns : list of str
        Columns of the result.
    matching : dict of str to str
        Column to value; both have to match where there are two.

    Returns
    -------
    pyarrow.Table

    Raises
    ------
    InputError
        As :func:`bentxt.tables.table_files.read_table`.
    """
    used = list(dict.fromkeys([*columns, *matching]))
    check_table(path, schema, used)
    parts = [declared(schema, columns).empty_table()]
    for batch in read_batches(path, used):
        table = as_declared(batch, schema, used, path)
        for name, value in matching.items():
            table = table.filter(pc.equal(table[name], value))
        parts.append(table.select(columns))
    return pa.concat_tables(parts)


class TableStream:
    """Rows of a table in the order of a sorted key column, handed out up to a given key.

    Parameters
    ----------
    path : str or Path
    schema : pyarrow.Schema
        The table's schema, checked.
    key : str
        The column by which rows are sorted, ascending.
    columns : list of str, optional
        Columns to read, ``key`` among them; all by default.

    Raises
    ------
    InputError
        If the file is missing, or a column is missing or of another kind; while reading, if the key is not
        ascending.
    """

    def __init__(
        self, path: Path | str, schema: pa.Schema, key: str, columns: list[str] | None = None
    ) -> None:
        self._columns = columns or schema.names
        check_table(path, schema, self._columns)
        self.path, self.key = path, key
        self._metadata = pq.read_metadata(path)
        self.rows = self._metadata.num_rows
        self._schema = schema
        self._batches = read_batches(path, self._columns)
        self._rest = declared(schema, self._columns).empty_table()
        self._last: Any = None

    def skip_rows(self, count: int) -> None:
        """Leave out the first ``count`` rows and do not read whole row groups of them; only at the start."""
        ends = np.cumsum([group.num_rows for group in self._row_groups()], dtype=np.int64)
        first = int(np.searchsorted(ends, count, side="right"))
        self._begin_at(first)
        rest = count - int(ends[first - 1]) if first else count
        while rest and self._fetch():
            part = min(rest, len(self._rest))
            self._rest = self._rest.slice(part)
            rest -= part

    def skip_below(self, limit: Any) -> None:
        """Leave out the rows whose key is below ``limit``, as :meth:`skip_rows`."""
        # Leaves of nested columns may have the name of a column; their paths are longer.
        leaves = map(self._metadata.schema.column, range(self._metadata.num_columns))
        column = [leaf.path for leaf in leaves].index(self.key)
        statistics = [group.column(column).statistics for group in self._row_groups()]
        below = (found is not None and found.has_min_max and found.max < limit for found in statistics)
        self._begin_at(next((first for first, skipped in enumerate(below) if not skipped), len(statistics)))
        while not len(self._rest) and self._fetch():
            self._rest = self._rest.filter(pc.greater_equal(self._rest[self.key], limit))

    def until(self, limit: Any) -> pa.Table:
        """Return the rows not yet returned whose key is at most ``limit``, as a table."""
        parts = []
        while True:
            keys = self._rest[self.key]
            if len(keys) and keys[-1].as_py() > limit:
                count = pc.sum(pc.less_equal(keys, limit)).as_py()
                parts.append(self._rest.slice(0, count))
                self._rest = self._rest.slice(count)
                break
            parts.append(self._rest)
            self._rest = self._rest.slice(len(self._rest))
            if not self._fetch():
                break
        return pa.concat_tables(parts)

    def take(self, count: int) -> pa.Table:
        """Return the next ``count`` rows, fewer at the end, as a table."""
        parts, missing = [], count
        while True:
            part = self._rest.slice(0, missing)
            parts.append(part)
            self._rest = self._rest.slice(len(part))
            missing -= len(part)
            if not missing or not self._fetch():
                return pa.concat_tables(parts)

    def _row_groups(self) -> list:
        return [self._metadata.row_group(group) for group in range(self._metadata.num_row_groups)]

    def _begin_at(self, row_group: int) -> None:
        row_groups = list(range(row_group, self._metadata.num_row_groups))
        self._batches = read_batches(self.path, self._columns, row_groups=row_groups)

    def _fetch(self) -> bool:
        """Read the next batch into the empty rest; False at the end of the table."""
        batch = next(self._batches, None)
        if batch is None:
            return False
        self._rest = as_declared(batch, self._schema, self._columns, self.path)
        self._check_order()
        return True

    def _check_order(self) -> None:
        keys = self._rest[self.key].combine_chunks()
        ascending = len(keys) < 2 or pc.all(pc.less_equal(keys[:-1], keys[1:])).as_py()
        if not ascending or (self._last is not None and len(keys) and keys[0].as_py() < self._last):
            raise InputError(
                f"rows are not sorted by {self.key}",
                file=self.path,
                remedy=f"delete it and make it again; sort a file from elsewhere by {self.key}, or let "
                "dataset.source: released do so",
            )
        if len(keys):
            self._last = keys[-1].as_py()
