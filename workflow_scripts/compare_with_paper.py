"""List every number of the paper's tables of scores, and ours next to it.

In: the paper's tables as typed over, and score files of the benchmark split and of the test split. Out: CSV,
and a page for readers next to it, in Markdown. What keeps two numbers from being compared follows from what
the score files say of how they were made.
"""

import json
from pathlib import Path

from bentxt.atomic import write_text
from bentxt.models.table_rows import read_rows
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.published.evidence_files import read_evidence
from bentxt.published.paper_tables import paper_files
from bentxt.published.reproduction import Run, compare
from bentxt.published.reproduction_page import reproduction_csv, reproduction_page
from bentxt.reporting.provenance import write_provenance
from bentxt.reporting.release_counts import ReleaseCounts
from bentxt.reporting.score_files import read_scores


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--scores", nargs="*", default=[], help="score files of the benchmark split")
    parser.add_argument(
        "--test-scores", nargs="*", default=[], help="score files of the test split (Table S5)"
    )
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
    parser.add_argument(
        "--out", type=Path, required=True, help="CSV; page and provenance are written next to it"
    )
    args = parser.parse_args()

    release, models = ReleaseCounts(args.release_counts), read_rows(args.rows, args.models)
    scores = {
        (split, model, task): score
        for split, paths in (("bench", args.scores), ("test", args.test_scores))
        for (model, task), score in read_scores(paths).items()
    }
    name, absent = setting(args.settings, "run"), setting(args.settings, "benchmark.absent")
    evidence = read_evidence(args.paper, args.release_rows, release, models)
    comparisons = compare(evidence, Run(scores, models, absent))
    page = args.out.with_suffix(".md")
    inputs = [*paper_files(args.paper), args.release_counts, args.release_rows]
    inputs += [*args.scores, *args.test_scores]
    # First, since it refuses scores of another run.
    write_provenance([args.out, page], lineage(args), inputs if args.rows else [*inputs, args.models])
    write_text(args.out, reproduction_csv(comparisons, name))
    write_text(page, reproduction_page(comparisons, name))


if __name__ == "__main__":
    run(main)
