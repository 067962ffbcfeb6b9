"""Outputs that are whole or not there: written under a temporary name beside the target, then renamed."""

import shutil
from contextlib import contextmanager
from pathlib import Path


def _part(target):
    """Return the temporary name: always the same, so that what a kill left behind is overwritten."""
    target.parent.mkdir(parents=True, exist_ok=True)
    return target.with_name(f".{target.name}.part")


@contextmanager
def atomic_path(target):
    """Yield a temporary path in ``target``'s folder; rename it to ``target`` unless the block fails.

    Parameters
    ----------
    target : str or Path
        Where the finished file is to stand. Its folder is made if need be.

    Yields
    ------
    Path
        Where to write. Removed when the block raises.
    """
    target = Path(target)
    part = _part(target)
    part.unlink(missing_ok=True)
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def atomic_directory(target):
    """Like :func:`atomic_path` for a directory; an older directory at ``target`` is replaced.

    Yields
    ------
    Path
        An empty directory beside ``target``.
    """
    target = Path(target)
    part = _part(target)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    try:
        yield part
        if target.exists():
            shutil.rmtree(target)
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def write_text(target, text):
    """Write ``text`` (UTF-8, line ends as given) to ``target`` atomically."""
    with atomic_path(target) as part:
        part.write_text(text, encoding="utf-8", newline="")
