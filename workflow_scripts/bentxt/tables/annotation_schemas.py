"""Schemas of questions, benchmark rows and the data set."""

import pyarrow as pa

from bentxt.tables.columns import column

QUESTIONS = pa.schema(
    [
        column("patch_id", pa.string(), "patch; rows are in patch order, then by category as released"),
        column("category", pa.string(), "the release's category, None for captions"),
        column("input", pa.string(), "the instruction"),
        column("output", pa.string(), "the answer"),
        column("template", pa.string(), "identifier of the template in resources/templates"),
        column(
            "classes",
            pa.list_(pa.field("element", pa.int8())),
            "classes the instruction names, 0-18, those of the right answer first",
        ),
        column(
            "reserve", pa.bool_(), "further row of a test patch, for the benchmark split only; else left out"
        ),
    ]
)
BENCHMARK_ROWS = pa.schema(
    [
        column("type", pa.string(), "binary, mcq, bounding box or captioning"),
        column("row", pa.int64(), "row in the question table of that type"),
        column("patch_id", pa.string(), "patch, out of the test split"),
    ]
)

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
