"""Draw Figures S3–S7: some items of the benchmark and what each model answered, as CSV, PDF and PNG.

Items are drawn by the seed, categories in turns; what models answered has no part in it. Models that were not
run are named, and not shown as wrong.
"""

import json

from bentxt.bigearthnet.image_store import open_images
from bentxt.models.table_rows import read_rows
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.reporting.answers_figure import draw_answers
from bentxt.reporting.composites import true_colour
from bentxt.reporting.figure_files import write_figure_files
from bentxt.reporting.provenance import remarks_on_review, write_provenance
from bentxt.reporting.scored_items import models_of_task, read_scored_items
from bentxt.reporting.shown_answers import (
    ANSWER_FIGURES,
    COLUMNS,
    SHOWN_GROUPS,
    ShownModel,
    answer_rows,
    choose_items,
)
from bentxt.reporting.tables import with_remarks


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--figure", required=True, choices=ANSWER_FIGURES, help="figure of the supplement")
    parser.add_argument("--scores", nargs="*", default=[], help="score files, from score_answers.py")
    parser.add_argument("--items", nargs="*", default=[], help="the table of items of each, in that order")
    parser.add_argument("--images", required=True, help="images, from encode_images.py")
    parser.add_argument("--models", default="resources/models.yaml", help="the benchmarked models")
    parser.add_argument("--rows", type=json.loads, help="groups and parameters as JSON, in place of --models")
    parser.add_argument("--out", required=True, help="CSV; PDF, PNG and provenance are written next to it")
    args = parser.parse_args()

    figure, run_name = ANSWER_FIGURES[args.figure], setting(args.settings, "run")
    models, missing = models_of_task(
        figure.task,
        read_scored_items(args.scores, args.items),
        read_rows(args.rows, args.models),
        setting(args.settings, "benchmark.absent"),
        SHOWN_GROUPS,
    )
    images, shown, pictures = open_images(args.images), [], []
    if models:
        columns = (models[0].table[name].to_pylist() for name in ("ID", "patch_id", "category"))
        places = choose_items(figure, *columns, setting(args.settings, "seed"))
        shown = [
            ShownModel(model.name, model.group, model.score.weights, model.table.take(places).to_pylist())
            for model in models
        ]
        pictures = [true_colour(images.s2(item["patch_id"])) for item in shown[0].answers]
    remarks = remarks_on_review(args.scores)
    drawing = draw_answers(figure, shown, missing, pictures, run_name, remarks)
    rows = with_remarks(answer_rows(figure, shown, missing, run_name), remarks)
    paths = write_figure_files(drawing, COLUMNS, rows, args.out)
    inputs = [*args.scores, *args.items, args.images]
    write_provenance(paths, lineage(args), inputs if args.rows else [*inputs, args.models])


if __name__ == "__main__":
    run(main)
