"""Errors that a user can act on: which file, which patch, what was expected, what to do."""

from pathlib import Path


class InputError(Exception):
    """Bad input or an impossible setting; programs print it without a traceback and exit with 1.

    Parameters
    ----------
    problem : str
        What is wrong and what was expected instead.
    file : str or Path, optional
        The file at fault.
    item : str, optional
        The patch, archive member, row or config key at fault.
    remedy : str, optional
        What the user can do about it.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: Path | str | None = None,
        item: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.problem, self.file, self.item, self.remedy = problem, file, item, remedy
        lines = [problem]
        if file is not None:
            lines.append(f"  file:   {file}")
        if item is not None:
            lines.append(f"  item:   {item}")
        if remedy is not None:
            lines.append(f"  remedy: {remedy}")
        super().__init__("\n".join(lines))


class CheckpointUnavailable(InputError):
    """A model's weights or its environment are not available; its table row says why it is empty."""


class MetricUnavailable(Exception):
    """A metric's resource (weights, corpus, judge) is not available; the message says which."""


class Unreadable(ValueError):
    """A released row is not understood; the message says why, in a few words."""
