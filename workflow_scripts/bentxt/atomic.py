"""Outputs that are whole or not there: written under a temporary name next to the target, then renamed."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: What a write fails with where there is no room: disk full, quota, limit of the size of files.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def _part(target: Path) -> Path:
    """Return the temporary name, with nothing there.

    It is always the same, so that what a kill left behind is overwritten.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    remove(part)
    return part


def remove(path: Path) -> None:
    """Remove a file or a directory, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def _cleared(part: Path, target: Path) -> Iterator[None]:
    """Remove ``part`` at the end, and let a failed write name ``target``: the system's error does not."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM and error.filename is None:
            error.filename = str(target)
        raise
    finally:
        remove(part)


@contextmanager
def atomic_path(target: Path | str) -> Iterator[Path]:
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
    with _cleared(part, target):
        yield part
        part.replace(target)


@contextmanager
def atomic_directory(target: Path | str) -> Iterator[Path]:
    """Like :func:`atomic_path` for a directory; an older directory at ``target`` is replaced.

    Yields
    ------
    Path
        An empty directory next to ``target``.
    """
    target = Path(target)
    part = _part(target)
    part.mkdir()
    with _cleared(part, target):
        yield part
        remove(target)
        part.rename(target)


def write_text(target: Path | str, text: str) -> None:
    """Write ``text`` (UTF-8, line ends as given) to ``target`` atomically."""
    with atomic_path(target) as part:
        part.write_text(text, encoding="utf-8", newline="")
