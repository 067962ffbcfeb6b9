"""Answers that neither a kill nor the end of a job loses: append-only JSON lines, keyed by what was asked."""

import json
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO, Self

from bentxt.errors import InputError


class AnswerLog:
    """The answers of a model by key, turn by turn, in memory and, where a path is given, in a file.

    A line of the file is ``{"key": …, "turn": 0 | 1 | …, "answer": …}``. A last line that a kill cut off is
    dropped. A blank answer is known to this run only: it is never written, so the next run asks again.
    :meth:`get` and :meth:`add` may be called from several threads; a file has one writer at a time.

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
        self._written: dict[str, int] = {}
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        if path is not None:
            path = Path(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a+b")
            self._file.seek(0)
            self._said, whole = _read(self._file, path)
            self._written = {key: len(said) for key, said in self._said.items()}
            self._file.truncate(whole)
            self._file.seek(whole)
        for other in others:
            if path is None or Path(other) != path:
                with Path(other).open("rb") as file:
                    found, _ = _read(file, other)
                # Turns of a conversation belong together: all are taken from the file that holds the most.
                for key, said in found.items():
                    if len(said) > len(self._said.get(key, ())):
                        self._said[key] = said
                        self._written.pop(key, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        if self._file is not None:
            self._file.close()

    def __len__(self) -> int:
        return sum(len(said) for said in self._said.values())

    def get(self, key: str) -> list[str]:
        """Return the answers under ``key``, turn by turn (list of str)."""
        return self._said.get(key, [])

    def add(self, key: str, answer: str) -> None:
        """Keep the next answer under ``key``; once this returns, a kill of the process does not lose it."""
        with self._lock:
            said = self._said.setdefault(key, [])
            said.append(answer)
            if self._file is None or not all(map(str.strip, said)):
                return
            # Earlier turns that another file holds are written too: each file can be read on its own.
            first = self._written.get(key, 0)
            records = [
                {"key": key, "turn": turn, "answer": text} for turn, text in enumerate(said) if turn >= first
            ]
            self._file.write("".join(json.dumps(record) + "\n" for record in records).encode())
            self._file.flush()
            self._written[key] = len(said)


def _read(file: BinaryIO, path: Path | str) -> tuple[dict[str, list[str]], int]:
    """Return the answers of an open file by key, and the length of its whole lines, bytes."""
    answers: dict[str, list[str]] = {}
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
        whole += len(line)
    return {key: said for key, said in answers.items() if said}, whole
