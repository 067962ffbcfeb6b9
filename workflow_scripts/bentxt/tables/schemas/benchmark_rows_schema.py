"""Schema of the rows of the benchmark split."""

import pyarrow as pa

from bentxt.tables.columns import column

BENCHMARK_ROWS = pa.schema(
    [
        column("patch_id", pa.string(), "patch, out of the test split; rows are in patch order"),
        column("type", pa.string(), "binary, bounding box, captioning or mcq, in this order within a patch"),
        column("category", pa.string(), "the release's category, None for captions"),
        column("input", pa.string(), "the instruction"),
        column("output", pa.string(), "the answer"),
        column("template", pa.string(), "identifier of the template in resources/templates"),
    ]
)
