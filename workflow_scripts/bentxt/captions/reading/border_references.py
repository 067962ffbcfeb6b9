"""What words that name no class stand for in a statement on borders: all of them, these two, the former."""

import re

from bentxt.captions.reading.border_lists import long_list
from bentxt.captions.reading.class_names import Mention
from bentxt.captions.reading.rows import Row
from bentxt.captions.reading.statements import EVERYTHING, OTHERS, Group
from bentxt.captions.reading.tokens import NUMBERS

#: A class by its rank, in place of its name.
_FIRST = re.compile(
    r"(?:pre)?dominant|first(?:-(?:mentioned|named))?$|dominating|leading|largest|main|prevailing|prevalent|principal|primary"
)
_SOME = re.compile(r"\b(?:the|these) (first|last|latter|former) (two|three)")
#: Classes by their rank; captions name large ones first.
_MAIN = re.compile(r"\b(?:main|dominant|larger|largest|leading|major|primary|principal)\b")
#: Any two classes of the image.
_PAIR = re.compile(r"\bpairs?\b|^(?:whichever|any|there (?:is|are) no) two\b")
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
#: Nouns for classes in general.
CLASS_NOUNS = frozenset(["classes", "types", "categories", "neighbors", "neighbours"])


def is_largest(row: Row, place: int) -> bool:
    """Whether the word at ``place`` ends "the dominant class", which stands for the class named first."""
    named = row.tokens[place].text in ("class", "one") and place > 0
    return named and bool(_FIRST.match(row.tokens[place - 1].text))


def unique(*readings: Group) -> list[Group]:
    """Return the groups that hold anything, each once."""
    return [reading for reading in dict.fromkeys(readings) if reading]


def in_common(group: Group, other: Group) -> bool:
    """Whether two groups have a class in common."""
    return any(a.classes == b.classes for a in group for b in other)


def ordinal(row: Row, place: int) -> tuple[Group, int]:
    """Return the class that "second" of "the second of these" stands for, and where that ends."""
    rank = _ORDINALS.get(row.tokens[place].text)
    end = place + 1
    if rank is None:
        return (), end
    if row.kinds[end : end + 1] and row.tokens[end].text == "of":
        # "Of the five", "of these", "of which".
        end += 1 + (row.kinds[end + 1 : end + 2] == "a")
        end += row.kinds[end : end + 1] in ("i", "D", "w", "#", "x")
    sized = row.kinds[end : end + 1] == "p" and row.tokens[end].text in ("with", "at", "over")
    if row.kinds[end : end + 1] and row.kinds[end] not in ",.;:)&sVB!x" and not sized:
        return (), end
    number = number_in(" ".join(token.text for token in row.tokens[place:end]))
    order = _in_order(row, place)
    lists = [group for group in row.lists_before(place) if len(group) >= max(rank, 2)]
    several = order if number == len(order) else next(iter(lists), order)
    return several[rank - 1 : rank] if rank > 0 else several[-1:], end


def _in_order(row, place):
    """Return the classes named before ``place`` in the order of their first mention."""
    order: dict[frozenset, Mention] = {}
    for group in reversed(row.lists_before(place)):
        for mention in group:
            order.setdefault(mention.classes, mention)
    return tuple(order.values())


def number_in(text: str) -> int | None:
    """Return the number that words as "the other two" hold."""
    return next((NUMBERS[word] for word in text.split() if word in NUMBERS), None)


def quantified(row: Row, place: int, word: str, without: Group) -> list[Group]:
    """Return what "both", "each", "all" or "neither" before ``place`` may stand for, but for some classes."""
    lists = [group for group in row.lists_before(place) if len(group) > 1 and not in_common(group, without)]
    if word in ("both", "either", "neither"):
        pairs = [group for group in lists if len(group) == 2]
        return unique(row.last_two(place, without), *pairs[:2], (EVERYTHING,))
    return unique((EVERYTHING,), *lists[:2])


def numbered(row: Row, place: int, number: int, without: Group = ()) -> list[Group]:
    """Return the groups of so many classes that were spoken of before ``place``."""
    lists = [group for group in row.lists_before(place) if len(group) == number]
    last = row.last_named(place, number, without)
    return unique(*lists[:1], last if len(last) == number else ())


def counted(row: Row, place: int) -> list[Group]:
    """Return what "three classes" at ``place`` may be: a list before it or behind it, or all of the image."""
    j = place - 1
    while j > 0 and row.kinds[j] in "xtb":
        j -= 1
    number = row.tokens[j].number if j >= 0 else None
    # "Two further classes, each bordering X: Y and Z".
    colon = max(place, row.kinds.find(":", place))
    behind = next((i for i in range(colon + 1, len(row)) if row.kinds[i] == "C"), None)
    following = row.mentions(long_list(row, behind, True)) if behind is not None else ()
    if number is None:
        return unique((EVERYTHING,), *row.lists_before(place)[:1])
    fits = [group for group in (following, following[:number]) if len(group) == number]
    # "Three classes border it: X, Y and Z".
    if fits and ":" in row.kinds[place:behind]:
        return fits[:1]
    return unique(*numbered(row, place, number), *fits, (EVERYTHING,))


def all_of(row: Row, place: int, without: Group = ()) -> list[Group]:
    """Return what "all of them", "the two" or "the first two" at ``place`` may stand for."""
    text = row.tokens[place].text
    start = row.clause_start(place + 1)
    # "X borders both of them": X is none of them.
    subject = row.first_classes(start, place) if set(row.kinds[start:place]) & set("Bb") else ()
    if re.search(r"\bof the (?:former|latter)$", text):
        # "Both of the former": the two before the one named last.
        order = [
            m for group in reversed(row.lists_before(place)) for m in group if not in_common((m,), subject)
        ]
        distinct = [m for i, m in enumerate(order) if all(m.classes != n.classes for n in order[i + 1 :])]
        return [tuple(distinct[-3:-1] if text.endswith("former") else distinct[-2:])]
    if some := _SOME.search(text):
        size = 2 if some[2] == "two" else 3
        long = [group for group in row.lists_before(place) if len(group) > size]
        named = long[0] if long else tuple(m for group in reversed(row.lists_before(place)) for m in group)
        if some[1] in ("first", "former"):
            return [named[:size]]
        last = row.last_named(place, size, subject)
        return [last if len(last) == size else named[-size:]]
    if _PAIR.search(text):
        # "Borders run between all pairs formed by X, Y and Z".
        formed = re.match("x?p+a?C", row.kinds[place + 1 :])
        places = row.list_from(place + formed.end()) if formed else []
        return [row.mentions(places) if len(places) > 2 else (EVERYTHING,)]
    out = subject or without
    lists = [group for group in row.lists_before(place)[:2] if len(group) > 1 and not in_common(group, out)]
    if re.search(r"\b(?:two|both|either)\b", text):
        pairs = (group for group in lists if len(group) == 2)
        main = _in_order(row, place)[:2] if _MAIN.search(text) else ()
        # "X borders both of the others, and these two meet".
        rest = "O" in row.kinds[:place] and re.match("these|the two|both of (?:the|these|them)", text)
        return unique((OTHERS,) if rest else (), main, *pairs, row.last_two(place, out), (EVERYTHING,))
    # "All three" are all, or a list of three; "all classes" are no list.
    number = number_in(text)
    if number and (listed := _announced(row, place, number)):
        return [listed]
    if number:
        lists = numbered(row, place, number, out)
    elif not re.search(r"\b(?:them|these|which|those)\b|^(?:all|each)$", text):
        lists = []
    if number and text.startswith(("these", "those")):
        # "X touches these same three classes".
        return unique(*lists, (EVERYTHING,))
    return unique((EVERYTHING,), *lists)


def _announced(row, place, number):
    """Return the list behind the colon of "all four border one another: W, X, Y and Z"."""
    if "C" in row.kinds[place : row.kinds.find(":", place)]:
        return ()
    found = _behind_colon(row, place)
    return found if len(found) == number else ()


def _behind_colon(row, place):
    """Return the list behind the first colon from ``place`` on, empty where there is none."""
    colon = row.kinds.find(":", place)
    first = row.kinds.find("C", colon) if colon > 0 else -1
    return row.mentions(long_list(row, first, True)) if first > 0 else ()


def members(row: Row, place: int, group: Mention) -> Group:
    """Return what "both of these agricultural classes" at ``place`` stands for."""
    for named in row.lists_before(place):
        found = [m for m in named if m.classes <= group.classes and not m.group]
        if len(found) > 1 and len(found) == len(named):
            return tuple(found)
    distinct = {m.classes: m for named in row.lists_before(place) for m in named if not m.group}
    # "Both agricultural classes border it: X, covering 5 ha, and Y": else those behind the colon.
    for several in (tuple(distinct.values()), _behind_colon(row, place)):
        if meant := tuple(m for m in several if m.classes <= group.classes):
            return meant
    return (group,)


def parted(row: Row, group: Group) -> Group:
    """Return the classes that "both forests" stands for, any other group as it is."""
    if len(group) != 1 or not group[0].group:
        return group
    place = next((i for i, token in enumerate(row.tokens) if token.mention is group[0]), 0)
    return members(row, place, group[0]) if place and row.tokens[place - 1].text == "both" else group
