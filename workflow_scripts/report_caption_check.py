"""Report the check of the captions: its rates next to the paper's, what it finds, which captions are used.

In: the augmented captions, the check's judgements of damaged captions, and the paper's claims.
Out: numbers (CSV), a figure (PDF, PNG) and a page (HTML) with the captions that have the most findings.
"""

import logging
from pathlib import Path

import pyarrow as pa

from bentxt.atomic import write_text
from bentxt.captions.caption_shards import read_captions
from bentxt.errors import InputError
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.published.caption_claims import read_paper_values
from bentxt.reporting.caption_check_figure import draw_caption_check
from bentxt.reporting.caption_check_page import PAGE, page_content
from bentxt.reporting.caption_rates import (
    ALL_FOUR,
    COLUMNS,
    damage_rows,
    paper_rows,
    people_rows,
    rate_rows,
    statistics_rows,
    use_rows,
)
from bentxt.reporting.figure_files import write_figure_files
from bentxt.reporting.html_pages import render_still_page
from bentxt.reporting.provenance import write_provenance
from bentxt.review.people_counts import people_counts
from bentxt.review.review_files import caption_hash, count_reviews, read_reviews
from bentxt.tables.schemas.augmented_captions_schema import AUGMENTED_CAPTIONS
from bentxt.tables.schemas.caption_damages_schema import CAPTION_DAMAGES
from bentxt.tables.table_files import read_table


def main():
    """Parse the command line, gather the numbers, and write table, figure and page."""
    parser = program_parser(__doc__)
    parser.add_argument("--captions", nargs="+", required=True, help="shards of the augmented captions")
    parser.add_argument("--damages", required=True, help="table of measure_caption_check.py")
    parser.add_argument(
        "--reviews",
        nargs="*",
        default=[],
        help="files of reviews by people, CSV; without them there are none",
    )
    parser.add_argument("--claims", default="resources/paper/claims.yaml", help="what the paper prints")
    parser.add_argument("--page", default=PAGE, help="template of the page")
    parser.add_argument(
        "--out", type=Path, required=True, help="CSV; PDF, PNG, HTML and provenance are written next to it"
    )
    args = parser.parse_args()

    table = read_captions(args.captions, AUGMENTED_CAPTIONS.names)
    if not len(table):
        raise InputError("no caption to report on", file=args.captions[0])
    damages, run_name = read_table(args.damages, CAPTION_DAMAGES), setting(args.settings, "run")
    paper = read_paper_values(args.claims)
    rows = [
        *paper_rows(paper),
        *people_rows(_people(args.reviews, table), run_name),
        *rate_rows(table, run_name),
        *use_rows(table, run_name),
        *statistics_rows(table, setting(args.settings, "statistics.mtld_threshold"), paper, run_name),
        *damage_rows(damages, run_name),
    ]
    template = Path(args.page).read_text(encoding="utf-8")
    content = page_content(rows, table, damages, _writers(table), run_name)
    html = render_still_page(template, content, args.page)
    inputs = [*args.captions, *args.reviews, args.damages, args.claims, args.page]
    page = args.out.with_suffix(".html")
    targets = [args.out, *(args.out.with_suffix(end) for end in (".pdf", ".png")), page]
    # First, since it refuses captions of another run.
    write_provenance(targets, lineage(args), inputs)
    write_figure_files(draw_caption_check(rows, run_name), COLUMNS, rows, args.out)
    write_text(page, html)


def _people(files, table):
    """Return right and judged captions by criterion, of the reviews whose text the run has."""
    if not files:
        return None
    texts = zip(table["patch_id"].to_pylist(), table["caption"].to_pylist(), strict=True)
    reviews = [review for path in files for review in read_reviews(path)]
    found = count_reviews(reviews, {patch: caption_hash(text) for patch, text in texts})
    for line in found.left_out():
        logging.warning("%s", line)
    return people_counts(found.counted, ALL_FOUR)


def _writers(table: pa.Table) -> str:
    """Return who wrote the captions, in words."""
    pairs = dict.fromkeys(zip(table["backend"].to_pylist(), table["model"].to_pylist(), strict=True))
    return ", ".join(
        "written by the rule-based grammar, no language model"
        if backend == "grammar"
        else f"written by {model}"
        for backend, model in pairs
    )


if __name__ == "__main__":
    run(main)
