"""Schema of the sentence embeddings of a split's reference captions."""

import pyarrow as pa

from bentxt.tables.columns import column

REFERENCE_EMBEDDINGS = pa.schema(
    [
        column("ID", pa.int64(), "annotation in the data set"),
        column(
            "embedding",
            pa.list_(pa.float32()),
            "of its reference, as wide as the model: the mean of its states over the tokens, not normalised",
        ),
    ]
)
