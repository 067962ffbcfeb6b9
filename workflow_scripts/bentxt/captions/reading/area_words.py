"""Words of areas of a class, of their sizes and their limits, and where they stand in a sentence."""

import re

from bentxt.captions.reading.rows import Row
from bentxt.nomenclature import PATCH_AREA

#: What a word says of the size of an area: its tier, or how it compares.
SIZES = {
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
SHARES = frozenset({"share", "shares", "part", "parts", "portion", "portions", "expanse", "extent"})
PLURALS = frozenset(
    {
        *("areas", "parts", "patches", "pieces", "parcels", "plots", "fragments", "sections", "segments"),
        *("tracts", "blocks", "stands", "zones", "regions", "stretches", "clusters", "pockets"),
    }
)
#: Nouns of areas that are verbs elsewhere.
VERBAL = frozenset({"stands", "stand", "stretches", "stretch", "spans", "span", "holdings"})
#: Verbs of getting to a size, and words that may stand between them and the size.
REACHING = re.compile(r"(?:reach|exceed|surpass|attain|pass|cross|top|hit|get|go|rise|come)(?:e?s|ing|ed)?$")
_MEASURES = frozenset({"size", "threshold", "mark", "limit", "share", "extent", "surface", "area"})
#: From this share of the image on, m², what stays below it is marginal.
MARGIN = 0.05 * PATCH_AREA


def of_areas(row: Row, place: int) -> bool:
    """Tell whether areas of a class are spoken of before ``place``, not classes."""
    return any(
        near.kind == "n"
        or near.text in VERBAL
        or (near.kind == "D" and near.text.split()[-1] in PLURALS)
        or (near.kind == "A" and near.text.startswith("an area of"))
        for near in row.tokens[max(0, place - 16) : place]
    )


def is_limit(row: Row, place: int) -> bool:
    """Tell whether the amount at ``place`` is one that something does not reach.

    "Neither of which reaches 5 %", "fall short of 5 %", "none of the six areas into which it is divided
    exceeds 72,000 sqm".
    """
    amount = row.tokens[place].amount
    if amount is None or amount.bound:
        return False
    j = place - 1
    while j >= 0 and (row.kinds[j] in "atxpS" or row.tokens[j].text in _MEASURES) and j > place - 7:
        if row.tokens[j].text in ("short", "shy"):
            return row.tokens[j + 1].text == "of"
        if REACHING.match(row.tokens[j].text):
            break
        j -= 1
    else:
        if j < 0 or not REACHING.match(row.tokens[j].text):
            return False
    for i in range(j - 1, max(-1, j - 13), -1):
        if row.kinds[i] == "!" or row.tokens[i].text in ("neither", "none", "not"):
            return True
        if row.kinds[i] in ",;":
            return False
    return False


def is_below(row: Row, place: int) -> bool:
    """Tell whether the amount at ``place`` is an upper bound, by its own words or by those around it."""
    amount = row.tokens[place].amount
    return amount is not None and (amount.bound == "below" or is_limit(row, place))


def outer_amount(row: Row, place: int) -> int | None:
    """Return where the amount stands that one in brackets says again: "5 % of the image (72,000 sqm)"."""
    if not place or row.kinds[place - 1] != "(":
        return None
    j = place - 2
    while j > place - 7 and j >= 0 and (row.kinds[j] in "Sapx" or row.tokens[j].text == "patch"):
        j -= 1
    return j if j >= 0 and row.kinds[j] == "A" else None
