"""Schema of the table of reference maps."""

import pyarrow as pa

from bentxt.tables.columns import column

MAPS = pa.schema(
    [
        column("patch_id", pa.string(), "patch; rows are sorted by it, the row number is the map_index"),
        column("epsg", pa.int32(), "EPSG code of the UTM zone"),
        column("left", pa.float64(), "easting of the patch's left edge, m"),
        column("top", pa.float64(), "northing of the patch's upper edge, m"),
        column("unlabelled_pixels", pa.int32(), "pixels whose CORINE code belongs to no class"),
        column(
            "class_pixels",
            pa.list_(pa.field("element", pa.int32()), 19),
            "pixels of each of the 19 classes, nomenclature order",
        ),
    ]
)
