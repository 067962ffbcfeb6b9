"""Schema of a model's answers."""

import pyarrow as pa

from bentxt.tables.columns import column

PREDICTIONS = pa.schema(
    [
        column("ID", pa.int64(), "annotation in the data set"),
        column("answer", pa.string(), "the model's text, as generated"),
    ]
)
