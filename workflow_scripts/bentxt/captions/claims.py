"""Whether what a caption states is true: classes, areas, numbers of areas, borders and ranks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from bentxt.captions.caption_facts import MARGINAL, PRIMARY, CaptionFacts, ClassFacts
from bentxt.captions.reading.amounts import Amount
from bentxt.captions.reading.caption_reader import Reading
from bentxt.captions.reading.class_names import Mention, class_name, group_of
from bentxt.captions.reading.class_parts import parts_of_groups
from bentxt.captions.reading.rank_reading import ORDINALS
from bentxt.captions.reading.statements import (
    EVERYTHING,
    OTHERS,
    AreaClaim,
    BorderClaim,
    CountClaim,
    Owner,
    RankClaim,
    Sides,
)
from bentxt.nomenclature import LEVEL_1_GROUPS, PATCH_AREA, PIXEL_AREA, PIXELS

#: Share of the image from which "almost entirely" is no exaggeration.
_NEARLY_WHOLE = 0.8
#: Share of an area within which a bound, as in "just under", tells it.
_NEAR = 0.02
#: Names of the general classes; "forest" is none of them.
_GENERAL = frozenset(name.lower() for name in LEVEL_1_GROUPS)


@dataclass(frozen=True, slots=True)
class Fault:
    """A statement that is not true: its kind, what is wrong, and where it stands in the text."""

    kind: str
    message: str
    start: int
    end: int


@dataclass
class Stated:
    """What a caption states truly, for the question of what is missing.

    Attributes
    ----------
    named : set of int
        Classes named by a name of their own.
    grouped : set of int
        Classes that a general name, of which something is stated, stands for.
    areas : set of int
        Classes whose area is stated.
    counts : dict of int to dict of str to int
        By class the numbers of areas that are stated, by size; ``""`` is their whole number.
    borders : set of frozenset of int
    parts : set of int
        Classes named as parts of a general class.
    summed : set of int
        Classes of which an area of all together is stated.
    """

    named: set[int] = field(default_factory=set)
    grouped: set[int] = field(default_factory=set)
    areas: set[int] = field(default_factory=set)
    counts: dict[int, dict[str, int]] = field(default_factory=dict)
    borders: set[frozenset[int]] = field(default_factory=set)
    parts: set[int] = field(default_factory=set)
    summed: set[int] = field(default_factory=set)

    @property
    def together(self) -> set[int]:
        """Classes that are named as parts of a general class, whose area is stated in their place."""
        return self.parts & self.summed


def judge(reading: Reading, facts: CaptionFacts) -> tuple[list[Fault], Stated]:
    """Hold all that a caption states against the facts.

    Parameters
    ----------
    reading : bentxt.captions.reading.caption_reader.Reading
    facts : CaptionFacts

    Returns
    -------
    faults : list of Fault
        In the order of the kinds of statements.
    stated : Stated
    """
    court = _Court(reading, facts)
    faults = [
        *absent_classes(reading, facts),
        *(fault for sentence in reading.sentences for claim in sentence.areas for fault in court.area(claim)),
        *(
            fault
            for sentence in reading.sentences
            for claim in sentence.counts
            for fault in court.count(claim)
        ),
        *(
            fault
            for sentence in reading.sentences
            for claim in sentence.borders
            for fault in court.border(claim)
        ),
        *(fault for sentence in reading.sentences for claim in sentence.ranks for fault in court.rank(claim)),
    ]
    return faults, court.stated


def absent_classes(reading: Reading, facts: CaptionFacts) -> Iterator[Fault]:
    """Yield a fault for each class or general class that is named but not there.

    Parameters
    ----------
    reading : bentxt.captions.reading.caption_reader.Reading
    facts : CaptionFacts

    Yields
    ------
    Fault
    """
    present = {c.index for c in facts.classes}
    for sentence in reading.sentences:
        for place, token in enumerate(sentence.tokens):
            mention = token.mention
            if mention is None:
                continue
            denied = any(
                other.text in ("no", "without") for other in sentence.tokens[max(0, place - 2) : place]
            )
            if not mention.classes & present and not denied:
                yield Fault("absent class", f"not in the image: {mention.name}", mention.start, mention.end)


def false_areas(reading: Reading, facts: CaptionFacts) -> Iterator[Fault]:
    """Yield a fault for each area or share that nothing it may be said of has; parameters as above."""
    court = _Court(reading, facts)
    for sentence in reading.sentences:
        for claim in sentence.areas:
            yield from court.area(claim)


class _Court:
    """The facts of one patch, and what is found of one caption."""

    def __init__(self, reading: Reading, facts: CaptionFacts) -> None:
        self.facts, self.reading = facts, reading
        self.classes = {c.index: c for c in facts.classes}
        self.touching = {frozenset((first, other)) for first, others in facts.borders for other in others}
        self.stated = Stated()
        # First: what "the forests" are in a denial depends on it.
        for mention in reading.mentions:
            if not mention.group:
                self.stated.named |= mention.classes
        #: Pairs that the caption says do not touch, and rightly: "all the others" does not mean them.
        self.apart: set[frozenset[int]] = set()
        for sentence in reading.sentences:
            for part in parts_of_groups(sentence.tokens):
                self.stated.parts |= part.classes
            for claim in sentence.borders:
                if claim.negated:
                    self.apart |= self._apart(claim)

    def present(self, mention: Mention) -> list[ClassFacts]:
        return [self.classes[index] for index in sorted(mention.classes) if index in self.classes]

    def _stands(self, mention):
        """Note that something is stated of a general class."""
        if mention.group and mention not in (EVERYTHING, OTHERS):
            self._group(mention.classes)

    def _group(self, classes):
        # "Forest" may stand for "forest and semi-natural areas"; all of them or none.
        for members in (classes & self.classes.keys(), group_of(min(classes)) & self.classes.keys()):
            if not members & self.stated.named:
                self.stated.grouped |= members

    # Areas

    def area(self, claim: AreaClaim) -> Iterator[Fault]:
        amount = claim.amount
        place = (amount.start, amount.end)
        if amount.unit == "broken":
            yield Fault("broken number", f"no number as English writes them: {amount.text}", *place)
            return
        if amount.unit == "foreign":
            yield Fault("foreign unit", f"a unit that no fact comes in: {amount.text}", *place)
            return
        for owner in claim.owners:
            if self._owner_holds(owner, claim):
                self._note_area(owner, amount)
                return
        if not claim.owners and self._anything_holds(amount):
            return
        subject = _names(claim.owners[0].mentions) if claim.owners else "anything in the image"
        true = self._true_area(claim.owners[0].mentions) if claim.owners else ""
        yield Fault("wrong area", f"area of {subject}: {amount.text.strip('~ ')}{true}", *place)

    def _true_area(self, mentions):
        found = [c for mention in mentions for c in self.present(mention)]
        if len(found) != 1:
            return ""
        return f"; it has {found[0].area:,} m²"

    def _anything_holds(self, amount):
        values = [c.area for c in self.facts.classes]
        return any(map(amount.holds, [*values, PATCH_AREA, sum(values)])) or bool(amount.bound)

    def _owner_holds(self, owner: Owner, claim: AreaClaim) -> bool:
        if not owner.mentions:
            return False
        if owner.mentions[0] in (EVERYTHING, OTHERS):
            values = [c.area for c in self.facts.classes]
            if owner.mode != "any":
                return all(self._class_holds(c, claim) for c in self.facts.classes) or claim.amount.holds(
                    sum(values)
                )
            return any(self._class_holds(c, claim) for c in self.facts.classes) or claim.amount.holds(
                PATCH_AREA
            )
        if owner.mode == "sum":
            together = {c.index: c for mention in owner.mentions for c in self.present(mention)}
            return bool(together) and _sum_holds(list(together.values()), claim.amount)
        holds = [self._mention_holds(mention, claim) for mention in owner.mentions]
        return any(holds) if owner.mode == "any" else all(holds)

    def _mention_holds(self, mention, claim):
        found = self.present(mention)
        if not found:
            # That it is not there is a fault of its own.
            return True
        if not mention.group:
            return self._class_holds(found[0], claim)
        members = [self.classes[i] for i in sorted(group_of(min(mention.classes))) if i in self.classes]
        closed = [c for c in found if c.index in (8, 9, 10)] if mention.name == "forest" else []
        if any(_sum_holds(several, claim.amount) for several in (found, members, closed) if several):
            return True
        named = [c for c in found if c.index in self.stated.named]
        if claim.part and claim.amount.bound == "below" and any(self._class_holds(c, claim) for c in named):
            # "The forest … a single patch of less than 5 %": of one that was named before.
            return True
        if claim.amount.bound == "below" and self._is_margin(claim.amount) and len(found) > 1:
            return all(c.tier == MARGINAL for c in found)
        if len(found) > 1 and mention.name in _GENERAL:
            # Of a general class by its own name: all of it, or what has no name of its own in the caption.
            rest = [c for c in found if c.index not in self.stated.named]
            return bool(rest) and _sum_holds(rest, claim.amount)
        # "The forest covers ...": one that was named before.
        return any(self._class_holds(c, claim) for c in (named or found if len(found) == 1 else named))

    def _is_margin(self, amount: Amount) -> bool:
        return (
            abs(amount.value - self.facts.marginal_area) <= max(amount.tolerance, 500)
            and amount.unit != "fraction"
        )

    def _class_holds(self, c: ClassFacts, claim: AreaClaim) -> bool:
        amount = claim.amount
        if self._is_margin(amount) and amount.bound != "above":
            bare = claim.part == "marginal" or (claim.part and amount.bound == "below")
            if c.tier == MARGINAL or (bare and c.marginal):
                return True
            if amount.bound == "below":
                return False
        if amount.bound:
            return amount.holds(c.pixels * PIXEL_AREA)
        values = (
            (c.area, *c.large, *c.smaller)
            if amount.unit != "percent"
            else (c.pixels * PIXEL_AREA, *c.large, *c.smaller)
        )
        return any(map(amount.holds, values))

    def _note_area(self, owner, amount):
        if len(self.classes) == 1 and amount.unit != "fraction" and amount.holds(self.facts.classes[0].area):
            # "X alone is visible, covering all of the 144 ha".
            self.stated.areas |= self.classes.keys()
        if owner.mode == "sum" or any(mention.group for mention in owner.mentions):
            self.stated.summed |= {c.index for mention in owner.mentions for c in self.present(mention)}
        for mention in owner.mentions:
            self._stands(mention)
            for c in self.present(mention):
                # "Just under 300,000 m²" tells an area of 299,000; "more than 100,000" does not.
                near = not amount.bound or abs(amount.value - c.area) <= _NEAR * c.area
                if near and amount.unit != "fraction" and owner.mode != "sum" and amount.holds(c.area):
                    self.stated.areas.add(c.index)

    # Numbers of areas

    def count(self, claim: CountClaim) -> Iterator[Fault]:
        for owner in claim.owners:
            found = [self._count_holds(mention, claim) for mention in owner.mentions]
            if owner.mode == "all":
                found = [all(_class_count(c, claim) for c in self.facts.classes)]
            if found and (
                any(found) if owner.mode == "any" or owner.mentions[0] in (EVERYTHING, OTHERS) else all(found)
            ):
                for mention in owner.mentions:
                    self._note_count(mention, claim)
                return
        if not claim.owners:
            return
        yield Fault(
            "wrong count",
            f"number of areas of {_names(claim.owners[0].mentions)}: {claim.text}",
            claim.start,
            claim.end,
        )

    def _count_holds(self, mention, claim):
        found = self.present(mention)
        if not found:
            return True
        if mention.group and len(found) > 1:
            return any(_class_count(c, claim) for c in found) or (
                not claim.size and claim.number in (sum(c.count for c in found), len(found))
            )
        return _class_count(found[0], claim)

    def _note_count(self, mention, claim):
        self._stands(mention)
        for c in self.present(mention):
            if not _class_count(c, claim):
                continue
            counts = self.stated.counts.setdefault(c.index, {})
            if claim.size.startswith("all") or (not claim.size and not claim.partial):
                counts[""] = c.count
            else:
                # "One of 90,000 sqm and one of 80,000 sqm": two.
                size = claim.size or "some" if claim.measure is None else f"one of {claim.measure}"
                counts[size] = max(counts.get(size, 0), claim.number or 0)

    # Borders

    def border(self, claim: BorderClaim) -> Iterator[Fault]:
        best: tuple[list, list] | None = None
        for sides in claim.readings:
            universal = {EVERYTHING, OTHERS} & {*sides.left, *(sides.right or ())}
            for pairs in self._pairs(sides):
                if universal and not claim.negated:
                    pairs = [pair for pair in pairs if frozenset().union(*pair) not in self.apart]
                wrong = [pair for pair in pairs if self._touch(*pair) == claim.negated]
                if pairs and not wrong:
                    if not claim.negated:
                        for first, other in pairs:
                            self._note_border(first, other)
                    return
                if pairs and (best is None or len(wrong) < len(best[0])):
                    best = wrong, pairs
        if best is None or claim.weak:
            if best is not None and not claim.negated:
                for pair in best[1]:
                    if pair not in best[0]:
                        self._note_border(*pair)
            return
        wrong, pairs = best
        if not claim.negated:
            for pair in pairs:
                if pair not in wrong:
                    self._note_border(*pair)
        kind, words = ("denied border", "do touch") if claim.negated else ("false border", "do not touch")
        for first, other in wrong:
            yield Fault(
                kind, f"{words}: {self._called(first)} and {self._called(other)}", claim.start, claim.end
            )

    def _apart(self, claim):
        for sides in claim.readings:
            for pairs in self._pairs(sides):
                if pairs and not any(self._touch(*pair) for pair in pairs):
                    return {frozenset((a, b)) for first, other in pairs for a in first for b in other}
        return set()

    def _called(self, classes):
        return "/".join(class_name(index) for index in sorted(classes & self.classes.keys()))

    def _pairs(self, sides: Sides) -> Iterator[list]:
        """Yield the lists of pairs that both sides may mean; classes that are not there left out."""
        everything = [frozenset({index}) for index in self.classes]
        but = [m.classes for m in sides.but]
        left = self._side(sides.left, everything, but if sides.left == (OTHERS,) else ())
        if sides.right is None:
            if len(sides.left) == 1 and sides.left[0].group and len(left) == 1:
                # "Both forests border each other": those that are named.
                left = [frozenset({index}) for index in sorted(left[0] & self.stated.named)]
            pairs = list(combinations(left, 2))
            if but and sides.left != (OTHERS,):
                out = frozenset().union(*but)
                if len(but) > 1:
                    pairs = [(a, b) for a, b in pairs if not (a <= out and b <= out)]
                else:
                    pairs = [(a, b) for a, b in pairs if not (a <= out or b <= out)]
            yield pairs
            return
        if OTHERS in sides.right or EVERYTHING in sides.right:
            excluded = frozenset().union(*but) if but else frozenset()
            rest = [c for c in everything if not c <= excluded]
            yield [(a, b) for a in left for b in rest if a != b and not b <= a]
            for index in self._ones(sides.left):
                yield [(frozenset({index}), b) for b in rest if index not in b]
            lefts = frozenset().union(*left) if left else frozenset()
            yield [(a, b) for a in left for b in rest if not b <= lefts]
            return
        right = self._side(sides.right, everything, ())
        yield [(a, b) for a in left for b in right if a != b]

    def _ones(self, mentions):
        """Return the classes that "the forest" may be, of those named by a name of their own as well."""
        (mention,) = mentions if len(mentions) == 1 else (OTHERS,)
        if not mention.group or mention in (EVERYTHING, OTHERS):
            return []
        return sorted(mention.classes & self.classes.keys() & self.stated.named)

    def _side(self, mentions, everything, but):
        out = frozenset().union(*but) if but else frozenset()
        found = []
        for mention in mentions:
            if mention in (EVERYTHING, OTHERS):
                found += [c for c in everything if not c <= out]
            elif mention.classes & self.classes.keys():
                found.append(mention.classes & frozenset(self.classes))
        return list(dict.fromkeys(found))

    def _touch(self, first, other):
        return any(frozenset((a, b)) in self.touching for a in first for b in other)

    def _note_border(self, first, other):
        for a in first:
            for b in other:
                if frozenset((a, b)) in self.touching:
                    self.stated.borders.add(frozenset((a, b)))
        for side in (first, other):
            if len(side) > 1:
                self._group(side)

    # Order and shares

    def rank(self, claim: RankClaim) -> Iterator[Fault]:
        if not self._rank_holds(claim):
            yield Fault("wrong rank", f"not so: {claim.text.strip()}", claim.start, claim.end)

    def _named_before(self, claim):
        return {
            index
            for m in self.reading.mentions
            if m.end <= claim.start and not m.group
            for index in m.classes
        }

    def _rank_holds(self, claim):
        order = self.facts.classes
        found = {c.index: c for mention in claim.mentions for c in self.present(mention)}
        pixels = sum(c.pixels for c in found.values())
        first = order[0]
        if not found:
            return True
        if claim.kind == "largest":
            if re.search(r"\bof (?:these|those|them)\b", claim.text):
                # Of those that were spoken of, which may be all others than those named before.
                order = tuple(
                    c for c in order if c.index in found or c.index not in self._named_before(claim)
                )
                return all(c.index in found for c in order[: len(found)])
            if any(mention.group for mention in claim.mentions):
                if len(claim.mentions) > 1:
                    return first.index in found or pixels >= first.pixels
                if first.index in found:
                    return True
                shares = [
                    sum(self.classes[i].pixels for i in members if i in self.classes)
                    for members in LEVEL_1_GROUPS.values()
                ]
                return pixels >= max(shares)
            return sum(c.pixels for c in found.values()) >= sum(c.pixels for c in order[: len(found)])
        if claim.kind == "leading":
            return any(
                c.tier == PRIMARY or c.pixels >= order[min(1, len(order) - 1)].pixels for c in found.values()
            )
        if claim.kind in ORDINALS:
            place = 1 + ORDINALS.index(claim.kind)
            return len(order) > place and any(c.area == order[place].area for c in found.values())
        if claim.kind in ("smallest", "smaller of two"):
            # Classes that only a general name stands for are no smaller ones.
            last = [c for c in order if c.index in self.stated.named or c.index in found][-1]
            return any(c.area <= last.area for c in found.values()) and (
                claim.kind == "smallest" or len(order) == 2
            )
        if claim.kind == "whole":
            return found.keys() == self.classes.keys()
        if claim.kind.endswith("of the two"):
            # Of which two classes of several, it does not tell.
            return len(order) != 2 or (first.index in found) == claim.kind.startswith("larger")
        if claim.kind in ("descending", "ascending"):
            areas = [self.present(mention)[0].area for mention in claim.mentions if self.present(mention)]
            return areas == sorted(areas, reverse=claim.kind == "descending")
        if claim.kind == "nearly whole":
            return pixels >= _NEARLY_WHOLE * PIXELS
        if claim.kind == "most":
            return 2 * pixels > PIXELS
        if claim.kind == "none":
            return 2 * first.pixels <= PIXELS
        if claim.kind == "marginal":
            return all(c.tier == MARGINAL or c.marginal for c in found.values())
        if claim.kind in ("equal", "level"):
            sizes = [c.area for c in found.values()]
            return max(sizes) - min(sizes) <= (1000 if claim.kind == "equal" else 0.2 * max(sizes))
        sizes = [sum(c.pixels for c in self.present(mention)) for mention in claim.mentions]
        if len(sizes) < 2:
            return True
        return sizes[0] > sizes[1] if claim.kind == "larger" else sizes[0] < sizes[1]


def _sum_holds(classes: Sequence[ClassFacts], amount: Amount) -> bool:
    exact = sum(c.pixels for c in classes) * PIXEL_AREA
    rounded = sum(c.area for c in classes)
    if amount.bound:
        return amount.holds(exact)
    # The sum of rounded areas, and the rounded sum.
    return amount.holds(rounded) or (abs(amount.value - exact) <= max(amount.tolerance, 500))


def _class_count(c: ClassFacts, claim: CountClaim) -> bool:
    number, large, smaller = claim.number, len(c.large), len(c.smaller)
    if number is None and not claim.size.startswith("all"):
        return False
    if claim.size.startswith("all"):
        if number is not None and number != c.count:
            return False
        size = claim.size.removeprefix("all ")
        if c.count == 1:
            return False
        sizes = {"large": large, "larger": large, "smaller": smaller, "small": smaller + c.marginal}
        return c.count == sizes.get(size, c.marginal)
    if not claim.size:
        if claim.partial:
            return (number or 0) <= c.count and (c.count > 1 or claim.measure is not None)
        return number == c.count
    if claim.size == "marginal":
        return number == c.marginal
    if claim.size == "large":
        return number == large or (claim.partial and number == 1 and c.count > 1 and large + smaller == 1)
    # Comparatives may compare with each other, or mean the tier.
    if claim.size == "larger":
        return number in (large, smaller, large + smaller) or (number == 1 and c.count > 1)
    if claim.size == "smaller":
        return number == smaller or (number == 1 and c.count == 2)
    return number in (smaller, c.marginal, smaller + c.marginal)


def _names(mentions: tuple[Mention, ...]) -> str:
    return " and ".join(mention.name for mention in mentions)
