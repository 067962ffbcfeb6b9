"""What may be the subject of a word of a border."""

import re

from bentxt.captions.reading.border_exceptions import excepted_before
from bentxt.captions.reading.border_objects import objects_of
from bentxt.captions.reading.border_references import (
    CLASS_NOUNS,
    all_of,
    counted,
    in_common,
    is_largest,
    ordinal,
    quantified,
    unique,
)
from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import EVERYTHING, OTHERS, Group
from bentxt.captions.reading.tokens import ATTRIBUTES

#: Stand for classes named before where no class follows.
_QUANTIFIERS = frozenset(["all", "both", "each", "every", "either", "neither"])


def subjects_of(row: Row, place: int, objects: Group) -> list[Group]:
    """Return what may be the subject of a word of a border, the likeliest first."""
    token = row.tokens[place]
    start = row.clause_start(place)
    clause = row.first_classes(start, place) or ordinal(row, start + (row.kinds[start : start + 1] == "a"))[0]
    j = place - 1
    crossed = False
    while (
        j >= 0
        and (
            row.kinds[j] in "x!VR#T"
            or (row.kinds[j] == "v" and token.kind == "b")
            or (row.tokens[j].text == "in" and row.tokens[j + 1].text == "turn")
        )
        and j > place - 8
    ):
        if row.kinds[j] == "#" and row.tokens[j].text not in _QUANTIFIERS:
            break
        if is_largest(row, j):
            named = row.lists_before(j)
            return [named[-1][:1]] if named else []
        j -= 1
    likened = _likened(row, j)
    if likened and clause:
        return unique((*clause, *likened) if not in_common(clause, likened) else likened)
    j = _over_aside(row, j)
    said = [row.tokens[i].text for i in range(j + 1, place) if row.tokens[i].text in _QUANTIFIERS]
    # "Bordering each other, both touch …", not "X borders each other class, both …".
    fronted = row.kinds[:1] == "b"
    if said and (j < 0 or row.kinds[j] in ",&s;:") and (fronted or row.kinds[j - 1 : j + 1] != "R,"):
        if j > 0 and row.tokens[j - 1].text in CLASS_NOUNS:
            return counted(row, j - 1)
        # "X and Y border Z, and both touch …".
        pair = [clause] if len(clause) == 2 and said[-1] == "both" else []
        repeated = _several_before(row, j) if said[-1] in ("neither", "each") else []
        return unique(*pair, *repeated, *quantified(row, place, said[-1], objects))
    if j >= 0 and row.tokens[j - (row.kinds[j] == ",")].text in CLASS_NOUNS:
        return counted(row, j - (row.kinds[j] == ","))
    noun = next((i for i in range(start, place) if row.tokens[i].text in CLASS_NOUNS), 0)
    numbers = any(row.tokens[i].number for i in range(start, noun))
    if numbers and not set(row.kinds[start:place]) & set("CDFLiO"):
        # "Three classes of secondary extent adjoin it: X, Y and Z."
        return counted(row, noun)
    j = row.back_over_brackets(j)
    if j < 0:
        return _fallback(row, place, clause, objects)
    kind = row.kinds[j]
    if kind == ")":
        return _fallback(row, place, clause, objects)
    # "The second of the five borders Z".
    rank = j - 2 if row.kinds[j - 1 : j] == "p" and kind in "DiwC" else j
    if ranked := ordinal(row, rank)[0]:
        return [ranked]
    if kind == "p" and row.tokens[j].text == "of" and token.kind == "B":
        return _fallback(row, place, clause, objects)
    if kind == "w":
        return _antecedents(row, j)
    if kind == "C":
        front = row.kinds[: row.list_to(j)[0]].rstrip("pa")
        all_but = front.endswith("!") and row.tokens[len(front) - 1].text == "all but"
        if (all_but or front.endswith("D!")) and excepted_before(row, place):
            return [(OTHERS,)]
        places = row.subject_list(j) if token.kind == "B" else row.list_to(j)
        whole = (*_joined_before(row, places[0]), *row.mentions(places))
        if token.kind == "b":
            return unique(whole[-1:], whole, clause)
        # "X bordered by Y touches Z".
        crossed = any(row.kinds[i] in "b" and not row.depth[i] for i in range(start, places[0]))
        return unique(*((clause,) if crossed else ()), whole, *((whole[-1:],) if crossed else ()))
    if kind == "i":
        if row.tokens[j].text in ("its", "their"):
            return _fallback(row, place, clause, objects)
        plural = row.tokens[j].text in ("they", "them", "these")
        repeated = _several_before(row, j) if plural else []
        if plural and row.kinds[place + 1 : place + 2] == "R" and (touched := _touched_before(row, j)):
            # "X and Y border Z and W, and they also border each other", "…, and they in turn …".
            turned = any(token.text == "turn" for token in row.tokens[j:place])
            return unique(*touched, *repeated) if turned else unique(*repeated, *touched)
        return repeated or unique(*_same_pronoun(row, j), *row.pronoun(j))
    if kind in "FL":
        return [row.former_latter(j)]
    if kind == "D":
        repeated = _several_before(row, j) if row.tokens[j].text.endswith((" them", " these")) else []
        return unique(*repeated, *all_of(row, j, objects))
    if kind == "O":
        return [(OTHERS,)]
    if kind == "n" and j and row.kinds[j - 1] in "xat#":
        # "This area borders", "the two areas".
        return unique(clause, *row.lists_before(j)[:1], row.topic)
    if kind in "&,s" and token.kind == "B":
        relative = row.kinds.rfind("w", max(0, row.kinds.rfind(";", 0, j)), j)
        if relative > 0 and "C" not in row.kinds[relative:j]:
            # "…, which cover 5 ha and border Z".
            apart = kind == "," or row.kinds[j - 1] == ","
            return unique(*_antecedents(row, relative), *((clause,) if apart else ()))
        if kind == "s" or not clause:
            return unique(
                clause or row.first_classes(0, place),
                row.first_classes(0, place),
                row.topic,
                *row.lists_before(place)[:1],
            )
        if kind == "," and "&" in row.kinds[:j] and re.search(r"&,[^C,]*$", row.kinds[:j]):
            # "X borders Y and, beyond it, touches Z".
            return unique(clause)
        # "X is the largest class, covers 5 ha, and borders Y"; an apposition "X, in turn, borders Y".
        return unique(clause, row.first_classes(0, place), *row.lists_before(place)[:1])
    if kind == "&" and token.kind == "b":
        # "Both bordering X and touching Y".
        before = next((i for i in range(j - 1, start, -1) if row.kinds[i] in "Bb"), None)
        if before is not None:
            return subjects_of(row, before, objects_of(row, before)[0])
    if token.kind == "b":
        lists = [group for group in row.lists_before(place)[:1] if "C" in row.kinds[:place]]
        return unique(*(group[-1:] for group in lists), clause, *lists, row.topic if not lists else ())
    return _fallback(row, place, clause, objects)


def _over_aside(row, place):
    """Return the place in front of an aside that ends with the comma at ``place``: "X, in turn, borders"."""
    if place < 1 or row.kinds[place] != ",":
        return place
    j = place - 1
    while j > 0 and row.kinds[j] not in ",CDBbNwFLi;:":
        j -= 1
    front = row.back_over_brackets(j - 1)
    if row.kinds[j] != "," or front < 0:
        return place
    # "X, which, covering 5 ha, borders Z": X, at any length; "X, covering 5 ha, borders" may be a list.
    short = place - j < 5 and not set(row.kinds[j + 1 : place]) - set("x#pV")
    areas = row.kinds[front] in "FL" and not set(row.kinds[j + 1 : place]) - set("x#pVtnaA")
    return front if row.kinds[front] == "w" or (row.kinds[front] == "C" and short) or areas else place


def _joined_before(row, place):
    """Return what the list from ``place`` on is joined to: "it and the forest", "the latter two and X"."""
    before = place - 1
    while before > 0 and row.kinds[before] in "xat#n":
        before -= 1
    if before < 1 or row.kinds[before] != "&":
        return ()
    if row.kinds[before - 1] == "i" and row.tokens[before - 1].text == "it":
        return next(iter(row.pronoun(before - 1)), ())
    if row.kinds[before - 1] in "FL":
        return row.former_latter(before - 1)
    return all_of(row, before - 1)[0] if row.kinds[before - 1] == "D" else ()


def _likened(row, place):
    """Return Y and Z of "X and, like Y and Z, borders …", whose comma stands at ``place``."""
    last = row.back_over_brackets(place - 1)
    if (
        last > 0
        and row.kinds[place] == ","
        and row.kinds[last] == "i"
        and row.tokens[last - 1].text == "like"
    ):
        # "X borders Y and, like it, also Z".
        before = next((i for i in range(last, 0, -1) if row.kinds[i] == "B"), None)
        return objects_of(row, before)[0] if before is not None else ()
    if last < 1 or row.kinds[place] != "," or row.kinds[last] != "C":
        return ()
    places = row.list_to(last)
    front = len(row.kinds[: places[0]].rstrip("a")) - 1
    return row.mentions(places) if front > 0 and row.tokens[front].text == "like" else ()


def _several_before(row, place):
    """Return the several subjects of the border before ``place``, which "they" or "each of them" repeats."""
    before = next((i for i in range(place - 1, 0, -1) if row.kinds[i] == "B"), None)
    if before is None:
        return []
    earlier = subjects_of(row, before, objects_of(row, before)[0])
    return [group for group in earlier if len(group) > 1][:1]


def _touched_before(row, place):
    """Return the several objects of the border before ``place``: Y and Z of "X borders Y and Z; they …"."""
    before = next((i for i in range(place - 1, 0, -1) if row.kinds[i] == "B"), None)
    objects = objects_of(row, before)[0] if before is not None else ()
    return [objects] if len(objects) > 1 or objects == (OTHERS,) else []


def _same_pronoun(row, place):
    """Return what "They" of "They touch X, which covers 5 ha, and they also border Y" stands for."""
    again = row.kinds[place - 1 : place] == "&" and row.kinds[:1] == "i"
    return row.pronoun(0) if again and row.tokens[0].text == row.tokens[place].text else []


def _fallback(row, place, clause, objects):
    if (
        any(row.tokens[j].text in ("both", "all", "each") for j in range(max(0, place - 3), place))
        and not clause
    ):
        return all_of(row, place, objects)
    two = [row.last_two(place)] if row.kinds[place + 1 : place + 2] == "R" else []
    return unique(
        *two,
        clause,
        *(row.lists_before(place)[:1] if "C" in row.kinds[:place] else ()),
        *([] if clause else [row.topic]),
    )


def _antecedents(row, j):
    """Return what "which" at ``j`` may refer to."""
    near = row.kinds[max(0, j - 3) : j]
    if "O" in near:
        return [(OTHERS,)]
    if "D" in near:
        return all_of(row, max(0, j - 3) + near.rindex("D"))
    if row.tokens[j - (row.kinds[j - 1] == ",") - 1].text in CLASS_NOUNS:
        return counted(row, j - (row.kinds[j - 1] == ",") - 1)
    owner = row.first_classes(row.clause_start(j), j)
    if row.kinds[j - 1] == "n" and owner == (EVERYTHING,):
        # "Each class forms one area that touches Y".
        return [owner]
    lists = row.lists_before(j)[:1]
    if not lists:
        return [row.topic] if row.topic else []
    plural = j + 1 < len(row) and row.tokens[j + 1].text in (
        "are",
        "border",
        "touch",
        "do",
        "meet",
        "share",
        "adjoin",
        "have",
    )
    whole, last = lists[0], lists[0][-1:]
    start = row.clause_start(j)
    # "X borders Y, which in turn borders Z": Y does. "X, covering 5 ha in Y, which borders Z": X may.
    first = () if set(row.kinds[start:j]) & set("BbN") else row.first_classes(start, j)
    return unique(*((whole, last) if plural else (last, whole)), first)


def sides_of_with_which(row: Row, place: int) -> tuple[list[Group], Group] | None:
    """Return subjects and objects of "Y, with which X shares a border"."""
    j = place - 1
    while j >= 0 and row.kinds[j] in "x!VR#":
        j -= 1
    if j < 1 or row.kinds[j] not in "iCDFLO":
        return None
    start = row.subject_list(j)[0] if row.kinds[j] == "C" else j
    which = start - 1
    while which > 0 and row.kinds[which] in "xat#n":
        which -= 1
    if row.kinds[which] != "w" or row.tokens[which].text not in ("which", "that"):
        return None
    lists = row.lists_before(which)
    if not lists or "C" not in row.kinds[:which]:
        return None
    objects = lists[0][-1:]
    named = row.pronoun(j) if row.kinds[j] == "i" else subjects_of(row, place, ())
    if row.kinds[j] == "i":
        named = [*named, *lists[1:2], row.topic]
    elif row.kinds[j] == "C":
        named = [row.mentions(row.subject_list(j))]
    others = [group for group in named if group and not in_common(group, objects)]
    return (unique(*others), objects) if others else None


def mutual_classes(row: Row, place: int) -> list[Group]:
    """Return the readings of "three mutually bordering classes" and of "two adjoining classes: X and Y"."""
    contact = row.tokens[place].text == "in mutual contact"
    mutually = contact or (place > 0 and row.tokens[place - 1].text == "mutually")
    if row.tokens[place].kind != "b" or not (contact or row.tokens[place].text in ATTRIBUTES):
        return []
    if set(row.kinds[max(0, place - 4) : place]) & set("BN"):
        # "X borders two neighbouring classes".
        return []
    noun = next((j for j in range(place + 1, len(row)) if row.kinds[j] not in "xt" or _is_noun(row, j)), None)
    if noun is not None and _is_noun(row, noun) and (mutually or row.tokens[place - 1].number):
        return counted(row, noun)
    subjects = subjects_of(row, place, ()) if mutually else []
    return [group for group in subjects if len(group) > 1 or EVERYTHING in group]


def _is_noun(row, place):
    return row.tokens[place].text.rpartition(" ")[2] in CLASS_NOUNS
