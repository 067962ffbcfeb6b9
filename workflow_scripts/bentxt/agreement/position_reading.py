"""Relative position in instructions: which class is seen from which, and the eight directions."""

import re

from bentxt.agreement.class_mentions import Mention, find_classes
from bentxt.errors import Unreadable

# What stands right before the class that a position is seen from, the surest first; a final "of" and
# articles have been cut off.
_ANCHOR_BEFORE = tuple(
    re.compile(rf"(?:^|.*\W)(?:{words})$")
    for words in (
        r"(?:relative|relatively|relation) to|with (?:respect|reference|regard|regards) to|in reference to"
        r"|(?:compare|compares|compared|comparison)(?: \w+)? (?:to|with)|in contrast to|(?:from|of) the "
        r"(?:perspective|viewpoint|point of view|vantage point|standpoint)"
        r"|(?:as|for) (?:an? |the |your )?(?:reference|anchor|origin|starting)(?: point)?,?",
        r"(?:(?:seen|viewed|looking|starting|coming|going|moving|observed|measured) )?from|starting at",
        r"to|with|than|against|versus|vs\.?|using|taking|considering|given|based on|regarding|around|for"
        r"|(?:side|direction|left|right|top|bottom)|(?:standing|stand|are|looking|look) (?:at|in|on)",
    )
)
_ANCHOR_AFTER = re.compile(
    r"(?:'s?)?,?\s*(?:class |area |region )?"
    r"(?:(?:as|being|is|was|serves as|acts as"
    r"|is (?:used|taken|chosen|considered|seen|set|treated|regarded) as) (?:the |an? |your |our )?(?:\w+ )?"
    r"(?:reference|anchor|origin|starting|viewpoint|base|center|centre)"
    r"|(?:is|lies|were) (?:at|in) the (?:center|centre|middle|origin)"
    r"|(?:perspective|viewpoint|point of view|vantage point))"
)
# Words between such a preposition and the class, cut off before: "relative to the position of the".
_FILL = re.compile(
    r"(?:\s*\b(?:the|an?|any|that|those|one|position|positions|location|region|area|patch|class|instance|of|single|where"
    r"|continuous|connected|contiguous|called|named)\b)+\s*[\"'“]?\s*$"
)
_VERTICAL = {
    "top": r"top|upper|above|north|northern|up|over",
    "bottom": r"bottom|lower|below|beneath|south|southern|down|under",
}
_HORIZONTAL = {"left": r"left|west|western", "right": r"right|east|eastern"}
_COMPOUND = re.compile(r"\b(north|south)[- ]?(west|east)")
_OTHER_WORDS = re.compile(
    r"to|the|of|at|in|on|it|and|side|corner|part|towards?|direction|directly|located|hand|ern"
)


def read_anchor_and_target(text: str) -> tuple[int, int]:
    """Return which class a position is seen from, and the class whose position is asked for.

    Parameters
    ----------
    text : str
        The instruction without options, in lower case.

    Returns
    -------
    anchor, target : int

    Raises
    ------
    Unreadable
        If there are not just two classes, or it stays open which is the anchor.
    """
    first_of: dict[int, Mention] = {}
    for mention in find_classes(text):
        first_of.setdefault(mention.index, mention)
    if len(first_of) != 2:
        raise Unreadable(f"expected two classes, found {len(first_of)}")
    first, second = first_of.values()
    sureness = [
        _sureness(text[: first.start], text[first.end : second.start]),
        _sureness(text[first.end : second.start], text[second.end :]),
    ]
    if sureness[0] == sureness[1]:
        if sureness[0]:
            raise Unreadable("it is not clear from which class the position is seen")
        # "The position of A and B": of the first, as seen from the second.
        return second.index, first.index
    if sureness[0] > sureness[1]:
        return first.index, second.index
    return second.index, first.index


def _sureness(before, after):
    if _ANCHOR_AFTER.match(after):
        return len(_ANCHOR_BEFORE) + 1
    before = _FILL.sub("", before.rstrip()).rstrip(" ,\"'“")
    for rank, pattern in enumerate(_ANCHOR_BEFORE):
        if pattern.match(before):
            return len(_ANCHOR_BEFORE) - rank
    return 0


def read_direction(text: str) -> str:
    """Return a direction as ``top``, ``left`` or ``top-left``; :class:`Unreadable` if it is none."""
    words = _COMPOUND.sub(r"\1 \2", text.lower())
    found = []
    for axis in (_VERTICAL, _HORIZONTAL):
        names = [name for name, forms in axis.items() if re.search(rf"\b(?:{forms})\b", words)]
        if len(names) > 1:
            raise Unreadable(f"{text!r} is no direction")
        found += names
        for forms in axis.values():
            words = re.sub(rf"\b(?:{forms})\b", " ", words)
    rest = [word for word in re.findall(r"[a-z]+", words) if not _OTHER_WORDS.fullmatch(word)]
    if not found or rest:
        raise Unreadable(f"{text!r} is no direction")
    return "-".join(found)
