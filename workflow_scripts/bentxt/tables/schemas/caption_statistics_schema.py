"""Schema of words and sentences by caption."""

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
