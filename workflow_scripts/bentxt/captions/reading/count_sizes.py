"""Areas told by the size behind them: "one of less than 5 %", "a second area is only marginal"."""

import re

from bentxt.captions.reading.area_words import MARGIN, SHARES, SIZES, VERBAL, is_below, of_areas
from bentxt.captions.reading.count_words import CLASS_WORDS, FURTHER, Found
from bentxt.captions.reading.ownership import owners
from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import CountClaim
from bentxt.captions.reading.tokens import NUMBERS

#: Words between an area and its size.
_OF_SIZE = frozenset({"of", "with", "at", "for", "to", "individually", "up", "below", "under", "in"})


def read_measured(row: Row, place: int) -> Found | None:
    """Read an area by the size behind it: "one of less than 5 %", "a second area is only marginal"."""
    head = _head(row, place)
    if head is None:
        return None
    number, further, j = head
    size, noun = "", False
    while j < len(row) and (
        row.kinds[j] in "xtn" or re.match(",tn", row.kinds[j:]) or row.tokens[j].text in VERBAL | {"others"}
    ):
        if row.tokens[j].text in CLASS_WORDS:
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
                or following.text not in FURTHER
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
    if following and following.text in FURTHER | {"more"}:
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
            elif kind not in "wxa" or text in CLASS_WORDS:
                return nothing
            j += 1
        if row.kinds[j : j + 1] != "A":
            return nothing
    amount = row.tokens[j].amount
    if is_below(row, j):
        return ("marginal", None, j + 1) if amount.value <= MARGIN else nothing
    return ("", round(amount.value), j + 1) if amount.unit not in ("fraction", "percent") else nothing
