"""Schema of the rows of the benchmark split."""

import pyarrow as pa

from bentxt.tables.columns import column

BENCHMARK_ROWS = pa.schema(
    [
        column("type", pa.string(), "binary, mcq, bounding box or captioning"),
        column("row", pa.int64(), "row in the question table of that type"),
        column("patch_id", pa.string(), "patch, out of the test split"),
    ]
)
