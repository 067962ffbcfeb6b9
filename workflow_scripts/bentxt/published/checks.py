"""A check of published numbers against each other: what was compared, and with what result."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from bentxt.published.paper_tables import PaperTables, Place, Quantity
from bentxt.release import BENCH, TASKS, TYPES

HOLDS, CONTRADICTION, UNCHECKED = "holds", "contradiction", "cannot be checked"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One comparison.

    Attributes
    ----------
    rule : str
        What kind of comparison it is.
    verdict : str
        :data:`HOLDS`, :data:`CONTRADICTION` or :data:`UNCHECKED`.
    about : str
        The places on trial, in words.
    printed : str
        What is printed there.
    computed : str
        What follows from other printed numbers.
    tolerance : str
        Within which both are the same number, given the rounding of what is printed.
    arithmetic : tuple of str
        The calculation with its numbers, so that a reader can do it again, or why there is none; a line each.
    statement : str
        A contradiction as a short sentence.
    note : str
        What else can be said.
    places : tuple of Place
        The places on trial.
    sources : tuple of Place
        The places that the other side was computed from.
    """

    rule: str
    verdict: str
    about: str
    printed: str
    computed: str = ""
    tolerance: str = ""
    arithmetic: tuple[str, ...]
    statement: str = ""
    note: str = ""
    places: tuple[Place, ...] = ()
    sources: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """What the rules work on.

    Attributes
    ----------
    tables : PaperTables
    groups : mapping of str to str
        Group of each model, as in ``resources/models.yaml``.
    rows : mapping of (str, str) to int
        Rows of the released benchmark split by annotation type and category.
    """

    tables: PaperTables
    groups: Mapping[str, str]
    rows: Mapping[tuple[str, str], int]

    @cached_property
    def _totals(self) -> dict[str, int]:
        return {name: sum(number for (own, _), number in self.rows.items() if own == name) for name in TYPES}

    def items(self, quantity: Quantity) -> int | None:
        """Return the number of items behind a quantity; None where it is not known."""
        if quantity.split != BENCH:
            return None
        category = quantity.metric.partition("/")[2]
        kind = TASKS[quantity.task]
        return self.rows.get((kind, category)) if category else self._totals[kind]


def words(places: tuple[Place, ...] | list[Place]) -> str:
    """Return places in words, separated by semicolons."""
    return "; ".join(place.words() for place in places)
