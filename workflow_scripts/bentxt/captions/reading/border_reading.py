"""Which classes a sentence says touch each other, in whatever words, and which it says do not."""

import re
from collections.abc import Iterator

from bentxt.captions.reading.border_claims import claim_of
from bentxt.captions.reading.border_ellipsis import (
    couples_of,
    goes_on,
    is_fronted,
    joined_objects,
    likewise_subjects,
    read_repeated,
    sides_without_verb,
    subjects_behind,
)
from bentxt.captions.reading.border_exceptions import (
    excepted_before,
    excepted_behind,
    is_denied,
    set_apart,
)
from bentxt.captions.reading.border_lists import long_subject
from bentxt.captions.reading.border_nouns import read_noun
from bentxt.captions.reading.border_objects import object_readings, objects_of
from bentxt.captions.reading.border_references import in_common, number_in, numbered, parted, unique
from bentxt.captions.reading.border_subjects import mutual_classes, sides_of_with_which, subjects_of
from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import EVERYTHING, OTHERS, BorderClaim, Sides
from bentxt.captions.reading.tokens import ATTRIBUTES

#: Need not mean a border where no verb carries them.
_WEAK = re.compile(
    r"^(?:next (?:door )?to|beside|alongside|against|at the edges? of|on the edges? of|linked to|with )"
)


def read_borders(row: Row) -> Iterator[BorderClaim]:
    """Yield what a sentence says of borders.

    Parameters
    ----------
    row : Row

    Yields
    ------
    BorderClaim
    """
    noun, said = False, row.said
    for place, kind in enumerate(row.kinds):
        if kind in "BbN":
            claims = list(read_noun(row, place) if kind == "N" else _read(row, place))
            yield from claims
            noun, said = kind == "N", claims[-1] if claims else said
        elif said and row.tokens[place].text in ("so", "likewise", "same"):
            for claim in read_repeated(row, place, said):
                yield claim
                said = claim
        elif row.kinds[place : place + 2] == "wp" and row.tokens[place].text == "that":
            yield from _that_of(row, place)
        elif kind == "x" and row.tokens[place].text in ATTRIBUTES and row.kinds[place + 1 : place + 2] == "C":
            yield from _attribute(row, place)
        elif kind == "x" and re.match(r"x,?a?C", row.kinds[place:]) and _is_neighbour(row, place):
            yield from _attribute(row, row.kinds.index("C", place) - 1)
        elif noun and row.tokens[place].text == "between" and row.kinds[place - 1] in ",&":
            # "Borders exist between A and B, and between C and D".
            yield from read_noun(row, place)


def _is_neighbour(row, place):
    """Whether "its neighbour" stands at ``place``: "X and its neighbour, Y"."""
    return row.tokens[place].text.startswith("neighb") and row.tokens[place - 1].text in ("its", "their")


def _that_of(row, place):
    """Yield the claim of "two contacts, that of X with Y and that of …"."""
    if match := re.match(r"wpa?C(?=pa?(C))", row.kinds[place:]):
        first, second = place + match.end() - 1, place + match.start(1)
        if row.tokens[first + 1].text in ("with", "and", "to"):
            sides = Sides(row.mentions([first]), row.mentions(row.list_from(second)))
            yield claim_of(row, place, [sides], False, False, second + 1)


def _attribute(row, place):
    """Yield the claim of "X …, and the adjacent Y"."""
    objects = row.mentions(row.list_from(place + 1))
    subjects = [
        row.first_classes(row.clause_start(place), place),
        row.first_classes(0, place),
        *(group[-1:] for group in row.lists_before(place)[:1]),
        row.topic,
    ]
    apart = [group for group in unique(*subjects) if not in_common(group, objects)]
    readings = [Sides(group, side) for side in (objects, objects[:1]) for group in apart]
    if readings:
        yield claim_of(row, place, readings, False, False, place + 2)


def _read(row, place):
    token = row.tokens[place]
    objects, end = objects_of(row, place)
    negated = is_denied(row, place)
    several = row.mentions(long_subject(row, place))
    plural = token.kind == "B" and not token.text.partition(" ")[0].endswith("s")
    subjects = unique(several, *(() if several and plural else subjects_of(row, place, objects)))
    subjects = [parted(row, group) for group in subjects]
    weak = token.kind == "b" and bool(_WEAK.match(token.text))
    reciprocal = end < len(row) and row.kinds[end] == "R" and not objects
    if mutual := mutual_classes(row, place):
        but, end = excepted_behind(row, place + 1)
        yield claim_of(row, place, [Sides(group, None, but) for group in mutual], negated, False, end)
        return
    if not objects and not reciprocal and (relative := sides_of_with_which(row, place)):
        subjects, objects = relative
    if apart := set_apart(row, place):
        # "X, but not Y, borders Z": Y does not.
        yield claim_of(row, place, [Sides(apart, objects or None)], not negated, False, end)
        named = [group for group in row.lists_before(place) if not in_common(group, apart)]
        subjects = unique(*named[:1], *(group for group in subjects if not in_common(group, apart)))
    yield from _besides(row, place, subjects, objects, end, negated)
    but = excepted_before(row, place) if (OTHERS,) in subjects else ()
    if objects:
        following, but_end = excepted_behind(row, end)
        if following and objects[0] in (OTHERS, EVERYTHING):
            but, end = following, but_end
        elif following:
            # "X borders Y, but not Z."
            denied = [Sides(s, following) for s in subjects]
            yield claim_of(row, place, denied, not negated, False, but_end)
    if (not subjects and objects and token.kind == "b") or is_fronted(row, place, objects, end):
        # "Adjacent to X lies Y."
        later = subjects_behind(row, end)
        if later:
            yield claim_of(row, place, [Sides(s, objects) for s in later], negated, False, end)
            return
    if reciprocal or not objects:
        if token.kind == "B" or reciprocal or token.text.startswith("sharing"):
            yield from _mutually(row, place, subjects, but, end, negated, reciprocal)
        return
    number = number_in(row.tokens[end - 1].text) if objects == (OTHERS,) else None
    if number:
        # "Each borders the other two": each of three touches those two, and not what is left.
        each = any(t.text.startswith(("each", "every")) for t in row.tokens[max(0, place - 3) : place])
        subjects = [s for s in subjects if len(s) < 3 or (len(s) == number + 1 and not each)]
    readings = [Sides(s, o, but) for o in object_readings(row, place, objects) for s in subjects if s != o]
    if goes_on(row, place, objects):
        readings += [Sides(s, objects[:1]) for s in subjects if s != objects[:1]]
    if number:
        readings += [Sides(group, None) for group in numbered(row, place, number + 1)]
    if readings:
        yield claim_of(row, place, readings, negated, weak, end)


def _besides(row, place, subjects, objects, end, negated):
    """Yield what shares the word of a border at ``place``: "… and each other", "…, and so does Z"."""
    reciprocal = row.kinds[end : end + 1] == "R" and not objects
    also, also_end = joined_objects(row, place, objects, end)
    if also:
        # "X and Y border each other as well as Z", "X and Y border Z and each other".
        but, also_end = excepted_behind(row, also_end) if OTHERS in also else ((), also_end)
        sides = also if reciprocal else None
        readings = [Sides(s, sides, but) for s in subjects if s != also and (len(s) > 1 or reciprocal)]
        if readings:
            yield claim_of(row, place, readings, negated, False, also_end)
    likewise = likewise_subjects(row, end + reciprocal)
    if couples := couples_of(likewise):
        # "A and B border each other, as do C and D, and E and F".
        for couple in couples:
            yield claim_of(row, place, [Sides(couple, None)], negated, False, end)
    elif likewise:
        # "X borders Y, and so does Z", "A and B border each other, as do C and D".
        readings = [Sides(s, objects or None) for s in likewise if objects or len(s) > 1]
        if readings:
            yield claim_of(row, place, readings, negated, False, end)
    if objects and (gapped := sides_without_verb(row, end)):
        yield claim_of(row, place, [Sides(*gapped)], negated, False, end)


def _mutually(row, place, subjects, but, end, negated, reciprocal):
    """Yield that the subjects touch each other, as objects that a comma or a clause keeps away are none."""
    left_out = excepted_before(row, place)
    rest = [left_out] if left_out else [row.first_classes(0, place), row.topic, row.last_two(place)[-1:]]
    readings = [
        Sides(s, None, but)
        for s in subjects
        for but in (unique(*rest) if s == (OTHERS,) else [left_out if EVERYTHING in s else ()])
        if len(s) > 1 or s[0].group
    ]
    if not readings and subjects and reciprocal:
        readings = [Sides(row.last_two(place), None)]
    if readings:
        following, end = excepted_behind(row, end + reciprocal)
        readings = [Sides(r.left, None, following or r.but) for r in readings]
        yield claim_of(row, place, readings, negated, False, end)
