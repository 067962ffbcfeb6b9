"""Tabulate data sets: the published Table 1 and a row counted from the data set of this run.

Written as CSV, Markdown and LaTeX, with a provenance file next to them.
"""

import pyarrow.compute as pc

from bentxt.dataset.caption_review import review_notes
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.lineage import stored_lineages
from bentxt.program.settings import setting
from bentxt.reporting.dataset_origin import read_origin
from bentxt.reporting.dataset_table import datasets_table, read_published
from bentxt.reporting.provenance import write_provenance
from bentxt.reporting.tables import write_table_files
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import read_table


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--published", default="resources/paper/table1.csv", help="Table 1 as published, CSV")
    parser.add_argument("--dataset", required=True, help="the data set as one table")
    parser.add_argument(
        "--out", required=True, help="CSV; Markdown, LaTeX and provenance are written next to it"
    )
    args = parser.parse_args()

    dataset = read_table(args.dataset, DATASET, ["type", "patch_id"])
    types = {str(entry["values"]): entry["counts"].as_py() for entry in pc.value_counts(dataset["type"])}
    origin = read_origin(args.dataset)
    table = datasets_table(
        read_published(args.published),
        types,
        pc.count_distinct(dataset["patch_id"]).as_py(),
        setting(args.settings, "run"),
        setting(args.settings, "augmentation.backend") if origin is None else "",
        origin,
        next(iter(review_notes(stored_lineages(args.dataset))), None),
    )
    paths = write_table_files(table, args.out)
    write_provenance(paths, lineage(args), [args.published, args.dataset])


if __name__ == "__main__":
    run(main)
