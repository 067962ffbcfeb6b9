"""Tabulate words, sentences and lexical diversity of the captions beside the released ones' (Section 3.2).

One row per set of captions, with a provenance file next to them.
"""

import json
from pathlib import Path

from bentxt.atomic import write_text
from bentxt.dataset.text_statistics import count_captions, summarize
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.progress_bars import progress
from bentxt.program.settings import setting
from bentxt.reporting.caption_statistics_table import (
    COLUMNS,
    caption_statistics_rows,
    read_published_captions,
)
from bentxt.reporting.dataset_origin import origin_in_words, read_origin
from bentxt.reporting.provenance import write_provenance
from bentxt.reporting.tables import csv_text
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.schemas.template_captions_schema import TEMPLATE_CAPTIONS
from bentxt.tables.table_files import check_table, read_table


def main():
    """Parse the command line, measure the template captions, and write the table."""
    parser = program_parser(__doc__)
    parser.add_argument("--summary", required=True, help="JSON of measure_captions.py")
    parser.add_argument("--dataset", required=True, help="the data set that it is about, for its origin")
    parser.add_argument("--templates", help="the template captions, where the data set was made here")
    parser.add_argument(
        "--published",
        default="resources/paper/caption_statistics.csv",
        help="what is known of the released captions, CSV",
    )
    parser.add_argument("--out", required=True, help="CSV; the provenance is written next to it")
    args = parser.parse_args()

    check_table(args.dataset, DATASET)
    origin = read_origin(args.dataset)
    templates = None
    if args.templates:
        captions = read_table(args.templates, TEMPLATE_CAPTIONS, ["caption"])["caption"]
        texts = (text for chunk in captions.chunks for text in chunk.to_pylist())
        counts = count_captions(progress(texts, desc="words", unit="caption", total=len(captions)))
        templates = summarize(counts, setting(args.settings, "statistics.mtld_threshold"))
    rows = caption_statistics_rows(
        json.loads(Path(args.summary).read_text(encoding="utf-8"))["all"],
        templates,
        read_published_captions(args.published),
        setting(args.settings, "run"),
        origin_in_words(origin),
        setting(args.settings, "augmentation.backend") if origin is None else "",
    )
    write_text(args.out, csv_text(COLUMNS, rows))
    inputs = [args.summary, args.dataset, *([args.templates] if args.templates else []), args.published]
    write_provenance([args.out], lineage(args), inputs)


if __name__ == "__main__":
    run(main)
