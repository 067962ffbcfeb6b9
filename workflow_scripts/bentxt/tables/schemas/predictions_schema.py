"""Schema of a model's answers."""

import pyarrow as pa

from bentxt.tables.columns import column, optional_column

PREDICTIONS = pa.schema(
    [
        column("ID", pa.int64(), "annotation in the data set"),
        column("answer", pa.string(), "the model's text, as generated; empty where there is none"),
        optional_column("failure", pa.string(), "why there is none, or not the whole; null where there is"),
    ]
)
