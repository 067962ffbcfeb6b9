"""A worker as a process: started in a group of its own, heard line by line, ended with the program."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from bentxt.errors import InputError

#: Environment variable with what a worker is told, as JSON.
VARIABLE = "BENTXT_WORKER"
#: Where the modules are that workers share; on their path.
WORKERS = Path(__file__).resolve().parents[3] / "workers"
#: A worker that says how often it gives a sign of life is lost after this many are left out.
LOST_BEATS = 30
#: Variables of the program's own Python, which would put its packages into the worker's.
_OF_THIS_PYTHON = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
#: Longest line of the protocol and of the log, bytes; the rest of a longer one is left out.
_LONGEST, _LONGEST_LOGGED = 1 << 24, 1 << 10
#: Most that the log takes of one process, characters, and the lines of it that a message quotes.
_LOGGED, _QUOTED = 2_000_000, 5
#: The kernel kills the worker with the program that started it, even where that has no time left to do so.
_LAUNCH = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
if os.getppid() != int(sys.argv[1]):
    sys.exit("the program that started this worker has ended")
os.execvp(sys.argv[2], sys.argv[2:])
"""


class WorkerLost(Exception):
    """The worker has ended, hangs, or gives no sign of life; the message says which, in a few words."""


class WorkerProcess:
    """One run of a worker.

    It has a process group of its own, which is killed with it. It does not outlive the thread that started
    it (on Linux; elsewhere workers that use ``workers/worker_protocol.py`` notice within a second).

    Attributes
    ----------
    busy_with : int or None
        Id of the request that the worker says it is answering.

    Parameters
    ----------
    name : str
        What its lines in the log begin with.
    command : sequence of str
        Program and arguments.
    told : mapping
        What the worker is told in :data:`VARIABLE`.

    Raises
    ------
    InputError
        If it cannot be started.
    """

    def __init__(self, name: str, command: Sequence[str], told: Mapping[str, Any]) -> None:
        command = [str(part) for part in command]
        self.busy_with: int | None = None
        self._beat: float | None = None
        self._heard: queue.Queue[dict | None] = queue.Queue()
        self._unsent: queue.Queue[str | None] = queue.Queue()
        self._log = _Log(name)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _LAUNCH, str(os.getpid()), *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                env=_environment(told),
            )
        except OSError as error:
            raise InputError(f"the worker cannot be started: {error}") from error
        self._kill = weakref.finalize(self, _kill_group, self._process)
        self._threads = [
            threading.Thread(target=target, args=arguments, daemon=True)
            for target, arguments in (
                (_send, (self._process.stdin, self._unsent)),
                (_listen, (self._process.stdout, self._heard, self._log)),
                (_read_log, (self._process.stderr, self._log)),
            )
        ]
        for thread in self._threads:
            thread.start()

    def send(self, record: Mapping[str, Any]) -> None:
        """Send one line; never waits for the worker."""
        self._unsent.put(json.dumps(record) + "\n")

    def hear(self, until: float, what: str) -> dict[str, Any]:
        """Return the next line of the protocol that is more than a sign of life.

        Parameters
        ----------
        until : float
            Time (:func:`time.monotonic`) at which the worker is given up.
        what : str
            What it should have said until then, for the message.

        Raises
        ------
        WorkerLost
            If the worker has ended, says nothing in time, or gives no sign of life any more.
        """
        alive = time.monotonic()
        while True:
            now = time.monotonic()
            if now >= until:
                raise WorkerLost(f"no {what}")
            if self._beat is not None and now >= alive + LOST_BEATS * self._beat:
                raise WorkerLost(f"no sign of life for {LOST_BEATS * self._beat:g} s")
            try:
                record = self._heard.get(timeout=min(1.0, until - now))
            except queue.Empty:
                # A program that it started may still hold its output.
                if self._process.poll() is None or not self._heard.empty():
                    continue
                record = None
            if record is None:
                raise WorkerLost(self._end())
            alive = time.monotonic()
            if "alive" not in record:
                return record
            self.busy_with, every = record["alive"], record.get("every")
            self._beat = every if isinstance(every, int | float) and every > 0 else self._beat

    def last_words(self) -> str:
        """Return the last lines of its log, in one line."""
        # What it wrote before it ended is still on its way.
        self._threads[2].join(1)
        return " | ".join(filter(None, self._log.last))

    def log(self, line: str) -> None:
        """Put a line into the log."""
        self._log.add(line)

    def _end(self):
        try:
            status = self._process.wait(1)
        except subprocess.TimeoutExpired:
            return "the worker closed its standard output"
        return f"the worker ended with status {status}"

    def close(self, patience: float = 10) -> None:
        """End the worker: its standard input ends, and what is left of it after a while is killed."""
        self._unsent.put(None)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        self.kill()

    def kill(self) -> None:
        """End the worker and all that it started, at once."""
        self._kill()
        self._unsent.put(None)


def _kill_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
    process.wait()


def _environment(told):
    kept = {name: value for name, value in os.environ.items() if name not in _OF_THIS_PYTHON}
    own = {"PYTHONPATH": str(WORKERS), "PYTHONNOUSERSITE": "1", "PYTHONIOENCODING": "utf-8"}
    return kept | own | {VARIABLE: json.dumps(told)}


def _send(stream: IO[bytes], unsent: queue.Queue[str | None]) -> None:
    """Write what is to be sent. A thread of its own does, for a worker that does not read blocks it."""
    try:
        with stream:
            while (line := unsent.get()) is not None:
                stream.write(line.encode())
                stream.flush()
    except (BrokenPipeError, ValueError):
        # The worker has ended, which is noticed where it is heard.
        return


def _listen(stream: IO[bytes], heard: queue.Queue[dict | None], log: "_Log") -> None:
    """Sort the worker's standard output into lines of the protocol and others, which belong to the log."""
    for line in _lines(stream, _LONGEST):
        record = _parse(line)
        if record is not None:
            heard.put(record)
        elif line.strip():
            log.add(line[:_LONGEST_LOGGED].decode(errors="replace"))
    heard.put(None)


def _read_log(stream: IO[bytes], log: "_Log") -> None:
    for line in _lines(stream, _LONGEST_LOGGED):
        log.add(line.decode(errors="replace"))


def _lines(stream, longest):
    """Yield lines of bytes; what goes beyond ``longest`` is left out."""
    with stream:
        whole = True
        while piece := stream.readline(longest):
            if whole:
                yield piece
            whole = piece.endswith(b"\n")


def _parse(line):
    """Return a line of the protocol, or None."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    known = isinstance(record, dict) and ("id" in record or "alive" in record or "ready" in record)
    return record if known else None


class _Log:
    """What a worker writes besides the protocol: on standard error, and its last lines for messages."""

    def __init__(self, name):
        self.last: deque[str] = deque(maxlen=_QUOTED)
        self._name, self._left = name, _LOGGED

    def add(self, line):
        # Of a progress bar, which returns to the start of its line, only the last state.
        text = line.rstrip().rpartition("\r")[2]
        text = "".join(
            sign if sign.isprintable() or sign == "\t" else "\N{REPLACEMENT CHARACTER}" for sign in text
        )
        self.last.append(text[:_LONGEST_LOGGED])
        if self._left > 0:
            self._left -= len(text)
            more = "" if self._left > 0 else "\n(the rest of this log is left out)"
            print(f"{self._name}: {text}{more}", file=sys.stderr)
