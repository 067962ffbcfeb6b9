"""Compare numbers and balances of the data set with the release's rates.

One row a quantity, with the expected sampling error where there is one; a provenance file next to it.
"""

import logging

from bentxt.atomic import write_text
from bentxt.dataset.annotation_counts import count_dataset
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.reporting.count_comparison import count_rows, counts_csv
from bentxt.reporting.provenance import remarks_on_review, write_provenance
from bentxt.reporting.release_counts import ReleaseCounts
from bentxt.reporting.tables import with_remarks


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--dataset", required=True, help="the data set as one table")
    parser.add_argument(
        "--release-counts", default="resources/release_counts.csv", help="numbers of the release, CSV"
    )
    parser.add_argument("--out", required=True, help="CSV; the provenance is written next to it")
    args = parser.parse_args()

    release = ReleaseCounts(args.release_counts)
    rows = count_rows(count_dataset(args.dataset), release, setting(args.settings, "run"))
    for row in rows:
        if row["follows_from"] == "rule" and row["note"]:
            logging.warning("%s, %s %s: %s", row["quantity"], row["type"], row["category"], row["note"])
    write_text(args.out, counts_csv(with_remarks(rows, remarks_on_review([args.dataset]))))
    write_provenance([args.out], lineage(args), [args.dataset, args.release_counts])


if __name__ == "__main__":
    run(main)
