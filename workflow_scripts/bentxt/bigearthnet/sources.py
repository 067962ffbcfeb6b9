"""Where BigEarthNet v2.0 comes from, and downloads that resume where they stopped (Section 3.1)."""

import csv
import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests
import urllib3

from bentxt.errors import InputError

_LOG = logging.getLogger(__name__)
_CHUNK = 1 << 20
_LONGEST_WAIT = 60.0


@dataclass(frozen=True)
class Source:
    """A published file.

    Attributes
    ----------
    name : str
        Its name.
    size : int
        Bytes.
    md5 : str
        MD5 of its content, 32 hexadecimal digits.
    url_path : str
        What follows ``source.base_url`` and a slash in its address.
    """

    name: str
    size: int
    md5: str
    url_path: str


class _Interrupted(Exception):
    """An attempt ended before the file was complete; another may resume from there."""


def read_source(table: Path | str, name: str) -> Source:
    """Return one file of the table of sources.

    Parameters
    ----------
    table : str or Path
        Tab-separated: name, bytes, md5, url_path.
    name : str

    Returns
    -------
    Source

    Raises
    ------
    InputError
        If the table is of another form or does not list ``name``.
    """
    with Path(table).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    try:
        sources = {
            row["name"]: Source(row["name"], int(row["bytes"]), row["md5"].lower(), row["url_path"])
            for row in rows
        }
    except (KeyError, ValueError, AttributeError) as error:
        expected = "tab-separated columns name, bytes, md5, url_path"
        raise InputError(f"not a table of sources ({error}); expected {expected}", file=table) from error
    if name not in sources:
        raise InputError("not a listed source", file=table, item=name, remedy=f"one of {', '.join(sources)}")
    return sources[name]


def partial_path(target: Path | str) -> Path:
    """Return where a download keeps what has come so far: ``.<name>.download`` next to the target."""
    target = Path(target)
    return target.with_name(f".{target.name}.download")


def download(
    source: Source,
    base_url: str,
    target: Path | str,
    retries: int,
    watch: Callable[[int], object] | None = None,
    first_wait: float = 1.0,
    timeout: float = 60.0,
) -> None:
    """Download a file over HTTP; whatever is there already from an earlier call is not fetched again.

    What has come is kept in :func:`partial_path` over broken connections, errors and kills. The target
    appears when its size and MD5 are right.

    Parameters
    ----------
    source : Source
    base_url : str
        Address of the folder that holds the file.
    target : str or Path
    retries : int
        Attempts after one that brought nothing; attempts that brought something do not count.
    watch : callable, optional
        Called with the number of bytes available, whenever there are more.
    first_wait : float
        Seconds before the first retry; doubled for each further one, up to a minute.
    timeout : float
        Seconds without an answer after which a connection counts as broken.

    Raises
    ------
    InputError
        If the server refuses, the retries are used up, or size or MD5 differ.
    """
    target, url = Path(target), f"{base_url.rstrip('/')}/{source.url_path}"
    partial = partial_path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    watch = watch or (lambda size: None)
    failures, most = 0, _size(partial)
    with requests.Session() as session:
        while True:
            try:
                _attempt(session, url, source, partial, watch, timeout)
                break
            except _Interrupted as interruption:
                failures = 0 if _size(partial) > most else failures + 1
                most = max(most, _size(partial))
                if failures > retries:
                    raise InputError(
                        f"download failed: {interruption}",
                        file=target,
                        item=url,
                        remedy="run it again: it resumes from the "
                        f"{_size(partial):,} of {source.size:,} bytes that are here",
                    ) from interruption.__cause__
                wait = min(first_wait * 2 ** max(failures - 1, 0), _LONGEST_WAIT)
                _LOG.warning("%s; resuming in %.0f s from byte %d", interruption, wait, _size(partial))
                time.sleep(wait)
    digest = _md5(partial)
    if digest != source.md5:
        partial.unlink()
        raise InputError(
            f"MD5 is {digest}, expected {source.md5}; what was downloaded is deleted",
            file=target,
            item=url,
            remedy="download it again; if that fails too, check resources/sources.tsv and source.base_url",
        )
    partial.replace(target)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _attempt(
    session: requests.Session,
    url: str,
    source: Source,
    partial: Path,
    watch: Callable[[int], object],
    timeout: float,
) -> None:
    """Fetch what is missing; returns when ``partial`` has the full size."""
    have = _size(partial)
    if have > source.size:
        partial.unlink()
        have = 0
    watch(have)
    if have == source.size and partial.exists():
        return
    # Compressed transfer would make offsets meaningless.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    try:
        with session.get(url, headers=headers, stream=True, timeout=timeout) as response:
            have = _start(response, have, source, url)
            with partial.open("r+b" if have else "wb") as file:
                file.seek(have)
                # Not iter_content, which would lose what has come of a chunk when the connection breaks.
                while chunk := response.raw.read1(_CHUNK):
                    file.write(chunk)
                    have += len(chunk)
                    watch(have)
                    if have > source.size:
                        break
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise _Interrupted(f"connection broke: {error}") from error
    except OSError as error:
        # A full disk: Python does not say which file was being written.
        error.filename = error.filename or str(partial)
        raise
    if have > source.size:
        partial.unlink()
        raise InputError(
            f"the server sends more than the expected {source.size:,} bytes",
            item=url,
            remedy="check resources/sources.tsv and source.base_url",
        )
    if have < source.size:
        raise _Interrupted(f"the server stopped at {have:,} of {source.size:,} bytes")


def _start(response: requests.Response, have: int, source: Source, url: str) -> int:
    """Return the offset at which the response's body begins; raise if there is no use in it."""
    status = response.status_code
    if status == 200:
        # The server ignores the range: begin again.
        return 0
    if status == 206:
        content_range = response.headers.get("Content-Range", "")
        first, _, total = content_range.removeprefix("bytes ").replace("-", "/", 1).partition("/")
        total = total.rpartition("/")[2]
        if first == str(have) and total in (str(source.size), "*"):
            return have
        problem = f"the server offers {content_range!r}, expected bytes {have} to {source.size}"
        raise InputError(problem, item=url, remedy="check resources/sources.tsv and source.base_url")
    if status in (408, 425, 429) or status >= 500:
        raise _Interrupted(f"the server answers {status} {response.reason}")
    raise InputError(
        f"the server answers {status} {response.reason}", item=url, remedy="check source.base_url"
    )


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()
