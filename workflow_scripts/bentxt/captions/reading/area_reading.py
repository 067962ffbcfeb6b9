"""Which areas and shares a sentence states, and whose they are."""

import re
from collections.abc import Iterator
from dataclasses import replace

from bentxt.captions.reading.area_words import PLURALS, SIZES, is_below, of_areas, outer_amount
from bentxt.captions.reading.ownership import owners
from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import AreaClaim
from bentxt.captions.reading.tokens import NUMBERS


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
