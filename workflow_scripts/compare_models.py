"""Compare any two models on the same items: differences with paired intervals, and how alike they answer.

Writes the differences of each metric as CSV, next to it a page (Markdown) with Table 8's claim on top, and
the agreement between models, item by item, as CSV. Images are drawn as for the intervals of single scores,
both models alike.
"""

import json
from pathlib import Path

from bentxt.atomic import write_text
from bentxt.models.table_rows import read_rows
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.progress_bars import progress
from bentxt.program.settings import setting
from bentxt.reporting.comparison_page import comparison_markdown, read_published
from bentxt.reporting.model_comparison import (
    AGREEMENT_COLUMNS,
    COMPARED_GROUPS,
    COMPARISON_COLUMNS,
    ITEM_COLUMNS,
    METRICS,
    agreement_pairs,
    agreement_rows,
    compare_models,
    comparison_rows,
    table8_claims,
)
from bentxt.reporting.provenance import remarks_on_review, write_provenance
from bentxt.reporting.scored_items import models_of_task, read_scored_items
from bentxt.reporting.tables import csv_text, with_remarks


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--scores", nargs="*", default=[], help="score files, from score_answers.py")
    parser.add_argument("--items", nargs="*", default=[], help="the table of items of each, in that order")
    parser.add_argument("--models", default="resources/models.yaml", help="the benchmarked models")
    parser.add_argument("--rows", type=json.loads, help="groups and parameters as JSON, in place of --models")
    parser.add_argument("--published", required=True, help="Table 8 as published, CSV")
    parser.add_argument("--agreement", required=True, type=Path, help="agreement between models, CSV")
    parser.add_argument(
        "--out", required=True, type=Path, help="differences, CSV; the page stands next to it"
    )
    args = parser.parse_args()

    run_name = setting(args.settings, "run")
    draws = {
        "resamples": setting(args.settings, "benchmark.bootstrap_resamples"),
        "seed": setting(args.settings, "seed"),
    }
    found = read_scored_items(args.scores, args.items, ITEM_COLUMNS)
    rows, absent = read_rows(args.rows, args.models), setting(args.settings, "benchmark.absent")
    published = read_published(args.published)
    tasks, missing, comparisons, pairs = {}, {}, [], []
    for task in progress(METRICS, desc="comparing", unit="task"):
        tasks[task], missing[task] = models_of_task(task, found, rows, absent, COMPARED_GROUPS)
        comparisons += compare_models(task, tasks[task], **draws)
        pairs += agreement_pairs(task, tasks[task])
    remarks = remarks_on_review(args.scores)
    page = comparison_markdown(
        table8_claims(comparisons, tasks),
        comparisons,
        pairs,
        missing,
        published,
        draws["resamples"],
        run_name,
        remarks,
    )
    targets = [args.out, args.out.with_suffix(".md"), args.agreement]
    texts = (
        csv_text(COMPARISON_COLUMNS, with_remarks(comparison_rows(comparisons, run_name), remarks)),
        page,
        csv_text(AGREEMENT_COLUMNS, with_remarks(agreement_rows(pairs, run_name), remarks)),
    )
    for target, text in zip(targets, texts, strict=True):
        write_text(target, text)
    inputs = [*args.scores, *args.items, args.published]
    write_provenance(targets, lineage(args), inputs if args.rows else [*inputs, args.models])


if __name__ == "__main__":
    run(main)
