"""Check the paper's printed numbers against each other, by rules.

In: its tables and claims as typed over, and the release's numbers of rows. Out: every check with its
arithmetic as CSV, and a page for readers next to it, in Markdown. Nothing of a run is read.
"""

import json
from pathlib import Path

from bentxt.atomic import write_text
from bentxt.dataset.benchmark_quotas import PAPER_PATCHES, read_quotas
from bentxt.models.table_rows import read_rows
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.published.checks import Evidence
from bentxt.published.consistency import check_paper, findings_of
from bentxt.published.consistency_page import consistency_csv, consistency_page
from bentxt.published.paper_tables import paper_files, read_paper_tables
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
    quotas = read_quotas(args.release_rows, PAPER_PATCHES)
    # A category of a user's own is not in the release.
    rows = {key: quota.rows for key, quota in quotas.items() if release.has(*key)}
    groups = {key: row.group for key, row in read_rows(args.rows, args.models).items()}
    tables = read_paper_tables(args.paper, rows)
    checks = check_paper(Evidence(tables, groups, rows), release, claims, args.claims)
    findings = findings_of(checks, tables)
    page = args.out.with_suffix(".md")
    write_text(args.out, consistency_csv(checks, findings))
    write_text(page, consistency_page(checks, findings))
    inputs = [*paper_files(args.paper), args.claims, args.release_counts, args.release_rows]
    write_provenance([args.out, page], lineage(args), inputs if args.rows else [*inputs, args.models])


if __name__ == "__main__":
    run(main)
