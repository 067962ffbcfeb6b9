"""Whole tables: written atomically with their lineage, and refused when they have another schema."""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from bentxt.atomic import atomic_path
from bentxt.errors import InputError
from bentxt.program.lineage import Lineage


class TableWriter:
    """Write one table of a given schema in parts, atomically: ``with TableWriter(...) as writer``.

    Parameters
    ----------
    path : str or Path
        Target; appears only when the block ends without an exception.
    schema : pyarrow.Schema
        Of :data:`bentxt.tables.all_schemas.TABLES`, as a rule.
    lineage : Lineage
        Stored in the file's metadata under ``bentxt``.
    """

    def __init__(self, path: Path | str, schema: pa.Schema, lineage: Lineage) -> None:
        metadata = {b"bentxt": json.dumps(lineage.to_dict(), sort_keys=True).encode()}
        self.path, self.schema = path, schema.with_metadata(metadata)
        self.rows = 0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            part = stack.enter_context(atomic_path(self.path))
            self._writer = stack.enter_context(pq.ParquetWriter(part, self.schema, compression="zstd"))
            self._stack = stack.pop_all()
        return self

    def write(self, table: pa.Table | Mapping[str, Any]) -> None:
        """Append a table, or a dict of columns, as one row group. Raises if a column does not fit."""
        if not isinstance(table, pa.Table):
            table = pa.table(table, schema=self.schema)
        self._writer.write_table(table.select(self.schema.names).cast(self.schema))
        self.rows += len(table)

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)


def write_table(
    path: Path | str, table: pa.Table | Mapping[str, Any], schema: pa.Schema, lineage: Lineage
) -> None:
    """Write a whole table (pyarrow table or dict of columns) with ``schema`` and ``lineage``, atomically."""
    with TableWriter(path, schema, lineage) as writer:
        writer.write(table)


def read_table(path: Path | str, schema: pa.Schema, columns: list[str] | None = None) -> pa.Table:
    """Read a table and refuse one that does not have ``schema``.

    Parameters
    ----------
    path : str or Path
    schema : pyarrow.Schema
        The expected schema; names, order and types are compared, metadata is not.
    columns : list of str, optional
        Read only these.

    Returns
    -------
    pyarrow.Table

    Raises
    ------
    InputError
        If the file is missing, unreadable or of another schema.
    """
    check_table(path, schema)
    try:
        # Without partitioning a folder named key=value would not become a column.
        return pq.read_table(path, columns=columns, partitioning=None)
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(path, error) from error


def check_table(path: Path | str, schema: pa.Schema) -> None:
    """Raise :class:`InputError` unless ``path`` is a Parquet file with the names and types of ``schema``."""
    try:
        found = pq.read_schema(path)
    except FileNotFoundError:
        raise InputError("file not found", file=path, remedy="make it with snakemake") from None
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(path, error) from error
    expected = [(field.name, str(field.type)) for field in schema]
    present = [(field.name, str(field.type)) for field in found]
    if expected != present:
        missing = [name for name, _ in expected if name not in found.names]
        detail = f"columns missing: {', '.join(missing)}" if missing else f"columns are {present}"
        raise InputError(
            f"table of another schema, {detail}; expected {expected}",
            file=path,
            remedy="see docs/data_model.md for the columns of each table",
        )


def _unreadable(path: Path | str, error: Exception) -> InputError:
    problem = f"not a readable Parquet file: {error}"
    return InputError(problem, file=path, remedy="delete it and make it again")
