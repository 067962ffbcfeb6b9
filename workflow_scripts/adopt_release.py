"""Take the released data set, or a local file of its columns, as the data set of this run.

In: the Parquet file, or rows of it as JSON; it is only read. Out: its rows, unchanged, in patch order, and a
JSON file that says what the file is: bytes, SHA-256, and whether it is the published one. The same stands in
the table's lineage.
"""

import json
from functools import partial
from pathlib import Path

from bentxt.atomic import write_text
from bentxt.bigearthnet.sources import checksum_of, read_source
from bentxt.dataset.released_file import copy_released, look_at_order
from bentxt.dataset.released_json import as_parquet
from bentxt.errors import InputError
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.progress_bars import progress
from bentxt.program.settings import setting

#: What a reader of a table or figure must know of a data set that was not made here.
NOT_OURS = (
    "texts, answers, benchmark split, season and climate zone are those of the file: no reference map, "
    "climate map, template, language model or check of this run made or judged them"
)


def main():
    """Read the arguments, describe the file and write its rows."""
    parser = program_parser(__doc__)
    parser.add_argument("--released", type=Path, required=True, help="Parquet or JSON; is only read")
    parser.add_argument("--sources", type=Path, required=True, help="resources/sources.tsv")
    parser.add_argument("--name", default="BigEarthNet.txt.parquet", help="the published file in that table")
    parser.add_argument("--about", type=Path, required=True, help="JSON to write: what the file is")
    parser.add_argument("--out", type=Path, required=True, help="the data set to write, Parquet")
    args = parser.parse_args()
    if not args.released.is_file():
        problem = "a folder, not one Parquet file" if args.released.is_dir() else "the data set is not there"
        raise InputError(problem, file=args.released, remedy="name one file in dataset.path")
    if args.out.exists() and args.out.samefile(args.released):
        raise InputError("the file would be overwritten", file=args.released, remedy="choose another --out")
    published = read_source(args.sources, args.name)
    size, checksum = args.released.stat().st_size, checksum_of(args.released, "sha256")
    about = {
        "file": args.released.as_posix(),
        "bytes": size,
        "sha256": checksum.partition(":")[2],
        "published": (size, checksum) == (published.size, published.checksum),
    }
    if about["published"]:
        about |= {key: setting(args.settings, f"dataset.{key}") for key in ("repository", "revision")}
    elif setting(args.settings, "dataset.path") is None:
        expected = published.checksum.partition(":")[2]
        raise InputError(
            f"not the published file: {size:,} bytes with SHA-256 {about['sha256']}, "
            f"expected {published.size:,} bytes with {expected}",
            file=args.released,
            remedy="delete it, and it is fetched again; a file of your own is named in dataset.path",
        )
    with as_parquet(args.released, args.out.with_name(f".{args.out.name}.rows")) as rows:
        order = look_at_order(rows)
        about |= {"rows": order.rows, "sorted_here": not order.ordered, "not_ours": NOT_OURS}
        made = lineage(args, released=about)
        # First, so that a data set without it is one that was made here.
        text = json.dumps(about | {"lineage": made.to_dict()}, indent=1, sort_keys=True)
        write_text(args.about, f"{text}\n")
        try:
            watch = partial(progress, desc="rows", unit="block")
            copy_released(rows, order, args.out, made, watch=watch)
        except BaseException:
            args.about.unlink()
            raise


if __name__ == "__main__":
    run(main)
