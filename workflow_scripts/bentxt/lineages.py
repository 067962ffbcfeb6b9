"""Lineages as they are stored in files: who made a file, with which settings, and what it was made from."""

import json
from pathlib import Path

from bentxt.errors import InputError
from bentxt.schemas import read_lineage


def stored_lineages(path):
    """Return the lineages stored in a file or folder.

    Parameters
    ----------
    path : str or Path
        A Parquet file, a JSON file with a ``lineage`` (or that is one), or a folder with such JSON files.

    Returns
    -------
    list of dict
        That of the file first, then those of what it was made from, each without ``upstream``; empty for a
        file that holds none.
    """
    path = Path(path)
    if path.is_dir():
        return _flat(found for file in sorted(path.glob("*.json")) for found in stored_lineages(file))
    if path.suffix == ".parquet":
        found = read_lineage(path)
    elif path.suffix == ".json":
        content = json.loads(path.read_text(encoding="utf-8"))
        found = content.get("lineage", content) if isinstance(content, dict) else None
    else:
        return []
    if not isinstance(found, dict) or not {"program", "settings", "code"} <= found.keys():
        return []
    return _flat([found])


def gather_lineages(paths, program):
    """Return the lineages of some inputs, each once.

    Parameters
    ----------
    paths : iterable of str or Path
        What does not exist or holds no lineage is passed over.
    program : str
        The running program: a file that it made itself is an earlier output, not an input.

    Returns
    -------
    list of dict
    """
    gathered = []
    for path in paths:
        if Path(path).exists():
            try:
                found = stored_lineages(path)
            except (InputError, OSError, ValueError):
                # An input that cannot be read is refused, with a message, where it is read for its content.
                continue
            if found and found[0]["program"] != program:
                gathered += found
    return _flat(gathered)


def _flat(lineages):
    flat = []
    for lineage in lineages:
        for entry in [lineage, *lineage.get("upstream", [])]:
            own = {key: entry.get(key) for key in ("program", "settings", "code", "notes")}
            if own not in flat:
                flat.append(own)
    return flat
