"""How a column is declared."""

import pyarrow as pa


def column(name: str, kind: pa.DataType, description: str) -> pa.Field:
    """Return a column that holds no nulls, with its meaning and unit as metadata."""
    return pa.field(name, kind, nullable=False, metadata={"description": description})


def optional_column(name: str, kind: pa.DataType, description: str) -> pa.Field:
    """Return a column that may hold nulls, with its meaning and unit as metadata; it says what null means."""
    return column(name, kind, description).with_nullable(True)
