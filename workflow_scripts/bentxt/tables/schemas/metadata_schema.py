"""Schema of BigEarthNet v2.0's own metadata files."""

import pyarrow as pa

#: Patches as BigEarthNet v2.0 publishes them (both metadata files).
METADATA = pa.schema(
    [
        pa.field("patch_id", pa.string()),
        pa.field("labels", pa.list_(pa.field("element", pa.string()))),
        pa.field("split", pa.string()),
        pa.field("country", pa.string()),
        pa.field("s1_name", pa.string()),
        pa.field("s2v1_name", pa.string()),
        pa.field("contains_seasonal_snow", pa.bool_()),
        pa.field("contains_cloud_or_shadow", pa.bool_()),
    ]
)
