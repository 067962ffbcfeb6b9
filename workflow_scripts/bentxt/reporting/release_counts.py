"""The release's counts, which ours are compared with."""

import csv
from pathlib import Path

from bentxt.dataset.annotation_counts import ADJACENT, ANSWERS, BENCH
from bentxt.errors import InputError

OUTSIDE = "outside bench"


class ReleaseCounts:
    """Numbers of the release, from ``resources/release_counts.csv``.

    Parameters
    ----------
    path : str or Path
        CSV: unit (``rows``, ``patches``, …), split, type, category and answer (empty: all of them), number
        and basis (``reported``, ``derived`` by arithmetic, or ``rounded``).

    Raises
    ------
    InputError
        If the file is missing, has other columns, or a number twice.
    """

    def __init__(self, path):
        self._path, self._numbers = path, {}
        try:
            with Path(path).open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    key = tuple(row[name] for name in ("unit", "split", "type", "category", "answer"))
                    if key in self._numbers:
                        raise InputError("the same number twice", file=path, item=_words(key))
                    self._numbers[key] = int(row["number"]), row["basis"]
        except FileNotFoundError:
            raise InputError("file not found", file=path) from None
        except (KeyError, ValueError, TypeError) as error:
            problem = f"expected unit, split, type, category, answer, number and basis: {error!r}"
            raise InputError(problem, file=path) from error

    def number(self, unit, split="", kind="", category="", answer=""):
        """Return a number; :class:`InputError` names one that the file does not hold."""
        key = (unit, split, kind, category, answer)
        if key not in self._numbers:
            raise InputError("no such number of the release", file=self._path, item=_words(key))
        return self._numbers[key][0]

    def basis(self, *key):
        """Return how a number of :meth:`number` is known."""
        self.number(*key)
        return self._numbers[(*key, *[""] * (5 - len(key)))][1]

    def rows_per_patch(self, kind, category):
        """Return the release's mean rows per patch outside bench, and how it is known."""
        if (kind, category) == ADJACENT[:2]:
            rows = sum(self.number("rows", OUTSIDE, kind, category, answer) for answer in ANSWERS[kind])
        elif kind == "bounding box":
            # Published for the whole release and for the benchmark split.
            rows = self.number("rows", "", "", category) - self.number("rows", BENCH, kind, category)
        else:
            rows = self.number("rows", OUTSIDE, kind, category)
        return rows / self.number("patches", OUTSIDE)


def _words(key):
    return ", ".join(part for part in key if part)
