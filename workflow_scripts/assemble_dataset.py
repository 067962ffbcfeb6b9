"""Assemble the data set: one Parquet file with the release's 13 columns, order and spelling (Section 3.4)."""

from bentxt.dataset.assembly import assemble_dataset
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.lineage import read_lineage


def main():
    """Merge the question tables and the benchmark split into the data set."""
    parser = program_parser(__doc__)
    parser.add_argument("--patches", required=True, help="patches.parquet")
    parser.add_argument("--binary", required=True, help="question table of type binary")
    parser.add_argument("--mcq", required=True, help="question table of type mcq")
    parser.add_argument("--bounding-box", required=True, help="question table of type bounding box")
    parser.add_argument("--captioning", required=True, help="question table of type captioning")
    parser.add_argument("--benchmark-rows", required=True, help="rows of the benchmark split")
    parser.add_argument("--out", required=True, help="the data set, Parquet")
    args = parser.parse_args()
    questions = {
        "binary": args.binary,
        "mcq": args.mcq,
        "bounding box": args.bounding_box,
        "captioning": args.captioning,
    }
    selection = read_lineage(args.benchmark_rows) or {}
    notes = {"benchmark_split": selection.get("notes", {})}
    assemble_dataset(args.patches, questions, args.benchmark_rows, args.out, lineage(args, **notes))


if __name__ == "__main__":
    run(main)
