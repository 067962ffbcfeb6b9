"""Names of the 19 classes in instructions, in whatever number, article or conjunction they come."""

import re
from dataclasses import dataclass

from bentxt.errors import Unreadable
from bentxt.nomenclature import CLASSES

_JOIN = r"(?:,? (?:and|or)|,|/| /|-)? ?"

#: A pattern for each class, nomenclature order: strict in its words, lenient in number and punctuation.
_NAMES = (
    r"urban fabrics?",
    rf"industrial{_JOIN}commercial units?",
    r"arable lands?",
    r"permanent crops?",
    r"pastures?",
    r"complex cultivation patterns?",
    r"lands? principally occupied by agriculture,?(?: with)? significant areas? of natural vegetations?",
    r"agro-? ?forestry areas?",
    r"broad-? ?lea(?:ved|f) forests?",
    r"coniferous forests?",
    r"mixed forests?",
    rf"natural grasslands?{_JOIN}sparsely vegetated areas?",
    rf"moors?{_JOIN}heathlands?{_JOIN}sclerophyllous vegetations?",
    rf"transitional woodlands?{_JOIN}shrubs?",
    rf"beach(?:es)?{_JOIN}dunes?{_JOIN}sands?",
    r"inland wetlands?",
    r"coastal wetlands?",
    r"inland waters?",
    r"marine waters?",
)
# CORINE's finer classes: irrigated land and the like are none of the 19.
_MENTION = re.compile(
    r"(?<![\w-])(?<!irrigated )(?:"
    + "|".join(f"(?P<c{i}>{name})" for i, name in enumerate(_NAMES))
    + r")(?![\w-])"
)
_ARTICLE = re.compile(r"(?:the |an? |any )?(?:instances? of )?")


@dataclass(frozen=True, slots=True)
class Mention:
    """A class (0–18) named at [start, end) of a text."""

    start: int
    end: int
    index: int


def find_classes(text: str) -> list[Mention]:
    """Return the classes named in a text, in its order.

    Parameters
    ----------
    text : str
        In lower case.

    Returns
    -------
    list of Mention
    """
    return [Mention(*match.span(), _index(match)) for match in _MENTION.finditer(text)]


def names_in(text: str) -> frozenset[str]:
    """Return the classes that a text names, in whatever case and number, by their official names.

    Examples
    --------
    >>> sorted(names_in("Do pastures border a coniferous forest?"))
    ['Coniferous forest', 'Pastures']
    """
    return frozenset(CLASSES[mention.index] for mention in find_classes(text.lower()))


def _index(match: re.Match[str]) -> int:
    return int((match.lastgroup or "")[1:])


def named_classes(text: str, count: int) -> tuple[int, ...]:
    """Return the ``count`` different classes of a text, in its order; else :class:`Unreadable`."""
    found = tuple(dict.fromkeys(mention.index for mention in find_classes(text)))
    if len(found) != count:
        names = ", ".join(CLASSES[index] for index in found) or "none"
        raise Unreadable(f"expected {count} of the 19 classes, found {names}")
    return found


def without_classes(text: str) -> str:
    """Return a text with ``_`` in place of each class name: those hold words such as "areas" and "and"."""
    return _MENTION.sub("_", text)


def class_of(text: str) -> int:
    """Return the class that a whole text, as an option, names; else :class:`Unreadable`."""
    text = text.lower().strip(" .")
    article = _ARTICLE.match(text)
    match = _MENTION.fullmatch(text, article.end() if article else 0)
    if not match:
        raise Unreadable(f"{text!r} is none of the 19 classes")
    return _index(match)
