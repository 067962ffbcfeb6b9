"""Who asks what, among jobs that run at the same time: no question goes to a model twice.

Each job has a file beside its answers that lists what it is going to ask. A lock on that file lives as long
as the job, however that ends, so that nothing stays reserved after a kill.
"""

import fcntl
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Self

from bentxt.errors import InputError

_SUFFIX, _GATE = ".reserved", "reservations.lock"
_LOG = logging.getLogger(__name__)


class Reservations:
    """The keys that this job asks, beside those of the other jobs of a folder.

    Parameters
    ----------
    answers : str or Path, optional
        The job's file of answers; others in its folder may be those of jobs that run now. None: no other job
        asks the same.

    Raises
    ------
    InputError
        If a job with the same file of answers is running.
    """

    def __init__(self, answers: Path | str | None) -> None:
        self._own: IO[str] | None = None
        if answers is None:
            return
        self._path = Path(answers).with_suffix(_SUFFIX)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._gate():
                own = self._path.open("a+", encoding="utf-8")
                if not _lock(own, wait=False):
                    own.close()
                    raise InputError(
                        "another job is writing these answers",
                        file=str(answers),
                        remedy="wait until it has ended, or end it",
                    )
        except OSError as error:
            # Some shared file systems have no locks.
            _LOG.warning("%s: no locks here, jobs at once may ask the same: %s", self._path.parent, error)
            return
        self._own = own

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        if self._own is not None:
            with self._gate():
                self._path.unlink(missing_ok=True)
                self._own.close()

    def take(self, keys: Sequence[str]) -> list[str]:
        """Reserve what no other running job has reserved, in place of what this job had reserved before.

        Parameters
        ----------
        keys : sequence of str

        Returns
        -------
        list of str
            Those of ``keys`` that this job may ask, in their order.
        """
        if self._own is None:
            return list(keys)
        with self._gate():
            others: set[str] = set()
            for path in self._path.parent.glob(f"*{_SUFFIX}"):
                if path != self._path:
                    others |= _reserved(path)
            mine = [key for key in keys if key not in others]
            self._own.truncate(0)
            self._own.write(json.dumps(mine))
            self._own.flush()
        return mine

    def release(self) -> None:
        """Leave to others what this job had reserved."""
        self.take([])

    def _gate(self):
        gate = (self._path.parent / _GATE).open("a", encoding="utf-8")
        try:
            _lock(gate, wait=True)
        except BaseException:
            gate.close()
            raise
        # Closing it lets the next one in.
        return gate


def _lock(file, *, wait):
    """Lock a file for this process; whether that succeeded."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _reserved(path):
    """Return what a job that runs now has reserved; the file of one that was killed is taken away."""
    try:
        with path.open(encoding="utf-8") as file:
            if not _lock(file, wait=False):
                return set(json.loads(file.read() or "[]"))
            path.unlink(missing_ok=True)
    except FileNotFoundError:
        pass
    return set()
