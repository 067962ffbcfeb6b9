"""The release's counts, which ours are compared with."""

import csv
from pathlib import Path

from bentxt.errors import InputError
from bentxt.release import ADJACENT, ANSWERS, BENCH, BOXES

OUTSIDE = "outside bench"


class ReleaseCounts:
    """Numbers of the release, from ``resources/release_counts.csv``.

    Parameters
    ----------
    path : str or Path
        CSV: unit (``rows``, ``patches``, …), split, type, category and answer (empty: all of them; of a
        width its percent), number and basis (``reported``, ``derived`` by arithmetic, ``rounded``, or on how
        many patches it was seen).

    Raises
    ------
    InputError
        If the file is missing, has other columns, or a number twice.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = path
        self._numbers: dict[tuple[str, ...], tuple[float, str]] = {}
        try:
            with Path(path).open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    key = tuple(row[name] for name in ("unit", "split", "type", "category", "answer"))
                    if key in self._numbers:
                        raise InputError("the same number twice", file=path, item=_words(key))
                    self._numbers[key] = _number(row["number"]), row["basis"]
        except FileNotFoundError:
            raise InputError("file not found", file=path) from None
        except (KeyError, ValueError, TypeError) as error:
            problem = f"expected unit, split, type, category, answer, number and basis: {error!r}"
            raise InputError(problem, file=path) from error

    def number(
        self, unit: str, split: str = "", annotation_type: str = "", category: str = "", answer: str = ""
    ) -> float:
        """Return a number; :class:`InputError` names one that the file does not hold."""
        key = (unit, split, annotation_type, category, answer)
        if key not in self._numbers:
            raise InputError("no such number of the release", file=self._path, item=_words(key))
        return self._numbers[key][0]

    def knows(
        self, unit: str, split: str = "", annotation_type: str = "", category: str = "", answer: str = ""
    ) -> bool:
        """Tell whether the file holds a number of :meth:`number`."""
        return (unit, split, annotation_type, category, answer) in self._numbers

    def answers(self, unit: str, split: str, annotation_type: str, category: str) -> list[str]:
        """Return the answers, or widths, that the file has a number of a unit for; in its order."""
        wanted = (unit, split, annotation_type, category)
        return [key[4] for key in self._numbers if key[:4] == wanted]

    def basis(self, *key: str) -> str:
        """Return how a number of :meth:`number` is known."""
        self.number(*key)
        return self._numbers[(*key, *[""] * (5 - len(key)))][1]

    def has(self, annotation_type: str, category: str) -> bool:
        """Tell whether the release has rows of a type and category: a category of your own is not in it."""
        keys = {key[2:4] for key in self._numbers if key[:2] in (("rows", OUTSIDE), ("rows", BENCH))}
        return (annotation_type, category) in keys

    def rows_per_patch(self, annotation_type: str, category: str) -> float:
        """Return the release's mean rows per patch outside bench."""
        if (annotation_type, category) == ADJACENT[:2]:
            rows = sum(
                self.number("rows", OUTSIDE, annotation_type, category, answer)
                for answer in ANSWERS[annotation_type]
            )
        elif annotation_type in BOXES:
            # Published for the whole release and for the benchmark split.
            rows = self.number("rows", "", "", category)
            rows -= self.number("rows", BENCH, annotation_type, category)
        else:
            rows = self.number("rows", OUTSIDE, annotation_type, category)
        return rows / self.number("patches", OUTSIDE)


def _number(text):
    """Return a count as int, a share as float."""
    return float(text) if "." in text else int(text)


def _words(key):
    return ", ".join(part for part in key if part)
