"""Whole tables: written atomically with their lineage, read by the columns that are used.

Whoever wrote a file, pandas, polars, the hub or this project: a column that is used has to be there once and
to hold what the schema says, in any of Arrow's forms of it. Other columns and their order do not matter.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import types

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


def read_table(path: Path | str, schema: pa.Schema, columns: Sequence[str] | None = None) -> pa.Table:
    """Read the columns of a table that are used, as the schema has them.

    Parameters
    ----------
    path : str or Path
    schema : pyarrow.Schema
        What the columns hold.
    columns : sequence of str, optional
        Read only these; all of the schema by default.

    Returns
    -------
    pyarrow.Table
        The columns in the order asked for, of the schema's types, without the file's metadata.

    Raises
    ------
    InputError
        If the file is missing or unreadable, a column is missing or there twice, or holds something else.
    """
    names = list(columns or schema.names)
    check_table(path, schema, names)
    try:
        # Without partitioning a folder named key=value would not become a column.
        table = pq.read_table(path, columns=names, partitioning=None)
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(path, error) from error
    return as_declared(table, schema, names, path)


def declared(schema: pa.Schema, columns: Sequence[str]) -> pa.Schema:
    """Return the part of a schema that describes some columns, in their order, without metadata."""
    return pa.schema([schema.field(name).remove_metadata() for name in columns])


def as_declared(
    table: pa.Table | pa.RecordBatch, schema: pa.Schema, columns: Sequence[str], path: Path | str
) -> pa.Table:
    """Return columns of a table as a schema has them: in this order, of these types, nothing lost.

    Parameters
    ----------
    table : pyarrow.Table or pyarrow.RecordBatch
        Holds the columns, of types that :func:`check_table` lets pass.
    schema : pyarrow.Schema
    columns : sequence of str
    path : str or Path
        The file, for messages.

    Returns
    -------
    pyarrow.Table

    Raises
    ------
    InputError
        If a value does not fit the type, or is missing where the schema has none missing.
    """
    arrays = []
    for name in columns:
        field, found = schema.field(name), table[name]
        try:
            array = found.cast(field.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            problem = f"column {name} is of type {found.type}, which does not become {field.type}: {error}"
            raise InputError(problem, file=path, item=name) from error
        if not field.nullable and array.null_count:
            problem = f"column {name} lacks a value in {array.null_count} of {len(array)} rows"
            raise InputError(problem, file=path, item=name)
        arrays.append(array)
    return pa.table(arrays, schema=declared(schema, columns))


def check_table(path: Path | str, schema: pa.Schema, columns: Sequence[str] | None = None) -> None:
    """Refuse a file whose used columns are not there or hold something else than the schema says.

    Parameters
    ----------
    path : str or Path
    schema : pyarrow.Schema
    columns : sequence of str, optional
        Those that are used; all of the schema by default.

    Raises
    ------
    InputError
        Naming the columns that are missing, or the first one that is there twice or of another kind.
    """
    try:
        found = pq.read_schema(path)
    except FileNotFoundError:
        raise InputError("file not found", file=path, remedy="make it with snakemake") from None
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(path, error) from error
    names = list(columns or schema.names)
    remedy = "see docs/data_model.md for the columns of each table"
    if missing := [name for name in names if name not in found.names]:
        problem = f"columns missing: {', '.join(missing)}; there are {', '.join(found.names)}"
        raise InputError(problem, file=path, remedy=remedy)
    for name in names:
        if found.names.count(name) > 1:
            raise InputError(f"column {name} is there twice", file=path, item=name, remedy=remedy)
        kind, expected = found.field(name).type, schema.field(name).type
        if not _fits(kind, expected):
            problem = f"column {name} is of type {kind}; expected {expected}"
            raise InputError(problem, file=path, item=name, remedy=remedy)


def _fits(found: pa.DataType, expected: pa.DataType) -> bool:
    """Return whether values of a type can be those of another, in another of Arrow's forms."""
    if found.equals(expected) or types.is_null(found):
        return True
    if types.is_dictionary(found):
        return _fits(found.value_type, expected)
    if _is_list(expected):
        return _is_list(found) and _fits(found.value_type, expected.value_type)
    if types.is_struct(expected):
        there = {field.name: field.type for field in found} if types.is_struct(found) else {}
        return all(field.name in there and _fits(there[field.name], field.type) for field in expected)
    if types.is_integer(expected):
        # What pandas makes of whole numbers next to missing ones; a fraction is refused by the cast.
        return types.is_integer(found) or types.is_floating(found)
    if types.is_floating(expected):
        return types.is_integer(found) or types.is_floating(found)
    return types.is_string(expected) and _is_text(found)


def _is_list(kind: pa.DataType) -> bool:
    forms = (types.is_list, types.is_large_list, types.is_fixed_size_list, types.is_list_view)
    return any(form(kind) for form in forms)


def _is_text(kind: pa.DataType) -> bool:
    return types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)


def _unreadable(path: Path | str, error: Exception) -> InputError:
    problem = f"not a readable Parquet file: {error}"
    remedy = "delete it and make it again; hold one from elsewhere against its source (size, hash)"
    return InputError(problem, file=path, remedy=remedy)
