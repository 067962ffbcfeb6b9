"""Which classes a sentence says touch each other, in whatever words, and which it says do not."""

import re
from collections.abc import Iterator

from bentxt.captions.reading.class_names import Mention
from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import EVERYTHING, OTHERS, BorderClaim, Sides
from bentxt.captions.reading.tokens import ATTRIBUTES, NUMBERS

#: Need not mean a border where no verb carries them.
_WEAK = re.compile(
    r"^(?:next (?:door )?to|beside|alongside|against|at the edges? of|on the edges? of|linked to|with )"
)
#: Leave classes out, and deny nothing.
_EXCEPT = re.compile(r"except|excluding|apart from|other than|aside from|save for|exception")
#: A class by its rank, in place of its name.
_FIRST = re.compile(
    r"(?:pre)?dominant|dominating|leading|largest|main|prevailing|prevalent|principal|primary"
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
    noun = False
    for place, kind in enumerate(row.kinds):
        if kind in "BbN":
            claims = _between(row, place) if kind == "N" else _read(row, place)
            yield from claims
            noun = kind == "N"
        elif kind == "x" and row.tokens[place].text in ATTRIBUTES and row.kinds[place + 1 : place + 2] == "C":
            yield from _attribute(row, place)
        elif noun and row.tokens[place].text == "between" and row.kinds[place - 1] in ",&":
            # "Borders exist between A and B, and between C and D".
            yield from _between(row, place)


def _attribute(row, place):
    """Yield the claim of "X …, and the adjacent Y"."""
    objects = row.mentions(row.list_from(place + 1))
    subjects = [
        row.first_classes(row.clause_start(place), place),
        row.first_classes(0, place),
        *(group[-1:] for group in row.lists_before(place)[:1]),
        row.topic,
    ]
    apart = [group for group in _unique(*subjects) if not _share(group, objects)]
    readings = [Sides(group, side) for side in (objects, objects[:1]) for group in apart]
    if readings:
        yield _claim(row, place, readings, False, False, place + 2)


def _between(row, place):
    several = _couples(row, place)
    if several:
        for left, right in several:
            found = row.mentions([left, right])
            yield _claim(row, place, [Sides(found, None)], _negated(row, place), False, right + 1)
        return
    objects, end = _objects(row, place)
    if len(objects) >= 2 or EVERYTHING in objects:
        if OTHERS in objects and len(objects) > 1:
            # "Between X and each of the other classes".
            named = tuple(mention for mention in objects if mention != OTHERS)
            yield _claim(row, place, [Sides(named, (OTHERS,))], _negated(row, place), False, end)
            return
        readings = [Sides(objects, None), *(Sides(objects[:1], objects[1:]) for _ in range(len(objects) > 2))]
        yield _claim(row, place, readings, _negated(row, place), False, end)
    elif (objects and "with" in row.tokens[place].text) or (objects and end < len(row)):
        subject = row.first_classes(row.clause_start(place), place)
        readings = [Sides(subject, objects)] if subject else []
        # "The border of X with Y".
        later = [j for j in range(end, min(end + 4, len(row))) if row.kinds[j] == "C"]
        if later and any(row.tokens[j].text in ("with", "to") for j in range(end, later[0])):
            readings.insert(0, Sides(objects, row.mentions(row.list_from(later[0]))))
        if readings:
            yield _claim(row, place, readings, _negated(row, place), not later, end)


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


def _claim(row, place, readings, negated, weak, end):
    start = row.tokens[place].start
    stop = row.tokens[min(end, len(row)) - 1].end
    return BorderClaim(tuple(dict.fromkeys(readings)), negated, weak, start, max(start, stop))


def _read(row, place):
    token = row.tokens[place]
    objects, end = _objects(row, place)
    negated = _negated(row, place)
    subjects = _subjects(row, place)
    weak = token.kind == "b" and bool(_WEAK.match(token.text))
    reciprocal = end < len(row) and row.kinds[end] == "R" and not objects
    if not objects and not reciprocal:
        if mutual := _mutual(row, place):
            yield _claim(row, place, [Sides(group, None) for group in mutual], negated, False, place + 1)
            return
        if relative := _with_which(row, place):
            subjects, objects = relative
    if also := _also(row, place, objects, end):
        # "X and Y border each other as well as Z", "X and Y border Z and each other".
        mutually = not reciprocal
        readings = [
            Sides(s, None if mutually else also)
            for s in subjects
            if s != also and (len(s) > 1 or not mutually)
        ]
        if readings:
            yield _claim(row, place, readings, negated, False, end)
    if likewise := _likewise(row, end + reciprocal):
        # "X borders Y, and so does Z", "A and B border each other, as do C and D".
        readings = [Sides(s, objects or None) for s in likewise if objects or len(s) > 1]
        if readings:
            yield _claim(row, place, readings, negated, False, end)
    if objects and (gapped := _gapped(row, end)):
        yield _claim(row, place, [Sides(*gapped)], negated, False, end)
    but: tuple[Mention, ...] = _left_out(row, place) if (OTHERS,) in subjects else ()
    if objects:
        following, but_end = _but(row, end)
        if following:
            if objects[0] in (OTHERS, EVERYTHING):
                but, end = following, but_end
            else:
                # "X borders Y, but not Z."
                yield _claim(row, place, [Sides(s, following) for s in subjects], not negated, False, but_end)
    if (not subjects and objects and token.kind == "b") or _fronted(row, place, objects, end):
        # "Adjacent to X lies Y."
        later = _inverted(row, end)
        if later:
            yield _claim(row, place, [Sides(later, objects)], negated, False, end)
            return
    if reciprocal or not objects:
        if token.kind == "b" and not reciprocal:
            return
        # Objects that a comma or a clause keeps away are none: the subjects touch each other.
        left_out = _left_out(row, place)
        rest = [left_out] if left_out else [row.first_classes(0, place), row.topic, row.last_two(place)[-1:]]
        readings = [
            Sides(s, None, but)
            for s in subjects
            for but in (_unique(*rest) if s == (OTHERS,) else [left_out if EVERYTHING in s else ()])
            if len(s) > 1 or s in ((EVERYTHING,), (OTHERS,))
        ]
        pair = _excepted_pair(row, end + reciprocal)
        if pair and readings and readings[0].left == (EVERYTHING,):
            # All the others border each other, and X all but Y.
            yield _claim(row, place, [Sides((OTHERS,), None, pair[0])], negated, False, end)
            yield _claim(row, place, [Sides(pair[0], (OTHERS,), pair[1])], negated, False, end)
            return
        if not readings and subjects and reciprocal:
            readings = [Sides(row.last_two(place), None)]
        if readings:
            following, end = _but(row, end + reciprocal)
            readings = [Sides(r.left, None, following or r.but) for r in readings]
            yield _claim(row, place, readings, negated, False, end)
        return
    readings = [Sides(s, objects, but) for s in subjects if s != objects]
    if _goes_on(row, place, objects):
        readings += [Sides(s, objects[:1]) for s in subjects if s != objects[:1]]
    if readings:
        yield _claim(row, place, readings, negated, weak, end)


def _left_out(row, place):
    """Return X of "Except for X, all classes border" and of "All classes except X border"."""
    mark = 0 if row.kinds[:1] == "!" else row.kinds.rfind("D!", 0, place) + 1
    if row.kinds[mark : mark + 1] == "!" and _EXCEPT.search(row.tokens[mark].text):
        j = mark + 1
        while j < place and row.kinds[j] in "pax#":
            j += 1
        if row.kinds[j] == "C":
            return row.mentions(row.list_from(j))
    return ()


def _excepted_pair(row, end):
    """Return the two sides of ", except that X does not border Y" or ", except for X, which does not"."""
    j = end + (row.kinds[end : end + 1] == ",")
    if row.kinds[j : j + 1] != "!" or not _EXCEPT.search(row.tokens[j].text):
        return None
    first = row.kinds.find("C", j)
    border = next((i for i in range(max(first, j), len(row)) if row.kinds[i] in "BN;s"), None)
    if first < 0 or border is None or row.kinds[border] != "B" or not _negated(row, border):
        return None
    objects, _ = _objects(row, border)
    places = row.list_from(first)
    between = row.kinds[places[-1] + 1 : border].strip("xV!#")
    if len(places) > 1 or not objects or between not in ("", ",w"):
        return None
    return row.mentions(places), objects


def _gapped(row, end):
    """Return both sides of ", and X Y" behind a border, whose verb it shares: "…, and the latter also Y"."""
    j = end
    while j < len(row) and row.kinds[j] in ",&;":
        j += 1
    while j < len(row) and row.kinds[j] == "a":
        j += 1
    if j in (end, len(row)) or row.kinds[j] not in "CFL":
        return None
    left = row.former_latter(j) if row.kinds[j] in "FL" else row.mentions([j])
    following = _directly_behind(row, j)
    return (left, row.mentions(row.list_from(following))) if following and left else None


def _directly_behind(row, place):
    """Return where a class stands that follows the one at ``place`` without a verb or a comma, or None."""
    j = row.skip_brackets(place + 1)
    while j < len(row) and (
        row.kinds[j] == "a" or row.tokens[j].text in ("also", "only", "both", "in", "turn")
    ):
        j = row.skip_brackets(j + 1)
    return j if j < len(row) and row.kinds[j] == "C" else None


def _goes_on(row, place, objects):
    """Whether the list behind a relative clause may be the one before it: "X, which borders A, and B"."""
    if len(objects) < 2 or not _relative(row, place):
        return False
    first = next((j for j in range(place, len(row)) if row.tokens[j].mention == objects[0]), len(row))
    return row.kinds[row.skip_brackets(first + 1) :].startswith(",&")


def _mutual(row, place):
    """Return the readings of "three mutually bordering classes"."""
    if not place or row.tokens[place - 1].text != "mutually" or row.tokens[place].kind != "b":
        return []
    clause = row.first_classes(row.clause_start(place), place)
    later = next((row.mentions(row.list_from(j)) for j in range(place, len(row)) if row.kinds[j] == "C"), ())
    return [group for group in (clause, later, (EVERYTHING,)) if len(group) > 1 or EVERYTHING in group]


def _with_which(row, place):
    """Return subjects and objects of "Y, with which X shares a border"."""
    j = place - 1
    while j >= 0 and row.kinds[j] in "x!VR#":
        j -= 1
    if j < 1 or row.kinds[j] not in "iCDFLO":
        return None
    start = row.subject_list(j)[0] if row.kinds[j] == "C" else j
    which = start - 1
    while which > 0 and row.kinds[which] in "xat#n":
        which -= 1
    if row.kinds[which] != "w" or row.tokens[which].text not in ("which", "that"):
        return None
    lists = row.lists_before(which)
    if not lists or "C" not in row.kinds[:which]:
        return None
    objects = lists[0][-1:]
    named = row.pronoun(j) if row.kinds[j] == "i" else _subjects(row, place)
    if row.kinds[j] == "i":
        named = [*named, *lists[1:2], row.topic]
    elif row.kinds[j] == "C":
        named = [row.mentions(row.subject_list(j))]
    others = [group for group in named if group and not _share(group, objects)]
    return (_unique(*others), objects) if others else None


def _share(group, other):
    """Whether two groups have a class in common."""
    return any(a.classes == b.classes for a in group for b in other)


def _also(row, place, objects, end):
    """Return what "each other" and a list of objects are joined to: the list, or the list before it."""
    if end + 1 >= len(row) or row.kinds[place] != "B":
        return ()
    if objects:
        return objects if row.kinds[end] == "&" and row.kinds[end + 1] == "R" else ()
    if row.kinds[end] != "R":
        return ()
    j = end + 1 + (row.kinds[end + 1] == "," and end + 2 < len(row))
    if row.kinds[j] != "&" or "s" in row.kinds[end:j]:
        return ()
    found, stop = _objects(row, j)
    last = stop - 1
    while last > j and row.kinds[last] not in "CDOFLi":
        last -= 1
    return found if found and not row.is_finite(last) else ()


def _likewise(row, end):
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
        return [row.mentions(row.list_from(j))]
    if row.kinds[j] == "D":
        return _all(row, j)
    if row.kinds[j] in "FL":
        return [row.former_latter(j)]
    return [(OTHERS,)] if row.kinds[j] == "O" else []


def _fronted(row, place, objects, end):
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


def _inverted(row, end):
    """Return the list behind "Adjacent to X is …"."""
    j = end
    while j < len(row) and row.kinds[j] in "x,a":
        j += 1
    if j < len(row) and row.kinds[j] in "VvC":
        while j < len(row) and row.kinds[j] in "Vvatnx#p,":
            j += 1
        if j < len(row) and row.kinds[j] == "C":
            return row.mentions(row.list_from(j))
    return ()


def _but(row, end):
    """Return the classes of ", but not Z" or "except Z" at ``end``, and where that ends."""
    j = end
    while j < len(row) and row.kinds[j] in ",x&":
        j += 1
    if j < len(row) and row.kinds[j] == "s" and row.tokens[j].text in ("but", "though", "although"):
        j += 1
    elif not (j < len(row) and row.kinds[j] == "!"):
        return (), end
    seen = False
    while j < len(row) and (row.kinds[j] in "!pax#:" or row.tokens[j].text in ("to", "for")):
        seen = seen or row.kinds[j] == "!"
        j += 1
    if j < len(row) and row.kinds[j] == "C" and (seen or row.tokens[end].text == "but"):
        places = row.list_from(j)
        if not row.is_finite(places[-1]):
            return row.mentions(places), places[-1] + 1
        if _EXCEPT.search(row.tokens[end + (row.kinds[end] == ",")].text):
            # "With one exception: X does not border Y", "except that X and Y do not touch".
            border = next((i for i in range(places[-1], len(row)) if row.kinds[i] == "B"), None)
            if border and _negated(row, border):
                objects, stop = _objects(row, border)
                return (*row.mentions(places), *objects), stop
    return (), end


def _negated(row, place):
    if place + 1 < len(row) and row.tokens[place + 1].text == "neither":
        return True
    j = place - 1
    while j >= 0 and row.kinds[j] in "xV#ap!R" and j > place - 6:
        if row.kinds[j] == "!" and not _EXCEPT.match(row.tokens[j].text.removeprefix("with ")):
            return True
        j -= 1
    j = row.back_over_brackets(j)
    if j >= 0 and row.kinds[j] == "C":
        first = row.list_to(j)[0]
        return any(row.tokens[i].text in ("neither", "no") for i in range(max(0, first - 3), first))
    if re.search(r"\bno\b", row.tokens[place].text):
        return True
    return (
        j >= 0
        and row.kinds[j] in "DiO"
        and any(row.tokens[i].text in ("neither", "none") for i in range(max(0, j - 2), j))
    )


def _objects(row, place):
    """Return what a word of a border is followed by, and where that ends."""
    j = place + 1
    for _ in range(9):
        j = row.skip_brackets(j)
        if j >= len(row):
            return (), place + 1
        kind, token = row.kinds[j], row.tokens[j]
        if kind == "C":
            return _object_list(row, place, j)
        if kind == "O":
            if row.kinds[j - 1] == "#" and row.tokens[j - 1].number and (named := _named_behind(row, j)):
                return row.mentions(named), named[-1] + 1
            return (OTHERS,), j + 1
        if token.text in ("first", "last") and row.kinds[j + 1 : j + 3] in ("pi", "pa"):
            # "X borders the last of these".
            several = next((group for group in row.lists_before(place) if len(group) > 1), ())
            return several[:1] if token.text == "first" else several[-1:], j + 3
        if kind == "x" and token.text == "classes" and (named := _named_behind(row, j)):
            return row.mentions(named), named[-1] + 1
        if kind == "D":
            if row.kinds[j + 1 : j + 2] == "O":
                return (OTHERS,), j + 2
            more = row.next_in_list(j)
            if more and row.kinds[j + 1] == "&" and not row.is_finite(row.list_from(more)[-1]):
                # "X borders these two as well as Y".
                places = row.list_from(more)
                return (*_all(row, j)[0], *row.mentions(places)), places[-1] + 1
            following = row.tokens[j + 1].mention if j + 1 < len(row) else None
            if following and following.group:
                # "Both of these agricultural classes".
                return _members(row, j, following), j + 2
            return _all(row, j)[0], j + 1
        if kind in "FL":
            return row.former_latter(j), j + 1
        if kind == "i" and token.text in ("it", "them"):
            readings = row.pronoun(j)
            # Nothing borders itself.
            subject = row.first_classes(row.clause_start(place), place) if "C" in row.kinds[:place] else ()
            others = [group for group in (*readings, row.topic) if group and not _share(group, subject)]
            if row.kinds[place] == "b" and row.kinds[place - 1 : place] == ",":
                # "X and, bordering it, Y".
                others = readings
            return next(iter(others or readings), ()), j + 1
        if kind == "x" and token.text == "class" and _FIRST.match(row.tokens[j - 1].text):
            named = row.lists_before(place)
            return (named[-1][:1] if named else ()), j + 1
        if kind == "#" and token.text == "both" and j + 1 < len(row) and row.kinds[j + 1] in ",.;s)&":
            subject = row.first_classes(row.clause_start(place), place)
            return row.last_two(place, subject), j + 1
        if kind == "R":
            return (), j
        if token.text == "neither":
            j += 1
            continue
        if kind not in "xat#npAv" or (kind == "p" and token.text not in ("of", "with", "to", "by", "on")):
            return (), (j if kind == "R" else place + 1)
        if kind == "v" and token.text not in ("scattered", "dispersed", "fragmented", "sized"):
            return (), place + 1
        j += 1
    return (), place + 1


def _named_behind(row, place):
    """Return the places of the classes of "two classes: X and Y", none where there are none."""
    j = place + 1
    if row.kinds[j : j + 1] not in (",", ":"):
        return []
    while j < len(row) and row.kinds[j] in ",:a#":
        j += 1
    places = row.list_from(j) if j < len(row) and row.kinds[j] == "C" else []
    return [] if places and row.is_finite(places[-1]) else places


def _object_list(row, place, j):
    places = [j]
    # "A border between X and Y is visible": the verb is the border's, not Y's.
    wanted = 2 if row.kinds[place] == "N" else 1
    while True:
        following = row.next_in_list(places[-1]) or _resumed(row, places[-1])
        if following is None:
            break
        # "… borders Y, and Z covers …": Z begins a clause, as does what is named again.
        named = [row.mentions([p])[0].classes for p in (*places, following)]
        begins = len(places) >= wanted and (
            row.is_finite(following) or _begins_clause(row, following) or _directly_behind(row, following)
        )
        if begins or named[-1] in named[:-1]:
            break
        places.append(following)
    if len(places) > wanted and row.is_finite(places[-1]) and not _relative(row, place):
        places.pop()
    found = row.mentions(places)
    end = row.skip_brackets(places[-1] + 1)
    # "… and them", "… and the latter" end the list as well.
    others = row.kinds.find("O", end, end + 3)
    if others > 0 and row.kinds[end] in "&," and not row.is_finite(others):
        found = (*found, OTHERS)
    return found, end


def _begins_clause(row, place):
    """Whether a list behind ", and" is the subject of a verb: "…, and X and Y meet"."""
    last = row.list_from(place)[-1]
    before = place - 1
    while before > 0 and row.kinds[before] in "xat#n":
        before -= 1
    return last > place and row.kinds[before - 1 : before + 1] == ",&" and row.is_finite(last)


def _relative(row, place):
    """Whether a word of a border stands in a relative clause: "X, which borders Y, covers"."""
    j = place - 1
    while j >= 0 and row.kinds[j] in "x#V!":
        j -= 1
    return j >= 0 and row.kinds[j] == "w"


def _resumed(row, place):
    """Return the class with which a list goes on behind a clause on one of its classes."""
    level = row.depth[place]
    j = row.skip_brackets(place + 1)
    if j >= len(row):
        return None
    # ", which covers 5 ha, and Z" or ", covering 5 ha, Z" or "spanning 5 ha and Z".
    k = j + (row.kinds[j] == ",")
    if k >= len(row) or row.kinds[k] not in "wvAp#ai":
        return None
    if row.kinds[k] == "p" and row.tokens[k].text not in ("with", "at", "of", "in", "over", "across"):
        return None
    for i in range(k, len(row)):
        if row.depth[i] > level or row.kinds[i] in "()":
            continue
        if row.kinds[i] in "BbN;s" or row.depth[i] < level:
            return None
        if row.kinds[i] == "C":
            before = i - 1
            while before > k and (
                row.kinds[before] in "xat#n" or row.tokens[before].text in ("of", "with", "by")
            ):
                before -= 1
            return i if row.kinds[before] in ",&" and not row.is_finite(i) else None
    return None


def _subjects(row, place):
    """Return what may be the subject of a word of a border, the likeliest first."""
    token = row.tokens[place]
    start = row.clause_start(place)
    clause = row.first_classes(start, place)
    j = place - 1
    crossed = False
    while (
        j >= 0
        and (
            row.kinds[j] in "x!VR#T"
            or (row.kinds[j] == "v" and token.kind == "b")
            or (row.tokens[j].text == "in" and row.tokens[j + 1].text == "turn")
        )
        and j > place - 8
    ):
        if row.kinds[j] == "#" and row.tokens[j].text not in ("all", "both", "each", "every", "either"):
            break
        if row.tokens[j].text == "class" and j and _FIRST.match(row.tokens[j - 1].text):
            named = row.lists_before(j)
            return [named[-1][:1]] if named else []
        j -= 1
    j = row.back_over_brackets(j)
    if j < 0:
        return _fallback(row, place, clause)
    kind = row.kinds[j]
    if kind == ")":
        return _fallback(row, place, clause)
    if kind == "p" and row.tokens[j].text == "of" and token.kind == "B":
        return _fallback(row, place, clause)
    if kind == "w":
        return _antecedents(row, j)
    if kind == "C" and row.kinds[: row.list_to(j)[0]].rstrip("pa").endswith("D!") and _left_out(row, place):
        return [(OTHERS,)]
    if kind == "C":
        places = row.subject_list(j) if token.kind == "B" else row.list_to(j)
        whole = row.mentions(places)
        if token.kind == "b":
            return _unique(whole[-1:], whole, clause)
        # "X bordered by Y touches Z".
        crossed = any(row.kinds[i] in "b" and not row.depth[i] for i in range(start, places[0]))
        return _unique(*((clause,) if crossed else ()), whole, *((whole[-1:],) if crossed else ()))
    if kind == "i":
        return row.pronoun(j) if row.tokens[j].text not in ("its", "their") else _fallback(row, place, clause)
    if kind in "FL":
        return [row.former_latter(j)]
    if kind == "D":
        return _all(row, j)
    if kind in ",&s;:" and token.kind == "B" and "both" in [t.text for t in row.tokens[j + 1 : place]]:
        # "X borders Y, and both touch Z".
        return _unique(*([clause] if len(clause) == 2 else []), row.last_two(place))
    if kind == "O":
        return [(OTHERS,)]
    if kind == "n" and j and row.kinds[j - 1] in "xat#":
        # "This area borders", "the two areas".
        return _unique(clause, *row.lists_before(j)[:1], row.topic)
    if kind in "&,s" and token.kind == "B":
        relative = row.kinds.rfind("w", start, j)
        if relative > 0 and "C" not in row.kinds[relative:j]:
            # "…, which cover 5 ha and border Z".
            return _unique(*_antecedents(row, relative), clause)
        if kind == "s" or not clause:
            return _unique(
                clause or row.first_classes(0, place),
                row.first_classes(0, place),
                row.topic,
                *row.lists_before(place)[:1],
            )
        # "X is the largest class, covers 5 ha, and borders Y"; an apposition "X, in turn, borders Y".
        return _unique(clause, row.first_classes(0, place), *row.lists_before(place)[:1])
    if token.kind == "b":
        lists = [group for group in row.lists_before(place)[:1] if "C" in row.kinds[:place]]
        return _unique(*(group[-1:] for group in lists), clause, *lists, row.topic if not lists else ())
    return _fallback(row, place, clause)


def _fallback(row, place, clause):
    if (
        any(row.tokens[j].text in ("both", "all", "each") for j in range(max(0, place - 3), place))
        and not clause
    ):
        return _all(row, place)
    two = [row.last_two(place)] if row.kinds[place + 1 : place + 2] == "R" else []
    return _unique(
        *two,
        clause,
        *(row.lists_before(place)[:1] if "C" in row.kinds[:place] else ()),
        *([] if clause else [row.topic]),
    )


def _all(row, j):
    text = row.tokens[j].text
    start = row.clause_start(j + 1)
    # "X borders both of them": X is none of them.
    subject = row.first_classes(start, j) if set(row.kinds[start:j]) & set("Bb") else ()
    if re.search(r"\bof the (?:former|latter)$", text):
        # "Both of the former": the two before the one named last.
        order = [m for group in reversed(row.lists_before(j)) for m in group if not _share((m,), subject)]
        distinct = [m for i, m in enumerate(order) if all(m.classes != n.classes for n in order[i + 1 :])]
        return [tuple(distinct[-3:-1] if text.endswith("former") else distinct[-2:])]
    if ordinal := re.match(r"the (first|last|latter|former) (two|three)", text):
        size = 2 if ordinal[2] == "two" else 3
        long = [group for group in row.lists_before(j) if len(group) > size]
        named = long[0] if long else tuple(m for group in reversed(row.lists_before(j)) for m in group)
        return [named[:size] if ordinal[1] in ("first", "former") else named[-size:]]
    lists = [group for group in row.lists_before(j)[:2] if len(group) > 1 and not _share(group, subject)]
    if re.search(r"\b(?:two|both|either)\b", text):
        pairs = (group for group in lists if len(group) == 2)
        return _unique(*pairs, row.last_two(j, subject), (EVERYTHING,))
    # "All three" are all, or a list of three; "all classes" are no list.
    number = next((NUMBERS[word] for word in text.split() if word in NUMBERS), None)
    if number:
        lists = [group for group in lists if len(group) == number]
    elif not re.search(r"\b(?:them|these|which|those)\b|^(?:all|each)$", text):
        lists = []
    return _unique((EVERYTHING,), *lists)


def _members(row, j, group):
    """Return what "both of these agricultural classes" at ``j`` stands for."""
    for named in row.lists_before(j):
        members = [m for m in named if m.classes <= group.classes and not m.group]
        if len(members) > 1 and len(members) == len(named):
            return tuple(members)
    distinct = {m.classes: m for named in row.lists_before(j) for m in named if not m.group}
    return tuple(m for m in distinct.values() if m.classes <= group.classes) or (group,)


def _antecedents(row, j):
    """Return what "which" at ``j`` may refer to."""
    near = row.kinds[max(0, j - 3) : j]
    if "O" in near:
        return [(OTHERS,)]
    if "D" in near:
        return _all(row, max(0, j - 3) + near.rindex("D"))
    lists = row.lists_before(j)[:1]
    if not lists:
        return [row.topic] if row.topic else []
    plural = j + 1 < len(row) and row.tokens[j + 1].text in (
        "are",
        "border",
        "touch",
        "do",
        "meet",
        "share",
        "adjoin",
        "have",
    )
    whole, last = lists[0], lists[0][-1:]
    start = row.clause_start(j)
    # "X borders Y, which in turn borders Z": Y does. "X, covering 5 ha in Y, which borders Z": X may.
    first = () if set(row.kinds[start:j]) & set("BbN") else row.first_classes(start, j)
    return _unique(*((whole, last) if plural else (last, whole)), first)


def _unique(*readings):
    return [reading for reading in dict.fromkeys(readings) if reading]
