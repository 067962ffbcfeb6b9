"""Leave out patches with seasonal snow, cloud, shadow or unlabelled pixels; count what each step leaves.

A patch whose metadata cannot be used stops the run or is left out, as ``reference_maps.on_error`` says.
"""

import csv
import io
import logging
from pathlib import Path

from bentxt.atomic import write_text
from bentxt.bigearthnet.metadata import read_patches
from bentxt.bigearthnet.omissions import Omissions
from bentxt.patches.patch_filter import COUNT_COLUMNS, keep_patches
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.lineage import read_lineage
from bentxt.program.settings import setting
from bentxt.tables.schemas.kept_patches_schema import KEPT_PATCHES
from bentxt.tables.schemas.maps_schema import MAPS
from bentxt.tables.table_files import read_table, write_table


def main():
    """Read metadata and maps, write the kept patches and the table of counts."""
    parser = program_parser(__doc__)
    parser.add_argument("--metadata", type=Path, required=True, help="metadata.parquet")
    parser.add_argument(
        "--excluded-metadata", type=Path, required=True, help="metadata of patches with snow, cloud or shadow"
    )
    parser.add_argument("--maps", type=Path, required=True, help="table of maps")
    parser.add_argument("--out", type=Path, required=True, help="table of kept patches to write")
    parser.add_argument("--counts", type=Path, required=True, help="CSV of counts to write")
    args = parser.parse_args()
    maps = read_table(args.maps, MAPS, ["patch_id", "unlabelled_pixels"])
    notes = (read_lineage(args.maps) or {}).get("notes", {})
    omissions = Omissions(setting(args.settings, "reference_maps.on_error"))
    patches = read_patches(args.metadata, args.excluded_metadata, omissions)
    kept, counts = keep_patches(patches, maps, notes.get("patches_without_map", 0))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([COUNT_COLUMNS, *counts])
    for row in counts:
        logging.info("%-26s %7d patches (train %d, validation %d, test %d)", *row)
    skipped = notes.get("skipped", {}) | omissions.to_dict()
    write_text(args.counts, text.getvalue())
    write_table(args.out, kept, KEPT_PATCHES, lineage(args, skipped=skipped))


if __name__ == "__main__":
    run(main)
