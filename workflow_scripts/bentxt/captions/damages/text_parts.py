"""Where a caption names classes, areas, counts and borders, found by plain patterns.

Nothing of the check's reader is used: what that does not understand must not be left undamaged for it. The
patterns know less than the reader; what they do not find is not damaged, and nothing is said about it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from bentxt.captions.caption_facts import CaptionFacts
from bentxt.captions.phrases import NAMES, NUMBERS, PLURAL, capital
from bentxt.nomenclature import CLASSES, LEVEL_1_GROUPS, PATCH_AREA, PIXEL_AREA

#: Takes a right caption, the facts of its patch and a generator; returns the damaged caption, or None where
#: it has nothing to damage or could not be sure that the result is a damage.
Damage = Callable[[str, CaptionFacts, np.random.Generator], str | None]

#: An area with thousands separators; captions write no other number so.
AREA = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?!,?\d)")
#: Areas in a row with their unit behind them: ``248,000 and ~119,000 square meters``.
WITH_UNIT = re.compile(
    rf"{AREA.pattern}(?:(?:,? and |, )(?:~|≈|about |some )?{AREA.pattern})* "
    r"(?P<unit>sqm|square met(?:er|re)s|m²)(?!\w)"
)
#: Counts in words, by value; from thirteen on captions have digits.
COUNT_WORDS = (*NUMBERS, "thirteen")
#: How many areas a class falls into: ``three individual areas``.
COUNT = re.compile(
    rf"\b(?P<count>{'|'.join(COUNT_WORDS[2:])})(?= (?:(?:individual|separate|distinct|different) )?"
    r"(?:areas|regions|parts|patches|pieces)\b)"
)
BORDER = re.compile(
    r"\b(?:border(?:s|ed|ing)?|adjoin(?:s|ed|ing)?|touch(?:es|ed|ing)?|meets?|meeting|adjacent|adjacency|"
    r"neighbou?r\w*|abut(?:s|ting)?|flank(?:s|ed|ing)?|shar(?:e|es|ing) an? (?:\w+ )?(?:boundary|edge))\b"
)
#: What stands for a class that is named elsewhere.
PRONOUN = re.compile(
    r"\b(?:it|its|they|their|them|this|these|those|which|former|latter|both|each|all|others?|rest|one)\b"
)
#: What a long name is called after its first mention.
_SHORT = {6: ("land principally occupied by agriculture",)}
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"“(\ue000-\uf8ff])")
_CLAUSE_END = re.compile(r"(; |, while |, whereas )")
#: Closer than that to a right area, m², a number may be meant as that one.
_DOUBTFUL = 1500


@cache
def class_pattern(index: int) -> re.Pattern[str]:
    """Return the pattern of a class's names: of this project's captions and of the nomenclature."""
    names = sorted({NAMES[index], CLASSES[index], *_SHORT.get(index, ())}, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, names))})(?![\w-])", re.IGNORECASE)


def replace_class(text: str, index: int, other: str) -> str:
    """Return a text with another name wherever a class is named, with a capital where there was one."""
    return class_pattern(index).sub(lambda found: like(other, found[0]), text)


def like(name: str, old: str) -> str:
    """Return a name with a capital where the one in whose place it stands has one."""
    return capital(name) if old[0].isupper() else name


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a caption.

    Examples
    --------
    >>> split_sentences("It shows pastures (~1,440,000 sqm). They fill it.")
    ['It shows pastures (~1,440,000 sqm).', 'They fill it.']
    """
    return _SENTENCE_END.split(text.strip())


def split_clauses(sentence: str) -> list[str]:
    """Return the clauses of a sentence, without what joins them and without its full stop.

    Examples
    --------
    >>> split_clauses("Pastures meet arable land, while mixed forest forms two areas.")
    ['Pastures meet arable land', 'mixed forest forms two areas']
    """
    return _CLAUSE_END.split(sentence.strip().removesuffix("."))[::2]


def join_clauses(clauses: Sequence[str]) -> str:
    """Make a sentence of clauses; empty where there is none."""
    return f"{capital('; '.join(clauses))}." if clauses else ""


def append(text: str, sentence: str) -> str:
    """Return a caption with one more sentence."""
    return f"{text.strip()} {sentence}"


def classes_in(text: str) -> set[int]:
    """Return the classes that a text names."""
    return {index for index in range(len(NAMES)) if class_pattern(index).search(text)}


def inflected(index: int, singular: str, plural: str) -> str:
    """Return the verb that fits a class."""
    return plural if index in PLURAL else singular


def pairs(facts: CaptionFacts) -> set[frozenset[int]]:
    """Return the pairs of classes that touch."""
    return {frozenset((first, other)) for first, others in facts.borders for other in others}


def groups(facts: CaptionFacts) -> dict[str, list[int]]:
    """Return the classes of each general class that is there, by its name in lower case."""
    there = [c.index for c in facts.classes]
    found = {name.lower(): [i for i in there if i in members] for name, members in LEVEL_1_GROUPS.items()}
    return {name: members for name, members in found.items() if members}


def exact_areas(facts: CaptionFacts) -> dict[int, int]:
    """Return the area of each class in m², not rounded."""
    return {c.index: c.pixels * PIXEL_AREA for c in facts.classes}


def is_wrong_area(facts: CaptionFacts, value: float) -> bool:
    """Say whether nothing has an area: no class, no part, no sum of two classes or of a general one."""
    areas = exact_areas(facts)
    right = [PATCH_AREA, facts.marginal_area, *areas.values()]
    right += [area for c in facts.classes for area in (*c.large, *c.smaller)]
    right += [one + other for one in areas.values() for other in areas.values() if one != other]
    right += [sum(areas[index] for index in members) for members in groups(facts).values()]
    right += [sum(c.large) + sum(c.smaller) for c in facts.classes]
    return all(abs(value - area) >= _DOUBTFUL for area in right)


@dataclass(frozen=True)
class MarkedCaption:
    """A caption in which each class's name is one sign, so that commas and ``and`` in names mislead nobody.

    Attributes
    ----------
    text : str
    names : dict of str to (int, str)
        Class and name by sign.
    """

    text: str
    names: dict[str, tuple[int, str]]

    @classmethod
    def of(cls, text: str) -> "MarkedCaption":
        """Mark a caption."""
        found = sorted(
            (match.start(), match.end(), index)
            for index in range(len(NAMES))
            for match in class_pattern(index).finditer(text)
        )
        parts, names, last = [], {}, 0
        for number, (start, stop, index) in enumerate(found):
            # The private use area of Unicode: no caption has such signs.
            sign = chr(0xE000 + number)
            names[sign] = (index, text[start:stop])
            parts += [text[last:start], sign]
            last = stop
        return cls("".join([*parts, text[last:]]), names)

    def classes(self, text: str) -> list[int]:
        """Return the classes that a part of the marked text names, in order, each as often as it is named."""
        return [self.names[sign][0] for sign in text if sign in self.names]

    def restored(self, text: str) -> str:
        """Return a marked text with the names in it."""
        return "".join(self.names[sign][1] if sign in self.names else sign for sign in text)
