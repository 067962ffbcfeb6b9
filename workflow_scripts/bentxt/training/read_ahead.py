"""Work that is done ahead by other processes, in order: reading and preparing what the device waits for."""

from __future__ import annotations

import atexit
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

import torch
from torch.utils.data import DataLoader, Dataset

from bentxt.errors import InputError

#: What a scheduler or a keyboard sends to all processes of a job.
_SIGNALS = (signal.SIGTERM, signal.SIGINT)

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class _Failure:
    """Bad input that a process met: PyTorch would make another exception of it."""

    error: InputError


class _Work(Dataset, Generic[T, R]):
    def __init__(self, work: Callable[[T], R]) -> None:
        self._work = work

    def __getitem__(self, item: T) -> R | _Failure:
        try:
            return self._work(item)
        except InputError as error:
            return _Failure(error)


def read_ahead(
    items: Iterable[T], work: Callable[[T], R], workers: int = 0, prefetch: int = 2
) -> Iterator[R]:
    """Yield what some work makes of items, in their order and the same with any number of workers.

    Tensors come in pinned memory where there is a GPU, if what holds them has a method ``pin_memory``.

    Parameters
    ----------
    items : iterable
        Drawn in this process, a few ahead of what is yielded.
    work : callable
        Runs in the workers.
    workers : int
        Processes; 0: this one does the work, and nothing is done ahead.
    prefetch : int
        Items ahead, of each worker.

    Yields
    ------
    object

    Raises
    ------
    InputError
        That of the work, as it is.
    """
    loader: DataLoader = DataLoader(
        _Work(work),
        batch_size=None,
        sampler=items,
        num_workers=workers,
        prefetch_factor=prefetch if workers else None,
        collate_fn=_as_it_is,
        worker_init_fn=partial(_outlive_signals, os.getpid()),
        pin_memory=torch.cuda.is_available(),
    )
    # A worker begins with this thread's mask, so that no signal ends it before it knows what to do with one.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        done = iter(loader)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    end = getattr(done, "_shutdown_workers", _nothing)
    # Before multiprocessing's own end, which asks workers by a signal that they do not hear.
    atexit.register(end)
    try:
        for result in done:
            if isinstance(result, _Failure):
                raise result.error
            yield result
    finally:
        end()
        atexit.unregister(end)


def _as_it_is(result: Any) -> Any:
    return result


def _nothing() -> None:
    pass


def _outlive_signals(parent: int, worker: int) -> None:
    """Leave the end to the process that started this one, which may have work left when signals come to all.

    If it is gone, PyTorch's own watch ends the worker; but that would take whoever inherits a worker whose
    parent ended before the watch began for its parent.
    """
    if os.getppid() != parent:
        os._exit(1)
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
