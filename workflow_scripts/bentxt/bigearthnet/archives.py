"""Archives in the published layout, read and written as a stream: GNU tar, compressed with zstd.

Nothing is ever unpacked to disk, so names in an archive cannot lead anywhere. A folder that holds the
same files, unpacked, can stand in for an archive.
"""

import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import zstandard

from bentxt.atomic import atomic_path
from bentxt.errors import InputError

_BLOCK = 512
_CHUNK = 4 << 20
#: Types of tar entries that hold a file's bytes.
_REGULAR = (b"0", b"\0", b"7")


def members(path: Path | str, suffix: str = ".tif") -> Iterator[tuple[str, bytes]]:
    """Iterate over the files in an archive, or in a folder of the same layout.

    Parameters
    ----------
    path : str or Path
        A ``.tar.zst`` (or plain ``.tar``) archive, or a folder, as ``…/BigEarthNet-S2``.
    suffix : str
        Only files whose names end so.

    Yields
    ------
    name : str
        Path within the archive with ``/``, without a leading ``./``; in a folder it begins with the
        folder's name. Archives come in their own order, folders in the order of names.
    data : bytes
        The file's content.

    Raises
    ------
    InputError
        If the archive is missing, corrupt or ends early; the message names it and the last whole member.
    """
    path = Path(path).absolute()
    if path.is_dir():
        yield from _folder_members(path, suffix)
    elif path.is_file():
        with path.open("rb") as raw:
            magic = raw.read(4)
            raw.seek(0)
            if magic == b"\x28\xb5\x2f\xfd":
                decompressor = zstandard.ZstdDecompressor(max_window_size=1 << 31)
                with decompressor.stream_reader(raw, read_size=1 << 20, read_across_frames=True) as stream:
                    yield from _tar_members(_Blocks(stream, path), suffix)
            else:
                yield from _tar_members(_Blocks(raw, path), suffix)
    else:
        raise InputError("archive not found", file=path, remedy="download it or make it with snakemake")


def _folder_members(path: Path, suffix: str) -> Iterator[tuple[str, bytes]]:
    for folder, subfolders, files in os.walk(path):
        subfolders.sort()
        inside = Path(folder).relative_to(path.parent).as_posix()
        for file in sorted(files):
            if file.endswith(suffix):
                yield f"{inside}/{file}", Path(folder, file).read_bytes()


class _Blocks:
    """Reads exact numbers of bytes from a decompressor, and knows which member it read last."""

    def __init__(self, stream, path):
        self.stream, self.path, self.last = stream, path, None
        self.buffer, self.position = b"", 0

    def error(self, problem):
        after = "before the first member" if self.last is None else f"after {self.last}"
        return InputError(
            f"{problem}, {after}",
            file=self.path,
            item=self.last,
            remedy="delete the archive and fetch it again",
        )

    def take(self, size):
        """Return the next ``size`` bytes, fewer at the end of the file."""
        end = self.position + size
        if end > len(self.buffer):
            parts = [self.buffer[self.position :]]
            missing = end - len(self.buffer)
            while missing > 0:
                try:
                    chunk = self.stream.read(max(_CHUNK, missing))
                except zstandard.ZstdError as error:
                    raise self.error(f"corrupt archive ({error})") from error
                if not chunk:
                    break
                parts.append(chunk)
                missing -= len(chunk)
            self.buffer, self.position, end = b"".join(parts), 0, size
        data = self.buffer[self.position : end]
        self.position += len(data)
        return data

    def content(self, size):
        """Return a member's ``size`` bytes and step over the padding behind them."""
        data = self.take(size)
        padding = -size % _BLOCK
        if len(data) < size or len(self.take(padding)) < padding:
            raise self.error("the archive ends early, within a member")
        return data


def _number(field, blocks):
    """Parse a tar number: octal digits, or base 256 for sizes of 8 GiB and more."""
    if field[0] & 0x80:
        return int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
    digits = field.strip(b"\0 ")
    try:
        return int(digits, 8) if digits else 0
    except ValueError:
        raise blocks.error(f"corrupt archive (bad number {digits!r} in a tar header)") from None


def _is_whole(header, checksum):
    """Tell whether a tar header adds up to its checksum, whose own eight bytes count as spaces."""
    # The low half of Adler-32 is one more than the sum of the bytes, modulo 65521; sum() is ten times slower.
    return zlib.adler32(header) & 0xFFFF == (checksum - 8 * 32 + sum(header[148:156]) + 1) % 65521


def _pax(data):
    """Parse the records of an extended header into a dict of bytes."""
    records, position = {}, 0
    while position < len(data):
        space = data.index(b" ", position)
        end = position + int(data[position:space])
        key, _, value = data[space + 1 : end - 1].partition(b"=")
        records[key] = value
        position = end
    return records


def _tar_members(blocks, suffix):
    long_name: bytes | None = None
    extended: dict[bytes, bytes] = {}
    while True:
        header = blocks.take(_BLOCK)
        if len(header) < _BLOCK:
            raise blocks.error("the archive ends early, without its end mark")
        if header == bytes(_BLOCK):
            return
        if not _is_whole(header, _number(header[148:156], blocks)):
            raise blocks.error("corrupt archive (checksum of a tar header)")
        kind = header[156:157]
        size = int(extended.pop(b"size", 0)) or _number(header[124:136], blocks)
        if kind in (b"L", b"K", b"x", b"g"):
            content = blocks.content(size)
            if kind == b"L":
                long_name = content.rstrip(b"\0")
            elif kind == b"x":
                try:
                    extended = _pax(content)
                except ValueError:
                    raise blocks.error("corrupt archive (bad extended header)") from None
            continue
        encoded = long_name or extended.get(b"path")
        if encoded is None:
            encoded = header[:100].rstrip(b"\0")
            if header[257:263] == b"ustar\0" and header[345] != 0:
                encoded = header[345:500].rstrip(b"\0") + b"/" + encoded
        long_name, extended = None, {}
        name = encoded.decode("utf-8", "backslashreplace").removeprefix("./")
        if kind in _REGULAR:
            content = blocks.content(size)
            blocks.last = name
            if name.endswith(suffix):
                yield name, content
        elif size and kind not in (b"1", b"2", b"5"):
            blocks.content(size)


#: What every entry of a written archive carries, so that the same content gives the same bytes.
_MODIFIED = 1_514_764_800  # 2018-01-01


class ArchiveWriter:
    """Adds files to an archive; folders get their entries when a file first needs them."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._written = stream, 0
        self._folders: set[str] = set()

    def _write(self, data: bytes) -> None:
        self._stream.write(data)
        self._written += len(data)

    def _write_header(self, name: str, kind: bytes, mode: int, size: int = 0) -> None:
        entry = tarfile.TarInfo(name)
        entry.type, entry.mode, entry.size = kind, mode, size
        entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname = _MODIFIED, 0, 0, "root", "root"
        self._write(entry.tobuf(tarfile.GNU_FORMAT))

    def add(self, name: str, data: bytes) -> None:
        """Append the file ``name`` with the content ``data`` (bytes)."""
        parts = name.split("/")[:-1]
        for length in range(1, len(parts) + 1):
            folder = "/".join(parts[:length])
            if folder not in self._folders:
                self._folders.add(folder)
                self._write_header(folder, tarfile.DIRTYPE, 0o755)
        self._write_header(name, tarfile.REGTYPE, 0o644, len(data))
        self._write(data)
        self._write(bytes(-len(data) % _BLOCK))

    def finish(self) -> None:
        """Write the end mark, and fill up the last record as tar does."""
        self._write(bytes(2 * _BLOCK))
        self._write(bytes(-self._written % tarfile.RECORDSIZE))


@contextmanager
def write_archive(path: Path | str, level: int = 3) -> Iterator[ArchiveWriter]:
    """Write a ``.tar.zst`` archive atomically: ``with write_archive(path) as archive: archive.add(…)``.

    The same files in the same order give the same bytes: owners, times and modes are fixed, and zstd
    runs single-threaded at a fixed level.

    Parameters
    ----------
    path : str or Path
        Target; appears only when the block ends without an exception.
    level : int
        zstd level.

    Yields
    ------
    ArchiveWriter
    """
    compressor = zstandard.ZstdCompressor(level=level, write_checksum=True, threads=0)
    try:
        with (
            atomic_path(path) as part,
            part.open("wb") as raw,
            compressor.stream_writer(raw, closefd=False) as stream,
        ):
            archive = ArchiveWriter(stream)
            yield archive
            archive.finish()
    except OSError as error:
        # A full disk: Python does not say which file was being written.
        error.filename = error.filename or str(path)
        raise
