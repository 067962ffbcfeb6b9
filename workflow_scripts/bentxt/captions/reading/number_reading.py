"""Which areas and numbers of areas a sentence states, and whose they are."""

import re
from collections.abc import Iterator
from dataclasses import replace

from bentxt.captions.reading.ownership import number_run, owners
from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import AreaClaim, CountClaim, Owner
from bentxt.captions.reading.tokens import NUMBERS

#: What a word says of the size of an area: its tier, or how it compares.
_SIZES = {
    word: size
    for size, words in (
        ("large", "large big primary extensive vast huge"),
        ("larger", "larger largest bigger biggest main major sizable sizeable substantial considerable"),
        ("smaller", "smaller secondary medium medium-sized mid-sized mid-size moderate intermediate"),
        ("small", "small smallest little minor modest"),
        ("marginal", "marginal tiny negligible minimal"),
    )
    for word in words.split()
}
#: Nouns of areas that are shares of the image, and no areas of a class, behind an article.
_SHARES = frozenset({"share", "shares", "part", "parts", "portion", "portions", "expanse", "extent"})
_PLURALS = frozenset(
    {
        *("areas", "parts", "patches", "pieces", "parcels", "plots", "fragments", "sections", "segments"),
        *("tracts", "blocks", "stands", "zones", "regions", "stretches", "clusters", "pockets"),
    }
)
_MEASURING = frozenset({"measures", "covers", "spans", "totals", "occupies"})
_ORDINALS = frozenset({"second", "third", "fourth", "fifth", "further"})
_BEING = frozenset({"is", "are", "being", "remains", "remain"})
#: Nouns of areas that are verbs elsewhere.
_VERBAL = frozenset({"stands", "stand", "stretches", "stretch", "spans", "span", "holdings"})
#: Verbs of getting to a size, and words that may stand between them and the size.
_REACHING = re.compile(r"(?:reach|exceed|surpass|attain|pass|cross|top|hit|get|go|rise|come)(?:e?s|ing|ed)?$")
_MEASURES = frozenset({"size", "threshold", "mark", "limit", "share", "extent", "surface", "area"})
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
        outer = row.tokens[place - 2].amount if row.kinds[max(0, place - 2) : place] == "A(" else None
        if outer and outer.bound == "below":
            # "Each with less than 5 % (72,000 sqm)".
            amount, part = replace(amount, bound="below"), _of_part(row, place - 2)
        elif _is_limit(row, place):
            amount = replace(amount, bound="below")
        yield AreaClaim(found, amount, part)


def _is_limit(row, place):
    """Whether an amount is one that something does not reach: "neither of which reaches 5 %"."""
    if row.tokens[place].amount.bound:
        return False
    j = place - 1
    while j >= 0 and (row.kinds[j] in "atxpS" or row.tokens[j].text in _MEASURES) and j > place - 7:
        if row.tokens[j].text in ("short", "shy"):
            return row.tokens[j + 1].text == "of"
        if _REACHING.match(row.tokens[j].text):
            break
        j -= 1
    else:
        if j < 0 or not _REACHING.match(row.tokens[j].text):
            return False
    before = range(max(0, j - 5), j)
    return any(row.kinds[i] == "!" or row.tokens[i].text in ("neither", "none", "not") for i in before)


def _of_part(row, place):
    """Return ``part`` or ``marginal`` where an amount is said of one area of a class, not of the class."""
    level = row.depth[place]
    if level:
        opened = max(j for j in range(place) if row.kinds[j] == "(" and row.depth[j] < level)
        if not opened or row.kinds[opened - 1] not in "tn#x" or "C" in row.kinds[max(0, opened - 2) : opened]:
            return ""
        near = [token.text for token in row.tokens[max(0, opened - 4) : opened] if token.kind == "t"]
        return "marginal" if near and near[-1] == "marginal" else "part"
    size = ""
    for j in range(place - 1, -1, -1):
        token = row.tokens[j]
        if token.kind in "C;":
            return ""
        size = size or ("marginal" if token.text == "marginal" else "part" if token.text in _SIZES else "")
        if (token.kind == "#" and token.number is not None) or token.text in ("other", "another"):
            return size or "part"
        if token.kind == "n" and j and row.kinds[j - 1] == "t" and row.tokens[j - 1].text in _SIZES:
            return size or (_SIZES[row.tokens[j - 1].text] == "marginal" and "marginal") or "part"
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
        if place + 1 < j < len(row) and row.kinds[j] == "A" and len(run := number_run(row, j)) > 1:
            words = " ".join(t.text for t in row.tokens[place : run[-1] + 1])
            yield CountClaim(
                owners(row, j), len(run), "", True, row.tokens[place].start, row.tokens[run[-1]].end, words
            )


def _count_at(row, place):
    kind, token = row.kinds[place], row.tokens[place]
    following = place + 1
    if claim := _said(row, place):
        return claim
    if kind == "#" and token.text not in (
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


def _said(row, place):
    """Read "of which one is smaller and four are marginal", "while a second area is only marginal"."""
    token, j = row.tokens[place], place + 1
    number = token.number if token.kind in "#n" else None
    if token.text in ("a", "another", "the"):
        if token.text != "another":
            if j >= len(row) or row.tokens[j].text not in _ORDINALS | (
                {"other"} if token.text == "the" else set()
            ):
                return None
            j += 1
        j += j < len(row) and (row.kinds[j] == "n" or row.tokens[j].text in _VERBAL)
        number = 1
    if number is None or row.kinds[j : j + 1] != "V" or row.tokens[j].text not in _BEING | _MEASURING:
        return None
    if token.kind == "n" and row.kinds[j + 1 : j + 2] == "A" and row.tokens[j + 1].amount.bound != "below":
        # "One measures 300,000 sqm".
        if not _of_areas(row, place):
            return None
        words = " ".join(near.text for near in row.tokens[place : j + 1])
        return [
            CountClaim(owners(row, place, place), 1, "", True, token.start, row.tokens[j].end, words)
        ], j + 1
    j += 1
    while j < len(row) and row.kinds[j] == "x":
        j += 1
    sized = j < len(row) and row.kinds[j] == "t" and row.tokens[j].text in _SIZES
    if not sized or row.kinds[j + 1 : j + 2] in ("x", "n"):
        return None
    if row.tokens[j - 1].text in _MEASURING or not _of_areas(row, place):
        return None
    size, words = _SIZES[row.tokens[j].text], " ".join(near.text for near in row.tokens[place : j + 1])
    found = owners(row, place, place)
    return [CountClaim(found, number, size, True, token.start, row.tokens[j].end, words)], j + 1


def _of_areas(row, place):
    """Whether areas are spoken of before, not classes."""
    return any(
        near.kind == "n" or near.text in _VERBAL or (near.kind == "D" and near.text.split()[-1] in _PLURALS)
        for near in row.tokens[max(0, place - 16) : place]
    )


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
        size, end, noun = "", place + 1, named[3].strip() in _PLURALS
    if named[1]:
        areas = _of_areas(row, place)
        behind = row.kinds[place + 1 : place + 2]
        if behind == "V" and row.tokens[place + 1].text in _BEING and row.kinds[place + 2 : place + 3] == "t":
            size, end = _SIZES.get(row.tokens[place + 2].text, ""), place + 3
        if not size or not areas or noun is None or row.kinds[end : end + 1] == "x":
            return None
    elif not noun or row.kinds[end : end + 1] != "p" or row.tokens[end].text != "of":
        return None
    words = " ".join(near.text for near in row.tokens[place:end])
    found = owners(row, place, end - 1)
    return [CountClaim(found, number, size, bool(named[1]), token.start, row.tokens[end - 1].end, words)], end


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
        verbal = text in _VERBAL and (j == place + 1 or row.kinds[j - 1] in "xt")
        if kind not in "xtn&," and not verbal and not (text == "one" and row.kinds[j - 1] == "t"):
            break
        if kind in "nV#":
            noun, j = True, j + 1
            # "Areas" of a class that is named by it has gone into the class.
            break
        if kind == "t" and text in _SIZES:
            size = "marginal" if "marginal" in (size, _SIZES[text]) else _SIZES[text]
        elif kind in "&,":
            if row.kinds[j + 1 : j + 2] not in ("x", "t") or not any(k in "n" for k in row.kinds[j : j + 4]):
                break
            if row.kinds[j - 1] not in "xt":
                break
        elif text in _CLASSES or text in ("other", "additional", "such"):
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
        ended = row.kinds[place + 1 : place + 2] in ("", ",", ".", ";", "x", "(", "&", ":", "s")
        if not ended and row.tokens[place + 1].text != "as":
            return None, place + 1
    if direct_of or (number == 1 and not size and noun and _sizes_follow(row, end)):
        # "Two of which are smaller": the size comes behind the verb.
        size = size or _size_behind(row, place)
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
    if number == 1 and not size and noun and token.text == "one" and _sizes_follow(row, end):
        partial = True
    text = " ".join(t.text for t in row.tokens[place:end])
    # "Into one large expanse of 5 ha": not "one large part of the image".
    measured = size and "A" in row.kinds[end : end + 3]
    if noun and row.tokens[end - 1].text in _SHARES and number == 1 and not row.depth[place] and not measured:
        return None, end
    return [CountClaim(found, number, size, partial, token.start, row.tokens[end - 1].end, text)], max(
        end, place + 1
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
        if row.kinds[j] == "t" and row.tokens[j].text in _SIZES:
            return _SIZES[row.tokens[j].text]
    return ""


def _single(row, place):
    """Read "a smaller one", "the other is marginal" among the areas of a class."""
    size, end, noun = _phrase(row, place)
    text = row.tokens[end - 1].text if noun else ""
    if not noun or not size or (text in _SHARES and "A" not in row.kinds[end : end + 3]):
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
        or context.endswith("!")
        or row.kinds[_behind_area(row, end) :][:1] == "&"
        or bool(near & _PARTING)
    )
    if not listed or row.kinds[end - 1 : end + 1] == "nC":
        return None, end
    found = owners(row, place, end - 1)
    words = " ".join(t.text for t in row.tokens[place:end])
    return [CountClaim(found, 1, size, True, row.tokens[place].start, row.tokens[end - 1].end, words)], end


def _behind_area(row, place):
    """Return where it goes on behind an area that stands at ``place``: "of about 553,000 sqm and …"."""
    j = row.skip_brackets(place)
    if j == place and "A" in row.kinds[place : place + 3]:
        j = row.kinds.index("A", place) + 1
        if row.kinds[place : j - 1].strip("pv"):
            return place
    return j


def _everyone(row, place):
    """Read "both of them marginal", "all of which are smaller", "both smaller"."""
    j, seen = place + 1, ""
    token = row.tokens[place]
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
        if kind == "t" and text in _SIZES:
            seen = _SIZES[text]
            if text not in ("marginal", "tiny"):
                following = row.kinds[j + 1 : j + 2]
                if following == "t":
                    j += 1
                    continue
            break
        if kind not in "pwiVxa" or text in ("split", "divided"):
            return None
        j += 1
    if not seen or (token.text == "each" and "C" in row.kinds[j : j + 3]):
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
