"""Put the images of both sensors into one LMDB, in rico-hdl's layout, by streaming the archives.

In: a table that names the patches, and the two image archives (or folders of the same layout); without them
the published ones are streamed from their server and not kept. Out: the LMDB, a directory. Only images of the
chosen splits are encoded; nothing is unpacked to disk. A killed program resumes with the images that it had
encoded; a stream that it had not read to its end it fetches again from the beginning.
"""

import argparse
from contextlib import ExitStack
from pathlib import Path

from bentxt.bigearthnet.image_encoding import encode_images
from bentxt.bigearthnet.image_splits import IMAGE_SPLITS
from bentxt.bigearthnet.patch_pairs import read_pairs
from bentxt.bigearthnet.sources import SourceStream, read_source
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.progress_bars import progress
from bentxt.program.settings import setting

ARCHIVES = {"s1": "BigEarthNet-S1.tar.zst", "s2": "BigEarthNet-S2.tar.zst"}


def main():
    """Read the arguments and write the LMDB."""
    parser = program_parser(__doc__)
    parser.add_argument(
        "--patches",
        type=Path,
        required=True,
        help="Parquet with the columns patch_id and s1_name, and split where not all images are encoded",
    )
    parser.add_argument("--s1", type=Path, help="archive or folder of Sentinel-1; streamed without it")
    parser.add_argument("--s2", type=Path, help="archive or folder of Sentinel-2; streamed without it")
    parser.add_argument("--sources", type=Path, help="resources/sources.tsv, to stream an archive")
    parser.add_argument("--base-url", help="address of the folder of the published files, to stream one")
    parser.add_argument(
        "--retries", type=int, default=5, help="attempts after a broken connection that brought nothing"
    )
    parser.add_argument("--out", type=Path, required=True, help="directory of the LMDB")
    args = parser.parse_args()
    if (args.s1 is None or args.s2 is None) and (args.sources is None or args.base_url is None):
        parser.error("--s1 and --s2, or --sources and --base-url to stream what is not given")
    chosen = setting(args.settings, "images.splits")
    pairs = read_pairs(args.patches, None if chosen == "all" else IMAGE_SPLITS[chosen])
    with ExitStack() as stack:
        archives = {
            key: getattr(args, key) or stack.enter_context(_stream(args, name, stack))
            for key, name in ARCHIVES.items()
        }
        streamed = {
            archive.source.name: archive.source.checksum
            for archive in archives.values()
            if isinstance(archive, SourceStream)
        }
        notes = {"layout": "rico-hdl"} | ({"streamed": streamed} if streamed else {})
        total = len(pairs) + len(set(pairs.values()))
        kept = encode_images(
            pairs,
            pairs.values(),
            archives["s1"],
            archives["s2"],
            args.out,
            lineage(args, **notes),
            # A stream shows its bytes instead.
            watch=iter
            if streamed
            else lambda blobs: progress(blobs, desc="images", unit="image", total=total),
        )
    print(f"{len(pairs)} pairs: {total - kept} images encoded, {kept} there from an interrupted run")


def _stream(args: argparse.Namespace, name: str, stack: ExitStack) -> SourceStream:
    """Return a published archive as a stream, with a bar of its bytes."""
    source = read_source(args.sources, name)
    bar = stack.enter_context(progress(total=source.size, desc=name, unit="B", unit_scale=True))
    return SourceStream(source, args.base_url, args.retries, watch=lambda size: bar.update(size - bar.n))


if __name__ == "__main__":
    run(main)
