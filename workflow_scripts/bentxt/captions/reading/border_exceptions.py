"""What a statement on borders denies, and which classes it leaves out."""

import re

from bentxt.captions.reading.border_objects import objects_of
from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import Group

#: Leave classes out, and deny nothing.
_EXCEPT = re.compile(r"except|excluding|apart from|other than|aside from|save for|exception")


def excepted_before(row: Row, place: int) -> Group:
    """Return X of "Except for X, all classes border" and of "All classes except X border"."""
    mark = 0 if row.kinds[:1] == "!" else row.kinds.rfind("D!", 0, place) + 1
    if row.kinds[mark : mark + 1] == "!" and _EXCEPT.search(row.tokens[mark].text):
        j = mark + 1
        while j < place and row.kinds[j] in "pax#":
            j += 1
        if row.kinds[j] == "C":
            return row.mentions(row.list_from(j))
    return ()


def excepted_pair(row: Row, end: int) -> tuple[Group, Group] | None:
    """Return the two sides of ", except that X does not border Y" or ", except for X, which does not"."""
    j = end + (row.kinds[end : end + 1] == ",")
    if row.kinds[j : j + 1] != "!" or not _EXCEPT.search(row.tokens[j].text):
        return None
    first = row.kinds.find("C", j)
    border = next((i for i in range(max(first, j), len(row)) if row.kinds[i] in "BN;s"), None)
    if first < 0 or border is None or row.kinds[border] != "B" or not is_denied(row, border):
        return None
    objects, _ = objects_of(row, border)
    places = row.list_from(first)
    between = row.kinds[places[-1] + 1 : border].strip("xV!#")
    if len(places) > 1 or not objects or between not in ("", ",w"):
        return None
    return row.mentions(places), objects


def excepted_behind(row: Row, end: int) -> tuple[Group, int]:
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
            if border and is_denied(row, border):
                objects, stop = objects_of(row, border)
                return (*row.mentions(places), *objects), stop
    return (), end


def is_denied(row: Row, place: int) -> bool:
    """Whether the word of a border at ``place`` is denied."""
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
