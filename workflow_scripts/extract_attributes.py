"""Extract the attributes of all reference maps: classes, instances and adjacencies.

One pass over the archive; the maps of both metadata files are read, because the filter's last step
(no unlabelled pixels) counts on them.
"""

import logging
from pathlib import Path

from bentxt.bigearthnet.metadata import read_patch_ids
from bentxt.patches.attribute_extraction import extract_attribute_tables
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting


def main():
    """Read the maps and write three tables."""
    parser = program_parser(__doc__)
    parser.add_argument("--reference-maps", type=Path, required=True, help="archive, or a folder like it")
    parser.add_argument("--metadata", type=Path, required=True, help="metadata.parquet")
    parser.add_argument(
        "--excluded-metadata", type=Path, required=True, help="metadata of patches with snow, cloud or shadow"
    )
    parser.add_argument("--maps", type=Path, required=True, help="table of maps to write")
    parser.add_argument("--instances", type=Path, required=True, help="table of instances to write")
    parser.add_argument("--adjacencies", type=Path, required=True, help="table of adjacencies to write")
    args = parser.parse_args()
    maps, instances, adjacencies = extract_attribute_tables(
        args.reference_maps,
        read_patch_ids(args.metadata, args.excluded_metadata),
        (args.maps, args.instances, args.adjacencies),
        lambda **notes: lineage(args, **notes),
        on_error=setting(args.settings, "reference_maps.on_error"),
        maps_per_shard=setting(args.settings, "reference_maps.maps_per_shard"),
    )
    logging.info("%d maps, %d instances, %d adjacencies", maps, instances, adjacencies)


if __name__ == "__main__":
    run(main)
