"""Answers that neither a kill nor the end of a job loses: append-only JSON lines, keyed by what was asked."""

import json
import os
import threading
from collections.abc import Iterable
from io import FileIO
from pathlib import Path
from typing import IO, Any, Self

from bentxt.errors import InputError


class AnswerLog:
    """The answers of a model by key, turn by turn, in memory and, where a path is given, in a file.

    A line of the file is ``{"key": …, "turn": 0 | 1 | …, "answer": …}``, with a ``mark`` where the answer has
    one. A last line that a kill cut off is dropped. A blank answer is known to this run only: it is never
    written, so the next run asks again. :meth:`get` and :meth:`add` may be called from several threads; a
    file has one writer at a time.

    Parameters
    ----------
    path : str or Path, optional
        The file; its folder is made if need be.
    others : iterable of str or Path
        Files of other jobs, which are read and not changed, even while those jobs write them.

    Raises
    ------
    InputError
        If a line other than the last is broken.
    """

    def __init__(self, path: Path | str | None = None, others: Iterable[Path | str] = ()) -> None:
        self._said: dict[str, list[str]] = {}
        self._marks: dict[str, str] = {}
        self._written: dict[str, int] = {}
        self._lock = threading.Lock()
        self._file: FileIO | None = None
        self._end = 0
        if path is not None:
            path = Path(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            # Unbuffered: a buffer that a full disk did not take would be tried again on closing.
            self._file = path.open("ab", buffering=0)
            with path.open("rb") as file:
                self._said, self._marks, self._end = _read(file, path)
            self._written = {key: len(said) for key, said in self._said.items()}
            self._file.truncate(self._end)
        self._path = path
        self._lengths: dict[Path, int] = {}
        self.read(others)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        if self._file is not None:
            try:
                self.sync()
            finally:
                self._file.close()

    def read(self, others: Iterable[Path | str]) -> None:
        """Take over what files of other jobs hold by now; one that has not grown is not read again.

        Parameters
        ----------
        others : iterable of str or Path

        Raises
        ------
        InputError
            If a line other than the last is broken.
        """
        for other in map(Path, others):
            length = other.stat().st_size
            if other == self._path or self._lengths.get(other) == length:
                continue
            with other.open("rb") as file:
                found, marks, _ = _read(file, other)
            self._lengths[other] = length
            # Turns of a conversation belong together: all are taken from the file that holds the most.
            for key, said in found.items():
                if len(said) > len(self._said.get(key, ())):
                    self._said[key] = said
                    self._written.pop(key, None)
                    self._marks.pop(key, None)
                    self._marks |= {key: marks[key]} if key in marks else {}

    def __len__(self) -> int:
        return sum(len(said) for said in self._said.values())

    def get(self, key: str) -> list[str]:
        """Return the answers under ``key``, turn by turn (list of str)."""
        return self._said.get(key, [])

    def mark(self, key: str) -> str | None:
        """Return what was said of the last answer under ``key`` when it was added."""
        return self._marks.get(key)

    def sync(self) -> None:
        """Bring what was added to the disk: once this returns, a loss of power does not lose it either."""
        if self._file is not None:
            os.fsync(self._file.fileno())

    def add(self, key: str, answer: str, mark: str | None = None) -> None:
        """Keep the next answer under ``key``; once this returns, a kill of the process does not lose it.

        Parameters
        ----------
        key, answer : str
        mark : str, optional
            What to know of the answer whenever it is used again.

        Raises
        ------
        OSError
            If the disk is full; what was added before stays.
        """
        with self._lock:
            self._marks.pop(key, None)
            if mark is not None:
                self._marks[key] = mark
            said = self._said.setdefault(key, [])
            said.append(answer)
            if self._file is None or not all(map(str.strip, said)):
                return
            # Earlier turns that another file holds are written too: each file can be read on its own.
            first = self._written.get(key, 0)
            records = [
                {"key": key, "turn": turn, "answer": text} for turn, text in enumerate(said) if turn >= first
            ]
            if mark is not None:
                records[-1]["mark"] = mark
            blob = "".join(json.dumps(record) + "\n" for record in records).encode()
            try:
                _write(self._file, blob)
            except OSError as error:
                # Half a line would spoil the next one.
                self._file.truncate(self._end)
                error.filename = error.filename or self._file.name
                raise
            self._end += len(blob)
            self._written[key] = len(said)


def _write(file: FileIO, blob: bytes) -> None:
    """Write all of it: one call may write a part only."""
    rest = memoryview(blob)
    while rest:
        rest = rest[file.write(rest) :]


def _read(file: IO[bytes], path: Path | str) -> tuple[dict[str, list[str]], dict[str, str], int]:
    """Return the answers of an open file by key, their marks, and the length of its whole lines, bytes."""
    answers: dict[str, list[str]] = {}
    marks: dict[str, str] = {}
    whole = 0
    for number, line in enumerate(file, 1):
        if not line.endswith(b"\n"):
            break
        try:
            record = json.loads(line)
            key, turn, answer = record["key"], record["turn"], record["answer"]
            if not (isinstance(key, str) and isinstance(turn, int) and isinstance(answer, str)):
                raise TypeError("key and answer must be texts, turn a number")
        except (ValueError, TypeError, KeyError) as error:
            raise InputError(
                f"line {number} is no answer: {error}",
                file=path,
                remedy="delete that line; the answers on all others are used",
            ) from error
        said = answers.setdefault(key, [])
        # A turn that comes again begins the conversation again from there.
        if turn <= len(said) and answer.strip():
            said[turn:] = [answer]
            marks.pop(key, None)
            if isinstance(mark := record.get("mark"), str):
                marks[key] = mark
        whole += len(line)
    return {key: said for key, said in answers.items() if said}, marks, whole
