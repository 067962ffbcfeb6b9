"""Amounts in words, as "between 10 and 30%" or "more than two": read as intervals, whatever the sentence."""

import math
import re

from bentxt.agreement.intervals import (
    NOT_WHOLE,
    WHOLE,
    Interval,
    at_least,
    at_most,
    exactly,
    less_than,
    more_than,
)
from bentxt.errors import Unreadable
from bentxt.nomenclature import PIXEL_AREA, PIXELS

#: Number words, by value.
_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
_WORDS = {word: value for value, word in enumerate(_NUMBERS)}
_WORDS |= dict.fromkeys(("single", "sole", "lone", "solitary", "once"), 1)
_WORDS |= dict.fromkeys(("pair", "couple", "twice"), 2)

# Comparisons upwards and downwards, alone or joined with equality: "greater than or equal to".
_UP = r"(?:(?:more|greater|larger|bigger|higher)(?: than)?|over|above|exceed(?:s|ed|ing)?)"
_DOWN = r"(?:(?:less|fewer|smaller|lower)(?: than)?|under|below)"
_EQUAL = r"(?:at|equal(?:s|ling)?(?: to)?)"

# In this order: "no more than" holds "more than".
_BEFORE = (
    (
        at_least,
        r"at (?:the very )?least|no(?:t)? (?:less|fewer|smaller|lower) than|not (?:under|below)"
        rf"|minimum(?: of)?|minimally|≥|>=|{_UP},? or {_EQUAL}|{_EQUAL},? or {_UP}",
    ),
    (
        at_most,
        r"at (?:the very )?most|no(?:t)? (?:more|greater|larger|higher|bigger) than"
        r"|not (?:over|above|exceed(?:ing)?)|maximum(?: of)?|up to|≤|<=|(?:stay|remain|keep|lie)s? within"
        rf"|{_DOWN},? or {_EQUAL}|{_EQUAL},? or {_DOWN}",
    ),
    (
        more_than,
        r"(?:more|greater|larger|bigger|higher) than|over|above|exceed(?:s|ed|ing)?|in excess of"
        r"|surpass(?:es|ed|ing)?|beyond|>",
    ),
    (less_than, r"(?:less|fewer|smaller|lower) than|under|below|short of|<"),
    (exactly, r"exactly|precisely|equal(?:s|ling)?(?: to)?|just|only|solely|merely|exact(?: number of)?"),
)
_AFTER = (
    (at_least, r"(?:or|and) (?:more|above|over|greater|higher|larger|upwards?)\b|at (?:the very )?least"),
    (at_most, r"(?:or|and) (?:less|fewer|below|under|lower|smaller)\b|at (?:the very )?most"),
)
_FILL = (
    r"(?:\s+(?:an?|the|total|combined|overall|of|area|areas|share|amount|coverage|extent|number"
    r"|threshold))*\s*"
)
_BEFORE_NUMBER = tuple((make, re.compile(rf"(?<!\w)(?:{words}){_FILL}$")) for make, words in _BEFORE)
_AFTER_NUMBER = tuple(
    (make, re.compile(rf"(?:[\s,]+[\w^-]+){{0,7}}?[\s,]+(?:{words})")) for make, words in _AFTER
)

# Where no such word stands next to the number, these do anywhere before it; the others say too many things.
_ANYWHERE = tuple(
    (make, re.compile(words))
    for make, words in (
        (at_least, r"\bat least\b|\bminimum\b|\bno less than\b"),
        (at_most, r"\bat most\b|\bmaximum\b|\bno more than\b"),
        (more_than, r"\b(?:more|greater|larger|higher) than\b|\bexceed"),
        (less_than, r"\b(?:less|fewer|smaller|lower) than\b"),
    )
)
_BETWEEN = re.compile(r"\s*(?:to|and|through|up to|–|—|-|until|till)\s*(?:an? |about )?")
_UNITS = (
    r"(?P<percent>%|per ?cent\b)|(?P<metres>m2\b|m\^2|m²|sqm\b|sq\.? ?m\b|square[- ]met(?:er|re)s?)"
    r"|(?P<hectares>ha\b|hectares?)|(?P<kilometres>km2\b|km\^2|km²|sq\.? ?km\b|square[- ]kilomet(?:er|re)s?)"
)
_AREA = re.compile(rf"(?<![\w.,])(?P<number>\d{{1,3}}(?:,\d{{3}})+(?!\d)|\d+(?:\.\d+)?)\s*(?:{_UNITS})?")

#: Pixels of a unit.
_PIXELS = {
    "percent": PIXELS / 100,
    "metres": 1 / PIXEL_AREA,
    "hectares": 10_000 / PIXEL_AREA,
    "kilometres": 1_000_000 / PIXEL_AREA,
}
_FRACTIONS = tuple(
    (re.compile(rf"\b(?:{words})\b"), percent)
    for words, percent in (
        (r"three[- ]quarters", "75%"),
        (r"(?:an? |one |the )?half", "50%"),
        (r"(?:an? |one )quarter", "25%"),
    )
)
_OTHERS = re.compile(
    r"\b(?:others?|another|additional|additionally|further|else|besides|beside|apart from|aside from"
    r"|differs?|different|except(?:ing)?|in addition to|alongside|along with|together with|more classes"
    r"|more than one class|several classes|multiple classes|beyond|more than just"
    r"|(?:something|anything) but)\b"
)
_NOUNS = (
    r"(?:areas?|bits?|corners?|fractions?|land|parts?|patch(?:es)?|pieces?|pixels?|places?|portions?"
    r"|regions?|sections?|segments?|shares?|spots?|stretch(?:es)?|surfaces?|zones?)"
)

# "Some part that is not ...", "any region outside ...", "less than the whole", "only a part".
_SOME_NOT = re.compile(
    rf"\b(?:some|any|anything|something|anywhere|somewhere|{_NOUNS})\b[^?]*?"
    r"(?:\b(?:not|never|without|free (?:of|from)|devoid of|lacks?|lacking|outside(?: of)?|uncovered)\b|n't\b)"
)
_LESS_THAN_WHOLE = re.compile(
    r"\b(?:less|smaller|fewer|lower) than (?:the |an? )?(?:whole|entire|entirety|full|complete|total|all)\b"
    r"|\b(?:only|just|merely|limited to|confined to|restricted to)"
    rf" (?:(?:an?|some|certain) {_NOUNS}|parts?|portions?|sections?)\b"
    r"|\b(?:only|just) (?:partially|partly|partial)\b|\b(?:partially|partly|incompletely)\b"
)
_WHOLE = re.compile(
    r"\b(?:whole|entire|entirely|entirety|totality|full|fully|complete|completely|total|totally|all|every|everywhere|only"
    r"|exclusively|exclusive|sole|solely|alone|single class|one class|throughout|wholly|just"
    r"|purely|uniform|uniformly|nothing but)\b"
)

#: Statements without a number, in this order, and the areas that they mean.
_WITHOUT_NUMBER = (
    # "Nothing other than", "no other class": the negation makes it the whole image again.
    (_OTHERS, NOT_WHOLE),
    (_SOME_NOT, NOT_WHOLE),
    (_LESS_THAN_WHOLE, NOT_WHOLE),
    (_WHOLE, WHOLE),
)
_COUNT = re.compile(rf"(?<![\w.,-])(?:(?P<word>{'|'.join(_WORDS)})|(?P<digits>\d{{1,4}}))(?![\w.%-])")
_ONE_SINGLE = re.compile(r"\bone (?:single|sole|lone)\b")
_SEVERAL = re.compile(
    r"\b(?:multiple|several|numerous|various|many|plural|a few|a number of)\b"
    rf"|\b(?:different|distinct|separated?|disconnected|unconnected)\b[^?]*?\b{_NOUNS}(?<=s)\b"
)
_NOT = re.compile(
    r"\b(?:not|never|absent|absence|lack|lacks|lacking|missing|without|devoid|free (?:of|from)|false|untrue"
    r"|incorrect|wrong|no|none|nothing|neither|fails? to)\b|n't\b"
)
_NOT_ONLY = re.compile(r"\bnot (?:only|just|solely|exclusively)\b")
_OR_NOT = re.compile(r",? or not\b|\byes ?(?:or|/) ?no\b")


def is_negated(text: str) -> bool:
    """Tell whether a text (lower case, amounts taken out) says that something is not so."""
    return len(_NOT.findall(_OR_NOT.sub("", text))) % 2 == 1


def read_area(text: str) -> tuple[Interval, str]:
    """Read what is said of an area.

    Parameters
    ----------
    text : str
        In lower case, class names taken out.

    Returns
    -------
    interval : Interval
        In pixels. Both ends of a range belong to it.
    rest : str
        The text without the amount.

    Raises
    ------
    Unreadable
    """
    for words, percent in _FRACTIONS:
        text = words.sub(percent, text)
    found = list(_AREA.finditer(text))
    if not found:
        text = _NOT_ONLY.sub("other", _OR_NOT.sub("", text))
        for pattern, interval in _WITHOUT_NUMBER:
            if match := pattern.search(text):
                return interval, text[: match.start()] + text[match.end() :]
        raise Unreadable("no amount of area")
    # There is always a number, so there is always a last group.
    units = [match.lastgroup or "number" for match in found]
    unit = next((own for own in units if own != "number"), None)
    if unit is None:
        raise Unreadable("an area without a unit")
    values = []
    for match, own in zip(found, units, strict=True):
        values.append(float(match["number"].replace(",", "")) * _PIXELS[unit if own == "number" else own])
    written = next(match[own] for match, own in zip(found, units, strict=True) if own != "number")
    interval, span = _interval(text, [match.span() for match in found], values, written)
    if interval is None:
        if values != [PIXELS]:
            raise Unreadable("an area that is not compared with anything")
        interval = WHOLE
    return interval, text[: span[0]] + text[span[1] :]


def read_count(text: str) -> tuple[Interval, str]:
    """Read what is said of a number of instances; as :func:`read_area`, in instances."""
    text = _ONE_SINGLE.sub("single", text)
    found = list(_COUNT.finditer(text))
    if not found:
        match = _SEVERAL.search(text)
        if not match:
            raise Unreadable("no number")
        return more_than(1), text[: match.start()] + text[match.end() :]
    values = [_value(match) for match in found]
    spans = [match.span() for match in found]
    if len(found) > 2 or (len(found) == 2 and not _joined(text, spans)):
        # "In one image", "one of": the numbers that are compared count.
        compared = [(s, v) for s, v in zip(spans, values, strict=True) if _compared(text, s)]
        if not 1 <= len(compared) <= 2:
            raise Unreadable("several numbers")
        spans, values = map(list, zip(*compared, strict=True))
    interval, span = _interval(text, spans, values, "")
    if interval is None:
        interval, span = exactly(values[0]), spans[0]
    return interval, text[: span[0]] + text[span[1] :]


def _value(match):
    if match["digits"]:
        return int(match["digits"])
    return _WORDS[match["word"]]


def _joined(text, spans):
    between = text[spans[0][1] : spans[1][0]]
    return _BETWEEN.fullmatch(between) or between.strip() == "or"


def _interval(text, spans, values, unit):
    """Return the interval and the span of the words that state it; None if nothing is compared."""
    if len(spans) == 2 and _joined(text, spans):
        low, high = values
        if low > high:
            raise Unreadable("a range that ends before it begins")
        before = re.search(
            r"(?:somewhere |anywhere )?(?:between|from|range of|in the range|within)\s*$", text[: spans[0][0]]
        )
        return Interval(low, high, unit=unit), (before.start() if before else spans[0][0], spans[1][1])
    if len(spans) == 2:
        return _both(text, spans, values, unit)
    if len(spans) != 1:
        raise Unreadable("several amounts that make no range")
    (start, end), value = spans[0], values[0]
    compared = _compared(text, (start, end))
    if compared:
        make, span = compared
        return make(value, unit), span
    for make, pattern in _ANYWHERE:
        if match := pattern.search(text[:start]):
            return make(value, unit), (match.start(), end)
    return None, (start, end)


def _both(text, spans, values, unit):
    """Return what two comparisons say together, as "more than 10% but less than 30%", and their span."""
    compared = [_compared(text, span) for span in spans]
    if not all(compared):
        raise Unreadable("several amounts that make no range")
    bounds = [make(value, unit) for (make, _), value in zip(compared, values, strict=True)]
    below = next((bound for bound in bounds if math.isinf(bound.high) and math.isfinite(bound.low)), None)
    above = next((bound for bound in bounds if math.isinf(bound.low) and math.isfinite(bound.high)), None)
    if not below or not above or below.low > above.high:
        raise Unreadable("several amounts that make no range")
    interval = Interval(below.low, above.high, below.low_open, above.high_open, unit)
    return interval, (compared[0][1][0], compared[1][1][1])


def _compared(text, span):
    """Return what the words next to a number say of it and where they stand, or None."""
    start, end = span
    for make, pattern in _BEFORE_NUMBER:
        if match := pattern.search(text[:start]):
            return make, (match.start(), end)
    for make, pattern in _AFTER_NUMBER:
        if match := pattern.match(text[end:]):
            return make, (start, end + match.end())
    return None
