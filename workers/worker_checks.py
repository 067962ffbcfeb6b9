"""What a worker checks before it loads anything: files, code and device, each named where it is missing.

Needs Python 3.8; ``huggingface_hub`` and ``torch`` are imported where they are used.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any, Iterable, Sequence

from worker_protocol import PUBLISHED, NotReady, Options

#: File of a folder of weights that says what they are, where they are not the published ones.
ABOUT = "bentxt.json"


def require_gpu() -> str:
    """Return "cuda: <name>" of the first GPU.

    Raises
    ------
    NotReady
        If there is none, or torch is not installed.
    """
    try:
        import torch
    except ImportError as error:
        raise NotReady(f"missing package torch: {error}") from error
    if not torch.cuda.is_available():
        raise NotReady(f"no GPU: torch {torch.__version__} finds no CUDA device")
    return "cuda: " + torch.cuda.get_device_name()


def use_checkout(options: Options, *paths: str, needed: Sequence[str] = ()) -> Path:
    """Put the checkout of the published code on Python's path, and return its folder.

    Parameters
    ----------
    options : Options
    *paths : str
        Folders of the checkout that are put on the path; the checkout itself where none is named.
    needed : sequence of str
        Files of it that the worker imports.

    Raises
    ------
    NotReady
        If there is no checkout, it is at another commit than the entry pins, is changed, or lacks a file.
    """
    folder = options.checkout
    if not folder.is_dir():
        raise NotReady(f"missing code: no checkout of {options.repository} in {folder}; run: make worker")
    commit = checked_out(folder)
    if options.commit is not None and commit != options.commit:
        raise NotReady(f"wrong code: {folder} is at commit {commit}, the entry pins {options.commit}")
    if shutil.which("git"):
        status = subprocess.run(
            ["git", "-C", str(folder), "status", "--porcelain", "--untracked-files=no"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        changed = status.stdout.decode(errors="replace").split()[1::2]
        if changed:
            raise NotReady(f"changed code: {', '.join(changed[:5])} in {folder} differ from commit {commit}")
    require_files(folder, needed, "code")
    sys.path[:0] = [str(folder / path) for path in paths or (".",)]
    return folder


def checked_out(folder: Path) -> str | None:
    """Return the commit that a git checkout is at (40 hexadecimal digits); None where it is none."""
    git = folder / ".git"
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head
        reference = head[len("ref: ") :]
        if (git / reference).is_file():
            return (git / reference).read_text(encoding="utf-8").strip()
        packed = (git / "packed-refs").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((line.split()[0] for line in packed if line.endswith(" " + reference)), None)


def require_files(folder: Path, names: Iterable[str], what: str = "checkpoint") -> None:
    """Check that a folder has files or folders of these names (or matching these patterns).

    Raises
    ------
    NotReady
        With the name of the first one that is missing.
    """
    for name in names:
        if not any(folder.glob(name)):
            raise NotReady(f"missing {what} part: {name} is not in {folder}")


def require_versions(**wanted: str) -> None:
    """Check that packages have the versions that the published code needs.

    Raises
    ------
    NotReady
        With the first package that is missing or has another version.
    """
    for name, version in wanted.items():
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            raise NotReady(f"missing package {name} {version}") from None
        if found.split("+")[0] != version:
            raise NotReady(f"wrong package: {name} is {found}, the published code needs {version}")


def require_keys(wanted: Iterable[str], found: Iterable[str], what: str) -> None:
    """Check that a checkpoint has all weights that it should have: what it lacks would stay random.

    Raises
    ------
    NotReady
        With the first names that are missing, and their number.
    """
    missing = sorted(set(wanted) - set(found))
    if missing:
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        raise NotReady(f"missing checkpoint part: {what} lacks {', '.join(missing[:5])}{more}")


def load_pickle(path: Path) -> Any:
    """Load a file of weights that is a pickle; anything in it but tensors and plain containers is refused.

    The published code loads such files without that check: it must not be given one that was not loaded here.

    Raises
    ------
    NotReady
        If the file is damaged, or would run code.
    """
    import torch

    try:
        return torch.load(str(path), map_location="cpu", weights_only=True)
    except Exception as error:
        raise NotReady(f"{path.name} holds more than weights, or is damaged: {str(error)[:200]}") from error


def require_local_parts(source: str | None, parts: Sequence[str]) -> None:
    """Check a checkpoint that is a folder, before anything is fetched or a GPU is asked for.

    Raises
    ------
    NotReady
        If no checkpoint is named, or a part (a file, patterns allowed) is missing.
    """
    if not source:
        raise NotReady("missing checkpoint: none is named; name a folder in the config, under checkpoints")
    if Path(source).is_dir():
        require_files(Path(source), parts)


def checkpoint_folder(
    source: str | None,
    revision: str | None = None,
    parts: Sequence[str] = (),
    patterns: Sequence[str] | None = None,
) -> tuple[Path, str | None]:
    """Return a checkpoint's folder, fetched from the hub if need be, and the commit that it is of.

    Parameters
    ----------
    source : str or None
        Folder or Hugging Face id.
    revision : str, optional
        Commit; the newest one without it. Without effect for a folder.
    parts : sequence of str
        Files (patterns allowed) that must be there.
    patterns : sequence of str, optional
        Files that are fetched; all without it.

    Returns
    -------
    folder : Path
    commit : str or None
        40 hexadecimal digits; None for a folder of one's own.

    Raises
    ------
    NotReady
        If there is none, it cannot be fetched, or a part is missing.
    """
    require_local_parts(source, parts)
    folder, commit = Path(source), None
    if not folder.is_dir():
        if source.count("/") != 1 or source.startswith((".", "/", "~")):
            raise NotReady(f"missing checkpoint: no folder {source}, and no Hugging Face id")
        folder = _from_hub(source, revision, patterns)
        commit = folder.name
    require_files(folder, parts)
    return folder, commit


def _from_hub(source, revision, patterns):
    try:
        import huggingface_hub
    except ImportError as error:
        raise NotReady(f"missing package huggingface_hub: {error}") from error
    try:
        return Path(huggingface_hub.snapshot_download(source, revision=revision, allow_patterns=patterns))
    except Exception as error:
        raise NotReady(f"missing checkpoint: {source} cannot be fetched: {str(error)[:300]}") from error


def weights_of(folder: Path) -> str:
    """Return "published", or what the folder's ``bentxt.json`` says of its weights."""
    about = folder / ABOUT
    if not about.is_file():
        return PUBLISHED
    return str(json.loads(about.read_text(encoding="utf-8"))["weights"])


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file (64 hexadecimal digits)."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 22), b""):
            digest.update(block)
    return digest.hexdigest()


def folder_hash(folder: Path) -> str:
    """Return a SHA-256 that stands for a folder of weights: names and sizes, and up to 2 MB of each file.

    Whole files of gigabytes would take minutes; of these the first and the last megabyte count.
    """
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
        with path.open("rb") as file:
            digest.update(file.read(1 << 20))
            file.seek(max(size - (1 << 20), 0))
            digest.update(file.read())
    return digest.hexdigest()
