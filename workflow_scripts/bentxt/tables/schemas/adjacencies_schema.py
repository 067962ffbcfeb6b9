"""Schema of the pairs of classes that touch."""

import pyarrow as pa

from bentxt.tables.columns import column

ADJACENCIES = pa.schema(
    [
        column("map_index", pa.int32(), "row of the map in maps.parquet"),
        column("first_class", pa.int8(), "class, 0-18; first_class < second_class"),
        column("second_class", pa.int8(), "class, 0-18"),
        column("border_length", pa.int32(), "pixel edges that the two classes share (10 m each)"),
    ]
)
