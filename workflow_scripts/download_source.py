"""Download a file of BigEarthNet v2.0, or the released data set, resuming where an earlier attempt stopped.

In: the table of sources. Out: the file, once its size and hash are right. What has come so far lies next to
it in ``.<name>.download`` and outlives a broken connection, a kill and a restart.
"""

from pathlib import Path

from bentxt.bigearthnet.sources import download, hub_folder, read_source
from bentxt.program.command_line import program_parser, run
from bentxt.program.progress_bars import progress
from bentxt.program.settings import setting


def main():
    """Read the arguments and download the file."""
    parser = program_parser(__doc__)
    parser.add_argument("--name", required=True, help="file, as the table of sources lists it")
    parser.add_argument("--sources", type=Path, required=True, help="resources/sources.tsv")
    parser.add_argument("--out", type=Path, required=True, help="target")
    args = parser.parse_args()
    source = read_source(args.sources, args.name)
    if source.origin == "hub":
        folder = hub_folder(
            *(setting(args.settings, f"dataset.{key}") for key in ("base_url", "repository", "revision"))
        )
    else:
        folder = setting(args.settings, "source.base_url")
    with progress(total=source.size, desc=source.name, unit="B", unit_scale=True) as bar:
        download(
            source,
            folder,
            args.out,
            setting(args.settings, "source.retries"),
            watch=lambda size: bar.update(size - bar.n),
        )


if __name__ == "__main__":
    run(main)
