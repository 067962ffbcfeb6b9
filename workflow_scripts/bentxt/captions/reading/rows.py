"""One sentence as a row of tokens, and the lists, clauses and brackets in it."""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from bentxt.captions.reading.class_names import Mention
from bentxt.captions.reading.statements import EVERYTHING, BorderClaim
from bentxt.captions.reading.tokens import Token

_LIST_WORDS = frozenset({"of", "with", "to", "by", "also", "both"})
_JOINS = frozenset(
    {
        "and",
        "or",
        "nor",
        "as well as",
        "along with",
        "together with",
        "in addition to",
        "plus",
        "and also",
        "&",
    }
)
#: What stands behind X in "X, lying in two areas, borders".
_PARTICIPLE = re.compile("(?<=C),(?:v|xp)[^CVBbw,;:.()]*(?:[(][^)]*[)][^CVBbw,;:.()]*)*,B")


@dataclass
class Row:
    """The tokens of a sentence, those in brackets apart.

    Attributes
    ----------
    tokens : list of Token
    kinds : str
        The kind of each.
    depth : list of int
        How many brackets a token is in.
    before : tuple of tuple of Mention
        Lists of classes that earlier sentences name, the last one last.
    topic : tuple of Mention
        What the sentence before is about.
    said : BorderClaim or None
        The last border that an earlier sentence tells.
    """

    tokens: list[Token]
    before: tuple[tuple[Mention, ...], ...] = ()
    topic: tuple[Mention, ...] = ()
    said: BorderClaim | None = None
    kinds: str = field(init=False)
    depth: list[int] = field(init=False)
    _from: dict[int, list[int]] = field(init=False, default_factory=dict)
    _to: dict[int, list[int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.kinds = "".join(token.kind for token in self.tokens)
        self.depth, level = [], 0
        for token in self.tokens:
            level -= token.kind == ")" and level > 0
            self.depth.append(level)
            level += token.kind == "("

    def __len__(self) -> int:
        return len(self.tokens)

    def skip_brackets(self, place: int) -> int:
        """Return the next place at ``place`` or beyond that is not within brackets that open there."""
        while place < len(self) and self.kinds[place] == "(":
            level = self.depth[place]
            place += 1
            while place < len(self) and self.depth[place] > level:
                place += 1
            place += place < len(self) and self.kinds[place] == ")"
        return place

    def back_over_brackets(self, place: int) -> int:
        """Return the last place at ``place`` or before that is not within brackets that close there."""
        while place >= 0 and self.kinds[place] == ")":
            level = self.depth[place]
            place -= 1
            while place >= 0 and (self.depth[place] > level or self.kinds[place] != "("):
                place -= 1
            place -= 1
        return place

    def next_in_list(self, place: int) -> int | None:
        """Return where the class stands that follows the one at ``place`` in a list, or None."""
        level = self.depth[place]
        j = self.skip_brackets(place + 1)
        if j >= len(self) or self.kinds[j] not in ",&":
            return None
        while j < len(self) and self.kinds[j] in ",&":
            j += 1
        for _ in range(9):
            j = self.skip_brackets(j)
            if j >= len(self) or self.depth[j] != level:
                return None
            kind = self.kinds[j]
            if kind == "C":
                mention = self.tokens[j].mention
                aside = mention and mention.group and self.kinds[j - 1 : j + 2] == "#C,"
                # "X and Y, both agricultural areas, cover".
                return None if aside and self.kinds[j + 2 : j + 3] in ("V", "B") else j
            if kind not in "xat#n" and self.tokens[j].text not in _LIST_WORDS:
                return None
            j += 1
        return None

    def list_from(self, place: int) -> list[int]:
        """Return the places of the classes of a list that begins with the one at ``place``."""
        if place in self._from:
            return list(self._from[place])
        found, named = [place], {self._class(place)}
        while (following := self.next_in_list(found[-1])) is not None:
            # "… borders X and Y, and X and Y touch": a list names nothing twice.
            if self._class(following) in named:
                break
            found.append(following)
            named.add(self._class(following))
        self._from[place] = list(found)
        return found

    def _class(self, place):
        mention = self.tokens[place].mention
        return mention.classes if mention else place

    def subject_list(self, last: int) -> list[int]:
        """Return the places of the classes that are the subject of the verb behind the class at ``last``.

        Behind a verb, a list goes over from objects to the next subject: "A borders X and Y covers …", "A
        borders X, and Y and Z touch".
        """
        places = self.list_to(last)
        border = max((self.kinds.rfind(mark, 0, places[0]) for mark in ";s:"), default=-1)
        if len(places) == 1 or not any(
            self.kinds[i] in "VBb" and self.depth[i] == self.depth[last] for i in range(border + 1, places[0])
        ):
            return places
        before = places[0] - 1
        while before > 0 and self.kinds[before] in "xat#n":
            before -= 1
        if self.kinds[max(0, before - 1) : before + 1] == ",&":
            return places
        strong = [
            place
            for before, place in pairwise(places)
            if self.kinds[self.skip_brackets(before + 1) : place].startswith(",&")
        ]
        return [place for place in places if place >= (strong[-1] if strong else last)]

    def list_to(self, place: int) -> list[int]:
        """Return the places of the classes of a list that ends with the one at ``place``."""
        if place not in self._to:
            self._to[place] = [place]
            for start in range(place + 1):
                if self.kinds[start] == "C" and self.depth[start] == self.depth[place]:
                    found = self.list_from(start)
                    if place in found:
                        self._to[place] = found[: found.index(place) + 1]
                        break
        return list(self._to[place])

    def mentions(self, places: list[int]) -> tuple[Mention, ...]:
        """Return the mentions at some places."""
        return tuple(mention for place in places if (mention := self.tokens[place].mention))

    def is_finite(self, place: int) -> bool:
        """Tell whether a verb of a subject follows behind the class at ``place``."""
        j = self.skip_brackets(place + 1)
        while j < len(self) and (
            (self.kinds[j] in "x#!T" and self.tokens[j].text not in ("single",))
            or self.tokens[j].text in ("in", "turn")
        ):
            j += 1
            j = self.skip_brackets(j)
        return j < len(self) and (self.kinds[j] in "VB" or _PARTICIPLE.match(self.kinds, j) is not None)

    def clause_start(self, place: int) -> int:
        """Return where the clause that holds ``place`` begins."""
        level = self.depth[min(place, len(self) - 1)]
        for j in range(place - 1, -1, -1):
            if self.depth[j] > level or self.kinds[self.back_over_brackets(j)] == "(":
                continue
            if self.kinds[j] in ";s:":
                return j + 1
            if self.kinds[j] in ",&" and j + 1 < place:
                following = j + 1
                while following < place and (
                    self.kinds[following] in "&at#nx" or self.tokens[following].text in ("of",)
                ):
                    following += 1
                if (
                    following < place
                    and self.kinds[following] in "CDFLiO"
                    and self.tokens[following].text not in ("its", "their", "them")
                ):
                    if self.kinds[following] != "C":
                        if self.is_finite(following):
                            return following
                        continue
                    last = self.list_from(following)[-1]
                    if last < place and self.is_finite(last):
                        return self.subject_list(last)[0]
        return 0

    def first_classes(self, start: int, stop: int) -> tuple[Mention, ...]:
        """Return the subject of the clause from ``start`` on: the first list before ``stop``."""
        for j in range(start, stop):
            if self.depth[j] != self.depth[start] if start < len(self) else False:
                continue
            if self.kinds[j] == "C":
                found = [place for place in self.list_from(j) if place < stop]
                return self.mentions(found)
            if self.kinds[j] == "D":
                two = (
                    self.last_two(j)
                    if re.match("(?:the|these|those) two|both of them", self.tokens[j].text)
                    else ()
                )
                return two if len(two) == 2 else (EVERYTHING,)
            subject = self.kinds[j] == "i" and self.tokens[j].text in ("it", "they", "this", "these", "both")
            # "Of these, X borders Y": X is the subject.
            subject = subject and not (j and self.tokens[j - 1].text == "of")
            if subject and (readings := self.pronoun(j)):
                return readings[0]
            if self.kinds[j] in "FL":
                return self.former_latter(j)
        return ()

    def lists_before(self, place: int) -> list[tuple[Mention, ...]]:
        """Return the lists of classes before ``place``, the nearest first, those of earlier sentences too."""
        found, seen = [], set()
        for j in range(place - 1, -1, -1):
            if self.kinds[j] == "C" and j not in seen:
                places = [p for p in self.list_to(j) if p < place]
                seen.update(places)
                found.append(self.mentions(places))
        return found + list(reversed(self.before))

    def last_two(self, place: int, without: tuple[Mention, ...] = ()) -> tuple[Mention, ...]:
        """Return the last two different classes named before ``place``, in their order, some left out."""
        return self.last_named(place, 2, without)

    def last_named(self, place: int, number: int, without: tuple[Mention, ...] = ()) -> tuple[Mention, ...]:
        """Return so many different classes as named last before ``place``, in their order, some left out."""
        out = {mention.classes for mention in without}
        found: list[Mention] = []
        for group in self.lists_before(place):
            for mention in reversed(group):
                if mention.classes not in out and all(mention.classes != other.classes for other in found):
                    found.append(mention)
                if len(found) == number:
                    return tuple(reversed(found))
        return tuple(reversed(found))

    def former_latter(self, place: int) -> tuple[Mention, ...]:
        """Return the class that "the former" or "the latter" at ``place`` stands for."""
        former = self.tokens[place].kind == "F"
        # "The former borders X, the latter Y": of the two before both.
        both = next((j for j in range(place) if self.kinds[j] in "FL"), place)
        lists = self.lists_before(both)
        if len(lists) > 1 and len(lists[1]) == 2 and len(lists[0]) == 1 and lists[0][0].group:
            # "X and Y border each other in this scene of agricultural areas. The former": not the areas.
            lists = lists[1:]
        named = lists[0] if lists and len(lists[0]) > 1 else self.last_two(both)
        return named[-2:][:1] if former else named[-1:]

    def pronoun(self, place: int) -> list[tuple[Mention, ...]]:
        """Return what "it" or "they" at ``place`` may stand for, the likeliest first."""
        plural = self.tokens[place].text in ("they", "them", "these", "those", "both", "their")
        here = self.lists_before(place)
        clause = self.clause_start(place)
        readings = []
        own = self.kinds[:place]
        if "C" in own:
            first = self.first_classes(0, place) if clause or "C" in own else ()
            readings += [first, here[0]] if not plural else [here[0], first]
        else:
            readings += [self.topic, *here[:1]] if not plural else [self.topic, *here[:2]]
            if self.tokens[place].text == "these":
                # Points at what was named last.
                readings.insert(0, here[0] if here else ())
        if plural:
            readings += [*(group for group in here if len(group) > 1), self.last_two(place)]
        # "Apart from X, they": not X.
        apart = {
            token.mention
            for i, token in enumerate(self.tokens[:place])
            if token.mention and "!" in self.kinds[max(0, i - 2) : i] and self.tokens[i - 1].kind in "!a"
        }
        # "Forests, namely X and Y, …; they": the forests.
        readings += [group[:1] for group in readings if group and group[0].group]
        found = [reading for reading in dict.fromkeys(readings) if reading]
        return [reading for reading in found if not apart & set(reading)] or found
