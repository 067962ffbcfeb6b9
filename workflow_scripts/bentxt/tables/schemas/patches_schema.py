"""Schema of the located patches."""

import pyarrow as pa

from bentxt.tables.columns import column
from bentxt.tables.schemas.kept_patches_schema import KEPT_PATCHES

PATCHES = pa.schema(
    [
        *KEPT_PATCHES,
        column("season", pa.string(), "Spring, Summer, Fall or Winter (meteorological)"),
        column("latitude", pa.float64(), "WGS84 latitude of the patch centre, degrees"),
        column("longitude", pa.float64(), "WGS84 longitude of the patch centre, degrees"),
        column("climate_zone", pa.string(), "Köppen-Geiger zone in the words of Beck et al.'s legend"),
    ]
)
