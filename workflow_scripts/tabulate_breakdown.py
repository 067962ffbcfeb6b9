"""Tabulate scores by category, class, country, season and climate zone, for every model and task.

Written as CSV and as a page of Markdown tables, with a provenance file next to them. Each item is read once
for the classes that it is about, whatever the number of models.
"""

import json
from pathlib import Path

from bentxt.agreement.row_classes import classes_of_rows
from bentxt.atomic import write_text
from bentxt.models.table_rows import read_rows
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.progress_bars import progress
from bentxt.program.settings import setting
from bentxt.release import TASKS
from bentxt.reporting.breakdown import BREAKDOWN_GROUPS, COLUMNS, ITEM_COLUMNS, breakdown_rows
from bentxt.reporting.breakdown_page import breakdown_page
from bentxt.reporting.provenance import remarks_on_review, write_provenance
from bentxt.reporting.scored_items import models_of_task, read_scored_items
from bentxt.reporting.tables import csv_text, with_remarks


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--scores", nargs="+", required=True, help="score files, from score_answers.py")
    parser.add_argument(
        "--items", nargs="+", required=True, help="tables of items written with them, in the same order"
    )
    parser.add_argument("--models", default="resources/models.yaml", help="the benchmarked models")
    parser.add_argument("--rows", type=json.loads, help="groups and parameters as JSON, in place of --models")
    parser.add_argument("--out", required=True, help="CSV; Markdown and provenance are written next to it")
    args = parser.parse_args()

    found = read_scored_items(args.scores, args.items, ITEM_COLUMNS)
    rows, absent = read_rows(args.rows, args.models), setting(args.settings, "benchmark.absent")
    tasks = {task: models_of_task(task, found, rows, absent, BREAKDOWN_GROUPS) for task in TASKS}
    breakdown = breakdown_rows(
        tasks,
        {
            task: classes_of_rows(TASKS[task], models[0].table.to_pylist())
            for task, (models, _) in tasks.items()
            if models
        },
        setting(args.settings, "run"),
        resamples=setting(args.settings, "benchmark.bootstrap_resamples"),
        seed=setting(args.settings, "seed"),
        progress=lambda todo: progress(todo, desc="strata", unit="score"),
    )
    page = Path(args.out).with_suffix(".md")
    remarks = remarks_on_review(args.scores)
    write_text(args.out, csv_text(COLUMNS, with_remarks(breakdown, remarks)))
    write_text(page, breakdown_page(breakdown, setting(args.settings, "run"), remarks))
    inputs = [*args.scores, *args.items, *([] if args.rows else [args.models])]
    write_provenance([args.out, page], lineage(args), inputs)


if __name__ == "__main__":
    run(main)
