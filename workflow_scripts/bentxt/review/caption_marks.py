"""Two versions of a caption side by side: which words differ, and where the check's findings are."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

_WORD = re.compile(r"[^\W_]+(?:[.,'’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text that is shown in one way.

    Attributes
    ----------
    text : str
    differs : bool
        Whether the other version does not have these words here.
    findings : tuple of int
        Numbers of the findings about it, ascending.
    """

    text: str
    differs: bool
    findings: tuple[int, ...] = ()


def marked(text: str, other: str, places: Sequence[tuple[int, int] | None] = ()) -> list[Piece]:
    """Cut a text into pieces by what is to be marked.

    Parameters
    ----------
    text, other : str
        Two versions; words are compared without regard to case and punctuation.
    places : sequence of (int, int) or None
        Start and stop of each finding in ``text``; None, or a place that is not in the text, is not marked.

    Returns
    -------
    list of Piece
        In order; their texts together are ``text``.

    Examples
    --------
    >>> [piece.text for piece in marked("A red roof.", "A blue roof.") if piece.differs]
    ['red']
    """
    own, theirs = list(_WORD.finditer(text)), _WORD.findall(other.lower())
    matcher = SequenceMatcher(None, [word[0].lower() for word in own], theirs, autojunk=False)
    spans = [
        (own[first].start(), own[last - 1].end())
        for kind, first, last, _, _ in matcher.get_opcodes()
        if kind in ("replace", "delete")
    ]
    found = [
        (number, place)
        for number, place in enumerate(places)
        if place is not None and 0 <= place[0] < place[1] <= len(text)
    ]
    cuts = sorted({0, len(text), *_ends(spans), *_ends(place for _, place in found)})
    return [
        Piece(
            text[start:stop],
            any(a <= start and stop <= b for a, b in spans),
            tuple(number for number, (a, b) in found if a <= start and stop <= b),
        )
        for start, stop in pairwise(cuts)
    ]


def _ends(spans: Iterable[tuple[int, int]]) -> list[int]:
    return [end for span in spans for end in span]
