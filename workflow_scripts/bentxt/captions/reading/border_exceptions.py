"""What a statement on borders denies, and which classes it leaves out."""

import re

from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import Group

#: Leave classes out, and deny nothing.
_EXCEPT = re.compile(r"except|excluding|apart from|other than|aside from|save|exception|all but")


def excepted_before(row: Row, place: int) -> Group:
    """Return X of "Except for X, all classes border" and of "All classes except X border"."""
    mark = 0 if row.kinds[:1] == "!" else row.kinds.rfind("D!", 0, place) + 1
    all_but = next((j for j in range(place - 1, -1, -1) if row.tokens[j].text == "all but"), None)
    mark = mark if all_but is None else all_but
    if row.kinds[mark : mark + 1] == "!" and _EXCEPT.search(row.tokens[mark].text):
        j = mark + 1
        while j < place and row.kinds[j] in "pax#":
            j += 1
        if row.kinds[j] == "C":
            return row.mentions(row.list_from(j))
    return ()


def set_apart(row: Row, place: int) -> Group:
    """Return Y of "X, though not Y, borders Z" and of "X, unlike Y, borders Z": it does not."""
    j = place - 1
    while j >= 0 and row.kinds[j] in "xVR#":
        j -= 1
    last = row.back_over_brackets(j - 1)
    if j < 2 or row.kinds[j] != "," or row.kinds[last] != "C":
        return ()
    places = row.list_to(last)
    before = places[0] - 1
    while before > 0 and row.kinds[before] in "at":
        before -= 1
    if row.tokens[before].text not in ("not", "unlike") or row.kinds[before - 1] not in ",s":
        return ()
    return row.mentions(places)


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
    while j < len(row) and (row.kinds[j] in "!pax#:" or (row.kinds[j] == "," and row.kinds[j - 1] == "!")):
        seen = seen or row.kinds[j] == "!"
        j += 1
    if j < len(row) and row.kinds[j] == "C" and (seen or row.tokens[end].text == "but"):
        places = row.list_from(j)
        if not row.is_finite(places[-1]):
            return row.mentions(places), places[-1] + 1
    return (), end


def is_denied(row: Row, place: int) -> bool:
    """Whether the word of a border at ``place`` is denied, and not denied twice."""
    twice = place > 2 and row.tokens[place - 1].text == "without" and row.kinds.find("!", 0, place - 1) >= 0
    return _is_denied(row, place) and not (twice and "C" not in row.kinds[: place - 1])


def _is_denied(row, place):
    if place + 1 < len(row) and row.tokens[place + 1].text == "neither":
        return True
    j = place - 1
    while j >= 0 and row.kinds[j] in "xV#ap!R" and j > place - 6:
        if row.kinds[j] == "!" and not _EXCEPT.match(row.tokens[j].text.removeprefix("with ")):
            return True
        j -= 1
    if j > 1 and row.kinds[j] == "w" and row.tokens[j - 1].text == "of":
        # "None of which touch".
        return row.tokens[j - 2].text in ("neither", "none")
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
