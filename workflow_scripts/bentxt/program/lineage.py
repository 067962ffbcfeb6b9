"""Lineages as they are stored in files: who made a file, with which settings, and what it was made from."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from bentxt.errors import InputError


@dataclass(frozen=True)
class Lineage:
    """How a file was made; stored inside it, and gathered into the provenance of tables and figures.

    Attributes
    ----------
    program : str
        The program that wrote the file.
    settings : dict
        The settings the program was given (``run`` is ``mini`` or ``paper``).
    code : str
        Fingerprint of the program's code.
    notes : dict
        What else a reader must know, as which climate map was used or which weights were loaded.
    upstream : list of dict
        Program, settings, code and notes of everything that the file was made from, each once.
    """

    program: str
    settings: dict
    code: str
    notes: dict
    upstream: list = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as a plain dict."""
        return {
            "program": self.program,
            "settings": self.settings,
            "code": self.code,
            "notes": self.notes,
            "upstream": self.upstream,
        }


def read_lineage(path: Path | str) -> dict[str, Any] | None:
    """Return the lineage stored in a Parquet file as a dict, or None where there is none."""
    metadata = pq.read_schema(path).metadata or {}
    return json.loads(metadata[b"bentxt"]) if b"bentxt" in metadata else None


def stored_lineages(path: Path | str) -> list[dict[str, Any]]:
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


def gather_lineages(paths: Iterable[Path | str], program: str) -> list[dict[str, Any]]:
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


def _flat(lineages: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    flat = []
    for lineage in lineages:
        for entry in [lineage, *lineage.get("upstream", [])]:
            own = {key: entry.get(key) for key in ("program", "settings", "code", "notes")}
            if own not in flat:
                flat.append(own)
    return flat
