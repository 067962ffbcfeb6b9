"""Check the paper's printed numbers against each other, by rules.

In: its tables and claims as typed over, and the release's numbers of rows. Out: every check with its
arithmetic as CSV, and a page for readers next to it, in Markdown. Nothing of a run is read.
"""

import json
from pathlib import Path

from bentxt.atomic import write_text
from bentxt.models.table_rows import read_rows
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.published.consistency import check_paper, findings_of
from bentxt.published.consistency_page import consistency_csv, consistency_page
from bentxt.published.evidence_files import read_evidence
from bentxt.published.paper_tables import paper_files
from bentxt.published.text_claims import read_claims
from bentxt.reporting.provenance import write_provenance
from bentxt.reporting.release_counts import ReleaseCounts


def main():
    parser = program_parser(__doc__)
    parser.add_argument(
        "--paper", type=Path, default="resources/paper", help="folder of the typed-over tables"
    )
    parser.add_argument(
        "--claims", type=Path, default="resources/paper/claims.yaml", help="claims of the text"
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

    release, claims = ReleaseCounts(args.release_counts), read_claims(args.claims)
    models = read_rows(args.rows, args.models)
    evidence = read_evidence(args.paper, args.release_rows, release, models)
    checks = check_paper(evidence, release, claims, args.claims)
    findings = findings_of(checks, evidence.tables)
    page = args.out.with_suffix(".md")
    write_text(args.out, consistency_csv(checks, findings))
    write_text(page, consistency_page(checks, findings))
    inputs = [*paper_files(args.paper), args.claims, args.release_counts, args.release_rows]
    write_provenance([args.out, page], lineage(args), inputs if args.rows else [*inputs, args.models])


if __name__ == "__main__":
    run(main)
