"""Areas told by their number: "three areas", "two of them", "the six parts of the pastures"."""

import re

from bentxt.captions.reading.area_words import PLURALS, SHARES, SIZES, of_areas
from bentxt.captions.reading.count_ones import read_everyone
from bentxt.captions.reading.count_words import FURTHER, Found, is_added, phrase, sizes_follow
from bentxt.captions.reading.number_runs import number_run
from bentxt.captions.reading.ownership import owners
from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import CountClaim, Owner
from bentxt.captions.reading.tokens import NUMBERS


def read_definite(row: Row, place: int) -> Found | None:
    """Read "the three parcels of pastures", "and the other two marginal"."""
    token = row.tokens[place]
    named = re.fullmatch(
        r"(?:the|these|those|its|their)( other| remaining)? ([a-z]+)( [a-z]+)? ?", token.text
    )
    number = NUMBERS.get(named[2]) if named else None
    if not named or not number:
        return None
    size, end, noun = phrase(row, place)
    if named[3]:
        size, end, noun = "", place + 1, named[3].strip() in PLURALS
    if named[1]:
        areas = of_areas(row, place)
        if not size or not areas or noun is None or row.kinds[end : end + 1] == "x":
            return None
    elif not noun or not _is_whole(row, place, end):
        return None
    words = " ".join(near.text for near in row.tokens[place:end])
    inner = re.match(r"pwa?C", row.kinds[end:])
    # "The six areas into which the pastures are divided".
    found = (Owner(row.mentions([end + inner.end() - 1])),) if inner else owners(row, place, end - 1)
    return [CountClaim(found, number, size, bool(named[1]), token.start, row.tokens[end - 1].end, words)], end


def _is_whole(row, place, end):
    """Tell whether "the six areas" are all of a class: "none of the six areas into which it is divided"."""
    following = [token.text for token in row.tokens[end : end + 2]]
    return (
        following[:1] == ["of"]
        or (row.kinds[end : end + 2] == "pw" and following[0] in ("into", "in", "of"))
        or (place > 1 and row.tokens[place - 1].text == "of" and row.kinds[place - 2] in "!#x")
    )


def read_numbered(row: Row, place: int) -> Found:
    """Read "three areas", "two of them", "into four": a number, and where what it counts ends."""
    token = row.tokens[place]
    if token.text in ("both", "all", "each"):
        return read_everyone(row, place), place + 1
    number = token.number
    if number is None:
        return None, place + 1
    if token.text in ("pair", "couple", "trio"):
        if row.tokens[place + 1].text != "of" if place + 1 < len(row) else True:
            return None, place + 1
        size, end, noun = phrase(row, place + 1)
    else:
        size, end, noun = phrase(row, place)
    if noun is None:
        return None, end
    of_them = (
        end < len(row)
        and row.tokens[end].text == "of"
        and end + 1 < len(row)
        and row.tokens[end + 1].text in ("them", "which", "these", "those", "the")
    )
    direct_of = row.tokens[place + 1].text == "of" if place + 1 < len(row) else False
    partial = of_them or direct_of
    if of_them and not noun and not size and not of_areas(row, place):
        # "Three of these, X, Y and Z": classes.
        return None, end
    if not noun and not size and not partial:
        # "Over three", "into three as well"; "two and four marginal areas".
        if row.kinds[place + 1 : place + 2] == "&" and row.kinds[place + 2 : place + 3] == "#":
            size, end, noun = phrase(row, place + 2)
            if noun:
                return [
                    CountClaim(
                        _shared(row, place, 0), number, size, False, token.start, token.end, token.text
                    )
                ], place + 1
        if not (
            place
            and row.tokens[place - 1].text in ("into", "over", "across", "in", "among", "between")
            and token.number != 1
        ):
            return None, place + 1
        ended = row.kinds[place + 1 : place + 2] in ("", ",", ".", ";", "x", "(", ")", "&", ":", "s")
        if not ended and row.tokens[place + 1].text != "as":
            return None, place + 1
    further = any(near.text in FURTHER for near in row.tokens[place:end])
    held = _holding(row, place) if number == 1 and noun else 0
    if direct_of or (number == 1 and not size and noun and sizes_follow(row, end)):
        # "Two of which are smaller": the size comes behind the verb.
        size = size or _size_behind(row, place)
        partial = True
    elif held or further or (noun and not size and _each_follows(row, place, end)):
        partial = True
    stop = end - 1
    if row.kinds[place - 2 : place] == "#&" and noun:
        found = _shared(row, place, 1)
    elif partial and direct_of:
        found = owners(row, place, place)
    else:
        found = owners(row, place, stop)
    if size == "" and number == 1 and not noun:
        return None, place + 1
    if size == "" and number == 1 and "!" in row.kinds[max(0, place - 2) : place]:
        # "It does not form one block".
        return None, end
    text = " ".join(t.text for t in row.tokens[place:end])
    # "Into one large expanse of 5 ha": not "one large part of the image".
    measured = held or (size and (is_added(row, place) or "A" in row.kinds[end : end + 3]))
    if noun and row.tokens[end - 1].text in SHARES and number == 1 and not row.depth[place] and not measured:
        return None, end
    last = row.tokens[end - 1].end
    return [
        CountClaim(found, number, size, partial, token.start, last, text, None if size else held or None)
    ], max(end, place + 1)


def _holding(row, place):
    """Return the amount that lies in the area at ``place``: "of which 340,000 sqm belong to one area"."""
    j = place - 1
    while j >= 0 and row.kinds[j] in "pVvxa" and j > place - 6:
        j -= 1
    if row.kinds[max(0, j - 1) : j + 1] in ("pw", "pi"):
        # "298,000 sqm of which belong to one area".
        j -= 2
    if j < 0 or row.kinds[j] != "A":
        return 0
    # "300,000 sqm in one area and the rest in another".
    beside = row.tokens[place - 1].text == "in" and any(
        token.text in FURTHER | {"rest", "remainder", "another"} for token in row.tokens[place : place + 10]
    )
    if not set(row.kinds[j + 1 : place]) & set("Vv") and not beside:
        return 0
    return round(row.tokens[j].amount.value)


def _each_follows(row, place, end):
    """Tell whether other areas stand beside several: "two areas of 92,000 sqm apiece and a marginal one"."""
    if not sizes_follow(row, end):
        return False
    run = number_run(row, row.kinds.index("A", end))
    before = row.tokens[place - 1].text if place else ""
    return before in ("including", "includes", ":", ",") or bool(
        re.match("x?&[a#n]", row.kinds[run[-1] + 1 :])
    )


def _shared(row, place, which):
    """Return the owner of one of two numbers that stand before one noun, as "two and four marginal areas"."""
    found = owners(row, place if which == 0 else place - 2)
    for owner in found:
        if len(owner.mentions) == 2:
            return (Owner(owner.mentions[which : which + 1]),)
    lists = row.lists_before(place)
    if lists and len(lists[0]) >= 2:
        return (Owner(lists[0][-2:][which : which + 1]),)
    return found


def _size_behind(row, place):
    """Return the size that a verb ascribes: "one of which is a smaller patch", "two of them smaller"."""
    for j in range(place + 1, min(place + 9, len(row))):
        if row.kinds[j] in "AC;(" or (row.kinds[j] == "&" and j > place + 4):
            return ""
        if row.kinds[j] == "t" and row.tokens[j].text in SIZES:
            return SIZES[row.tokens[j].text]
    return ""
