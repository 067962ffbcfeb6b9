"""Schemas of what is known of patches: metadata, attributes, kept and located patches."""

import pyarrow as pa

from bentxt.tables.columns import column

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
ADJACENCIES = pa.schema(
    [
        column("map_index", pa.int32(), "row of the map in maps.parquet"),
        column("first_class", pa.int8(), "class, 0-18; first_class < second_class"),
        column("second_class", pa.int8(), "class, 0-18"),
        column("border_length", pa.int32(), "pixel edges that the two classes share (10 m each)"),
    ]
)
KEPT_PATCHES = pa.schema(
    [
        column("map_index", pa.int32(), "row of the patch in maps.parquet"),
        column("patch_id", pa.string(), "patch; rows are sorted by it"),
        column("s1_name", pa.string(), "Sentinel-1 patch of the pair"),
        column("country", pa.string(), "one of the ten countries"),
        column("split", pa.string(), "train, validation or test, as published"),
    ]
)
PATCHES = pa.schema(
    [
        *KEPT_PATCHES,
        column("season", pa.string(), "Spring, Summer, Fall or Winter (meteorological)"),
        column("latitude", pa.float64(), "WGS84 latitude of the patch centre, degrees"),
        column("longitude", pa.float64(), "WGS84 longitude of the patch centre, degrees"),
        column("climate_zone", pa.string(), "Köppen-Geiger zone in the words of Beck et al.'s legend"),
    ]
)
