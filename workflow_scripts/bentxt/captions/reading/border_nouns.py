"""Statements on borders by a noun: "a border between X and Y", "the borders of X with Y"."""

from collections.abc import Iterator

from bentxt.captions.reading.border_claims import claim_of
from bentxt.captions.reading.border_exceptions import is_denied
from bentxt.captions.reading.border_objects import objects_of
from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import EVERYTHING, OTHERS, BorderClaim, Sides


def read_noun(row: Row, place: int) -> Iterator[BorderClaim]:
    """Yield the claims of the noun of a border at ``place``."""
    several = _couples(row, place)
    if several:
        for left, right in several:
            found = row.mentions([left, right])
            yield claim_of(row, place, [Sides(found, None)], is_denied(row, place), False, right + 1)
        return
    objects, end = objects_of(row, place)
    if len(objects) >= 2 or EVERYTHING in objects:
        if OTHERS in objects and len(objects) > 1:
            # "Between X and each of the other classes".
            named = tuple(mention for mention in objects if mention != OTHERS)
            yield claim_of(row, place, [Sides(named, (OTHERS,))], is_denied(row, place), False, end)
            return
        readings = [Sides(objects, None), *(Sides(objects[:1], objects[1:]) for _ in range(len(objects) > 2))]
        yield claim_of(row, place, readings, is_denied(row, place), False, end)
    elif (objects and "with" in row.tokens[place].text) or (objects and end < len(row)):
        subject = row.first_classes(row.clause_start(place), place)
        readings = [Sides(subject, objects)] if subject else []
        # "The border of X with Y".
        later = [j for j in range(end, min(end + 4, len(row))) if row.kinds[j] == "C"]
        if later and any(row.tokens[j].text in ("with", "to") for j in range(end, later[0])):
            readings.insert(0, Sides(objects, row.mentions(row.list_from(later[0]))))
        if readings:
            yield claim_of(row, place, readings, is_denied(row, place), not later, end)


def _couples(row, place):
    """Return the couples of "between X and Y, X and Z, as well as Y and Z"."""
    found = []
    for j in range(place + 1, len(row)):
        if row.kinds[j] in "VBw;s:.":
            break
        if row.kinds[j] == "C" and row.depth[j] == row.depth[place]:
            found.append(j)
    names = [row.tokens[j].mention.classes for j in found]
    if len(found) < 4 or len(found) % 2 or len(set(names)) == len(names):
        return []
    return list(zip(found[::2], found[1::2], strict=True))
