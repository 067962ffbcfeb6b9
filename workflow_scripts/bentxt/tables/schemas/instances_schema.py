"""Schema of the instances of each class in the reference maps."""

import pyarrow as pa

from bentxt.tables.columns import column

INSTANCES = pa.schema(
    [
        column("map_index", pa.int32(), "row of the map in maps.parquet"),
        column("class_index", pa.int8(), "class, 0-18 in nomenclature order"),
        column("pixels", pa.int32(), "pixels of the instance"),
        column("x_min", pa.int16(), "left pixel edge, 0-119"),
        column("y_min", pa.int16(), "upper pixel edge, 0-119"),
        column("x_max", pa.int16(), "right pixel edge, exclusive, 1-120"),
        column("y_max", pa.int16(), "lower pixel edge, exclusive, 1-120"),
        column("centroid_x", pa.float64(), "mean pixel index + 0.5, in pixels from the left"),
        column("centroid_y", pa.float64(), "mean pixel index + 0.5, in pixels from the top"),
        column("centroid_inside", pa.bool_(), "whether the pixel under the centroid belongs to the instance"),
    ]
)
