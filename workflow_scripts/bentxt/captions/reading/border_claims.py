"""A statement on borders, as it is read."""

from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import BorderClaim, Sides


def claim_of(row: Row, place: int, readings: list[Sides], negated: bool, weak: bool, end: int) -> BorderClaim:
    """Return the claim of the word of a border at ``place``, whose statement goes up to ``end``."""
    start = row.tokens[place].start
    stop = row.tokens[min(end, len(row)) - 1].end
    return BorderClaim(tuple(dict.fromkeys(readings)), negated, weak, start, max(start, stop))
