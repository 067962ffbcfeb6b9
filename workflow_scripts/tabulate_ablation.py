"""What RS-InternVL scores with fewer modalities, or trained otherwise, next to the one of the tables.

Writes a row for each setting as CSV, and next to it a page (Markdown).
"""

import json
from pathlib import Path

from bentxt.atomic import write_text
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.reporting.ablation_report import (
    COLUMNS,
    Setting,
    ablation_markdown,
    ablation_records,
    ablation_rows,
)
from bentxt.reporting.model_comparison import ITEM_COLUMNS
from bentxt.reporting.provenance import remarks_on_review, write_provenance
from bentxt.reporting.scored_items import read_scored_items
from bentxt.reporting.tables import csv_text, with_remarks


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--scores", nargs="+", required=True, help="score files, from score_answers.py")
    parser.add_argument("--items", nargs="+", required=True, help="the table of items of each, in that order")
    parser.add_argument(
        "--variants",
        required=True,
        type=json.loads,
        help="JSON: by model, the first to be compared with: name, modalities, trained, changes",
    )
    parser.add_argument("--out", required=True, type=Path, help="CSV; the page stands next to it")
    args = parser.parse_args()

    run_name = setting(args.settings, "run")
    resamples, seed = setting(args.settings, "benchmark.bootstrap_resamples"), setting(args.settings, "seed")
    found = read_scored_items(args.scores, args.items, ITEM_COLUMNS)
    variants = {
        model: Setting(of["name"], tuple(of["modalities"]), tuple(of["trained"]), of["changes"])
        for model, of in args.variants.items()
    }
    rows = ablation_rows(found, variants, resamples=resamples, seed=seed)
    remarks = remarks_on_review(args.scores)
    page = args.out.with_suffix(".md")
    write_text(args.out, csv_text(COLUMNS, with_remarks(ablation_records(rows, run_name), remarks)))
    write_text(page, ablation_markdown(rows, run_name, resamples, remarks))
    write_provenance([args.out, page], lineage(args), [*args.scores, *args.items])


if __name__ == "__main__":
    run(main)
