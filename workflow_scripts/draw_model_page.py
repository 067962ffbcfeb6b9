"""Make the page of one model: its numbers among the paper's published ones, and its worst and best answers.

In: the model's score files and tables of items on the benchmark split, and the paper's tables as typed over.
Out: one HTML file that fetches nothing, and a CSV of all numbers next to it.
"""

import json
from pathlib import Path

from bentxt.atomic import write_text
from bentxt.bigearthnet.image_store import open_images
from bentxt.errors import InputError
from bentxt.evaluation.score import SCORED
from bentxt.models.table_rows import read_rows
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.published.evidence_files import read_evidence
from bentxt.published.model_page import PAGE, choose_shown, page_content, render_model_page
from bentxt.published.model_standing import COLUMNS, standing_rows, standings
from bentxt.published.paper_tables import paper_files
from bentxt.reporting.composites import true_colour
from bentxt.reporting.provenance import write_provenance
from bentxt.reporting.release_counts import ReleaseCounts
from bentxt.reporting.scored_items import read_scored_items
from bentxt.reporting.tables import RUN_REMARKS, csv_text


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--model", required=True, help="key of the model")
    parser.add_argument("--name", help="what the page calls it; left out: its key")
    parser.add_argument("--scores", nargs="+", required=True, help="its score files, from score_answers.py")
    parser.add_argument("--items", nargs="+", required=True, help="the table of items of each, in that order")
    parser.add_argument("--images", help="images, from encode_images.py; without them the page has none")
    parser.add_argument(
        "--paper", type=Path, default="resources/paper", help="folder of the typed-over tables"
    )
    parser.add_argument(
        "--release-counts", type=Path, default="resources/release_counts.csv", help="numbers of the release"
    )
    parser.add_argument(
        "--release-rows",
        type=Path,
        default="resources/release_benchmark_rows.csv",
        help="rows of the released benchmark split by type and category",
    )
    parser.add_argument("--models", default="resources/models.yaml", help="the benchmarked models")
    parser.add_argument("--rows", type=json.loads, help="groups and parameters as JSON, in place of --models")
    parser.add_argument("--page", default=PAGE, help="template of the page")
    parser.add_argument(
        "--out", type=Path, required=True, help="HTML; CSV and provenance are written next to it"
    )
    args = parser.parse_args()

    found = read_scored_items(args.scores, args.items)
    for score, _ in found.values():
        if (score.model, score.split) != (args.model, "bench"):
            problem = f"a score of {score.model} on {score.split}, expected {args.model} on bench"
            raise InputError(problem, item=score.task, remedy="give the scores of one model")
    evidence = read_evidence(
        args.paper,
        args.release_rows,
        ReleaseCounts(args.release_counts),
        read_rows(args.rows, args.models),
    )
    scores = {task: score for (_, task), (score, _) in found.items()}
    seed, run_name = setting(args.settings, "seed"), setting(args.settings, "run")
    shown = {
        task: choose_shown(table.to_pydict(), seed)
        for (_, task), (score, table) in found.items()
        if score.status == SCORED
    }
    pictures = None
    if args.images:
        images = open_images(args.images)
        patches = {patch for items in shown.values() for patch in items.patches}
        pictures = {patch: true_colour(images.s2(patch)) for patch in sorted(patches) if patch in images}
    tables = standings(scores, evidence)
    content = page_content(args.model, args.name or args.model, scores, tables, shown, pictures, run_name)
    html = render_model_page(Path(args.page).read_text(encoding="utf-8"), content, args.page)
    inputs = [*args.scores, *args.items, *paper_files(args.paper), args.release_counts, args.release_rows]
    inputs += [args.page, *([args.images] if args.images else []), *([] if args.rows else [args.models])]
    table = args.out.with_suffix(".csv")
    # First, since it refuses scores of another run.
    write_provenance([args.out, table], lineage(args), inputs)
    write_text(table, csv_text(COLUMNS, standing_rows(args.model, tables, RUN_REMARKS[run_name])))
    write_text(args.out, html)


if __name__ == "__main__":
    run(main)
