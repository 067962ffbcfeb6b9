"""The automatic gate: is a caption well formed, true, complete and clean (Section 3.2 of the paper)?

It stands where the paper has people: four criteria, judged from the text and the attributes by rule. It
is strict rather than clever: what it cannot reconcile with the attributes is a finding, and the caption
falls back to an earlier version. It does not judge style, and it does not require that all borders and
numbers of areas are kept, only that those stated are true.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bentxt.captions.facts import MARGINAL
from bentxt.captions.parsing import GROUPS, class_name, parse_sentence, split_sentences
from bentxt.nomenclature import COUNTRIES, LEVEL_1_GROUPS, PATCH_AREA, PIXELS

#: The four criteria, as in the schema of augmented captions.
CRITERIA = ("linguistically_correct", "factually_accurate", "complete", "free_of_artifacts")

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

_PREFIX = re.compile(
    r"\W*(?:(?:refined |final |revised |rewritten |paraphrased |full )?"
    r"(?:output|caption|answer|description|note)\s*:|here(?: is|'s|’s)|sure\b|certainly\b|of course\b)"
)
#: What a model leaves in its answer, in lower case; the first two are the prompt's own terms to avoid.
_LEFTOVERS = (
    *("land cover", "land use", "output:", "caption:", "this caption", "refined caption", "as an ai"),
    *("the given description", "the provided description", "the original description", " i have ", " i've "),
    *(" i will ", "**", "```", "<", ">", "{", "}"),
)
#: Characters beyond ASCII that English typography uses.
_TYPOGRAPHY = frozenset("‘’“”–—…²≈°×")
_QUOTED = re.compile(r'"([^"]*)"|“([^”]*)”')

_A_VOWEL = re.compile(r"\ba (?=[aeio](?!ne\b|nce\b|uro))")
_AN_CONSONANT = re.compile(r"\ban (?=[bcdfgjklmnpqrstvwxyz](?!our\b))")
_STRAY_SPACE = re.compile(r" [ ,.;](?!\d)")
_MINIMUM_WORDS = 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """The four criteria of one caption, and why they fail.

    Attributes
    ----------
    linguistically_correct, factually_accurate, complete, free_of_artifacts : bool
    findings : tuple of str
        One phrase for each objection.
    """

    linguistically_correct: bool
    factually_accurate: bool
    complete: bool
    free_of_artifacts: bool
    findings: tuple

    @property
    def passed(self):
        """Whether all four hold."""
        return all(getattr(self, name) for name in CRITERIA)


def check_caption(text, facts):
    """Check a caption against the attributes of its patch.

    Parameters
    ----------
    text : str
        The caption.
    facts : CaptionFacts

    Returns
    -------
    Verdict
    """
    if not text.strip():
        return Verdict(False, False, False, False, ("empty",))
    # The name of the climate zone holds a season's name: it is set aside before the rest is read.
    rest, zones = _zone(facts.climate_zone).subn("[zone]", text)
    parts = split_sentences(rest)
    sentences = [parse_sentence(part) for part in parts]
    rest = rest.lower()
    place = _Place(rest)
    language = list(_language(text.strip(), parts))
    errors = [
        *false_areas(sentences, facts),
        *_false_counts(sentences, facts),
        *_false_borders(sentences, facts),
        *absent_classes(sentences, facts),
        *_contradictions(place, facts),
    ]
    missing = [*_missing_place(place, zones, facts), *_missing_classes(sentences, facts)]
    artifacts = list(_artifacts(text, rest))
    found = tuple(dict.fromkeys([*language, *errors, *missing, *artifacts]))
    return Verdict(not language, not errors, not missing, not artifacts, found)


@lru_cache(64)
def _zone(name):
    return re.compile(rf'["“”]?\b{re.escape(name)}\b["“”]?', re.IGNORECASE)


# Language


def _language(text, sentences):
    if not re.match(r'["“(]?[A-Z0-9]', text):
        yield "does not begin with a capital letter"
    if not re.search(r'[.!?]["”)]*$', text):
        yield "does not end with a full stop"
    words = text.lower().split()
    if len(words) < _MINIMUM_WORDS:
        yield "too short"
    if len({sentence.lower() for sentence in sentences}) < len(sentences):
        yield "a sentence is repeated"
    for one, other in pairwise(words):
        if one == other:
            yield f"doubled word {one!r}"
    for left, right in ("()", "[]"):
        if text.count(left) != text.count(right):
            yield f"unbalanced {left}{right}"
    if text.count('"') % 2:
        yield "unbalanced quotation marks"
    lower = text.lower()
    for pattern, article in ((_A_VOWEL, "a"), (_AN_CONSONANT, "an")):
        if match := pattern.search(lower):
            yield f"article: {article} {lower[match.end() :].split()[0]}"
    if _STRAY_SPACE.search(text):
        yield "stray space"


# Facts


def absent_classes(sentences, facts):
    """Yield a finding for each class or general class that is named but not there.

    Parameters
    ----------
    sentences : list of bentxt.captions.parsing.Sentence
    facts : CaptionFacts
    """
    present = {c.index for c in facts.classes}
    for sentence in sentences:
        for mention in sentence.mentions:
            if not mention.classes & present:
                name = (
                    list(LEVEL_1_GROUPS)[mention.index].lower()
                    if mention.group
                    else class_name(mention.index)
                )
                yield f"not in the image: {name}"


def false_areas(sentences, facts):
    """Yield a finding for each area or percentage that no class it may be said of has.

    Parameters
    ----------
    sentences : list of bentxt.captions.parsing.Sentence
    facts : CaptionFacts
    """
    yield from _false_claims(sentences, facts, {"area": _area_holds, "percent": _percent_holds})


def _false_counts(sentences, facts):
    yield from _false_claims(sentences, facts, {"count": _count_holds})


def _false_claims(sentences, facts, holds):
    present = {c.index: c for c in facts.classes}
    for sentence in sentences:
        for claim in sentence.claims:
            if claim.kind not in holds:
                continue
            named = [present[i] for m in claim.mentions for i in m.classes if i in present]
            # A sentence that names no class, as "It covers ...", may speak of any.
            if not holds[claim.kind](claim, named or list(facts.classes), facts):
                subject = f" of {class_name(named[0].index)}" if claim.certain and len(named) == 1 else ""
                yield f"{claim.kind}{subject}: {claim.text}"


def _false_borders(sentences, facts):
    present = {c.index for c in facts.classes}
    touching = {frozenset((first, other)) for first, others in facts.borders for other in others}
    for sentence in sentences:
        for first, second in sentence.pairs:
            if {first, second} <= present and frozenset((first, second)) not in touching:
                yield f"border: {class_name(first)} and {class_name(second)}"


def _marginal_somewhere(named):
    return any(c.tier == MARGINAL or c.marginal for c in named)


def _area_holds(claim, named, facts):
    def near(value):
        return abs(value - claim.value) <= claim.tolerance

    if near(facts.marginal_area) and _marginal_somewhere(named):
        return True
    if near(PATCH_AREA):
        return not claim.certain or any(near(c.area) for c in named)
    if any(near(size) for c in named for size in (c.area, *c.large, *c.smaller)):
        return True
    # A general class, or several classes together, may come with the sum.
    together = not claim.certain or claim.mentions[0].group
    return together and any(map(near, _sums(c.area for c in named)))


def _percent_holds(claim, named, facts):
    if claim.value == facts.marginal_share:
        return _marginal_somewhere(named)
    tolerance = claim.tolerance + 0.5
    return any(
        abs(100 * pixels / PIXELS - claim.value) <= tolerance for pixels in _sums(c.pixels for c in named)
    )


def _sums(values):
    """Return the sums of all choices of one value or more."""
    sums = set()
    for value in values:
        sums |= {value, *(value + other for other in sums)}
    return sums


def _count_holds(claim, named, facts):
    if claim.certain:
        return any(c.count == claim.value for c in named)
    # "one smaller area and two marginal ones" may stand for any of the tiers, or for classes as areas.
    if claim.value in (1, len(facts.classes)):
        return True
    marginal = "marginal" in claim.text
    return any(
        claim.value == c.marginal
        if marginal
        else claim.value
        in (
            c.count,
            len(c.large),
            len(c.smaller),
            c.marginal,
            len(c.smaller) + c.marginal,
            len(c.large) + len(c.smaller),
        )
        for c in named
    )


class _Place:
    """What a caption (in lower case, its climate zone set aside) says of country, season and climate."""

    def __init__(self, text):
        self.phrases = []
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


def _contradictions(place, facts):
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


def _missing_place(place, zones, facts):
    if facts.country not in place.countries:
        yield "country is missing"
    if facts.season not in place.seasons:
        yield "season is missing"
    if not zones:
        yield "climate zone is missing"


def _missing_classes(sentences, facts):
    mentions = [mention for sentence in sentences for mention in sentence.mentions]
    named = {mention.index for mention in mentions if not mention.group}
    grouped = {mention.index for mention in mentions if mention.group}
    claims = [claim for sentence in sentences for claim in sentence.claims]
    areas = [claim for claim in claims if claim.kind == "area"]
    percentages = [claim for claim in claims if claim.kind == "percent"]
    present = {c.index for c in facts.classes}
    for c in facts.classes:
        if c.index not in named:
            group = next(i for i, members in enumerate(GROUPS) if c.index in members)
            # Classes may be put together under their general class, but all of it or none.
            members = GROUPS[group] & present
            if len(members) < 2 or members & named or group not in grouped:
                yield f"class is missing: {class_name(c.index)}"
        elif c.tier != MARGINAL and not (
            any(abs(a.value - c.area) <= a.tolerance for a in areas)
            or any(abs(p.value - 100 * c.pixels / PIXELS) <= p.tolerance + 0.5 for p in percentages)
        ):
            yield f"area is missing: {class_name(c.index)}"


# Artifacts


def _artifacts(text, rest):
    lower = text.strip().lower()
    if match := _PREFIX.match(lower):
        yield f"prefix: {match[0].strip()}"
    for leftover in _LEFTOVERS:
        if leftover in lower:
            yield f"left over: {leftover.strip()}"
    if "\n" in lower:
        yield "left over: line break"
    if lower.startswith(("#", "- ", "* ")):
        yield f"left over: {lower[0]}"
    if not text.isascii():
        foreign = {character for character in text if not character.isascii()} - _TYPOGRAPHY
        if foreign:
            yield f"characters: {' '.join(sorted(foreign))}"
    for match in _QUOTED.finditer(rest):
        inside = (match[1] or match[2] or "").strip(" .,")
        if parse_sentence(inside).mentions:
            yield f"quotation marks: {inside}"
