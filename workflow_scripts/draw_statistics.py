"""Draw Figure 3: words and sentences per caption, and lexical diversity (MTLD) against size.

Written as CSV, PDF and PNG. Data sets whose MTLD is not known as a number are listed in the CSV and not
drawn.
"""

import json
from pathlib import Path

import pyarrow.parquet as pq

from bentxt.errors import InputError
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.reporting.caption_statistics_table import paper_means, read_published_captions
from bentxt.reporting.dataset_origin import origin_in_words, read_origin
from bentxt.reporting.dataset_table import read_published
from bentxt.reporting.figure_files import write_figure_files
from bentxt.reporting.provenance import write_provenance
from bentxt.reporting.statistics_figure import (
    COLUMNS,
    diversity_points,
    draw_statistics,
    read_diversity,
    statistics_rows,
)
from bentxt.tables.schemas.caption_statistics_schema import CAPTION_STATISTICS
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import check_table, read_table


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--captions", required=True, help="words and sentences, from measure_captions.py")
    parser.add_argument("--summary", required=True, help="JSON next to it")
    parser.add_argument("--dataset", required=True, help="the data set, for its number of rows")
    parser.add_argument("--published", default="resources/paper/table1.csv", help="Table 1 as published, CSV")
    parser.add_argument("--diversity", default="resources/paper/figure3.csv", help="published words and MTLD")
    parser.add_argument(
        "--published-captions",
        default="resources/paper/caption_statistics.csv",
        help="published words and sentences per caption",
    )
    parser.add_argument("--out", required=True, help="CSV; PDF, PNG and provenance are written next to it")
    args = parser.parse_args()

    captions = read_table(args.captions, CAPTION_STATISTICS)
    if not len(captions):
        raise InputError("no caption to draw", file=args.captions)
    summary = json.loads(Path(args.summary).read_text(encoding="utf-8"))
    check_table(args.dataset, DATASET)
    run_name = setting(args.settings, "run")
    source = origin_in_words(read_origin(args.dataset))
    points = diversity_points(
        read_published(args.published),
        read_diversity(args.diversity),
        summary["all"],
        pq.read_metadata(args.dataset).num_rows,
        run_name,
        source,
    )
    words, sentences = captions["words"].to_numpy(), captions["sentences"].to_numpy()
    paper = paper_means(read_published_captions(args.published_captions))
    figure = draw_statistics(words, sentences, points, run_name, paper, source)
    rows = statistics_rows(words, sentences, points, run_name, paper)
    paths = write_figure_files(figure, COLUMNS, rows, args.out)
    inputs = (
        args.captions,
        args.summary,
        args.dataset,
        args.published,
        args.diversity,
        args.published_captions,
    )
    write_provenance(paths, lineage(args), inputs)


if __name__ == "__main__":
    run(main)
