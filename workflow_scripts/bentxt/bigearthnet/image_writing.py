"""An LMDB of images that is filled over interruptions, and appears when it is complete."""

import json
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lmdb

from bentxt.atomic import remove, write_text
from bentxt.bigearthnet.image_store import LINEAGE
from bentxt.bigearthnet.sources import DownloadFailed
from bentxt.errors import InputError
from bentxt.program.lineage import Lineage

_STATE = "state.json"
#: A transaction holds so many blobs, and those of so many seconds, at most.
_MOST_WAITING = 512
_LONGEST_WAIT = 1.0


class ImageWriter:
    """Puts blobs into an unfinished LMDB, and knows those that an earlier, interrupted attempt put there."""

    def __init__(self, folder: Path, environment: lmdb.Environment, code: str) -> None:
        self._folder, self._environment = folder, environment
        #: Whether a stream was read to its end for it, so that it stays whatever fails.
        self.precious = False
        self._waiting: list[tuple[str, bytes]] = []
        self._committed = time.monotonic()
        state = _read_state(folder)
        self._state: dict[str, Any] = {"code": code, "complete": state.get("complete", {})}
        self._save()
        #: Names of the patches that are there from before.
        self.kept: set[str] = _names(environment)

    def stored(self, name: str) -> bytes | None:
        """Return the blob that is there from before, None where there is none."""
        if name not in self.kept:
            return None
        with self._environment.begin() as transaction:
            return transaction.get(name.encode())

    def put(self, name: str, blob: bytes) -> None:
        """Add a blob; a kill of the program loses those of the last second at most."""
        self._waiting.append((name, blob))
        if len(self._waiting) == _MOST_WAITING or time.monotonic() - self._committed > _LONGEST_WAIT:
            self.commit()

    def commit(self) -> None:
        """Write down what has been put so far."""
        with self._environment.begin(write=True) as transaction:
            for name, blob in self._waiting:
                transaction.put(name.encode(), blob)
        self._waiting, self._committed = [], time.monotonic()

    def is_complete(self, sensor: str, identity: str | None, wanted: Collection[str], streamed: bool) -> bool:
        """Tell whether an earlier attempt read this archive to its end and put all that is wanted of it."""
        complete = (
            identity is not None
            and self._state["complete"].get(sensor) == identity
            and all(name in self.kept for name in wanted)
        )
        self.precious |= complete and streamed
        return complete

    def mark_complete(self, sensor: str, identity: str | None, streamed: bool) -> None:
        """Note that an archive was read to its end, and that it was whole."""
        self.commit()
        self.precious |= streamed
        if identity is not None:
            self._state["complete"][sensor] = identity
            self._save()

    def _save(self):
        write_text(self._folder / _STATE, json.dumps(self._state, indent=1) + "\n")


@contextmanager
def image_writer(
    out: Path | str, map_size: int, wanted: Collection[str], lineage: Lineage
) -> Iterator[ImageWriter]:
    """Open an LMDB for filling; it appears at ``out`` unless the block fails.

    What has been put is kept next to ``out`` where the block is interrupted by a signal, a kill, or a server
    that does not deliver, and the next call goes on with it; where a stream was read to its end, also when
    the block fails otherwise. It is dropped at any other failure, where the code has changed since, or where
    it holds patches that are not wanted any more.

    Parameters
    ----------
    out : str or Path
        Directory of the LMDB; an older one is replaced. Holds ``lineage.json`` too.
    map_size : int
        Most bytes that the LMDB may take.
    wanted : collection of str
        Names of all patches that it is to hold.
    lineage : bentxt.program.lineage.Lineage
        Its ``code`` is what the kept blobs depend on.

    Yields
    ------
    ImageWriter

    Raises
    ------
    InputError
        If the LMDB cannot be written.
    """
    out = Path(out)
    part = out.with_name(f".{out.name}.part")
    writer: ImageWriter | None = None
    try:
        with _opened(part, map_size, wanted, lineage.code) as environment:
            writer = ImageWriter(part, environment, lineage.code)
            try:
                yield writer
            finally:
                writer.commit()
        (part / "lock.mdb").unlink(missing_ok=True)
        text = json.dumps(lineage.to_dict(), indent=1, sort_keys=True) + "\n"
        (part / LINEAGE).write_text(text, encoding="utf-8")
    # Neither a signal's SystemExit nor KeyboardInterrupt is one of these.
    except Exception as error:
        if not (isinstance(error, DownloadFailed) or (writer and writer.precious)):
            remove(part)
        if isinstance(error, lmdb.Error):
            remedy = f"the images take about {map_size >> 20} MiB: free space on this file system"
            raise InputError(f"cannot write the LMDB: {error}", file=out, remedy=remedy) from error
        raise
    remove(out)
    part.rename(out)
    (out / _STATE).unlink()


@contextmanager
def _opened(part, map_size, wanted, code):
    """Open the LMDB of an earlier attempt where it may be gone on with, or else an empty one."""
    if _read_state(part).get("code") != code:
        remove(part)
    part.mkdir(parents=True, exist_ok=True)
    environment = _open(part, map_size)
    try:
        if not _names(environment) <= set(wanted):
            environment.close()
            remove(part)
            part.mkdir()
            environment = _open(part, map_size)
        yield environment
        environment.sync(True)
    finally:
        environment.close()


def _open(part, map_size):
    # Commits wait for their data, so that what a crash of the machine leaves behind is a whole LMDB.
    return lmdb.open(str(part), map_size=map_size, metasync=False, meminit=False)


def _names(environment):
    with environment.begin() as transaction, transaction.cursor() as cursor:
        return {bytes(key).decode() for key in cursor.iternext(keys=True, values=False)}


def _read_state(part):
    try:
        return json.loads((part / _STATE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
