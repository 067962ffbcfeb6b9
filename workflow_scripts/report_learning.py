"""Compare the fine-tuned RS-InternVL with itself untrained and with the best constant answer.

The margins in points are printed and written as CSV, with a provenance file next to it.
"""

from bentxt.atomic import write_text
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.reporting.learning_report import COLUMNS, learning_report, learning_rows
from bentxt.reporting.provenance import write_provenance
from bentxt.reporting.score_files import read_scores
from bentxt.reporting.tables import csv_text


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--scores", nargs="+", required=True, help="score files of both models")
    parser.add_argument("--model", required=True, help="key of the fine-tuned model")
    parser.add_argument("--baseline", required=True, help="key of the same model without its adapter")
    parser.add_argument("--out", required=True, help="CSV; the provenance is written next to it")
    args = parser.parse_args()

    models = (args.model, args.baseline)
    rows = learning_rows(read_scores(args.scores), setting(args.settings, "run"), models)
    print(learning_report(rows), flush=True)
    write_text(args.out, csv_text(COLUMNS, rows))
    write_provenance([args.out], lineage(args), args.scores)


if __name__ == "__main__":
    run(main)
