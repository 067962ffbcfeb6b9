"""Make a page of all items of a task, with the answers of all models side by side, to browse for errors.

One HTML file that fetches nothing: question, reference, each answer as it was read and as it was written,
level, score and patch; with filters, search and sorting. The same rows are in the tables of items.
"""

import json
from pathlib import Path

import pyarrow.compute as pc

from bentxt.atomic import write_text
from bentxt.bigearthnet.image_store import open_images
from bentxt.models.table_rows import read_rows
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.release import TASKS
from bentxt.reporting.composites import true_colour
from bentxt.reporting.items_page import PAGE, SHOWN_GROUPS, TITLES, page_data, render_page
from bentxt.reporting.provenance import remarks_on_review, write_provenance
from bentxt.reporting.scored_items import models_of_task, read_scored_items


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--task", required=True, choices=TASKS, help="task of the benchmark")
    parser.add_argument("--scores", nargs="*", default=[], help="score files, from score_answers.py")
    parser.add_argument("--items", nargs="*", default=[], help="the table of items of each, in that order")
    parser.add_argument("--images", help="images, from encode_images.py; without them the page has none")
    parser.add_argument("--models", default="resources/models.yaml", help="the benchmarked models")
    parser.add_argument("--rows", type=json.loads, help="groups and parameters as JSON, in place of --models")
    parser.add_argument("--page", default=PAGE, help="HTML that the items are put into")
    parser.add_argument("--out", required=True, help="HTML; its provenance is written next to it")
    args = parser.parse_args()

    models, missing = models_of_task(
        args.task,
        read_scored_items(args.scores, args.items),
        read_rows(args.rows, args.models),
        setting(args.settings, "benchmark.absent"),
        SHOWN_GROUPS,
    )
    pictures = {}
    if args.images and models:
        images = open_images(args.images)
        patches = pc.unique(models[0].table["patch_id"]).to_pylist()
        pictures = {patch: true_colour(images.s2(patch)) for patch in patches if patch in images}
    data = page_data(
        args.task, models, missing, pictures, setting(args.settings, "run"), remarks_on_review(args.scores)
    )
    template = Path(args.page).read_text(encoding="utf-8")
    write_text(args.out, render_page(template, TITLES[args.task], data, args.page))
    inputs = [*args.scores, *args.items, args.page, *([args.images] if args.images else [])]
    write_provenance([args.out], lineage(args), inputs if args.rows else [*inputs, args.models])


if __name__ == "__main__":
    run(main)
