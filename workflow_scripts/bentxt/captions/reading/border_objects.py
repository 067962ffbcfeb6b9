"""What a word of a border is followed by: the classes that its subject touches."""

import re

from bentxt.captions.reading.border_lists import list_readings, resumed
from bentxt.captions.reading.border_references import all_of, in_common, is_largest, members, ordinal, unique
from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import OTHERS, Group


def objects_of(row: Row, place: int) -> tuple[Group, int]:
    """Return what a word of a border is followed by, and where that ends."""
    j = place + 1
    for _ in range(9):
        j = row.skip_brackets(j)
        if j >= len(row):
            return (), place + 1
        kind, token = row.kinds[j], row.tokens[j]
        if kind == ":" and j == place + 1:
            # "Its neighbours are: X and Y", "it has two borders: with X and with Y".
            j += 1
            continue
        if kind == "," and j == place + 1 and row.tokens[j + 1 : j + 2] and row.tokens[j + 1].text == "with":
            # "X has one more border, with Y".
            j += 1
            continue
        if token.text == "all but":
            # "X borders all but Y", and "… and all but Y border Z".
            but = row.kinds.find("C", j)
            begins = but >= 0 and row.is_finite(row.list_from(but)[-1])
            return ((), place + 1) if begins else ((OTHERS,), j)
        if kind == "C":
            return _object_list(row, place, j)
        if kind == "O":
            if row.kinds[j - 1] == "#" and row.tokens[j - 1].number and (named := _named_behind(row, j)):
                return row.mentions(named), named[-1] + 1
            return (OTHERS,), j + 1
        ranked, behind = ordinal(row, j)
        if ranked:
            # "X borders the last of these", "the second and the third".
            while row.kinds[behind : behind + 2] == "&a" and ordinal(row, behind + 2)[0]:
                following, behind = ordinal(row, behind + 2)
                ranked = (*ranked, *following)
            return ranked, behind
        if token.text in ("class", "classes") and (named := _named_behind(row, _over_extent(row, j))):
            return row.mentions(named if token.text == "classes" else named[:1]), named[-1] + 1
        if kind == "D":
            if row.kinds[j + 1 : j + 2] == "O":
                return (OTHERS,), j + 2
            group = row.tokens[j + 1].mention if j + 1 < len(row) else None
            if group and group.group:
                # "Both of these agricultural classes".
                return members(row, j, group), j + 2
            return _with_more(row, j, all_of(row, j)[0])
        if kind in "FL":
            return _with_more(row, j, row.former_latter(j))
        if kind == "i" and token.text in ("it", "them", "this", "these"):
            readings = row.pronoun(j)
            # Nothing borders itself.
            subject = row.first_classes(row.clause_start(place), place) if "C" in row.kinds[:place] else ()
            others = [group for group in (*readings, row.topic) if group and not in_common(group, subject)]
            aside = row.kinds[j + 1 : j + 3] != ",V"
            if row.kinds[place] == "b" and row.kinds[place - 1 : place] == "," and aside:
                # "X and, bordering it, Y".
                others = readings
            return _with_more(row, j, next(iter(others or readings), ()))
        if is_largest(row, j):
            named = row.lists_before(place)
            return (named[-1][:1] if named else ()), j + 1
        if kind == "#" and token.text == "both" and j + 1 < len(row) and row.kinds[j + 1] in ",.;s)&":
            subject = row.first_classes(row.clause_start(place), place)
            return row.last_two(place, subject), j + 1
        if kind == "R":
            return (), j
        if token.text == "neither":
            j += 1
            continue
        if kind not in "xat#npAv" or (kind == "p" and token.text not in ("of", "with", "to", "by", "on")):
            return (), (j if kind == "R" else place + 1)
        if kind == "v" and token.text not in ("scattered", "dispersed", "fragmented", "sized"):
            return (), place + 1
        j += 1
    return (), place + 1


def object_readings(row: Row, place: int, objects: Group) -> list[Group]:
    """Return the objects, and in front of them what they are with those behind clauses that tell borders."""
    first = next((j for j in range(place, len(row)) if objects and row.tokens[j].mention == objects[0]), None)
    lists = [row.mentions(places) for places in list_readings(row, first)] if first is not None else []
    longer = [group for group in lists if len(group) > len(objects)]
    return unique(*longer, *((objects,) if len(longer) < len(lists) or not lists else ()))


def _named_behind(row, place):
    """Return the places of the classes of "two classes: X and Y", none where there are none.

    Something may be said of them first: "two classes, each covering less than 5 %: X and Y".
    """
    j = place + 1
    colon, named = row.kinds.find(":", j), row.kinds.find("C", j)
    if 0 <= colon < named and ";" not in row.kinds[j:colon]:
        j = colon
    if row.kinds[j : j + 1] not in (",", ":"):
        return []
    while j < len(row) and row.kinds[j] in ",:a#":
        j += 1
    places = row.list_from(j) if j < len(row) and row.kinds[j] == "C" else []
    return [] if places and row.is_finite(places[-1]) else places


def _with_more(row, place, group):
    """Return what a word at ``place`` stands for, with Y of "these two as well as Y", and where that ends."""
    more = row.next_in_list(place)
    if more and row.kinds[place + 1] == "&" and not row.is_finite(row.list_from(more)[-1]):
        places = row.list_from(more)
        return (*group, *row.mentions(places)), places[-1] + 1
    return group, place + 1


def _over_extent(row, place):
    """Return the last place of "classes of comparable extent", whose noun stands at ``place``."""
    if match := re.match("p[xt#]*n", row.kinds[place + 1 :]):
        return place + match.end()
    return place


def _object_list(row, place, j):
    places = [j]
    # "A border between X and Y is visible": the verb is the border's, not Y's.
    wanted = 2 if row.kinds[place] == "N" else 1
    while True:
        following = row.next_in_list(places[-1]) or resumed(row, places[-1])
        if following is None:
            break
        # "… borders Y, and Z covers …": Z begins a clause, as does what is named again.
        named = [row.mentions([p])[0].classes for p in (*places, following)]
        begins = len(places) >= wanted and (
            row.is_finite(following) or _begins_clause(row, following) or directly_behind(row, following)
        )
        if begins or named[-1] in named[:-1]:
            break
        places.append(following)
    if len(places) > wanted and row.is_finite(places[-1]) and not in_relative_clause(row, place):
        places.pop()
    found = row.mentions(places)
    end = row.skip_brackets(places[-1] + 1)
    # "… and them", "… and the latter" end the list as well.
    others = row.kinds.find("O", end, end + 3)
    if others > 0 and row.kinds[end] in "&," and not row.is_finite(others):
        found = (*found, OTHERS)
    return found, end


def _begins_clause(row, place):
    """Whether a list behind ", and" is the subject of a verb: "…, and X and Y meet"."""
    last = row.list_from(place)[-1]
    before = place - 1
    while before > 0 and row.kinds[before] in "xat#n":
        before -= 1
    return last > place and row.kinds[before - 1 : before + 1] == ",&" and row.is_finite(last)


def directly_behind(row: Row, place: int) -> int | None:
    """Return where a class stands that follows the one at ``place`` without a verb or a comma, or None."""
    j = row.skip_brackets(place + 1)
    while j < len(row) and (
        row.kinds[j] == "a" or row.tokens[j].text in ("also", "only", "both", "in", "turn")
    ):
        j = row.skip_brackets(j + 1)
    return j if j < len(row) and row.kinds[j] == "C" else None


def in_relative_clause(row: Row, place: int) -> bool:
    """Whether a word of a border stands in a relative clause: "X, which borders Y, covers"."""
    j = place - 1
    while j >= 0 and row.kinds[j] in "x#V!":
        j -= 1
    return j >= 0 and row.kinds[j] == "w"
