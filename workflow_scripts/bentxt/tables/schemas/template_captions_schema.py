"""Schema of the template captions."""

import pyarrow as pa

from bentxt.tables.columns import column

TEMPLATE_CAPTIONS = pa.schema(
    [
        column("patch_id", pa.string(), "patch"),
        column("caption", pa.string(), "the template caption: facts only, class names in quotation marks"),
    ]
)
