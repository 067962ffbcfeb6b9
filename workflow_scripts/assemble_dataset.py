"""Assemble the data set: one Parquet file with the release's 13 columns, order and spelling (Section 3.3)."""

from bentxt.dataset.assembly import assemble_dataset
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.lineage import read_lineage
from bentxt.release import ANNOTATION_TYPES


def main():
    """Merge the question tables and the benchmark split into the data set."""
    parser = program_parser(__doc__)
    parser.add_argument("--patches", required=True, help="patches.parquet")
    for entry in ANNOTATION_TYPES:
        parser.add_argument(entry.option, required=True, help=f"question table of type {entry.name}")
    parser.add_argument("--benchmark-rows", required=True, help="rows of the benchmark split")
    parser.add_argument("--out", required=True, help="the data set, Parquet")
    args = parser.parse_args()
    questions = {entry.name: getattr(args, entry.file) for entry in ANNOTATION_TYPES}
    selection = read_lineage(args.benchmark_rows) or {}
    notes = {"benchmark_split": selection.get("notes", {})}
    assemble_dataset(args.patches, questions, args.benchmark_rows, args.out, lineage(args, **notes))


if __name__ == "__main__":
    run(main)
