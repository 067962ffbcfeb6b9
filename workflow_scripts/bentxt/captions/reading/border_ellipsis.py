"""Statements on borders that share a verb with another, or turn their order round."""

from collections.abc import Iterator
from itertools import pairwise

from bentxt.captions.reading.border_claims import claim_of
from bentxt.captions.reading.border_exceptions import excepted_behind
from bentxt.captions.reading.border_lists import list_readings
from bentxt.captions.reading.border_objects import directly_behind, in_relative_clause, objects_of
from bentxt.captions.reading.border_references import all_of, in_common, unique
from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import OTHERS, BorderClaim, Group, Sides


def joined_objects(row: Row, place: int, objects: Group, end: int) -> tuple[Group, int]:
    """Return what "each other" is joined to, the list before or behind it, and where that ends."""
    if end + 1 >= len(row) or row.kinds[place] not in "Bb":
        return (), end
    if objects:
        # "X and Y border Z, and each other".
        return (objects if row.kinds[end:].lstrip(",")[:2] == "&R" else ()), end
    if row.kinds[end] != "R":
        return (), end
    j = end + 1 + (row.kinds[end + 1] == "," and end + 2 < len(row))
    if row.kinds[j] != "&" or "s" in row.kinds[end:j]:
        return (), end
    found, stop = objects_of(row, j)
    last = stop - 1
    while last > j and row.kinds[last] not in "CDOFLi":
        last -= 1
    return (found, stop) if found and not row.is_finite(last) else ((), end)


def likewise_subjects(row: Row, end: int) -> list[Group]:
    """Return the readings of whom ", and so does X" or ", as do X and Y" stand for."""
    j = end
    while j < len(row) and row.kinds[j] in ",&":
        j += 1
    if j == end or j + 2 >= len(row) or row.tokens[j].text not in ("so", "as"):
        return []
    if row.tokens[j + 1].text not in ("do", "does", "is", "are", "have", "has"):
        return []
    j += 2
    while j < len(row) and row.kinds[j] in "xat#n":
        j += 1
    if j >= len(row):
        return []
    if row.kinds[j] == "C":
        places = row.list_from(j)
        joined = ["&" in row.kinds[a:b] for a, b in pairwise(places)]
        if len(places) > 3 and all(joined[::2]):
            # "As do A and B, C and D": in couples.
            return [row.mentions(places[i : i + 2]) for i in range(0, len(places), 2)]
        return [row.mentions(places)]
    if row.kinds[j] == "D":
        return all_of(row, j)
    if row.kinds[j] in "FL":
        return [row.former_latter(j)]
    return [(OTHERS,)] if row.kinds[j] == "O" else []


def couples_of(likewise: list[Group]) -> list[Group]:
    """Return the couples that :func:`likewise_subjects` found, none where it is one list."""
    return likewise if len(likewise) > 1 and all(len(group) == 2 for group in likewise) else []


def sides_without_verb(row: Row, end: int) -> tuple[Group, Group] | None:
    """Return both sides of ", and X Y" behind a border, whose verb it shares: "…, and the latter also Y"."""
    j = end
    while j < len(row) and row.kinds[j] in ",&;":
        j += 1
    while j < len(row) and row.kinds[j] == "a":
        j += 1
    if j in (end, len(row)) or row.kinds[j] not in "CFL":
        return None
    left = row.former_latter(j) if row.kinds[j] in "FL" else row.mentions([j])
    following = directly_behind(row, j)
    return (left, row.mentions(row.list_from(following))) if following and left else None


def goes_on(row: Row, place: int, objects: Group) -> bool:
    """Whether the list behind a relative clause may be the one before it: "X, which borders A, and B"."""
    if len(objects) < 2 or not in_relative_clause(row, place):
        return False
    first = next((j for j in range(place, len(row)) if row.tokens[j].mention == objects[0]), len(row))
    return row.kinds[row.skip_brackets(first + 1) :].startswith(",&")


def is_fronted(row: Row, place: int, objects: Group, end: int) -> bool:
    """Whether the objects of the word of a border stand in front of its subject: "adjacent to X lies Y"."""
    if not objects or row.tokens[place].kind != "b":
        return False
    before, it, after = (
        row.kinds[max(0, place - 1) : place],
        row.kinds[place + 1 : place + 2],
        row.kinds[end:],
    )
    if it == "i" and before in (",", "&") and after.startswith(","):
        # "X and, bordering it, Y".
        return True
    if place and row.kinds[place - 1] in "&s;," and row.kinds[end : end + 1] == "V":
        return True
    return not any(row.kinds[j] in "CiDFL" for j in range(row.clause_start(place), place))


def subjects_behind(row: Row, end: int) -> list[Group]:
    """Return the readings of the list behind "Adjacent to X is …", the longest first."""
    j = end
    while j < len(row) and row.kinds[j] in "x,a":
        j += 1
    if j >= len(row) or row.kinds[j] not in "VvC":
        return []
    while j < len(row) and row.kinds[j] in "Vvatnx#p,:":
        j += 1
    if j < len(row) and row.kinds[j] in "OD":
        return [(OTHERS,)] if row.kinds[j] == "O" else all_of(row, j)
    if j >= len(row) or row.kinds[j] != "C":
        return []
    return unique(*(row.mentions(places) for places in list_readings(row, j)))


def read_repeated(row: Row, place: int, said: BorderClaim) -> Iterator[BorderClaim]:
    """Yield the claim of "X does so, too", "the same is true of X", in which ``said`` is told of X again."""
    sides = said.readings[0]
    subject: Group = ()
    if row.tokens[place].text == "same" and row.kinds[place + 1 : place + 2] == "V":
        j = place + 2
        while j < len(row) and row.kinds[j] in "xpat#n":
            j += 1
        subject = row.mentions(row.list_from(j)) if j < len(row) and row.kinds[j] == "C" else ()
        end = j + 1
    elif row.tokens[place - 1 - (row.tokens[place].text == "same")].text in ("do", "does"):
        before = place - 2 - (row.tokens[place].text == "same")
        while before > 0 and row.kinds[before] in "x#":
            before -= 1
        before = row.back_over_brackets(before)
        if before >= 0 and row.kinds[before] == "C":
            subject = row.mentions(row.subject_list(before))
        end = place + 1
    if not subject or sides.right is None or in_common(subject, sides.right):
        return
    but, end = excepted_behind(row, end)
    yield claim_of(row, place, [Sides(subject, sides.right, but or sides.but)], said.negated, False, end)
