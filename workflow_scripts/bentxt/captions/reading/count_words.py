"""Words of areas that are counted, and what may stand around them."""

import re
from typing import TypeAlias

from bentxt.captions.reading.area_words import SIZES, VERBAL
from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import CountClaim

#: Claims of what stands at a place, none where nothing is counted there, and where to go on.
Found: TypeAlias = tuple[list[CountClaim] | None, int]
#: Words of one area beside others.
FURTHER = frozenset(
    {"second", "third", "fourth", "fifth", "further", "additional", "other", "others", "remaining"}
)
#: Words behind which the areas of a class are listed.
PARTING = frozenset(
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
#: Nouns that are counted and no areas.
CLASS_WORDS = frozenset(
    {"classes", "class", "types", "categories", "category", "kinds", "features", "elements", "general"}
)


def phrase(row: Row, place: int) -> tuple[str, int, bool | None]:
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
        elif text in CLASS_WORDS:
            return size, j, None
        j += 1
    return size, j, noun


def sizes_follow(row: Row, end: int) -> bool:
    """Whether an area of its own follows directly: "one of 144,000 m²", "one (~93,000 m²)"."""
    if end < len(row) and row.kinds[end] == "(":
        amount = row.tokens[end + 1].amount if end + 1 < len(row) else None
        return amount is not None and amount.bound != "below"
    while end < len(row) and (
        row.kinds[end] in "vV" or row.tokens[end].text in ("of", "with", "at", "alone", "for", "up")
    ):
        end += 1
        if end < len(row) and row.kinds[end] == "A":
            return True
    return False


def is_added(row: Row, place: int) -> bool:
    """Whether what stands at ``place`` is one more area: "one smaller part of 5 ha and one marginal part"."""
    return row.kinds[max(0, place - 2) : place] == "A&"


def behind_area(row: Row, place: int) -> int:
    """Return where it goes on behind an area that stands at ``place``: "of about 553,000 sqm and …"."""
    j = row.skip_brackets(place)
    if j == place and "A" in row.kinds[place : place + 3]:
        j = row.kinds.index("A", place) + 1
        # "A large area holds 5 ha and a smaller one", but not "a large area covers 5 ha and borders X".
        verb = re.match("&[a#]?t", row.kinds[j:])
        if row.kinds[place : j - 1].strip("pvV" if verb else "pv"):
            return place
    return j
