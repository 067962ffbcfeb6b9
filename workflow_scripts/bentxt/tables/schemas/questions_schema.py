"""Schema of the question table of one annotation type."""

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
    ]
)
