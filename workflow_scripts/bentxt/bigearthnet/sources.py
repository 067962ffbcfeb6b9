"""Where BigEarthNet v2.0 and the released data set come from, and downloads that resume (Section 3.1).

A file is downloaded to disk, or read as a stream that keeps nothing. Both resume at the same byte after a
broken connection, and both compare size and hash at the end.
"""

import csv
import hashlib
import logging
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

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
    checksum : str
        Hash of its content, as ``md5:`` or ``sha256:`` and hexadecimal digits.
    url_path : str
        What follows the address of its folder and a slash.
    origin : str
        Which address that is: ``zenodo`` or ``hub``.
    """

    name: str
    size: int
    checksum: str
    url_path: str
    origin: str = "zenodo"

    @property
    def hash_kind(self) -> str:
        """``md5`` or ``sha256``."""
        return self.checksum.partition(":")[0]

    @property
    def hash_name(self) -> str:
        """The hash as messages write it: ``MD5`` or ``SHA-256``."""
        return _HASHES[self.hash_kind][0]

    @property
    def digest(self) -> str:
        """The hash's hexadecimal digits."""
        return self.checksum.partition(":")[2]


#: Hashes of the table of sources: name, and number of hexadecimal digits.
_HASHES = {"md5": ("MD5", 32), "sha256": ("SHA-256", 64)}
#: Where files come from, and what to look at when they are not what they should be.
_CHECKED = {
    "zenodo": "resources/sources.tsv and source.base_url",
    "hub": "resources/sources.tsv, dataset.base_url, dataset.repository and dataset.revision",
}


class _Interrupted(Exception):
    """An attempt ended before the file was complete; another may resume from there."""


class DownloadFailed(InputError):
    """The server does not deliver; nothing is wrong with what has come so far."""


#: What to do before bytes are fetched again that were not what they should be.
_SAME_FILE = "check that the file is there that {} name"


def read_source(table: Path | str, name: str) -> Source:
    """Return one file of the table of sources.

    Parameters
    ----------
    table : str or Path
        Tab-separated: name, bytes, checksum, url_path, origin.
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
            row["name"]: Source(
                row["name"],
                int(row["bytes"]),
                _checksum(row["checksum"]),
                row["url_path"],
                _origin(row["origin"]),
            )
            for row in rows
        }
    except (KeyError, ValueError, AttributeError) as error:
        expected = "tab-separated columns name, bytes, checksum, url_path, origin"
        raise InputError(f"not a table of sources ({error}); expected {expected}", file=table) from error
    if name not in sources:
        raise InputError("not a listed source", file=table, item=name, remedy=f"one of {', '.join(sources)}")
    return sources[name]


def _checksum(text):
    kind, _, digest = text.lower().partition(":")
    if kind not in _HASHES or len(digest) != _HASHES[kind][1] or set(digest) - set("0123456789abcdef"):
        raise ValueError(f"checksum {text!r} is none of md5: or sha256: and its digits")
    return f"{kind}:{digest}"


def _origin(text):
    if text not in _CHECKED:
        raise ValueError(f"origin {text!r} is none of {', '.join(_CHECKED)}")
    return text


def hub_folder(base_url: str, repository: str, revision: str) -> str:
    """Return the address of a data set's files on the hub, at one revision.

    Examples
    --------
    >>> hub_folder("https://huggingface.co/", "owner/name", "0123")
    'https://huggingface.co/datasets/owner/name/resolve/0123'
    """
    return f"{base_url.rstrip('/')}/datasets/{repository}/resolve/{revision}"


def checksum_of(path: Path | str, kind: str) -> str:
    """Return the checksum of a file as the table of sources writes it; ``kind`` is md5 or sha256."""
    with Path(path).open("rb") as file:
        return f"{kind}:{hashlib.file_digest(file, kind).hexdigest()}"


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
    appears when its size and hash are right.

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
        If the server refuses, the retries are used up, or size or hash differ.
    """
    target, url = Path(target), _address(source, base_url)
    partial = partial_path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    watch = watch or (lambda size: None)
    patience = _Patience(retries, first_wait, _size(partial))
    with requests.Session() as session:
        while True:
            try:
                _attempt(session, url, source, partial, watch, timeout)
                break
            except _Interrupted as interruption:
                have = _size(partial)
                if not patience.wait(interruption, have):
                    raise DownloadFailed(
                        f"download failed: {interruption}",
                        file=target,
                        item=url,
                        remedy=f"run it again: it resumes from the {have:,} of {source.size:,} bytes "
                        "that are here",
                    ) from interruption.__cause__
    digest = checksum_of(partial, source.hash_kind).partition(":")[2]
    if digest != source.digest:
        partial.unlink()
        raise InputError(
            f"{source.hash_name} is {digest}, expected {source.digest}; what was downloaded is deleted",
            file=target,
            item=url,
            remedy=f"{_SAME_FILE.format(_CHECKED[source.origin])} before downloading it again; if it is, the "
            "bytes were damaged on their way or on this disk",
        )
    partial.replace(target)


class SourceStream:
    """A published file as a stream of bytes, from its first to its last, of which nothing is kept.

    Use it in a ``with`` block. A broken connection resumes at the same byte; a server that ignores the range
    sends what came before again, which is passed over.

    Parameters
    ----------
    source : Source
    base_url, retries, watch, first_wait, timeout
        As for :func:`download`.
    """

    def __init__(
        self,
        source: Source,
        base_url: str,
        retries: int,
        watch: Callable[[int], object] | None = None,
        first_wait: float = 1.0,
        timeout: float = 60.0,
    ) -> None:
        self.source, self.name = source, _address(source, base_url)
        self._patience = _Patience(retries, first_wait, 0)
        self._watch, self._timeout = watch or (lambda size: None), timeout
        self._session = requests.Session()
        self._digest = hashlib.new(source.hash_kind, usedforsecurity=False)
        self._pieces = self._receive()
        self._piece = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._pieces.close()
        self._session.close()

    def read(self, size: int) -> bytes:
        """Return the next bytes, ``size`` at most; none at the end, where size and hash are right.

        Raises
        ------
        DownloadFailed
            If the server refuses, or the retries are used up.
        InputError
            If size or hash differ.
        """
        piece = self._piece or next(self._pieces, b"")
        self._piece = piece[size:]
        return piece[:size]

    def finish(self) -> None:
        """Read to the end, and compare size and hash; errors as :meth:`read`."""
        while self.read(_CHUNK):
            pass

    def _receive(self) -> Generator[bytes, None, None]:
        """Yield the file in pieces, over any number of connections."""
        have = 0
        while have < self.source.size:
            try:
                for offset, piece in _body(self._session, self.name, self.source, have, self._timeout):
                    # A server without ranges begins again.
                    new = piece[max(have - offset, 0) :]
                    have += len(new)
                    self._digest.update(new)
                    self._watch(have)
                    if new:
                        yield new
            except _Interrupted as interruption:
                if not self._patience.wait(interruption, have):
                    raise DownloadFailed(
                        f"download failed at byte {have:,} of {self.source.size:,}: {interruption}",
                        item=self.name,
                        remedy="run it again: the archive is fetched from its beginning, what was made of it "
                        "is kept",
                    ) from interruption.__cause__
        digest = self._digest.hexdigest()
        if digest != self.source.digest:
            raise InputError(
                f"{self.source.hash_name} of all {have:,} bytes is {digest}, expected {self.source.digest}; "
                "nothing of them is used",
                item=self.name,
                remedy=f"{_SAME_FILE.format(_CHECKED[self.source.origin])} before streaming it again",
            )


def _address(source: Source, base_url: str) -> str:
    return f"{base_url.rstrip('/')}/{source.url_path}"


class _Patience:
    """How often to try again: ``retries`` times after the last attempt that brought something."""

    def __init__(self, retries: int, first_wait: float, have: int) -> None:
        self._retries, self._first_wait, self._most = retries, first_wait, have
        self._failures = 0

    def wait(self, interruption: _Interrupted, have: int) -> bool:
        """Wait for the next attempt, longer each time; False where there is to be none."""
        self._failures = 0 if have > self._most else self._failures + 1
        self._most = max(self._most, have)
        if self._failures > self._retries:
            return False
        seconds = min(self._first_wait * 2 ** max(self._failures - 1, 0), _LONGEST_WAIT)
        _LOG.warning("%s; resuming in %.0f s from byte %d", interruption, seconds, have)
        time.sleep(seconds)
        return True


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
    try:
        with partial.open("r+b" if have else "wb") as file:
            file.seek(have)
            for offset, piece in _body(session, url, source, have, timeout):
                if offset < file.tell():
                    # The server begins again.
                    file.seek(offset)
                    file.truncate()
                file.write(piece)
                watch(offset + len(piece))
    except OSError as error:
        # A full disk: Python does not say which file was being written.
        error.filename = error.filename or str(partial)
        raise
    except InputError as error:
        if not isinstance(error, DownloadFailed):
            partial.unlink()
        raise
    finally:
        if not _size(partial):
            partial.unlink(missing_ok=True)


def _body(
    session: requests.Session, url: str, source: Source, have: int, timeout: float
) -> Iterator[tuple[int, bytes]]:
    """Yield pieces of a file and the offset of each from one request, from byte ``have`` on or from 0."""
    # Compressed transfer would make offsets meaningless.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    try:
        with session.get(url, headers=headers, stream=True, timeout=timeout) as response:
            have = _start(response, have, source, url)
            # Not iter_content, which would lose what has come of a chunk when the connection breaks.
            while piece := response.raw.read1(_CHUNK):
                if have + len(piece) > source.size:
                    problem = f"the server sends more than the expected {source.size:,} bytes"
                    raise InputError(problem, item=url, remedy=_other_file(source))
                yield have, piece
                have += len(piece)
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise _Interrupted(f"connection broke: {error}") from error
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
        raise DownloadFailed(problem, item=url, remedy=_other_file(source))
    if status in (408, 425, 429) or status >= 500:
        raise _Interrupted(f"the server answers {status} {response.reason}")
    remedy = f"check {_CHECKED[source.origin]}"
    raise DownloadFailed(f"the server answers {status} {response.reason}", item=url, remedy=remedy)


def _other_file(source: Source) -> str:
    return f"check {_CHECKED[source.origin]}: another file lies there"
