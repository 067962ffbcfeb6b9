"""Compare the fine-tuned RS-InternVL with itself untrained and with the best constant answer, on every task.

The margins in points, each with its interval, are printed and written as CSV, with a provenance file next to
it.
"""

from bentxt.atomic import write_text
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.reporting.learning_report import (
    COLUMNS,
    ITEM_COLUMNS,
    learning_report,
    learning_rows,
    training_captions,
    what_was_learnt,
)
from bentxt.reporting.provenance import remarks_on_review, write_provenance
from bentxt.reporting.scored_items import read_scored_items
from bentxt.reporting.tables import csv_text, with_remarks


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--scores", nargs="+", required=True, help="score files of both models")
    parser.add_argument("--items", nargs="+", required=True, help="the table of items of each, in that order")
    parser.add_argument(
        "--dataset", required=True, help="the data set as one table, for the captions of its training split"
    )
    parser.add_argument("--model", required=True, help="key of the fine-tuned model")
    parser.add_argument("--baseline", required=True, help="key of the same model without its adapter")
    parser.add_argument("--out", required=True, help="CSV; the provenance is written next to it")
    args = parser.parse_args()

    learnt = what_was_learnt(
        read_scored_items(args.scores, args.items, ITEM_COLUMNS),
        (args.model, args.baseline),
        resamples=setting(args.settings, "benchmark.bootstrap_resamples"),
        seed=setting(args.settings, "seed"),
        captions=training_captions(args.dataset),
    )
    rows = learning_rows(learnt, setting(args.settings, "run"))
    print(learning_report(rows), flush=True)
    write_text(args.out, csv_text(COLUMNS, with_remarks(rows, remarks_on_review(args.scores))))
    write_provenance([args.out], lineage(args), [*args.scores, *args.items, args.dataset])


if __name__ == "__main__":
    run(main)
