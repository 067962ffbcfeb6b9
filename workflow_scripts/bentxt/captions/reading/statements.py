"""What a caption states: areas, counts, borders and ranks, each with the classes it may be said of."""

from dataclasses import dataclass
from typing import TypeAlias

from bentxt.captions.reading.amounts import Amount
from bentxt.captions.reading.class_names import Mention

#: Stand for all classes of the image, and for those that the other side of a border does not name.
EVERYTHING = Mention(-1, -1, frozenset(range(19)), True, "all classes", "")
OTHERS = Mention(-1, -1, frozenset(range(19)), True, "the other classes", "")
#: Classes that are spoken of together.
Group: TypeAlias = tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Owner:
    """Classes that a number may be said of: of ``each``, their ``sum``, ``any`` or ``all`` there are."""

    mentions: tuple[Mention, ...]
    mode: str = "each"


@dataclass(frozen=True, slots=True)
class AreaClaim:
    """An area or a share.

    Attributes
    ----------
    owners : tuple of Owner
        Whose it may be, the likeliest first; empty where the sentence names nothing.
    amount : bentxt.captions.reading.amounts.Amount
    part : str
        ``part`` or ``marginal`` where it is said of one of the areas of the class; else empty.
    """

    owners: tuple[Owner, ...]
    amount: Amount
    part: str


@dataclass(frozen=True, slots=True)
class CountClaim:
    """A number of areas.

    Attributes
    ----------
    owners : tuple of Owner
    number : int or None
        None for all of them.
    size : str
        ``large``, ``larger``, ``smaller``, ``small`` or ``marginal``; empty where they are of any size.
    partial : bool
        Whether only some of the areas are spoken of, as in "two of them".
    start, end : int
    text : str
    measure : int or None
        The area of the one that is spoken of, m², where nothing else tells it apart from others.
    """

    owners: tuple[Owner, ...]
    number: int | None
    size: str
    partial: bool
    start: int
    end: int
    text: str
    measure: int | None = None


@dataclass(frozen=True, slots=True)
class Sides:
    """Who touches whom: each of ``left`` each of ``right``, or each other where that is None."""

    left: tuple[Mention, ...]
    right: tuple[Mention, ...] | None
    but: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class BorderClaim:
    """A statement that classes touch, or do not.

    Attributes
    ----------
    readings : tuple of Sides
        What it may mean, the likeliest first.
    negated : bool
    weak : bool
        Whether it need not mean a border, as "beside".
    start, end : int
    """

    readings: tuple[Sides, ...]
    negated: bool
    weak: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RankClaim:
    """A statement on the order or the share of classes.

    Attributes
    ----------
    kind : str
        ``largest``, ``leading`` (one of several), ``second`` to ``fifth``, ``smallest``, ``whole``,
        ``nearly whole``, ``most``, ``equal``, ``level`` (nearly equal), ``descending``,
        ``ascending`` (a list in that order), ``larger of the two``, ``smaller of the two``, ``none``
        (no class dominates), ``marginal``, ``larger`` (the first of two mentions than the second).
    mentions : tuple of Mention
    start, end : int
    text : str
    """

    kind: str
    mentions: tuple[Mention, ...]
    start: int
    end: int
    text: str
