"""Areas and shares in every unit and style of number, read as ranges of square metres."""

import re
from dataclasses import dataclass, replace

from bentxt.nomenclature import PATCH_AREA

#: Square metres of a unit; the first group that matches counts.
_UNITS = {
    "metres": (
        r"sqm\b|sq\.? ?m(?:et(?:er|re)s?)?\b|square[- ]?met(?:er|re)s?\b|m²|m2\b|m\^2|met(?:er"
        r"|re)s? squared\b",
        1,
    ),
    "hectares": (r"hectares?\b|ha\b", 10_000),
    "kilometres": (
        r"square[- ]?kilomet(?:er|re)s?\b|km²|km2\b|km\^2|sq\.? ?km\b|kilomet(?:er|re)s? squared\b",
        1_000_000,
    ),
    "percent": (r"%|per ?cent\b|percentage points?\b", PATCH_AREA / 100),
}
#: Units that no fact comes in: lengths, and areas of other systems.
_FOREIGN_UNITS = (
    r"acres?|square (?:feet|foot|miles?|yards?|inch(?:es)?|cent\w+|deci\w+)|sq\.? ?(?:ft|mi"
    r"|yd)|feet|foot|ft²?"
    r"|miles?|yards?|ares|dunams?|met(?:er|re)s?|kilomet(?:er|re)s?|km|m|cm|pixels?|cubic met(?:er|re)s?"
)
_SPACE = "[ \u00a0\u202f\u2009]"
_NUMBER = (
    rf"\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?![\d])(?!,\d)|\d{{1,3}}(?:['’]\d{{3}})+(?!\d)"
    rf"|\d{{1,3}}(?:{_SPACE}\d{{3}})+(?!\d)|\d+(?:\.\d+)?(?![\d])(?![.,']\d)"
)
#: "A third that is marginal", "a fifth class": no share.
_NO_ORDINAL = (
    r"(?!,? (?:as|class|type|category|area|one|piece|part|patch|region|that|which|being|stays?|covering"
    r"|measuring|(?:is|remains) (?:only )?marginal|marginal|smaller|larger|small|large|tiny|below|under"
    r"|(?:of|with|at) (?:less|under|below))\b)"
)
_FRACTIONS = {
    "(?:an? |one[- ]|the )?half(?! (?:a dozen|that|its|the size|as|of that))": (50, 3),
    rf"(?:a |one[- ])third{_NO_ORDINAL}": (100 / 3, 3),
    "(?:a |one[- ])quarter": (25, 3),
    rf"(?:a |one[- ])fifth{_NO_ORDINAL}": (20, 2.5),
    "(?:a |one[- ])sixth": (50 / 3, 2),
    "(?:a |one[- ])eighth": (12.5, 2),
    "(?:a |one[- ])tenth": (10, 2),
}
_OVER = (
    r"(?:well |slightly |a little |a bit |just |far |somewhat |considerably |significantly |marginally )?"
    r"(?:more than|above|exceed(?:s|ing)|in excess of|upwards? of|greater than|larger than"
    r"|at least|no less than"
    # "Over some 5 ha" or "over an area of 5 ha" is no more than that.
    r"|over(?!\s*(?:an? (?:total |combined )?(?:area|extent|expanse)|about|approximately|approx|roughly"
    r"|around"
    r"|nearly|almost|some\b|circa|ca\b|~|≈)))"
    r"|>|≥"
)
_UNDER = (
    r"(?:well |slightly |a little |a bit |just |far |somewhat )?(?:less than|under|below|fewer than"
    r"|smaller than"
    r"|at most|no more than|(?<!sum )(?<!sums )(?<!summing )(?<!add )(?<!adds )(?<!adding )up to"
    r"|not exceeding|not more than|not even)|<|≤"
)
_ABOUT = (
    r"about|around|approximately|approx\.?|roughly|nearly|almost|some|circa|ca\.|close to|an estimated"
    r"|~|≈|c\."
    r"|only|just|exactly|in total|a total of|an area of|the area of|a combined|precisely|nearly all of"
)
_UPPER_NAMES = "one two three four five six seven eight nine"
_UPPER = {word: value for value, word in enumerate(_UPPER_NAMES.split(), 1)}
_LOWER = {
    "thirds": 3,
    "quarters": 4,
    "fourths": 4,
    "fifths": 5,
    "sixths": 6,
    "sevenths": 7,
    "eighths": 8,
    "ninths": 9,
    "tenths": 10,
}
_OUT_OF = {"three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10}
_FRACTION = "|".join(f"(?P<f{i}>{words})" for i, words in enumerate(_FRACTIONS)) + (
    rf"|(?P<upper>{'|'.join(_UPPER)})(?:[- ](?P<lower>{'|'.join(_LOWER)})"
    rf"|(?: parts?)? (?:in|out of) (?P<outof>{'|'.join(_OUT_OF)})"
    r"(?= parts?\b| of (?:the|this)\b| or\b|[,(—–-]))"
)
#: One pattern for all amounts, as the lexer of sentences takes it.
AMOUNT = (
    rf"(?<![\w.,])(?:(?P<over>{_OVER})|(?P<under>{_UNDER}))?(?:\s*(?:{_ABOUT}))*\s*(?:an? )?"
    rf"(?:(?P<number>{_NUMBER})"
    rf"|(?P<broken>\d{{1,3}}(?:[,.]\d+){{2,}}|\d+,\d{{1,2}}(?!\d)|\d{{4,}},\d{{3}}|\d{{1,3}},\d{{4,}}))"
    rf"(?:[\s\u00a0\u202f]*(?P<scale>million|thousand)\b)?(?:[\s\u00a0\u202f-]*(?:"
    + "|".join(f"(?P<{name}>{words})" for name, (words, _) in _UNITS.items())
    + rf"|(?P<foreign>(?:{_FOREIGN_UNITS})\b(?!²)))(?: or (?:so|thereabouts)\b)?)?"
    rf"|\b(?:(?P<fover>{_OVER})\s+|(?P<funder>{_UNDER})\s+|(?:{_ABOUT})\s+)*(?:{_FRACTION})\b"
    r"(?! of (?:them|these|which|its))"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """An area or a share at [start, end) of a text.

    Attributes
    ----------
    start, end : int
    value : float
        In square metres.
    tolerance : float
        Half of its last digit, or what a fraction in words leaves open; square metres.
    bound : str
        ``above``, ``below`` or empty.
    unit : str
        ``metres``, ``hectares``, ``kilometres``, ``percent``, ``fraction``, ``foreign``, ``broken`` or empty
        (a bare number).
    text : str
        As written.
    """

    start: int
    end: int
    value: float
    tolerance: float
    bound: str
    unit: str
    text: str

    def holds(self, area: float) -> bool:
        """Tell whether an area in square metres is as large as stated."""
        # Facts are rounded to 1,000 m², so a bound may be missed by half of it.
        if self.bound == "above":
            return area > self.value - 500
        if self.bound == "below":
            return area < self.value + 500
        return abs(area - self.value) <= self.tolerance


def amount_of(match: re.Match[str], start: int, text: str) -> Amount | None:
    """Return the amount that matched :data:`AMOUNT`, or None where it is a small bare whole number: a count.

    Parameters
    ----------
    match : re.Match
    start : int
        Where it begins.
    text : str
        What matched.
    """
    end = start + len(text)
    if match["number"] is None and match["broken"] is None:
        percent, tolerance = _percent(match)
        bound = "above" if match["fover"] else "below" if match["funder"] else ""
        one = PATCH_AREA / 100
        return Amount(start, end, percent * one, tolerance * one, bound, "fraction", text)
    bound = "above" if match["over"] else "below" if match["under"] else ""
    if match["broken"]:
        return Amount(start, end, -1, 0, bound, "broken", text)
    number = re.sub(rf"[,'’]|{_SPACE}", "", match["number"])
    decimals = len(number.partition(".")[2])
    unit = next((name for name in _UNITS if match[name]), "foreign" if match["foreign"] else "")
    factor = {"million": 1_000_000, "thousand": 1_000}.get(match["scale"] or "", 1)
    value = float(number) * factor
    if not unit and value < 1000 and not decimals:
        return None
    scale = _UNITS[unit][1] if unit in _UNITS else 1
    # Pixels of a percentage are counted, facts in square metres rounded to 1,000.
    slack = 0.5 * PATCH_AREA / 100 if unit == "percent" else 500 if scale > 1 or factor > 1 else 0
    tolerance = 0.5 * scale * factor * 10**-decimals if scale * factor > 1 or not unit else 0.5
    return Amount(start, end, value * scale, tolerance + slack, bound, unit, text)


def _percent(match):
    """Return the percentage that a share in words means, and what it leaves open."""
    if match["upper"]:
        lower = _LOWER[match["lower"]] if match["lower"] else _OUT_OF[match["outof"]]
        return 100 * _UPPER[match["upper"]] / lower, 3 if lower < 5 or match[
            "outof"
        ] else 2.5 if lower == 5 else 2
    place = next(i for i in range(len(_FRACTIONS)) if match[f"f{i}"])
    return list(_FRACTIONS.values())[place]


def unit_named(word: str) -> str:
    """Return the unit of areas that a word names, or an empty string."""
    return next(
        (name for name, (words, _) in _UNITS.items() if name != "percent" and re.fullmatch(words, word)), ""
    )


def in_unit(amount: Amount, unit: str) -> Amount:
    """Return a bare number as an amount of a unit, ``hectares`` or ``kilometres``."""
    scale = _UNITS[unit][1]
    value, tolerance = amount.value * scale, amount.tolerance * scale + 500
    return replace(amount, value=value, tolerance=tolerance, unit=unit)
