"""Processes of this machine, as /proc shows them."""

import os
import select
from contextlib import suppress
from pathlib import Path


def processes_named(*words):
    """Return the numbers of the running processes whose command line holds all words."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            command = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if command and all(word in command for word in words):
                found.append(int(path.parent.name))
    return found


def gone(numbers, within=20):
    """Whether processes have ended, waiting for that some seconds each."""
    for number in numbers:
        with suppress(ProcessLookupError):
            handle = os.pidfd_open(number)
            try:
                # The handle is readable once the process has ended.
                if not select.select([handle], [], [], within)[0]:
                    return False
            finally:
                os.close(handle)
    return True


def children_of(number):
    """Return the numbers of the processes that a process has started and that have not been waited for."""
    found = set()
    for path in Path(f"/proc/{number}/task").glob("*/children"):
        with suppress(OSError):
            found |= set(map(int, path.read_text().split()))
    return found
