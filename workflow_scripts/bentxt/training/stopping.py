"""SIGTERM, which schedulers send before they kill: noted, so that a step can end and its state be saved."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

#: Exit status of a program that SIGTERM ended, as shells have it.
STOPPED = 128 + signal.SIGTERM


@contextmanager
def sigterm_noted() -> Iterator[Callable[[], bool]]:
    """Note SIGTERM instead of ending at once.

    Only in the main thread. Processes that are forked meanwhile note it for themselves, which is to say that
    they go on.

    Yields
    ------
    callable
        Says whether the signal has come.
    """
    come = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal come
        come = True

    before = signal.signal(signal.SIGTERM, note)
    try:
        yield lambda: come
    finally:
        signal.signal(signal.SIGTERM, before)
