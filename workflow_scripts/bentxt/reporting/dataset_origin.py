"""Whether a data set was made by this project or taken over, as tables and figures say it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bentxt.program.lineage import read_lineage


def read_origin(path: Path | str) -> dict[str, Any] | None:
    """Return what is known of a data set that was not made here.

    Parameters
    ----------
    path : str or Path
        The data set.

    Returns
    -------
    dict or None
        None where its lineage says that this project made it. Else what ``adopt_release.py`` noted, as
        ``published``, ``revision`` and ``sha256``; empty for a file without a lineage.
    """
    lineage = read_lineage(path)
    return {} if lineage is None else lineage.get("notes", {}).get("released")


def origin_in_words(origin: Mapping[str, Any] | None) -> str:
    """Return what a data set is called in a table or figure.

    Examples
    --------
    >>> origin_in_words(None)
    'this run'
    >>> origin_in_words({"published": True, "revision": "72d865f2146f0a85", "sha256": "d3b97f99"})
    'released file, revision 72d865f2'
    >>> origin_in_words({"published": False, "sha256": "0123456789abcdef"})
    'file from elsewhere, SHA-256 01234567'
    >>> origin_in_words({})
    'file from elsewhere'
    """
    if origin is None:
        return "this run"
    if origin.get("published"):
        return f"released file, revision {origin['revision'][:8]}"
    return "file from elsewhere" + (f", SHA-256 {origin['sha256'][:8]}" if "sha256" in origin else "")
