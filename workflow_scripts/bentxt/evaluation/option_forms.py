"""Where a text names an option of a multiple-choice question, in the ways that people write it.

There are two tiers. *Exact* is the option's text, whatever its case, commas, hyphens, plurals, and the words
that join its parts; of two parts joined by "and" either may come first. A range is the same range however it
is written: "10-40 %", "between 10 and 40 percent", "0.288 to 0.576 km²". *Loose* are shorter and other words
for it: "left" for "to the left", "fall" for "autumn", "three" for "3", "six" for "more than five", and the
part before the first comma. A shorter option is never found within a longer phrase: "to the top right" does
not hold "to the top", nor does 30 hold 3.
"""

import math
import re
from collections.abc import Iterable, Mapping
from itertools import permutations, product
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
            if loose:
                found += _apart(text, option, letter)
            if loose and (bound := _more_than(option)) is not None:
                found += _numbers_above(text, bound, letter)
    return _longest(found)


def _longest(found: Iterable[Named]) -> list[Named]:
    """Return those that overlap no longer one; of two equal ones of different letters neither."""
    kept: list[Named] = []
    unclear: set[Named] = set()
    for named in sorted(set(found), key=lambda named: (named.start - named.end, named.start, named.letter)):
        over = [other for other in kept if named.start < other.end and other.start < named.end]
        if not over:
            kept.append(named)
        for other in over:
            within = other.start <= named.start and named.end <= other.end
            # "coniferous forest, mixed forest and pastures": the one in the middle belongs to either pair.
            if other.letter != named.letter and (not within or named[:2] == other[:2]):
                unclear.add(other)
    return sorted(named for named in kept if named not in unclear)


# Phrases

# What may stand between two words of an option, or be left out.
_JOINT = r"(?:[\s,;/&+:()-]|\b(?:and|or|with|plus|a|an|the|climate|zone)\b)"
_JOINING = ("and", "or", "with", "plus")
_TOKEN = re.compile(r"\w+(?:-\w+)*")
_DIRECTION = r"(?:top|bottom|left|right|upper|lower|above|below|north|south|east|west)"
_BESIDE_DIRECTION = re.compile(rf"^[\s-]*(?:and (?:to )?(?:the )?)?{_DIRECTION}(?:most|ern)?\b")
_AFTER_DIRECTION = re.compile(rf"\b{_DIRECTION}[\s-]*$")


def _phrase(words: list[str]) -> str:
    """Return the pattern of words one after the other: singular or plural, whatever joins them."""
    return rf"{_JOINT}*".join(_word(word) for word in words)


def _word(word):
    if word.isdigit():
        return word
    if word == "no":
        return r"\b(?:no|without(?: an?)?)\b"
    stem = word[:-1] if word.endswith("s") and len(word) > 3 else word
    return rf"\b{'[ -]?'.join(map(re.escape, stem.split('-')))}(?:s|es)?\b"


_SEASONS = ("spring", "summer", "fall", "autumn", "winter")
_CLIMATE_BEFORE = re.compile(
    r"\b(?:temperate|cold|arid|polar|dry season|dry (?:summer|winter)),? (?:with )?(?:an? )?"
    r"(?:hot|warm|cool|very cold|cold|dry)\s+$"
)


def _phrases(text, form, letter):
    words = [word for word in _TOKEN.findall(form) if word not in _JOINING]
    if not words:
        return
    directions = re.fullmatch(rf"(?:to the )?{_DIRECTION}(?:(?:[\s-]|and|to|the)+{_DIRECTION})*", form)
    for match in re.finditer(rf"(?<![\w-])(?:{_phrase(words)})(?![\w-]*\w)", text):
        # "top" in "top right" is another direction.
        if directions and (
            _BESIDE_DIRECTION.search(text[match.end() :]) or _AFTER_DIRECTION.search(text[: match.start()])
        ):
            continue
        # "temperate, no dry season, warm summer" is a climate, no season.
        if form in _SEASONS and _CLIMATE_BEFORE.search(text[: match.start()]):
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
    *(({season}, (f"{season}time",)) for season in ("spring", "summer", "winter")),
)
_UPWARD = {"top": ("top", "upper", "above", "north"), "bottom": ("bottom", "lower", "below", "south")}
_SIDEWARD = {"left": ("left", "west"), "right": ("right", "east")}


def _diagonals(words):
    """Yield other words for a corner, as "above and to the left" for "top-left"."""
    for upward, sideward in product(_UPWARD, _SIDEWARD):
        if words == {upward, sideward}:
            for first, second in product(_UPWARD[upward], _SIDEWARD[sideward]):
                yield from (f"{first}-{second}", f"{second}-{first}")
                yield from (f"{first} and to the {second}", f"{first} and {second}")
                yield from (f"{second} and {first}", f"to the {second} and {first}")


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
    words = set(re.findall(r"\w+", short))
    for those, other_words in _OTHER_WORDS:
        if words == those:
            forms += other_words
    forms += _diagonals(words)
    parts = option.split(", ")
    if len(parts) > 1:
        forms += map(" ".join, permutations(parts)) if len(parts) < 4 else ()
    # "dry and hot summer" is a dry summer and a hot one.
    forms += [re.sub(r"\b(\w+) (\w+), (\w+) \2\b", rf"\1 {joint} \3 \2", option) for joint in ("and", "")]
    start = option.partition(",")[0]
    starts = sum(plain(text).startswith(start) for text in options.values())
    if len(_TOKEN.findall(start)) > 1 and starts == 1:
        forms.append(start)
    return forms


def _apart(text, option, letter):
    """Find the two parts of an option in one clause: "urban fabric borders arable land"."""
    for joint in re.finditer(r" and ", option):
        parts = option[: joint.start()], option[joint.end() :]
        first, second = (list(_phrases(text, part, letter)) for part in parts)
        for one, other in product(first, second):
            start, end = min(one.start, other.start), max(one.end, other.end)
            between = text[min(one.end, other.end) : max(one.start, other.start)]
            if len(between) <= 60 and not re.search(r"[.!?;,\n]", between):
                yield Named(start, end, letter)


# Numbers and ranges

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = {word: value for value, word in enumerate(_ONES)}
_VALUES |= {word: 10 * (place + 2) for place, word in enumerate(_TENS)} | {"hundred": 100, "one hundred": 100}
_NUMBER_WORD = (
    rf"one hundred|(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_ONES[1:10])}))?|{'|'.join(_ONES)}|hundred"
)
_DIGITS = r"\d{1,3}(?:[,' ]\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}|\d+(?:\.\d+)?"
_NUMBER = rf"{_DIGITS}|(?<!\w)(?:{_NUMBER_WORD})(?!\w)"
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
    kind, factor = _kind(last_unit or unit)
    return _Range(_value(first) * factor, _value(last) * factor, kind)


def _value(number: str) -> float:
    """Return the value of digits, or of a number in words below 101."""
    if number[0].isdigit():
        # A full stop before three digits, twice: thousands.
        digits = re.sub(r"[,' ]", "", number)
        return float(digits.replace(".", "") if digits.count(".") > 1 else digits)
    if number in _VALUES:
        return float(_VALUES[number])
    tens, ones = re.split(r"[ -]", number)
    return float(_VALUES[tens] + _VALUES[ones])


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
        readings = [_read_range(match)]
        if all(re.fullmatch(r"0|\d{1,3}\.\d{3}", number) for number in match.group(1, 3)):
            # "288.000 m2" is written for 288,000 in half of Europe.
            readings.append(_Range(readings[0].low * 1000, readings[0].high * 1000, readings[0].kind))
        if any(_same_range(reading, wanted) for reading in readings):
            before = re.search(r"\b(?:between|from)\s+$", text[: match.start()])
            yield Named(before.start() if before else match.start(), match.end(), letter)


def _same_range(found, wanted):
    return (
        math.isclose(found.low, wanted.low, abs_tol=1e-6)
        and math.isclose(found.high, wanted.high)
        and (found.kind == wanted.kind or not found.kind or not wanted.kind)
    )


def _numbers(text, wanted, letter, *, words):
    """Find a whole number that is no part of another one, of a range, or of an amount."""
    amount = r"(?!\s*(?:%|percent|per cent|m2|km2|ha\b))(?!\s*(?:-|to)\s*\d)"
    pattern = rf"(?<![\w.,-]){wanted}(?!\w)(?![.,]\d){amount}"
    for match in re.finditer(pattern, text):
        before = text[: match.start()]
        # "1. b": the number of a line.
        if (not before or before.endswith("\n")) and re.match(r"[.)]\s+\S", text[match.end() :]):
            continue
        if not re.search(
            r"(?:\d\s*(?:-|to)|\b(?:step|figure|class|level|over|above|than|exceeds|exceeding))\s*$", before
        ):
            yield Named(match.start(), match.end(), letter)
    if words:
        names = [word for word, value in _VALUES.items() if value == wanted]
        names += ["none", "no areas"] if wanted == 0 else ["single", "once"] if wanted == 1 else []
        for name in names:
            for match in re.finditer(rf"(?<![\w-]){name}(?![\w-])", text):
                if not re.search(r"\b(?:than|over|above|at least)\s*$", text[: match.start()]):
                    yield Named(match.start(), match.end(), letter)


_ABOVE = r"\b(?:more|greater|larger|higher) than|\bover|\babove|\bexceed(?:s|ing)?|>"


def _more_than(option):
    """Return the bound of an option such as "more than five"."""
    match = re.fullmatch(rf"(?:{_ABOVE})\s*(\w+)", option)
    if not match:
        return None
    return int(match[1]) if match[1].isdigit() else _VALUES.get(match[1])


def _numbers_above(text, bound, letter):
    names = [word for word, value in _VALUES.items() if value == bound]
    bounds = "|".join([str(bound), *names])
    for match in re.finditer(rf"(?:{_ABOVE})\s*(?:{bounds})(?!\w)|\b{bound}\s*\+", text):
        yield Named(match.start(), match.end(), letter)
    for value in range(bound + 1, 100):
        yield from _numbers(text, value, letter, words=value < 20)
