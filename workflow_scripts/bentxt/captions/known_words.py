"""Which words of a caption are no English, and which name what no fact tells of."""

import re
from collections.abc import Collection

from bentxt.captions.claims import Fault
from bentxt.captions.english_words import is_english, named_thing
from bentxt.captions.field_words import BY_CLASS, FIGURATIVE, IDIOMS, INVENTED, NEUTRAL
from bentxt.captions.reading.caption_reader import Reading, lower

_CAUSES = re.compile(
    r"\b(?:due to|because(?: of)?|caused by|as a (?:result|consequence) of|owing to|thanks to"
    r"|driven by|(?:result|stem|aris|arose|emerg)\w* from"
    r"|(?:suffer(?:s|ed|ing)?|recover(?:s|ed|ing)?|benefit(?:s|ed|ing|ted|ting)?|profit(?:s|ed|ing)?) from"
    r"|(?:affected|threatened|struck|hit|damaged|scarred|fed|nourished) by|vulnerable to|exposed to"
    r"|responsible for|depend(?:s|ing|ent)? on|reliant on"
    r"|attributed to|attributable to|in response to|following (?:recent|heavy|years|decades|the (?:recent"
    r"|last))|after (?:recent|heavy|the)"
    r"|shaped by|influenced by|sustain(?:s|ed|ing)|support(?:s|ed|ing) (?:local|the local|a)"
    r"|ideal for|suitable for|used (?:\w+ly )?(?:for|as)"
    r"|home to|known for|famous for|popular (?:with|for|among)|prone to|(?:provides|providing) (?:habitat"
    r"|shelter|food|a habitat)"
    r"|on its way|once (?:was|were)|used to be|will (?:be|become)|is expected to|has (?:grown"
    r"|shrunk|increased|decreased))\b"
)
_PLACES = re.compile(
    r"\b(?:in|at|near|around|towards?|across|along) the (?:very )?(?:center|centre|middle|right"
    r"|left|bottom|lower)\b"
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b(?!\s*(?:sqm|m²|square|ha))")
_ABBREVIATIONS = re.compile(r"\b(?:i\.e\b|e\.g\b)")
_IDIOMS = re.compile(rf"\b(?:{IDIOMS})")
#: "What is left" is no direction.
_BEFORE_LEFT = frozenset({"is", "are", "area", "little", "nothing"})
_BORDER_WORDS = re.compile(r"[a-z]+(?:-[a-z]+)*")


def unknown_words(
    text: str, reading: Reading, words: Collection[str], present: Collection[int]
) -> tuple[list[Fault], list[Fault]]:
    """Return the words that are no English, and those that name what no fact tells of.

    Parameters
    ----------
    text : str
    reading : bentxt.captions.reading.caption_reader.Reading
    words : collection of str
        Further words that captions may use.
    present : collection of int
        Classes of the patch.

    Returns
    -------
    strange, invented : list of Fault
    """
    small = lower(text)
    own = frozenset(word.lower() for word in words)
    own = own.union(*(names for index, names in BY_CLASS.items() if index in present))
    places = {word.start for word in reading.places}
    named = [(mention.start, mention.end) for mention in reading.mentions]
    spoken = [match.span() for match in _IDIOMS.finditer(small)]
    abbreviated = {
        place for match in _ABBREVIATIONS.finditer(small) for place in (match.start(), match.end() - 1)
    }
    strange, invented = [], []
    for sentence in reading.sentences:
        for place, token in enumerate(sentence.tokens):
            if token.kind in "Bb":
                found = [
                    (m[0], token.start + m.start(), token.start + m.end())
                    for m in _BORDER_WORDS.finditer(token.text)
                ]
                found = [each for each in found if each[0] in INVENTED]
            elif token.kind == "x" and token.start not in places and token.text[0].isalpha():
                found = [(token.text, token.start, token.end)]
            else:
                continue
            for word, start, end in found:
                if word.endswith(("'s", "’s")) and word.replace("’", "'") not in NEUTRAL:
                    word = word[:-2]
                if word in own or (word.replace("’", "'") in NEUTRAL and word not in INVENTED):
                    continue
                if word == "s" and text[start - 1 : start] in ("'", "’"):
                    continue
                if word == "left" and place and sentence.tokens[place - 1].text in _BEFORE_LEFT:
                    continue
                if any(begin <= start < stop for begin, stop in spoken):
                    continue
                if start in abbreviated or (word in FIGURATIVE and _is_figurative(sentence.tokens, place)):
                    continue
                if word in INVENTED:
                    invented.append(Fault("invented object", f"no fact tells of it: {word}", start, end))
                elif not is_english(word):
                    strange.append(
                        Fault("unknown word", f"no English word, or a name: {text[start:end]}", start, end)
                    )
                elif thing := named_thing(word):
                    invented.append(
                        Fault("invented object", f"no fact tells of it: {word}, {thing}", start, end)
                    )
    for kind, pattern in (("invented cause", _CAUSES), ("invented place", _PLACES), ("invented time", _YEAR)):
        for match in pattern.finditer(small):
            if not any(start <= match.end() - 1 < end for start, end in (*named, *spoken)):
                invented.append(Fault(kind, f"no fact tells of it: {match[0]}", *match.span()))
    return strange, invented


def _is_figurative(tokens, place):
    """Tell whether a word stands for an area of a class: "two islets", "ribbons of pastures"."""
    before = tokens[place - 1].kind if place else ""
    after = tokens[place + 1].text if place + 1 < len(tokens) else ""
    return before in ("t", "#") or after == "of"
