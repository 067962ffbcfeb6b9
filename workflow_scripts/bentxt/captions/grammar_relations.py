"""The grammar's sentences on which classes touch, and on classes of several areas."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bentxt.captions.caption_facts import ClassFacts
from bentxt.captions.grammar_words import Words, inflected
from bentxt.captions.phrases import PLURAL, capital, listing, number, series

_TOUCH = (
    "border",
    "adjoin",
    "touch",
    "be adjacent to",
    "share a border with",
    "meet",
    "abut",
    "share a border with",
    "be adjacent to",
)
_TOUCH_EACH_OTHER = ("touch each other", "border each other", "adjoin each other", "share a border")
_TOUCH_ONE_ANOTHER = ("border one another", "touch one another", "adjoin one another")
_SPLIT = ("be split into", "be divided into", "be broken up into")
_FORM = ("be distributed over", "consist of", "be spread across", "comprise", "form")
_AREAS = ("areas", "regions", "parts", "pieces", "sections")
_KINDS = ("individual ", "separate ", "distinct ")

#: Share of neighbouring clauses that are joined to one sentence.
_JOINED = 0.9

#: Characters up to which two clauses share a sentence.
_LONG = 300

#: How often the areas of instances stand in running text instead of brackets.
_IN_PROSE = 0.65

#: How often it is said at once that a class, or each class, touches all others, instead of one by one: where
#: there are few classes, and elsewhere.
_ALL_AT_ONCE = (0.15, 0.3)


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause without capital and full stop.

    Attributes
    ----------
    index : int or None
        The class that is its subject, None for several.
    subject, predicate : str
    """

    index: int | None
    subject: str
    predicate: str

    def __str__(self) -> str:
        return f"{self.subject} {self.predicate}"


def touch(words: Words, index: int | None) -> str:
    """Return a verb for touching that agrees with a class, or with several where ``index`` is None."""
    return inflected(index, words.pick(*_TOUCH))


# Borders


def border_clauses(words: Words, borders: Sequence[tuple[int, Sequence[int]]], classes: int) -> list[Clause]:
    """Return clauses on which classes touch.

    Parameters
    ----------
    words : Words
    borders : list of (int, list of int)
        A class and its neighbours, no pair twice.
    classes : int
        Classes of the patch.

    Returns
    -------
    list of Clause
    """
    rest = [(index, tuple(others)) for index, others in borders]
    pairs = sum(len(others) for _, others in rest)
    if classes == 2 and pairs:
        # Not "the two": it could be two areas of one class.
        return [Clause(None, "the two classes", words.pick(*_TOUCH_EACH_OTHER))]
    if pairs and pairs == classes * (classes - 1) / 2 and words.roomy(*_ALL_AT_ONCE):
        count = number(classes)
        everyone = words.pick(f"all {count} classes", f"the {count} classes", "all of these classes")
        return [Clause(None, everyone, words.pick(*_TOUCH_ONE_ANOTHER))]
    clauses = []
    while rest:
        index, others = rest.pop(0)
        known, subject, verb = dict(rest), words.again(index), touch(words, index)
        about: int | None = index
        same = next((i for i, group in rest if len(others) == 1 and group == others), None)
        gone = None
        if len(others) == classes - 1 > 1 and words.roomy(*_ALL_AT_ONCE):
            what = words.pick("all other classes", "all the others", "every other class")
        elif same is not None:
            # "Both X and Y touch Z."
            gone, subject, about = same, f"both {subject} and {words.again(same)}", None
            verb, what = touch(words, None), words.again(others[0])
        elif len(others) == 2 and known.get(others[0]) == others[1:]:
            gone = others[0]
            closed = f"{words.pick('which also', 'which in turn')} {words.pick(*_TOUCH_EACH_OTHER)}"
            what = f"{_listed(words, others)}, {closed}"
        elif len(others) == 1 and others[0] in known:
            gone = others[0]
            further = f"which in turn {touch(words, gone)} {_listed(words, known[gone])}"
            what = f"{words.again(gone)}, {further}"
        else:
            what = _listed(words, others)
        rest = [entry for entry in rest if entry[0] != gone]
        clauses.append(Clause(about, subject, f"{verb} {what}"))
    return clauses


def _listed(words, others):
    names = [words.again(other) for other in others]
    if len(names) == 2 and words.chance(0.5):
        return f"both {names[0]} and {names[1]}"
    return listing(names)


# Instances


def only_marginal(c: ClassFacts) -> bool:
    """Return whether all areas of a class are marginal."""
    return not (c.large or c.smaller)


def instances(words: Words, c: ClassFacts) -> str:
    """Describe the areas of a class: ``two areas, one large (~525,000 sqm) and one marginal``."""
    tiers = [
        (len(sizes), word, sizes)
        for sizes, word in ((c.large, "large"), (c.smaller, "smaller"), ((), "marginal"))
        if sizes or (word == "marginal" and c.marginal)
    ]
    tiers = [(count or c.marginal, word, sizes) for count, word, sizes in tiers]
    kind, noun = words.pick(*_KINDS), words.pick(*_AREAS)
    in_prose = words.chance(_IN_PROSE)
    of = words.area_of if in_prose else words.area_in_brackets
    if len(tiers) == 1:
        _, tier, sizes = tiers[0]
        if tier != "marginal" or words.chance(0.5):
            return f"{number(c.count)} {tier} {noun}{of(*sizes)}"
        return f"{number(c.count)} {kind}{noun}, {'both' if c.count == 2 else 'all'} of them marginal"
    if not in_prose and words.chance(0.3):
        parts = [
            f"{number(count)} {'is' if count == 1 else 'are'} {word}{of(*sizes)}"
            for count, word, sizes in tiers
        ]
        if c.marginal:
            other = "other" if len(tiers) == 2 else "remaining"
            parts[-1] = f"the {other} {'one is' if c.marginal == 1 else f'{number(c.marginal)} are'} marginal"
        return f"{number(c.count)} {kind}{noun}, of which {series(parts)}"
    if in_prose or words.chance(0.5):
        parts = [
            f"{'a' if count == 1 else number(count)} {word} {'one' if count == 1 else 'ones'}{of(*sizes)}"
            for count, word, sizes in tiers
        ]
    else:
        parts = [f"{number(count)} {word}{of(*sizes)}" for count, word, sizes in tiers]
    return f"{number(c.count)} {kind}{noun}, {words.pick('namely ', '', '', '')}{series(parts)}"


def instance_clauses(words: Words, classes: Iterable[ClassFacts]) -> list[Clause]:
    """Return clauses on classes of several areas."""
    clauses: list[Clause] = []
    waiting = list(classes)
    while waiting:
        c = waiting.pop(0)
        subject = words.again(c.index)
        if waiting and words.chance(0.6):
            # "X is split into two areas, and Y into three": the second part leaves the verb out.
            verb, other = inflected(c.index, words.pick(*_SPLIT)), waiting.pop(0)
            second = f"and {words.again(other.index)} into {instances(words, other)}"
            clauses.append(Clause(None, subject, f"{verb} {instances(words, c)}, {second}"))
        else:
            verb = inflected(c.index, words.pick(*_SPLIT, *_FORM))
            clauses.append(Clause(c.index, subject, f"{verb} {instances(words, c)}"))
    return clauses


def joined(words: Words, *groups: Sequence[Clause]) -> list[str]:
    """Make sentences of one or two clauses each; no sentence joins clauses of two groups.

    A class that was the subject of the whole sentence before is ``it`` or ``they``.
    """
    sentences: list[str] = []
    before = None
    for group in groups:
        rest = list(group)
        while rest:
            first = rest.pop(0)
            text = str(first)
            if rest and len(text) + len(str(rest[0])) < _LONG and words.chance(_JOINED):
                text += words.pick(", while ", ", whereas ", "; ") + str(rest.pop(0))
                before = None
            elif first.index is not None and first.index == before:
                text = f"{'they' if first.index in PLURAL else 'it'} {first.predicate}"
            else:
                before = first.index
            opener = words.opener()
            sentences.append(f"{opener}{text}." if opener else f"{capital(text)}.")
    return sentences
