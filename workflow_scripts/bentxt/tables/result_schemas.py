"""Schemas of caption statistics and predictions."""

import pyarrow as pa

from bentxt.tables.columns import column

CAPTION_STATISTICS = pa.schema(
    [
        column("patch_id", pa.string(), "patch"),
        column("split", pa.string(), "train, validation, test or bench"),
        column("words", pa.int32(), "words of the caption"),
        column("sentences", pa.int32(), "sentences of the caption"),
    ]
)
PREDICTIONS = pa.schema(
    [
        column("ID", pa.int64(), "annotation in the data set"),
        column("answer", pa.string(), "the model's text, as generated"),
    ]
)
