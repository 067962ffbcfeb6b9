"""How a column is declared."""

import pyarrow as pa


def column(name, kind, description):
    """Return a column that holds no nulls, with its meaning and unit as metadata."""
    return pa.field(name, kind, nullable=False, metadata={"description": description})
