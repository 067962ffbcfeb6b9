"""Which areas and numbers of areas a sentence states, and whose they are."""

import re
from collections.abc import Iterator
from dataclasses import replace

from bentxt.captions.reading.area_words import (
    MARGIN,
    PLURALS,
    SHARES,
    SIZES,
    VERBAL,
    is_below,
    of_areas,
    outer_amount,
)
from bentxt.captions.reading.ownership import composing, number_run, owners
from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import AreaClaim, CountClaim, Owner
from bentxt.captions.reading.tokens import NUMBERS

#: Words of one area beside others.
_FURTHER = frozenset(
    {"second", "third", "fourth", "fifth", "further", "additional", "other", "others", "remaining"}
)
#: Words between an area and its size.
_OF_SIZE = frozenset({"of", "with", "at", "for", "to", "individually", "up", "below", "under", "in"})
#: Words behind which the areas of a class are listed.
_PARTING = frozenset(
    {
        "into",
        "split",
        "divided",
        "including",
        "namely",
        "plus",
        "comprising",
        "consisting",
        "comprises",
        "consists",
        "composed",
        "comprised",
        "includes",
        "include",
        "comprise",
        "consist",
        "contains",
        "contain",
        "formed",
        "forming",
    }
)
#: Words behind an area that one more area follows.
_ACCOMPANIED = frozenset({"accompanied", "complemented", "joined", "supplemented"})
_CLASSES = ("classes", "class", "types", "categories", "category", "kinds", "features", "elements", "general")


def read_areas(row: Row) -> Iterator[AreaClaim]:
    """Yield the areas and shares that a sentence states, as :class:`AreaClaim`."""
    for place, token in enumerate(row.tokens):
        if token.amount is None:
            continue
        if not token.amount.unit and token.amount.value < 1000:
            continue
        found = owners(row, place)
        amount, part = token.amount, _of_part(row, place)
        outer = outer_amount(row, place)
        if outer is not None and is_below(row, outer) and _same(row.tokens[outer].amount, amount):
            # "Each with less than 5 % (72,000 sqm)".
            amount, part = replace(amount, bound="below"), _of_part(row, outer)
        elif is_below(row, place):
            amount = replace(amount, bound="below")
        yield AreaClaim(found, amount, part)


def _same(one, other):
    """Tell whether an amount says another one again in another unit."""
    return abs(one.value - other.value) <= max(one.tolerance, other.tolerance)


def _of_part(row, place):
    """Return ``part`` or ``marginal`` where an amount is said of one area of a class, not of the class."""
    level = row.depth[place]
    if level:
        opened = max(j for j in range(place) if row.kinds[j] == "(" and row.depth[j] < level)
        if re.search("#x?npa?C$", row.kinds[:opened]):
            # "Two areas of pastures (300,000 sqm and below 5 %)".
            return "part"
        if not opened or row.kinds[opened - 1] not in "tn#x" or "C" in row.kinds[max(0, opened - 2) : opened]:
            return ""
        near = [token.text for token in row.tokens[max(0, opened - 4) : opened] if token.kind == "t"]
        return "marginal" if near and near[-1] == "marginal" else "part"
    size = ""
    for j in range(place - 1, -1, -1):
        token = row.tokens[j]
        if token.kind == ";" or (token.kind == "C" and "w" not in row.kinds[max(0, j - 2) : j]):
            # Not in "none of the areas into which the pastures are divided".
            return ""
        size = size or ("marginal" if token.text == "marginal" else "part" if token.text in SIZES else "")
        if (token.kind == "#" and token.number is not None) or token.text in ("other", "another"):
            return size or "part"
        if token.kind == "n" and token.text == "one" and of_areas(row, j):
            return size or "part"
        if token.kind == "D" and token.text.split()[-1] in PLURALS:
            return size or "part"
        if token.kind == "O" and of_areas(row, j) and any(word in NUMBERS for word in token.text.split()):
            return size or "part"
        if token.kind == "n" and j and row.kinds[j - 1] == "t" and row.tokens[j - 1].text in SIZES:
            return size or (SIZES[row.tokens[j - 1].text] == "marginal" and "marginal") or "part"
    return ""


def read_counts(row: Row) -> Iterator[CountClaim]:
    """Yield the numbers of areas that a sentence states, as :class:`CountClaim`."""
    place = 0
    while place < len(row):
        claim, following = _count_at(row, place)
        yield from claim or _listed(row, place)
        place = following


def _listed(row, place):
    """Yield the number of areas that is stated by their sizes: "into areas of 154,000 and 151,000 m²"."""
    if (
        row.kinds[place] == "n"
        and row.tokens[place].text.endswith("s")
        and row.kinds[place - 1 : place] in ("p", "t", "x", "v")
    ):
        j = place + 1
        while j < len(row) and row.kinds[j] in "pv(":
            j += 1
        listed = place + 1 < j < len(row) and row.kinds[j] == "A"
        if listed and len(run := number_run(row, j)) > 1 and "T" not in row.kinds[run[-1] : run[-1] + 4]:
            words = " ".join(t.text for t in row.tokens[place : run[-1] + 1])
            yield CountClaim(
                owners(row, j), len(run), "", True, row.tokens[place].start, row.tokens[run[-1]].end, words
            )


def _count_at(row, place):
    kind, token = row.kinds[place], row.tokens[place]
    following = place + 1
    before = row.tokens[place - 1].text if place else ""
    if kind == "#" and re.search(r"\b(?:these|those)$", before):
        # "Every one of these ten fragments".
        return None, following
    if token.text == "one" and before == "than":
        # "More than one area".
        return None, following
    if token.text == "one" and before in ("every", "each", "not", "no"):
        return None if before in ("not", "no") else _everyone(row, place), following
    if claim := _measured(row, place) or _bare(row, place) or _one_of(row, place):
        return claim
    if (
        kind == "#" or (token.text == "one" and row.kinds[following : following + 1] == "x")
    ) and token.text not in (
        "every",
        "either",
        "several",
        "multiple",
        "numerous",
        "many",
        "few",
    ):
        return _numbered(row, place)
    if (kind == "a" and token.text in ("a", "an")) or (
        token.text in ("the", "another") and _sized_one(row, place)
    ):
        return _single(row, place)
    if kind in "DO" and (claim := _definite(row, place)):
        return claim
    if kind == "D" and re.search(r"of (?:them|which|these)", token.text):
        return _everyone(row, place), following
    return None, following


def _measured(row, place):
    """Read an area by the size behind it: "one of less than 5 %", "a second area is only marginal"."""
    head = _head(row, place)
    if head is None:
        return None
    number, further, j = head
    size, noun = "", False
    while j < len(row) and (
        row.kinds[j] in "xtn" or re.match(",tn", row.kinds[j:]) or row.tokens[j].text in VERBAL | {"others"}
    ):
        if row.tokens[j].text in _CLASSES:
            return None
        if row.kinds[j] == ",":
            j += 1
            continue
        if row.kinds[j] == "t":
            size = SIZES.get(row.tokens[j].text, "")
            if row.kinds[j + 1 : j + 2] not in ("n", "x", "t", "V"):
                break
        elif row.kinds[j] != "x":
            noun, j = row.kinds[j] == "n" or row.tokens[j].text in VERBAL, j + 1
            break
        j += 1
    if not noun and not of_areas(row, place):
        return None
    if noun and row.tokens[j - 1].text in SHARES and not of_areas(row, place):
        return None
    told, amount, end = _size_behind_area(row, j, number == 1 or further or not noun)
    if not told and amount is None and further and size and noun:
        # "And the rest another, marginal one".
        told, end = size, j
    if not told and (amount is None or number > 1 or (size and not further)):
        return None
    start, last = row.tokens[place], row.tokens[end - 1]
    words = " ".join(near.text for near in row.tokens[place:end])
    found = owners(row, place, end - 1 if amount is None else j - 1)
    return [CountClaim(found, number, told or size, True, start.start, last.end, words, amount)], end


def _bare(row, place):
    """Read a number whose noun stands before: "arable land also three", "three make up the pastures"."""
    number = row.tokens[place].number if row.kinds[place] == "#" else None
    if number is None or number < 2 or not of_areas(row, place):
        return None
    before, end = place - 1, place + 1
    while before >= 0 and row.kinds[before] == "x":
        before -= 1
    while end < len(row) and row.kinds[end] == "x":
        if row.tokens[end].text in _CLASSES:
            # "Consists of two classes only".
            return None
        end += 1
    token, owned = row.tokens[place], None
    ended = re.match(r"[,.;:(&)]|pA|$", row.kinds[end:])
    after = re.match(r"(?:,[^,]*,)?(?:V?p|V)?a?(?=[CFL])", row.kinds[end:])
    has = before >= 0 and row.tokens[before].text in ("has", "have")
    made = row.tokens[place - 1].text == "of" and (
        row.kinds[place - 2] in "CFL" or row.tokens[place - 2].text in _PARTING | {"up"}
    )
    if before >= 0 and (row.kinds[before] in "CFL" or has or made) and ended:
        owned = owners(row, place)
    elif before >= 0 and row.kinds[before] in ",&;:" and after and composing(row, place):
        at = end + after.end()
        owned = (Owner(row.mentions([at]) if row.kinds[at] == "C" else row.former_latter(at)),)
    if not owned:
        return None
    return [CountClaim(owned, number, "", False, token.start, token.end, token.text)], place + 1


def _one_of(row, place):
    """Read "a piece of 168,000 sqm and three marginal ones", "a 91,000 sqm area", "(161,000 sqm plus …)"."""
    kinds, j = row.kinds, place + 1
    near = {token.text for token in row.tokens[max(0, place - 3) : place]}
    text = row.tokens[place].text
    if kinds[place] == "A" and re.match("an? ", text) and kinds[j : j + 1] == "n":
        amount, end = place, j + 1
    elif text in ("a", "an") and re.match(r"n[pv]A", kinds[j:]):
        if row.tokens[j].text in SHARES and not near & _PARTING:
            return None
        amount, end = j + 2, j + 3
    elif kinds[place] == "A" and (
        text.startswith("an area of") or (kinds[place - 1] in "(:" and kinds[j : j + 1] == "&")
    ):
        amount, end = place, j
    else:
        return None
    said = row.tokens[amount].amount
    if not said.unit or said.bound or said.unit in ("percent", "fraction"):
        return None
    if not (near & _PARTING or (kinds[end : end + 1] in ("&", ",") and _goes_on(row, end + 1))):
        return None
    start, last = row.tokens[place], row.tokens[end - 1]
    words = " ".join(token.text for token in row.tokens[place:end])
    found = owners(row, amount)
    return [CountClaim(found, 1, "", True, start.start, last.end, words, round(said.value))], end


def _goes_on(row, place):
    """Tell whether another area of the same class follows at ``place``."""
    if row.kinds[place : place + 1] in ("&", ","):
        place += 1
    if place >= len(row) or row.kinds[place] not in "a#n":
        return False
    claim, _ = _count_at(row, place)
    return bool(claim)


def _head(row, place):
    """Return the number of areas, whether there are others, and where it goes on; None for no such words."""
    token, j = row.tokens[place], place + 1
    text, following = token.text, row.tokens[j] if j < len(row) else None
    if token.kind == "O":
        number = next((NUMBERS[word] for word in text.split() if word in NUMBERS), None)
        return None if number is None or not of_areas(row, place) else (number, True, j)
    if text in ("a", "an", "the", "another"):
        if text != "another":
            if (
                following is None
                or following.text not in _FURTHER
                or (text != "the" and following.text == "other")
            ):
                return None
            j += 1
            following = row.tokens[j] if j < len(row) else None
        if following and following.kind == "#" and following.number:
            return following.number, True, j + 1
        return 1, True, j
    if token.kind not in "#n" or token.number is None or text in ("pair", "couple", "trio"):
        return None
    if following and following.text in _FURTHER | {"more"}:
        return token.number, True, j + 1
    return token.number, False, j


def _size_behind_area(row, place, apart):
    """Return the size and the amount that are told of an area whose words end at ``place``, and the end.

    ``apart`` tells whether what follows behind a comma can be said of it alone.
    """
    nothing = "", None, place
    j = place
    if row.kinds[j : j + 2] == "(A":
        j += 1
    else:
        verb = False
        while j < len(row) and j < place + 9 and row.kinds[j] != "A":
            kind, text = row.kinds[j], row.tokens[j].text
            if kind == "t":
                if not verb or text not in SIZES or row.kinds[j + 1 : j + 2] in ("n", "x"):
                    return nothing
                if row.kinds[j - 1] == "a":
                    return nothing
                return SIZES[text], None, j + 1
            if kind == ",":
                if not apart or row.kinds[j + 1 : j + 2] not in ("w", "v", "V"):
                    return nothing
            elif kind in "Vv":
                verb = True
            elif kind == "p":
                if text not in _OF_SIZE:
                    return nothing
            elif kind == "#":
                if text not in ("each", "both", "all"):
                    return nothing
            elif kind not in "wxa" or text in _CLASSES:
                return nothing
            j += 1
        if row.kinds[j : j + 1] != "A":
            return nothing
    amount = row.tokens[j].amount
    if is_below(row, j):
        return ("marginal", None, j + 1) if amount.value <= MARGIN else nothing
    return ("", round(amount.value), j + 1) if amount.unit not in ("fraction", "percent") else nothing


def _definite(row, place):
    """Read "the three parcels of pastures", "and the other two marginal"."""
    token = row.tokens[place]
    named = re.fullmatch(
        r"(?:the|these|those|its|their)( other| remaining)? ([a-z]+)( [a-z]+)? ?", token.text
    )
    number = NUMBERS.get(named[2]) if named else None
    if not named or not number:
        return None
    size, end, noun = _phrase(row, place)
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


def _sized_one(row, place):
    return row.kinds[place + 1 : place + 3] in ("tn", "xn") and row.tokens[place + 1].text in (
        "other",
        "remaining",
        "larger",
        "smaller",
        "marginal",
    )


def _phrase(row, place):
    """Return the size in the words behind a number, their end, and whether they hold a noun of areas."""
    size, j, noun = "", place + 1, False
    while j < len(row) and j < place + 7:
        kind, text = row.kinds[j], row.tokens[j].text
        verbal = text in VERBAL and (j == place + 1 or row.kinds[j - 1] in "xt")
        if text == "individually":
            j += 1
            continue
        if kind not in "xtn&," and not verbal and not (text == "one" and row.kinds[j - 1] == "t"):
            break
        if kind in "nV#":
            noun, j = True, j + 1
            # "Areas" of a class that is named by it has gone into the class.
            break
        if kind == "t" and text in SIZES:
            size = "marginal" if "marginal" in (size, SIZES[text]) else SIZES[text]
        elif kind in "&,":
            if row.kinds[j + 1 : j + 2] not in ("x", "t") or not any(k in "n" for k in row.kinds[j : j + 4]):
                break
            if row.kinds[j - 1] not in "xt":
                break
        elif text in _CLASSES:
            return size, j, None
        j += 1
    return size, j, noun


def _numbered(row, place):
    token = row.tokens[place]
    if token.text in ("both", "all", "each"):
        return _everyone(row, place), place + 1
    number = token.number
    if number is None:
        return None, place + 1
    if token.text in ("pair", "couple", "trio"):
        if row.tokens[place + 1].text != "of" if place + 1 < len(row) else True:
            return None, place + 1
        size, end, noun = _phrase(row, place + 1)
    else:
        size, end, noun = _phrase(row, place)
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
            size, end, noun = _phrase(row, place + 2)
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
    further = any(near.text in _FURTHER for near in row.tokens[place:end])
    held = _holding(row, place) if number == 1 and noun else 0
    if direct_of or (number == 1 and not size and noun and _sizes_follow(row, end)):
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
    measured = held or (size and (_is_added(row, place) or "A" in row.kinds[end : end + 3]))
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
        token.text in _FURTHER | {"rest", "remainder", "another"} for token in row.tokens[place : place + 10]
    )
    if not set(row.kinds[j + 1 : place]) & set("Vv") and not beside:
        return 0
    return round(row.tokens[j].amount.value)


def _each_follows(row, place, end):
    """Tell whether other areas stand beside several: "two areas of 92,000 sqm apiece and a marginal one"."""
    if not _sizes_follow(row, end):
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


def _sizes_follow(row, end):
    """Whether an area of its own follows directly: "one of 144,000 m²", "one (~93,000 m²)"."""
    if end < len(row) and row.kinds[end] == "(":
        return row.kinds[end + 1 : end + 2] == "A" and row.tokens[end + 1].amount.bound != "below"
    while end < len(row) and (
        row.kinds[end] in "vV" or row.tokens[end].text in ("of", "with", "at", "alone", "for", "up")
    ):
        end += 1
        if end < len(row) and row.kinds[end] == "A":
            return True
    return False


def _size_behind(row, place):
    """Return the size that a verb ascribes: "one of which is a smaller patch", "two of them smaller"."""
    for j in range(place + 1, min(place + 9, len(row))):
        if row.kinds[j] in "AC;(" or (row.kinds[j] == "&" and j > place + 4):
            return ""
        if row.kinds[j] == "t" and row.tokens[j].text in SIZES:
            return SIZES[row.tokens[j].text]
    return ""


def _is_added(row, place):
    """Whether what stands at ``place`` is one more area: "one smaller part of 5 ha and one marginal part"."""
    return row.kinds[max(0, place - 2) : place] == "A&"


def _single(row, place):
    """Read "a smaller one", "the other is marginal" among the areas of a class."""
    if row.kinds[place : place + 6] == "at&atn" and row.tokens[place + 1].text in SIZES:
        # "Into a large and a smaller area": the first of them; its noun stands behind the second.
        first, second = row.tokens[place], row.tokens[place + 1]
        found, words = owners(row, place, place + 1), f"{first.text} {second.text}"
        return [CountClaim(found, 1, SIZES[second.text], True, first.start, second.end, words)], place + 2
    size, end, noun = _phrase(row, place)
    if size and not noun and end > place + 2 and row.tokens[end - 1].text in _FURTHER:
        # "Two large areas and a marginal third".
        noun = row.kinds[end : end + 1] in ("", ".", ",", ";", "&", ")")
    text = row.tokens[end - 1].text if noun else ""
    if (
        not noun
        or not size
        or (text in SHARES and not _is_added(row, place) and "A" not in row.kinds[end : end + 3])
    ):
        return None, place + 1
    if (
        end < len(row)
        and row.tokens[end].text == "of"
        and row.kinds[end + 1 : end + 2] != "A"
        and (
            # "A small patch of pastures": no number.
            size != "marginal" or not any(row.kinds[j] in "&,#!" for j in range(max(0, place - 2), place))
        )
    ):
        return None, end
    context = "".join(row.kinds[max(0, place - 14) : place])
    near = {t.text for t in row.tokens[max(0, place - 5) : place]}
    listed = (
        text == "one"
        or any(k in "#n" for k in context)
        or context.endswith(("!", "!p"))
        or bool(re.match("&|,at[n#]", row.kinds[_behind_area(row, end) :]))
        # "Of which 5 ha form a smaller area".
        or bool(re.search("wAVp?$", context))
        or _has_company(row, _behind_area(row, end))
        or bool(near & _PARTING)
    )
    if not listed or row.kinds[end - 1 : end + 1] == "nC":
        return None, end
    found = owners(row, place, end - 1)
    words = " ".join(t.text for t in row.tokens[place:end])
    return [CountClaim(found, 1, size, True, row.tokens[place].start, row.tokens[end - 1].end, words)], end


def _has_company(row, place):
    """Whether what ends at ``place`` is "accompanied by a marginal one"."""
    found = re.match("w?V?(x)p[a#]t?n", row.kinds[place:])
    return found is not None and row.tokens[place + found.start(1)].text in _ACCOMPANIED


def _behind_area(row, place):
    """Return where it goes on behind an area that stands at ``place``: "of about 553,000 sqm and …"."""
    j = row.skip_brackets(place)
    if j == place and "A" in row.kinds[place : place + 3]:
        j = row.kinds.index("A", place) + 1
        # "A large area holds 5 ha and a smaller one", but not "a large area covers 5 ha and borders X".
        verb = re.match("&[a#]?t", row.kinds[j:])
        if row.kinds[place : j - 1].strip("pvV" if verb else "pv"):
            return place
    return j


def _everyone(row, place):
    """Read "both of them marginal", "all of which are smaller", "both smaller"."""
    j, seen = place + 1, ""
    token = row.tokens[place]
    if token.text == "both" and not of_areas(row, place) and row.kinds[j : j + 1] == "t":
        # "Pastures and urban fabric are both marginal": classes.
        return None
    owned: tuple[Owner, ...] = ()
    if row.kinds[j : j + 2] == "np" and row.tokens[j + 1].text == "of":
        # "Both areas of urban fabric are marginal".
        j += 2
        j += row.kinds[j : j + 1] == "a"
        if row.kinds[j : j + 1] != "C":
            return None
        owned = (Owner(row.mentions([j])),)
        j += 1
    while j < len(row) and j < place + 8:
        kind, text = row.kinds[j], row.tokens[j].text
        if kind == "t" and text in SIZES:
            seen = SIZES[text]
            if text not in ("marginal", "tiny"):
                following = row.kinds[j + 1 : j + 2]
                if following == "t":
                    j += 1
                    continue
            break
        if kind not in "pwiVxa" or text in ("split", "divided", "into"):
            return None
        j += 1
    if not seen or (token.text == "each" and "C" in row.kinds[j : j + 3]):
        return None
    if j + 1 < len(row) and row.tokens[j + 1].text in ("classes", "types", "categories"):
        # "Both of these minor classes".
        return None
    if row.kinds[j + 1 : j + 2] == "C":
        return None
    number = 2 if "both" in token.text else None
    found = owned or owners(row, place, place)
    return [
        CountClaim(
            found,
            number,
            f"all {seen}",
            False,
            token.start,
            row.tokens[j].end,
            " ".join(t.text for t in row.tokens[place : j + 1]),
        )
    ]
