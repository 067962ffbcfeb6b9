"""Where a text names an option of a multiple-choice question, in the ways that people write it.

There are two tiers. *Exact* is the option's text, whatever its case, commas, hyphens, plurals, and the words
that join its parts; of two parts joined by "and" either may come first. A range is the same range however it
is written: "10-40 %", "between 10 and 40 percent", "0.288 to 0.576 km²". *Loose* are shorter and other words
for it: "left" for "to the left", "fall" for "autumn", "three" for "3", "six" for "more than five", and the
part before the first comma. A shorter option is never found within a longer phrase: "to the top right" does
not hold "to the top", nor does 30 hold 3.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

from bentxt.evaluation.model_text import plain


class Named(NamedTuple):
    """An option named in a text: the characters [start, end) and the option's letter."""

    start: int
    end: int
    letter: str


def named_options(text: str, options: Mapping[str, str], *, loose: bool) -> list[Named]:
    """Return where a text names options, in its order, not overlapping, longer names before shorter ones.

    Parameters
    ----------
    text : str
        From :func:`bentxt.evaluation.model_text.plain`.
    options : dict of str to str
        Option texts by letter.
    loose : bool
        Whether shorter and other words count too.

    Returns
    -------
    list of Named

    Examples
    --------
    >>> options = {"a": "to the left", "b": "to the top-right", "c": "to the top"}
    >>> named_options("it is to the top right", options, loose=False)
    [Named(start=6, end=22, letter='b')]
    >>> named_options("left", options, loose=True)
    [Named(start=0, end=4, letter='a')]
    """
    found: list[Named] = []
    for letter, option in options.items():
        option = plain(option).rstrip(".")
        if wanted := _range_of(option):
            found += _ranges(text, wanted, letter)
        elif option.isdigit():
            found += _numbers(text, int(option), letter, words=loose)
        else:
            for form in _forms(option, options, loose=loose):
                found += _phrases(text, form, letter)
            if loose and (bound := _more_than(option)) is not None:
                found += _numbers_above(text, bound, letter)
    return _longest(found)


def _longest(found: Iterable[Named]) -> list[Named]:
    """Return those that overlap no longer one; of two equal ones of different letters neither."""
    kept: list[Named] = []
    ordered = sorted(set(found), key=lambda named: (named.start - named.end, named.start, named.letter))
    same = {a[:2] for a, b in pairwise(ordered) if a[:2] == b[:2]}
    for named in ordered:
        if all(named.end <= other.start or named.start >= other.end for other in kept):
            kept.append(named)
    return sorted(named for named in kept if named[:2] not in same)


# Phrases

# What may stand between two words of an option, or be left out.
_JOINT = r"(?:[\s,;/&+:-]|\b(?:and|or|with|plus)\b)"
_TOKEN = re.compile(r"\w+")
_DIRECTION = r"(?:top|bottom|left|right|upper|lower|above|below|north|south|east|west)"
_BESIDE_DIRECTION = re.compile(rf"^[\s-]*{_DIRECTION}(?:most|ern)?\b")
_AFTER_DIRECTION = re.compile(rf"\b{_DIRECTION}[\s-]*$")


def _phrase(words: list[str]) -> str:
    """Return the pattern of words one after the other: singular or plural, whatever joins them."""
    return rf"{_JOINT}*".join(_word(word) for word in words)


def _word(word):
    if word.isdigit():
        return word
    stem = word[:-1] if word.endswith("s") and len(word) > 3 else word
    return rf"\b{re.escape(stem)}(?:s|es)?\b"


def _phrases(text, form, letter):
    words = [word for word in _TOKEN.findall(form) if word not in ("and", "or", "with", "plus")]
    if not words:
        return
    directions = re.fullmatch(rf"(?:to the )?{_DIRECTION}(?:[\s-]+{_DIRECTION})*", form)
    for match in re.finditer(rf"(?<![\w-])(?:{_phrase(words)})(?![\w-]*\w)", text):
        # "top" in "top right" is another direction.
        if directions and (
            _BESIDE_DIRECTION.search(text[match.end() :]) or _AFTER_DIRECTION.search(text[: match.start()])
        ):
            continue
        yield Named(match.start(), match.end(), letter)


#: Other words for what an option says. Images have north at the top.
_OTHER_WORDS = (
    ({"autumn"}, ("fall", "autumn season")),
    ({"fall"}, ("autumn",)),
    ({"top"}, ("above", "north", "upper part", "upper side", "on top")),
    ({"bottom"}, ("below", "south", "beneath", "underneath", "lower part", "lower side")),
    ({"left"}, ("west",)),
    ({"right"}, ("east",)),
    ({"top", "left"}, ("upper left", "above left", "northwest", "north west", "left top")),
    ({"top", "right"}, ("upper right", "above right", "northeast", "north east", "right top")),
    ({"bottom", "left"}, ("lower left", "below left", "southwest", "south west", "left bottom")),
    ({"bottom", "right"}, ("lower right", "below right", "southeast", "south east", "right bottom")),
)


def _forms(option, options, *, loose):
    """Return the texts that stand for an option."""
    forms = [option]
    # Of two parts either may come first; the text of an option does not say which "and" joins two classes.
    joints = list(re.finditer(r" and ", option))
    forms += [f"{option[joint.end() :]} and {option[: joint.start()]}" for joint in joints]
    if not loose:
        return forms
    short = option.removeprefix("to the ").removeprefix("in ").removeprefix("the ")
    forms.append(short)
    words = set(_TOKEN.findall(short))
    for those, other_words in _OTHER_WORDS:
        if words == those:
            forms += other_words
    start = option.partition(",")[0]
    starts = sum(plain(text).startswith(start) for text in options.values())
    if len(_TOKEN.findall(start)) > 1 and starts == 1:
        forms.append(start)
    return forms


# Numbers and ranges

_NUMBER = r"\d{1,3}(?:[,' ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_UNIT = (
    r"%|percent|per cent|pct|km2|km\^2|sq\.? ?km|square kilomet(?:er|re)s?|ha\b|hectares?|m2|m\^2|sqm\b|"
    r"sq\.? ?m\b|square met(?:er|re)s?"
)
_BETWEEN = rf"\s*({_UNIT})?\s*"
_RANGE = re.compile(
    rf"(?<![\d.,])({_NUMBER}){_BETWEEN}(?:to|-|~|up to|until|through|and|bis|至|到)\s*({_NUMBER})(?!\.?\d)"
    rf"(?:\s*({_UNIT}))?"
)


class _Range(NamedTuple):
    low: float
    high: float
    kind: str


def _range_of(option: str) -> _Range | None:
    match = _RANGE.fullmatch(option)
    return _read_range(match) if match else None


def _read_range(match):
    first, unit, last, last_unit = match.groups()
    low, high = (float(re.sub(r"[,' ]", "", number)) for number in (first, last))
    kind, factor = _kind(last_unit or unit)
    return _Range(low * factor, high * factor, kind)


def _kind(unit):
    if unit is None:
        return "", 1.0
    if unit.startswith(("%", "p")):
        return "%", 1.0
    unit = unit.replace("sq. ", "sq ").replace("sq.", "sq ")
    kilometres = unit.startswith(("k", "square k", "sq k"))
    return "m2", 1e6 if kilometres else 1e4 if unit.startswith("h") else 1.0


def _ranges(text, wanted, letter):
    for match in _RANGE.finditer(text):
        found = _read_range(match)
        alike = abs(found.low - wanted.low) < 1e-6 * max(1, wanted.low) and (
            abs(found.high - wanted.high) < 1e-6 * max(1, wanted.high)
        )
        if alike and (found.kind == wanted.kind or not found.kind or not wanted.kind):
            start = match.start()
            if before := re.search(r"\b(?:between|from)\s+$", text[:start]):
                start = before.start()
            yield Named(start, match.end(), letter)


_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = {word: value for value, word in enumerate(_ONES)}
_VALUES |= {word: 10 * (place + 2) for place, word in enumerate(_TENS)} | {"hundred": 100}


def _numbers(text, wanted, letter, *, words):
    """Find a whole number that is no part of another one, of a range, or of an amount."""
    amount = r"(?!\s*(?:%|percent|per cent|m2|km2|ha\b))(?!\s*(?:-|to)\s*\d)"
    pattern = rf"(?<![\w.,-]){wanted}(?!\w)(?![.,]\d){amount}"
    for match in re.finditer(pattern, text):
        before = text[: match.start()]
        # "1. b": the number of a line.
        if (not before or before.endswith("\n")) and re.match(r"[.)]\s+\S", text[match.end() :]):
            continue
        if not re.search(r"(?:\d\s*(?:-|to)|\b(?:step|figure|class|level|over|above|than))\s*$", before):
            yield Named(match.start(), match.end(), letter)
    if words:
        names = [word for word, value in _VALUES.items() if value == wanted]
        names += ["none", "no areas"] if wanted == 0 else ["single", "once"] if wanted == 1 else []
        for name in names:
            for match in re.finditer(rf"(?<![\w-]){name}(?![\w-])", text):
                if not re.search(r"\b(?:more than|over|at least)\s*$", text[: match.start()]):
                    yield Named(match.start(), match.end(), letter)


def _more_than(option):
    """Return the bound of an option such as "more than five"."""
    match = re.fullmatch(r"(?:more than|over|>)\s*(\w+)", option)
    if not match:
        return None
    return int(match[1]) if match[1].isdigit() else _VALUES.get(match[1])


def _numbers_above(text, bound, letter):
    names = [word for word, value in _VALUES.items() if value == bound]
    bounds = "|".join([str(bound), *names])
    for match in re.finditer(rf"(?:\bmore than|\bover|\babove|>)\s*(?:{bounds})(?!\w)|\b{bound}\s*\+", text):
        yield Named(match.start(), match.end(), letter)
    for value in range(bound + 1, 100):
        yield from _numbers(text, value, letter, words=value < 20)
