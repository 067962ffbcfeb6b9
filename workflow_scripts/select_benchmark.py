"""Select the patches of the benchmark split and the rows of theirs that it keeps (Section 3.4).

The paper's authors judged captions by hand; here the automatic check of the captions stands in for that.
"""

import pyarrow as pa

from bentxt.captions.caption_shards import read_captions
from bentxt.dataset.benchmark_balance import write_balance
from bentxt.dataset.benchmark_candidates import eligible_patches, read_candidates, read_quotas
from bentxt.dataset.benchmark_split import select_benchmark
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.questions.categories import PLACE_COLUMNS
from bentxt.release import ANNOTATION_TYPES
from bentxt.resources import RESOURCES
from bentxt.tables.schemas.benchmark_rows_schema import BENCHMARK_ROWS
from bentxt.tables.schemas.patches_schema import PATCHES
from bentxt.tables.table_files import read_table, write_table

PATCH_COLUMNS = ["patch_id", "split", *PLACE_COLUMNS]
CRITERIA = ["linguistically_correct", "factually_accurate", "complete", "free_of_artifacts"]


def main():
    """Read patches, captions and questions, write the benchmark's rows and their balance."""
    parser = program_parser(__doc__)
    parser.add_argument("--patches", required=True, help="patches.parquet")
    parser.add_argument("--captions", required=True, nargs="+", help="shards of the augmented captions")
    for entry in ANNOTATION_TYPES:
        parser.add_argument(entry.option, required=True, help=f"question table of type {entry.name}")
    parser.add_argument(
        "--release-rows",
        default=RESOURCES / "release_benchmark_rows.csv",
        help="rows of the released benchmark split by type and category, CSV",
    )
    parser.add_argument("--out", required=True, help="rows of the benchmark split, Parquet")
    parser.add_argument("--balance", required=True, help="balance of answers and classes, CSV")
    args = parser.parse_args()
    patches = setting(args.settings, "benchmark_split.patches")
    eligible = eligible_patches(
        read_table(args.patches, PATCHES, PATCH_COLUMNS),
        read_captions(args.captions, ["patch_id", *CRITERIA]),
    )
    candidates = {}
    for entry in ANNOTATION_TYPES:
        path = getattr(args, entry.file)
        candidates |= read_candidates(path, entry.name, eligible["patch_id"].combine_chunks())
    quotas = read_quotas(args.release_rows, patches)
    selection = select_benchmark(setting(args.settings, "seed"), patches, eligible, quotas, candidates)
    columns = zip(*selection.rows, strict=True)
    table = pa.table(dict(zip(BENCHMARK_ROWS.names, map(list, columns), strict=True)), schema=BENCHMARK_ROWS)
    notes = {"caption_review": "automatic check, no manual review", **selection.notes}
    write_balance(args.balance, selection.balance)
    write_table(args.out, table, BENCHMARK_ROWS, lineage(args, **notes))


if __name__ == "__main__":
    run(main)
