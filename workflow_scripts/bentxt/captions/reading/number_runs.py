"""Amounts that stand in one enumeration, and the owners that they may have."""

from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import Owner


def number_run(row: Row, place: int) -> list[int]:
    """Return the places of the amounts that stand in one enumeration with the one at ``place``."""
    kind = row.kinds[place]
    first = place
    while True:
        j = first - 1
        while j >= 0 and row.kinds[j] in ",&":
            j -= 1
        if j < 0 or j == first - 1 or row.kinds[j] != kind:
            break
        first = j
    run, j = [first], first
    while True:
        j += 1
        while j < len(row) and row.kinds[j] in ",&":
            j += 1
        if j >= len(row) or row.kinds[j] != kind or j == run[-1] + 1:
            break
        run.append(j)
    return run


def distinct(*found: Owner) -> tuple[Owner, ...]:
    """Return owners that have a class, each once."""
    return tuple(dict.fromkeys(owner for owner in found if owner.mentions))
