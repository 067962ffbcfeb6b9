"""Tabulate the best remote sensing model, the best computer vision model and RS-InternVL: Table 8, S7–S11.

Written as the paper prints them and in full, with a provenance file next to them. The best value is taken
column by column, as in the paper; the note names the models behind the numbers.
"""

import json

from bentxt.models.table_rows import read_rows
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.reporting.provenance import write_provenance
from bentxt.reporting.score_files import read_scores
from bentxt.reporting.score_tables import best_models_tables, write_forms
from bentxt.reporting.table_layouts import BEST_LAYOUTS


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--table", default="table8", choices=BEST_LAYOUTS, help="table of the paper")
    parser.add_argument("--scores", nargs="*", default=[], help="score files, from score_answers.py")
    parser.add_argument("--models", default="resources/models.yaml", help="the benchmarked models")
    parser.add_argument("--rows", type=json.loads, help="groups and parameters as JSON, in place of --models")
    parser.add_argument(
        "--out",
        required=True,
        help="CSV as printed; next to it Markdown, LaTeX, the table in full (CSV, Markdown) and provenance",
    )
    args = parser.parse_args()

    tables = best_models_tables(
        args.table,
        read_scores(args.scores),
        read_rows(args.rows, args.models),
        setting(args.settings, "benchmark.absent"),
        setting(args.settings, "run"),
    )
    paths = write_forms(tables, args.out)
    write_provenance(paths, lineage(args), args.scores if args.rows else [*args.scores, args.models])


if __name__ == "__main__":
    run(main)
