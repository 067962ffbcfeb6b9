"""Add season, centre and climate zone to the kept patches."""

import logging
from pathlib import Path

from bentxt.patches.climate_legend import read_legend
from bentxt.patches.time_and_place import locate_patches
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.tables.schemas.kept_patches_schema import KEPT_PATCHES
from bentxt.tables.schemas.maps_schema import MAPS
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.table_files import read_table, write_table

LEGEND = Path(__file__).resolve().parent.parent / "resources" / "climate_zones.csv"


def main():
    """Read kept patches and maps, write the patches."""
    parser = program_parser(__doc__)
    parser.add_argument("--kept-patches", type=Path, required=True, help="table of kept patches")
    parser.add_argument("--maps", type=Path, required=True, help="table of maps")
    parser.add_argument("--climate-zones", type=Path, default=LEGEND, help="legend (CSV)")
    parser.add_argument("--out", type=Path, required=True, help="table of patches to write")
    args = parser.parse_args()
    patches, notes = locate_patches(
        read_table(args.kept_patches, KEPT_PATCHES),
        read_table(args.maps, MAPS, ["patch_id", "epsg", "left", "top"]),
        read_legend(args.climate_zones),
        setting(args.settings, "geography.climate.source"),
        setting(args.settings, "geography.climate.raster"),
    )
    logging.info(
        "%d patches; climate zones of %s, %d of them of the nearest land",
        len(patches),
        notes["climate_source"],
        notes["climate_from_nearest_land"],
    )
    write_table(args.out, patches, PATCHES, lineage(args, **notes))


if __name__ == "__main__":
    run(main)
