"""Reading of what the rules on the paper's numbers work on."""

from collections.abc import Mapping
from pathlib import Path

from bentxt.dataset.benchmark_quotas import PAPER_PATCHES, read_quotas
from bentxt.models.table_rows import TableRow
from bentxt.published.checks import Evidence
from bentxt.published.paper_tables import read_paper_tables
from bentxt.reporting.release_counts import ReleaseCounts


def read_evidence(
    paper: Path, release_rows: Path, release: ReleaseCounts, models: Mapping[str, TableRow]
) -> Evidence:
    """Read the paper's tables and the rows of the released benchmark split.

    Parameters
    ----------
    paper, release_rows : Path
        Folder of the typed-over tables; rows of the split by type and category.
    release : ReleaseCounts
        A category that it does not have is a user's own, and left out.
    models : mapping of str to TableRow

    Returns
    -------
    Evidence

    Raises
    ------
    InputError
        If a file is missing or broken.
    """
    quotas = read_quotas(release_rows, PAPER_PATCHES)
    rows = {key: quota.rows for key, quota in quotas.items() if release.has(*key)}
    groups = {key: row.group for key, row in models.items()}
    return Evidence(read_paper_tables(paper, rows), groups, rows)
