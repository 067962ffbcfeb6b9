"""Put the images of both sensors into one LMDB, in rico-hdl's layout, by streaming the archives.

In: the located patches and the two image archives (or folders of the same layout). Out: the LMDB, a
directory. Only patches of the data set are encoded; nothing is unpacked to disk.
"""

from pathlib import Path

from bentxt.bigearthnet.image_encoding import encode_images
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.progress_bars import progress
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.table_files import read_table


def main():
    """Read the arguments and write the LMDB."""
    parser = program_parser(__doc__)
    parser.add_argument("--patches", type=Path, required=True, help="patches.parquet")
    parser.add_argument("--s1", type=Path, required=True, help="archive or folder of Sentinel-1")
    parser.add_argument("--s2", type=Path, required=True, help="archive or folder of Sentinel-2")
    parser.add_argument("--out", type=Path, required=True, help="directory of the LMDB")
    args = parser.parse_args()
    patches = read_table(args.patches, PATCHES, ["patch_id", "s1_name"])
    s1_names = patches["s1_name"].to_pylist()
    encode_images(
        patches["patch_id"].to_pylist(),
        s1_names,
        args.s1,
        args.s2,
        args.out,
        lineage(args, layout="rico-hdl"),
        watch=lambda blobs: progress(
            blobs, desc="images", unit="image", total=len(patches) + len(set(s1_names))
        ),
    )


if __name__ == "__main__":
    run(main)
