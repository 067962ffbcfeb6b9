"""Answers that a kill does not lose: append-only JSON lines."""

import json
import threading
from pathlib import Path

from bentxt.errors import InputError


class ConversationLog:
    """The answers of conversations by key, in memory and, where a path is given, in a JSON-lines file.

    A line is ``{"key": ..., "turn": 0 | 1, "answer": ...}``. A last line that a kill cut off is dropped.

    Parameters
    ----------
    path : str or Path, optional
        The progress file; its folder is made if need be.

    Raises
    ------
    InputError
        If a line other than the last is broken.
    """

    def __init__(self, path=None):
        self._said = {}
        self._lock = threading.Lock()
        self._file = None
        if path is not None:
            path = Path(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a+b")
            self._read(path)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self._file is not None:
            self._file.close()

    def __len__(self):
        return sum(len(said) for said in self._said.values())

    def get(self, key):
        """Return the answers under ``key``, turn by turn (list of str)."""
        return self._said.get(key, [])

    def add(self, key, answer):
        """Keep the next answer under ``key``; it is on its way to the disk when this returns."""
        with self._lock:
            said = self._said.setdefault(key, [])
            said.append(answer)
            if self._file is not None:
                line = json.dumps({"key": key, "turn": len(said) - 1, "answer": answer}, ensure_ascii=True)
                self._file.write(f"{line}\n".encode())
                self._file.flush()

    def _read(self, path):
        self._file.seek(0)
        whole = 0
        for number, line in enumerate(self._file, 1):
            if not line.endswith(b"\n"):
                break
            try:
                record = json.loads(line)
                key, turn, answer = record["key"], record["turn"], record["answer"]
            except (ValueError, TypeError, KeyError) as error:
                raise InputError(
                    f"line {number} is no answer: {error}",
                    file=path,
                    remedy="delete that line; the answers on all others are used",
                ) from error
            said = self._said.setdefault(key, [])
            if turn == len(said):
                said.append(answer)
            whole += len(line)
        self._file.truncate(whole)
        self._file.seek(whole)


class PredictionLog:
    """Answers by annotation in a JSON-lines file, as far as an earlier run with the same key got.

    The first line is ``{"key": …}``, each other one ``{"ID": …, "answer": …}``. A file with another key is
    begun again, a last line that a kill cut off is dropped.

    Parameters
    ----------
    path : str or Path
    key : str
        From :func:`progress_key`.

    Raises
    ------
    InputError
        If a line other than the last is broken.
    """

    def __init__(self, path, key):
        self.path, self.answers = Path(path), {}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("a+b")
        self._file.seek(0)
        header = json.dumps({"key": key}).encode() + b"\n"
        whole = 0
        if self._file.readline() == header:
            whole = len(header) + self._read()
        self._file.truncate(whole)
        if not whole:
            self._file.write(header)
            self._file.flush()

    def _read(self):
        whole = 0
        for number, line in enumerate(self._file, 2):
            if not line.endswith(b"\n"):
                break
            try:
                record = json.loads(line)
                self.answers[int(record["ID"])] = str(record["answer"])
            except (ValueError, KeyError, TypeError) as error:
                remedy = "delete that line; the answers on all others are used"
                raise InputError(
                    f"line {number} is no answer: {error}", file=self.path, remedy=remedy
                ) from error
            whole += len(line)
        return whole

    def add(self, answers):
        """Keep the answers of a batch (dict of annotation to text); when it returns, a kill loses none."""
        lines = [json.dumps({"ID": key, "answer": text}) + "\n" for key, text in answers.items()]
        self._file.write("".join(lines).encode())
        self._file.flush()
        self.answers |= answers

    def close(self, *, done):
        """Close the file, and remove it where the answers are ``done`` and stand elsewhere."""
        self._file.close()
        if done:
            self.path.unlink()
