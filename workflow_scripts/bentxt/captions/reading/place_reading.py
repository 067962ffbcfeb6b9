"""What a caption says of country, season and climate."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bentxt.nomenclature import COUNTRIES

_NATIVES = (
    "austria austrian",
    "belgium belgian flemish walloon",
    "finland finnish",
    "ireland irish",
    "kosovo kosovar kosovan",
    "lithuania lithuanian",
    "luxembourg luxembourgish luxembourger",
    "portugal portuguese",
    "serbia serbian",
    "switzerland swiss",
)
#: Words that name a country; the other countries are those that a caption of Europe may go astray to.
_COUNTRY_WORDS = {
    word: country for country, words in zip(COUNTRIES, _NATIVES, strict=True) for word in words.split()
}
_OTHER_COUNTRIES = """
germany german france french italy italian spain spanish poland polish sweden swedish norway norwegian
denmark danish estonia estonian latvia latvian netherlands dutch greece greek croatia croatian bosnia
bosnian albania albanian slovenia slovenian slovakia slovak hungary hungarian romania romanian bulgaria
bulgarian ukraine ukrainian russia russian turkey turkish montenegro montenegrin macedonia macedonian
england english scotland scottish wales welsh britain british iceland icelandic czechia czech belarus
belarusian moldova cyprus malta liechtenstein monaco andorra china chinese india indian america american
canada canadian brazil brazilian australia australian japan japanese europe european scandinavia
scandinavian baltic balkan balkans iberian iberia alpine nordic
"""
_COUNTRY_WORDS |= dict.fromkeys(_OTHER_COUNTRIES.split(), "another")
_SEASON_WORDS = {
    word: season
    for season, words in (
        ("spring", "spring springtime vernal"),
        ("summer", "summer summertime midsummer summery"),
        ("fall", "fall autumn autumnal fall-season"),
        ("winter", "winter wintertime wintry midwinter"),
    )
    for word in words.split()
}
_WORD = re.compile(r"[a-z]+")
_FALL_VERB = re.compile(
    r"(?<!in )(?<!during )(?<!the )(?<!this )(?<!a )\bfalls?"
    r"(?=\s+(?:to|behind|outside|on|into|in two|in three|in four|under|within|across|over|below|well|far"
    r"|short|just|apart|inside|among|between))"
)
_CLIMATE_PHRASE = re.compile(
    r"\b(?:no dry season|without (?:a )?dry season|dry (?:summer|winter|season)|wet (?:summer|winter)"
    r"|(?:hot|warm|cold|mild|cool|very cold) (?:and \w+ )?(?:summer|winter))s?\b"
)
_CLIMATES = """
tropical subtropical arid temperate polar tundra desert steppe savannah monsoon mediterranean continental
boreal oceanic maritime humid
"""
_CLIMATE_WORDS = frozenset(_CLIMATES.split())


@dataclass(frozen=True, slots=True)
class PlaceWord:
    """A word on country, season or climate at [start, end) of the text, and what it stands for."""

    kind: str
    value: str
    start: int
    end: int
    text: str


def read_place(text: str) -> Iterator[PlaceWord]:
    """Yield the words on country, season and climate.

    Parameters
    ----------
    text : str
        In lower case, the names of climate zones blanked out.

    Yields
    ------
    PlaceWord
    """
    for match in _CLIMATE_PHRASE.finditer(text):
        # Their summers and winters are no season of the image.
        yield PlaceWord("climate", match[0], *match.span(), match[0])
        text = f"{text[: match.start()]}{' ' * len(match[0])}{text[match.end() :]}"
    text = _FALL_VERB.sub(lambda match: " " * len(match[0]), text)
    for match in _WORD.finditer(text):
        word = match[0]
        if word in _COUNTRY_WORDS:
            yield PlaceWord("country", _COUNTRY_WORDS[word], *match.span(), word)
        elif word in _SEASON_WORDS:
            yield PlaceWord("season", _SEASON_WORDS[word], *match.span(), word)
        elif word in _CLIMATE_WORDS:
            yield PlaceWord("climate", word, *match.span(), word)
