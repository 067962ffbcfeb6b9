"""Signals that end a program: at once, or put off while an answer is on its way to where it is kept."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: s until a signal that was lost comes again.
_AGAIN = 0.05


def end_at_sigterm() -> None:
    """Leave through the exception path at SIGTERM, by which schedulers end jobs, so that temporary files go.

    Where the signal comes while a destructor or the callback of a weak reference runs, Python reports the
    exception and goes on: then the signal is sent again.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    report = sys.unraisablehook

    def send_again(unraisable: "sys.UnraisableHookArgs") -> None:
        if not isinstance(unraisable.exc_value, SystemExit):
            report(unraisable)
            return
        timer = threading.Timer(_AGAIN, os.kill, (os.getpid(), signal.SIGTERM))
        timer.daemon = True
        timer.start()

    sys.unraisablehook = send_again


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put off SIGTERM and Ctrl-C until the block has ended; for short blocks only.

    In a thread other than the main one, signals do not come anyway.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    # A mask would not do: another thread may take the signal, and its handler runs in this one.
    before = {
        number: signal.signal(number, lambda number, _: came.append(number))
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        if came:
            signal.raise_signal(came[0])
