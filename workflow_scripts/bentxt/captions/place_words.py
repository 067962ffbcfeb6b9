"""What a caption says of country, season and climate, and what it must not invent."""

import re
from collections.abc import Iterator

from bentxt.captions.caption_facts import CaptionFacts
from bentxt.nomenclature import COUNTRIES

#: Words that name a country; the other countries are those that a caption of Europe may go astray to.
_COUNTRY_WORDS = {
    word: country
    for country, words in zip(
        COUNTRIES,
        (
            "austria austrian",
            "belgium belgian",
            "finland finnish",
            "ireland irish",
            "kosovo kosovar kosovan",
            "lithuania lithuanian",
            "luxembourg luxembourgish",
            "portugal portuguese",
            "serbia serbian",
            "switzerland swiss",
        ),
        strict=True,
    )
    for word in words.split()
}
_OTHER_COUNTRIES = """
germany france italy spain poland sweden norway denmark estonia latvia netherlands greece croatia bosnia
albania slovenia slovakia hungary romania bulgaria ukraine russia turkey montenegro macedonia england
scotland wales
"""
_COUNTRY_WORDS |= dict.fromkeys(_OTHER_COUNTRIES.split(), "another")
_SEASON_WORDS = {
    word: season
    for season, words in (
        ("spring", "spring springtime"),
        ("summer", "summer summertime"),
        ("fall", "fall autumn autumnal"),
        ("winter", "winter wintertime wintry"),
    )
    for word in words.split()
}
_FALL_VERB = re.compile(r"\bfall(?=\s+(?:into|in two|under|within|across|over|below)\b)")
_CLIMATE_PHRASE = re.compile(
    r"\b(?:no dry season|without (?:a )?dry season|dry (?:summer|winter)"
    r"|(?:hot|warm|cold|very cold) (?:summer|winter))s?\b"
)
_CLIMATES = """
tropical subtropical arid temperate polar tundra desert steppe savannah monsoon mediterranean continental
boreal oceanic humid
"""
_CLIMATE_WORDS = frozenset(_CLIMATES.split())

#: Things that no attribute tells of. The months are those whose names are no other word.
_INVENTED = """
river lake stream pond lagoon road highway railway building house city cities town village mountain
mountainous hill hilly valley vineyard olive orchard rice wheat maize livestock cattle snow snowy cloud
cloudy bridge airport harbor harbour island glacier sea ocean coast coastline shoreline january february
april june july august september october november december
"""
_INVENTED_WORDS = frozenset(_INVENTED.split())
_BY_THE_SEA = frozenset({"sea", "ocean", "coast", "coastline", "shoreline"})
_MARINE_CLASSES = frozenset({14, 16, 18})
_WORD = re.compile(r"[a-z]+")


class Place:
    """What a caption (in lower case, its climate zone set aside) says of country, season and climate."""

    def __init__(self, text: str) -> None:
        self.phrases: list[str] = []
        words = set(_WORD.findall(text))
        if not words.isdisjoint(("dry", "hot", "warm", "cold")):
            # Their summers and winters are no season of the image.
            self.phrases = _CLIMATE_PHRASE.findall(text)
            text = _CLIMATE_PHRASE.sub("", text)
        # "Pastures fall into two parts" is no season either.
        if "fall" in words:
            text = _FALL_VERB.sub("", text)
        self.words = set(_WORD.findall(text))
        self.year = re.search(r"\b20\d\d\b", text)
        self.countries = {_COUNTRY_WORDS[word] for word in self.words & _COUNTRY_WORDS.keys()}
        self.seasons = {_SEASON_WORDS[word] for word in self.words & _SEASON_WORDS.keys()}


def contradictions(place: Place, facts: CaptionFacts) -> Iterator[str]:
    """Yield a finding for each country, season, climate or invented thing that the attributes refute."""
    for word in sorted(place.words & _COUNTRY_WORDS.keys()):
        if _COUNTRY_WORDS[word] != facts.country:
            yield f"country: {word}"
    for word in sorted(place.words & _SEASON_WORDS.keys()):
        if _SEASON_WORDS[word] != facts.season:
            yield f"season: {word}"
    for phrase in (*place.phrases, *sorted(place.words & _CLIMATE_WORDS)):
        if phrase not in facts.climate_zone:
            yield f"climate: {phrase}"
    harmless = _BY_THE_SEA if _MARINE_CLASSES & {c.index for c in facts.classes} else ()
    for word in sorted(place.words):
        if (word in _INVENTED_WORDS or word.removesuffix("s") in _INVENTED_WORDS) and word not in harmless:
            yield f"assumption: {word}"
    if place.year:
        yield f"assumption: {place.year[0]}"


# Completeness
def missing_place(place: Place, zones: int, facts: CaptionFacts) -> Iterator[str]:
    """Yield a finding if country, season or climate zone is not there; ``zones`` counts the zone's name."""
    if facts.country not in place.countries:
        yield "country is missing"
    if facts.season not in place.seasons:
        yield "season is missing"
    if not zones:
        yield "climate zone is missing"
