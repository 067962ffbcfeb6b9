"""Schema of the patches that the filter keeps."""

import pyarrow as pa

from bentxt.tables.columns import column

KEPT_PATCHES = pa.schema(
    [
        column("map_index", pa.int32(), "row of the patch in maps.parquet"),
        column("patch_id", pa.string(), "patch; rows are sorted by it"),
        column("s1_name", pa.string(), "Sentinel-1 patch of the pair"),
        column("country", pa.string(), "one of the ten countries"),
        column("split", pa.string(), "train, validation or test, as published"),
    ]
)
