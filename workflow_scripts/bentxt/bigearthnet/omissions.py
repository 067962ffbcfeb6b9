"""Patches that cannot be used: an error at the first one, or a list of them with the reasons."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bentxt.bigearthnet.archive_check import how_to_check
from bentxt.errors import InputError

#: Of each reason for leaving patches out, so many names go into lineage and log; the number is always there.
_NAMES_LISTED = 1000

_log = logging.getLogger(__name__)


class Omissions:
    """Maps or patches that cannot be used: an error at the first one, or a list with the reasons.

    Parameters
    ----------
    on_error : {"stop", "skip"}
        The setting ``reference_maps.on_error``.
    """

    def __init__(self, on_error: str) -> None:
        if on_error not in ("stop", "skip"):
            problem = f"on_error is {on_error!r}; expected stop or skip"
            raise InputError(problem, item="reference_maps.on_error")
        self._stop = on_error == "stop"
        self._names: dict[str, list[str]] = {}
        self._counts: dict[str, int] = {}

    def add(self, error: InputError, reason: str, name: str) -> None:
        """Raise ``error`` (stop), or note ``name`` under ``reason`` and log the error (skip)."""
        if self._stop:
            raise error
        self._note(reason, [name])
        _log.warning("left out: %s", str(error).replace("\n", ";"))

    def add_unlisted(self, error: InputError, name: str) -> None:
        """As :meth:`add` for a map of a patch that is not asked for."""
        self.add(error, "patch not in the metadata", name)

    def add_missing(self, names: Sequence[str], archive: Path | str) -> None:
        """As :meth:`add` for all patches that the archive has no map of."""
        reason = "no map in the archive"
        if self._stop:
            more = f" (and of {len(names) - 1} more patches)" if len(names) > 1 else ""
            raise InputError(
                f"{reason}{more}, though the metadata lists it",
                file=archive,
                item=names[0],
                remedy=f"{how_to_check(archive)}; or set reference_maps.on_error to skip",
            )
        self._note(reason, names)
        more = f" and {len(names) - _NAMES_LISTED} more" if len(names) > _NAMES_LISTED else ""
        listed = ", ".join(names[:_NAMES_LISTED])
        _log.warning("left out: %d patches with %s: %s%s", len(names), reason, listed, more)

    def _note(self, reason: str, names: Sequence[str]) -> None:
        self._counts[reason] = self._counts.get(reason, 0) + len(names)
        listed = self._names.setdefault(reason, [])
        listed.extend(names[: _NAMES_LISTED - len(listed)])

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Return ``{reason: {"count": number, "names": [patch or member, …]}}``."""
        return {
            reason: {"count": count, "names": self._names[reason]} for reason, count in self._counts.items()
        }
