"""Archives in the published layout, read and written as a stream: GNU tar, compressed with zstd.

Nothing is ever unpacked to disk, so names in an archive cannot lead anywhere; a name that would is refused
all the same. A folder that holds the same files, unpacked, can stand in for an archive, and so can a stream
of bytes that is not kept.
"""

import logging
import os
import posixpath
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import zstandard

from bentxt.atomic import atomic_path
from bentxt.bigearthnet.archive_check import ByteStream, how_to_check, label
from bentxt.errors import InputError

_LOG = logging.getLogger(__name__)
_BLOCK = 512
_CHUNK = 4 << 20
_ZSTD = b"\x28\xb5\x2f\xfd"
#: Types of tar entries that hold a file's bytes, those that are a folder, and links: hard, symbolic.
_REGULAR = (b"0", b"\0", b"7")
_FOLDER = b"5"
_LINKS = (b"1", b"2")

#: What other files begin with, what they are called, and the command that unpacks them to standard output.
_OTHER_FORMATS = (
    (b"\x1f\x8b", "gzip", "gzip -dc"),
    (b"\xfd7zXZ\0", "xz", "xz -dc"),
    (b"BZh", "bzip2", "bzip2 -dc"),
    (b"\x04\x22\x4d\x18", "lz4", "lz4 -dc"),
    (b"LZIP", "lzip", "lzip -dc"),
    (b"\x1f\x9d", "compress", "uncompress -c"),
    (b"PK\x03\x04", "zip", None),
    (b"PK\x05\x06", "zip", None),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip", None),
    (b"Rar!\x1a\x07", "RAR", None),
)


def members(archive: Path | str | ByteStream, suffix: str = ".tif") -> Iterator[tuple[str, bytes]]:
    """Iterate over the files in an archive, or in a folder of the same layout.

    Parameters
    ----------
    archive : str, Path or ByteStream
        A ``.tar.zst`` (or plain ``.tar``) archive, or a folder, as ``…/BigEarthNet-S2``. Of zstd any number
        of frames, skippable ones included, as ``zstd -d`` reads them.
    suffix : str
        Only files whose names end so. What macOS leaves in archives (``._*``, ``__MACOSX/``,
        ``.DS_Store``) is passed over.

    Yields
    ------
    name : str
        Path within the archive with ``/``, without a leading ``./``; in a folder it begins with the
        folder's name. Archives come in their own order, folders in the order of names.
    data : bytes
        The file's content. Links come last, with the content of what they lead to.

    Raises
    ------
    InputError
        If the archive is missing, of another compression, corrupt, or ends early; if a name leads out of it,
        or a link to nothing in it. The message names it and the last whole member.
    """
    if not isinstance(archive, str | Path):
        yield from _tar_members(_blocks(archive, archive), suffix, None)
        return
    path = Path(archive).absolute()
    if path.is_dir():
        yield from _folder_members(path, suffix)
    elif path.is_file():
        links: dict[str, str] = {}
        with path.open("rb") as raw:
            yield from _tar_members(_blocks(raw, path), suffix, links)
        if links:
            yield from _linked_members(path, links)
    else:
        raise InputError("archive not found", file=path, remedy="download it or make it with snakemake")


def _linked_members(path, links):
    """Yield the contents that links lead to, from a second pass over the archive."""
    wanted: dict[str, list[str]] = {}
    for name in links:
        target = name
        # No chain of links is longer than there are links.
        for _ in links:
            target = links.get(target, target)
        wanted.setdefault(target, []).append(name)
    endings = tuple({target[-8:] for target in wanted})
    with path.open("rb") as raw:
        for target, data in _tar_members(_blocks(raw, path), endings, {}):
            for name in wanted.pop(target, ()):
                yield name, data
    for target, names in wanted.items():
        raise InputError(
            f"a link to {target}, which the archive does not hold",
            file=path,
            item=names[0],
            remedy="pack the archive again with tar --dereference --hard-dereference",
        )


def _folder_members(path, suffix):
    passed_over = 0
    for folder, subfolders, files in os.walk(path, onerror=_refuse_folder, followlinks=True):
        for name in subfolders:
            link = Path(folder, name)
            if link.is_symlink() and Path(folder).resolve().is_relative_to(link.resolve()):
                raise InputError("a symbolic link to a folder that holds it", file=path, item=str(link))
        subfolders.sort()
        inside = Path(folder).relative_to(path.parent).as_posix()
        for file in sorted(files):
            if file.endswith(suffix):
                name = f"{inside}/{file}"
                if _is_of_macos(name):
                    passed_over += 1
                else:
                    yield name, Path(folder, file).read_bytes()
    _log_passed_over(passed_over, path)


def _refuse_folder(error):
    raise InputError(f"unreadable folder: {error.strerror}", file=error.filename, remedy="check permissions")


def _is_of_macos(name):
    """Tell whether a file is one that macOS adds: resource forks, settings of its windows."""
    if "._" not in name and "__MACOSX" not in name and ".DS_Store" not in name:
        return False
    *folders, file = name.split("/")
    return file.startswith("._") or file == ".DS_Store" or "__MACOSX" in folders


def _log_passed_over(count, archive):
    if count:
        _LOG.info("%s: %d files of macOS (._* and the like) passed over", archive, count)


class _Opened:
    """A stream whose first bytes have been looked at, and the number of bytes read from it."""

    def __init__(self, raw):
        self.raw, self.position = raw, 0
        opening = b""
        while len(opening) < _BLOCK and (part := raw.read(_BLOCK)):
            opening += part
        self.opening = self._rest = opening

    def read(self, size=_CHUNK):
        data, self._rest = (self._rest, b"") if self._rest else (self.raw.read(size), b"")
        self.position += len(data)
        return data


def _blocks(raw, archive):
    """Find out how an archive is compressed, and return its blocks; refuse what is no archive, by name."""
    opened = _Opened(raw)
    opening = opened.opening
    if opening.startswith(_ZSTD) or _is_skippable(opening):
        decompressor = zstandard.ZstdDecompressor(max_window_size=1 << 31)
        # Of a file it uses nothing but read.
        readable = cast(BinaryIO, opened)
        stream = decompressor.stream_reader(readable, read_size=1 << 20, read_across_frames=True)
        return _Blocks(stream, archive, opened)
    for magic, name, command in _OTHER_FORMATS:
        if opening.startswith(magic):
            remedy = (
                f"`{command} OLD | zstd -o NEW`" if command else "unpack it, `tar -c FOLDER | zstd -o NEW`"
            )
            raise _no_archive(f"compressed with {name}, not with zstd", archive, f"pack it again: {remedy}")
    if not opening:
        raise _no_archive("an empty file", archive, how_to_check(archive))
    if len(opening) == _BLOCK and (opening == bytes(_BLOCK) or _is_whole(opening)):
        return _Blocks(opened, archive, opened)
    if opening[:15].lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml", b"version https")):
        raise _no_archive(
            f"a text, which begins with {opening[:40]!r}, not an archive",
            archive,
            "a web page or pointer was saved in its place: take the file from source.base_url",
        )
    raise _no_archive(f"neither zstd nor tar: it begins with {opening[:8]!r}", archive, how_to_check(archive))


def _is_skippable(opening):
    """Tell whether a skippable frame of zstd begins here, as pzstd writes them: 0x184D2A50 to 0x184D2A5F."""
    return len(opening) >= 8 and opening[0] & 0xF0 == 0x50 and opening[1:4] == b"\x2a\x4d\x18"


def _no_archive(problem, archive, remedy):
    return InputError(problem, file=label(archive), remedy=remedy)


class _Blocks:
    """Reads exact numbers of bytes from a decompressor, and knows which member it read last."""

    def __init__(self, stream, archive, opened):
        self.stream, self.archive, self.opened, self.last = stream, archive, opened, None
        self.buffer, self.position = b"", 0

    def error(self, problem, item=None, remedy=None):
        after = "before the first member" if self.last is None else f"after {self.last}"
        return InputError(
            f"{problem}, {after}, {self.opened.position:,} bytes into the file",
            file=label(self.archive),
            item=item or self.last,
            remedy=remedy or how_to_check(self.archive),
        )

    def take(self, size):
        """Return the next ``size`` bytes, fewer at the end of the file."""
        end = self.position + size
        if end > len(self.buffer):
            parts = [self.buffer[self.position :]]
            missing = end - len(self.buffer)
            while missing > 0:
                try:
                    chunk = self.stream.read(_CHUNK)
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


def _number(field):
    """Parse a tar number: octal digits, or base 256 for sizes of 8 GiB and more; None where it is neither."""
    if field[0] & 0x80:
        return int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
    digits = field.strip(b"\0 ")
    try:
        return int(digits, 8) if digits else 0
    except ValueError:
        return None


def _is_whole(header):
    """Tell whether a tar header adds up to its checksum, whose own eight bytes count as spaces."""
    checksum = _number(header[148:156])
    # The low half of Adler-32 is one more than the sum of the bytes, modulo 65521; sum() is ten times slower.
    return (
        checksum is not None
        and zlib.adler32(header) & 0xFFFF == (checksum - 8 * 32 + sum(header[148:156]) + 1) % 65521
    )


def _pax(data):
    """Parse the records of an extended header into a dict of bytes."""
    records, position = {}, 0
    while position < len(data):
        space = data.index(b" ", position)
        end = position + int(data[position:space])
        if end <= space:
            raise ValueError("a record that ends before it begins")
        key, _, value = data[space + 1 : end - 1].partition(b"=")
        records[key] = value
        position = end
    if b"size" in records:
        int(records[b"size"])
    return records


def _tar_members(blocks, suffix, links):
    """Yield names and contents; ``links`` gets name and target of links, None: they are refused."""
    long_name: bytes | None = None
    long_link: bytes | None = None
    extended: dict[bytes, bytes] = {}
    first, ended, passed_over = True, False, 0
    while True:
        header = blocks.take(_BLOCK)
        if len(header) < _BLOCK:
            if not ended:
                raise blocks.error("the archive ends early, without its end mark")
            break
        if header == bytes(_BLOCK):
            # Read on to the very end: there zstd compares its checksum, and archives may have been joined.
            ended = True
            continue
        if not _is_whole(header):
            if ended:
                continue
            if first:
                raise blocks.error(f"no tar archive (checksum of its first header): {header[:16]!r}")
            raise blocks.error("corrupt archive (checksum of a tar header)")
        first = ended = False
        kind = header[156:157]
        size = int(extended[b"size"]) if b"size" in extended else _number(header[124:136])
        if size is None:
            raise blocks.error("corrupt archive (bad number in a tar header)")
        if kind in (b"L", b"K", b"x", b"g"):
            content = blocks.content(size)
            if kind == b"L":
                long_name = content.rstrip(b"\0")
            elif kind == b"K":
                long_link = content.rstrip(b"\0")
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
        target = long_link or extended.get(b"linkpath") or header[157:257].rstrip(b"\0")
        sparse = any(key.startswith(b"GNU.sparse.") for key in extended)
        long_name, long_link, extended = None, None, {}
        name = encoded.decode("utf-8", "backslashreplace").removeprefix("./")
        wanted = name.endswith(suffix)
        if wanted and _is_of_macos(name):
            wanted = False
            passed_over += 1
        if wanted and kind != _FOLDER and _leads_out(name):
            raise blocks.error(
                f"a name that leads out of the archive: {name!r}", name, "pack it again with relative names"
            )
        if kind in _REGULAR and not (sparse and wanted):
            content = blocks.content(size)
            blocks.last = name
            if wanted:
                yield name, content
        elif kind in _LINKS:
            if wanted:
                _note_link(blocks, links, name, target.decode("utf-8", "backslashreplace"), kind == b"2")
        elif kind != _FOLDER:
            if wanted:
                what = "a sparse file" if sparse or kind == b"S" else f"an entry of type {kind!r}"
                raise blocks.error(
                    f"{what}, not an ordinary one: {name}", name, "pack it again without --sparse"
                )
            blocks.content(size)
    _log_passed_over(passed_over, label(blocks.archive))


def _leads_out(name):
    return name.startswith("/") or (".." in name and ".." in name.split("/"))


def _note_link(blocks, links, name, target, symbolic):
    """Note the member that a link leads to, or refuse the link."""
    kind = "symbolic link" if symbolic else "hard link"
    path = posixpath.normpath(posixpath.join(posixpath.dirname(name), target) if symbolic else target)
    if _leads_out(path):
        problem = f"a {kind} that leads out of the archive: {name} to {target}"
    elif links is None:
        problem = f"a {kind}, {name} to {target}, in an archive that is streamed and not read twice"
    else:
        links[name] = path
        return
    raise blocks.error(problem, name, "pack the archive again with tar --dereference --hard-dereference")


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
