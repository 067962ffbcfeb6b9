"""Schema of the data set in the release's 13 columns."""

import pyarrow as pa

from bentxt.tables.columns import column

#: The release's 13 columns, in its order.
DATASET = pa.schema(
    [
        column("ID", pa.int64(), "annotation, from 1, in patch order"),
        column("s1_name", pa.string(), "Sentinel-1 patch"),
        column("patch_id", pa.string(), "Sentinel-2 patch"),
        column("input", pa.string(), "the instruction"),
        column("output", pa.string(), "the answer"),
        column("type", pa.string(), "binary, mcq, bounding box or captioning"),
        column("category", pa.string(), "task within the type, None for captions"),
        column("split", pa.string(), "train, validation, test or bench"),
        column("latitude", pa.float64(), "WGS84 latitude of the patch centre, degrees"),
        column("longitude", pa.float64(), "WGS84 longitude of the patch centre, degrees"),
        column("country", pa.string(), "one of the ten countries"),
        column("season", pa.string(), "Spring, Summer, Fall or Winter"),
        column("climate_zone", pa.string(), "Köppen-Geiger zone"),
    ]
)
