"""Whose a number is: the classes that an area, a share or a number of areas is said of."""

import re

from bentxt.captions.reading.area_words import is_below, outer_amount
from bentxt.captions.reading.number_runs import distinct
from bentxt.captions.reading.owner_before import owners_before
from bentxt.captions.reading.owner_orders import owners_by_order
from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import Owner


def owners(row: Row, place: int, stop: int | None = None) -> tuple[Owner, ...]:
    """Return what the number at ``place`` may be said of, the likeliest first.

    Parameters
    ----------
    row : Row
    place : int
        A token of kind ``A`` or ``#``.
    stop : int, optional
        Where the words that belong to the number end; ``place`` by default.

    Returns
    -------
    tuple of Owner
    """
    stop = place if stop is None else stop
    if found := owners_by_order(row, place, stop):
        return found
    if row.depth[place]:
        return _bracketed(row, place)
    if forward := _forward(row, place, stop):
        return forward
    backward = owners_before(row, place)
    if backward:
        return backward
    following = next((j for j in range(stop + 1, len(row)) if row.kinds[j] == "C" and not row.depth[j]), None)
    pronoun = re.match(r"[^C]*?,i", row.kinds[stop + 1 :])
    if pronoun and row.tokens[stop + pronoun.end()].text in ("it", "they"):
        # "Covering 300,000 sqm, it borders X".
        return distinct(*map(Owner, row.pronoun(stop + pronoun.end())))
    if row.topic and "C" not in row.kinds[:place] and _of_topic(row, place):
        return (Owner(row.topic[:1]),)
    if following is not None:
        places = row.list_from(following)
        return distinct(Owner(row.mentions(places[:1])), Owner(row.mentions(places), "sum"))
    if row.topic:
        return distinct(
            Owner(row.topic[:1]), Owner(row.topic, "sum"), *(Owner((m,)) for m in row.lists_before(place)[0])
        )
    return ()


def _of_topic(row, place):
    """Read "its 949,000 sqm border X", "this class covers 5 ha and borders X"."""
    before = [token.text for token in row.tokens[:place]]
    near = {*before[:1], *before[-4:]}
    return "its" in near or "their" in near or before[:2] == ["this", "class"]


def _bracketed(row, place):
    opened = max(j for j in range(place) if row.kinds[j] == "(" and row.depth[j] < row.depth[place])
    inner = [j for j in range(opened + 1, place) if row.kinds[j] == "C"]
    if inner:
        return (Owner(row.mentions(inner[-1:])),)
    # "(491,000 sqm and 107,000 sqm for the former, ...)".
    j = place
    while j < len(row) and row.kinds[j] in "A&":
        j += 1
    if row.kinds[j : j + 3] in ("paF", "paL") and row.tokens[j].text in ("for", "in", "of"):
        return (Owner(row.former_latter(j + 2)),)
    # "Less than 5 % (72,000 sqm)": the same in other words.
    outer = outer_amount(row, place)
    if outer is not None and is_below(row, outer):
        return owners(row, outer)
    following = row.kinds[place + 1 : place + 3]
    if following[:1] == "C":
        return (Owner(row.mentions([place + 1])),)
    j = row.back_over_brackets(opened - 1)
    if j >= 0 and row.kinds[j] == "C":
        return (Owner(row.mentions([j])),)
    while j >= 0 and row.kinds[j] in "xtna":
        j -= 1
        if j >= 0 and row.kinds[j] == "C":
            return (Owner(row.mentions([j])),)
    if j >= 0 and row.kinds[j] == "#":
        # "one smaller (~93,000 sqm)": as the count is; "both ... (98,000 and 73,000)": any of them.
        found = owners(row, j) if not row.depth[j] else _bracketed(row, j)
        return tuple(Owner(owner.mentions, "any" if len(owner.mentions) > 1 else "each") for owner in found)
    found = owners_before(row, opened)
    if not found and row.topic and _of_topic(row, opened):
        # "Its 762,000 sqm lie in a large area (~661,000 sqm)".
        return (Owner(row.topic[:1]),)
    return tuple(Owner(owner.mentions, "any" if len(owner.mentions) > 1 else "each") for owner in found)


def _forward(row, place, stop):
    """Read "60% of the scene is pastures", "two areas of pastures", "less than 5% belongs to pastures"."""
    j, words, verb = stop + 1, 0, False
    # "350,000 square meters for the former", "the former with".
    while j < len(row) and row.kinds[j] in "xatSnpVv#" and words < 14:
        if row.kinds[j] in "Vv" and row.tokens[j].text not in ("located", "dominated"):
            verb = True
        if row.tokens[j].text in ("go", "goes"):
            verb = True
        if row.tokens[j].text in ("with", "next to", "followed by", "beside", "along") and not verb:
            return ()
        j += 1
        words += 1
    if j >= len(row):
        return ()
    if (
        row.kinds[j] in "FL"
        and row.tokens[j - 1].text == "the"
        and row.tokens[j - 2].text in ("for", "to", "of")
    ):
        return (Owner(row.former_latter(j)),)
    if row.kinds[j] != "C":
        return ()
    between = row.tokens[stop + 1 : j]
    places = row.list_from(j)
    left = place and row.tokens[place - 1].text in ("leaving", "leaves", "leave", "against", "versus")
    direct = not between or (
        between[0].text in (("of", "to", "for") if left else ("of",))
        and not any(t.kind == "S" for t in between)
    )
    if direct and not verb:
        if between or row.kinds[stop] != "n":
            # "Two areas of pastures and arable land": said of the first.
            return distinct(
                Owner(row.mentions([j])), *((Owner(row.mentions(places), "sum"),) if len(places) > 1 else ())
            )
        return ()
    if not verb:
        return ()
    # "…, and 33 ha belong to pastures": the subject of a clause of its own.
    first = place - 1
    while first > 0 and row.kinds[first] in "ax":
        first -= 1
    finite = row.kinds[stop + 1] == "V" or row.tokens[stop + 1].text in ("go", "goes")
    subject = finite and place and row.kinds[first] in ",&;s"
    start = place if subject else row.clause_start(place)
    if any(
        row.kinds[i] in "CiFL" and not row.depth[i] and row.tokens[i].text not in ("its", "their")
        for i in range(start, place)
    ):
        return ()
    below = row.tokens[place].amount is not None and row.tokens[place].amount.bound == "below"
    if below or any(token.text == "each" for token in row.tokens[place:j]):
        return (Owner(row.mentions(places)),)
    return distinct(Owner(row.mentions(places[:1])), Owner(row.mentions(places), "sum"))
