"""The automatic gate: is a caption well formed, true, complete and clean (Section 3.2 of the paper)?

It stands where the paper has people: four criteria, judged from the text and the attributes by rule. It
is strict rather than clever: what it cannot reconcile with the attributes is a finding, and the caption
falls back to an earlier version. It does not judge style, and it does not require that all borders and
numbers of areas are kept, only that those stated are true.
"""

import re
from dataclasses import dataclass

from bentxt.captions.facts import MARGINAL
from bentxt.captions.parsing import GROUPS, class_name, parse_sentence, split_sentences
from bentxt.nomenclature import CLASSES, COUNTRIES, LEVEL_1_GROUPS, PATCH_AREA, PIXELS

#: The four criteria, as in the schema of augmented captions.
CRITERIA = ("linguistically_correct", "factually_accurate", "complete", "free_of_artifacts")

_DEMONYMS = {
    "Austria": "Austrian",
    "Belgium": "Belgian",
    "Finland": "Finnish",
    "Ireland": "Irish",
    "Kosovo": "Kosov[ao][nr]",
    "Lithuania": "Lithuanian",
    "Luxembourg": "Luxembourgish",
    "Portugal": "Portuguese",
    "Serbia": "Serbian",
    "Switzerland": "Swiss",
}
_COUNTRY = re.compile(
    r"\b(?:" + "|".join(f"(?P<{name}>{name}|{_DEMONYMS[name]})" for name in COUNTRIES) + r")\b", re.IGNORECASE
)
_OTHER_COUNTRY = re.compile(
    r"\b(?:Germany|France|Italy|Spain|Poland|Sweden|Norway|Denmark|Estonia|Latvia|Netherlands|Greece"
    r"|Croatia|Bosnia|Albania|Slovenia|Slovakia|Hungary|Romania|Bulgaria|Ukraine|Russia|Turkey|Montenegro"
    r"|(?:North )?Macedonia|United Kingdom|England|Scotland|Wales)\b"
)
# "Pastures fall into two parts" is no season.
_SEASON = re.compile(
    r"\b(?:(?P<spring>spring)|(?P<summer>summer)|(?P<winter>winter|wintry)"
    r"|(?P<fall>autumn|fall(?!\s+(?:into|in two|under|within|across|over|below))))(?:time|al|y)?\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:January|February|April|June|July|August|September|October|November|December|20\d\d)\b"
)
_CLIMATE_PHRASE = re.compile(
    r"\b(?:no dry season|without (?:a )?dry season|dry (?:summer|winter)"
    r"|(?:hot|warm|cold|very cold) (?:summer|winter))s?\b",
    re.IGNORECASE,
)
_CLIMATE_WORD = re.compile(
    r"\b(?:tropical|subtropical|arid|temperate|polar|tundra|desert|steppe|savannah|monsoon|mediterranean|continental"
    r"|boreal|oceanic|humid)\b",
    re.IGNORECASE,
)

#: Things no attribute tells of, and the classes whose presence makes the word harmless.
_INVENTED = re.compile(
    r"\b(?:rivers?|lakes?|streams?|ponds?|lagoons?|roads?|highways?|railways?|buildings?|houses?|cit(?:y|ies)|towns?"
    r"|villages?|mountain(?:s|ous)?|hill(?:s|y)|valleys?|vineyards?|olives?|orchards?|rice|wheat|maize|livestock"
    r"|cattle|snow(?:y)?|clouds?|cloudy|bridges?|airports?|harbou?rs?|islands?|glaciers?"
    r"|(?P<marine>seas?|oceans?|coast(?:s|line)?|shoreline))\b",
    re.IGNORECASE,
)
_MARINE_CLASSES = {14, 16, 18}

_PREFIX = re.compile(
    r"^\W*(?:(?:refined |final |revised |rewritten |paraphrased |full )?"
    r"(?:output|caption|answer|description|note)\s*:|here(?: is|'s|’s)|sure\b|certainly\b|of course\b)",
    re.IGNORECASE,
)
_LEFTOVER = re.compile(
    r"\boutput:|\bcaption:|<[^>]*>|\*\*|```|^#|\n|\{|\}|\bas an ai\b"
    r"|\bthe (?:given|provided|original) (?:description|caption)"
    r"|\bthis caption\b|\brefined caption\b|\bI(?:'ve| have| will)\b|\bland (?:cover|use)\b",
    re.IGNORECASE,
)
#: Characters beyond ASCII that English typography uses.
_TYPOGRAPHY = set("‘’“”–—…²≈°×")
_QUOTED = re.compile(r'"([^"]*)"|“([^”]*)”')

_A_VOWEL = re.compile(r"\ba (?=[aeio](?!ne\b|nce\b|uro))", re.IGNORECASE)
_AN_CONSONANT = re.compile(r"\ban (?=[bcdfgjklmnpqrstvwxyz](?!our\b))", re.IGNORECASE)
_DOUBLED = re.compile(r"\b([a-z]+) \1\b", re.IGNORECASE)
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
    zone = re.compile(rf'["“”]?\b{re.escape(facts.climate_zone)}\b["“”]?', re.IGNORECASE)
    rest, zones = zone.subn("[zone]", text)
    sentences = [parse_sentence(sentence) for sentence in split_sentences(rest)]
    language = list(_language(text))
    errors = [*_claims(sentences, facts), *_classes(sentences, facts), *_place_and_time(rest, facts)]
    missing = list(_missing(rest, zones, sentences, facts))
    artifacts = list(_artifacts(text, rest))
    found = tuple(dict.fromkeys([*language, *errors, *missing, *artifacts]))
    return Verdict(not language, not errors, not missing, not artifacts, found)


# Language


def _language(text):
    text = text.strip()
    sentences = split_sentences(text)
    if not re.match(r'["“(]?[A-Z0-9]', text):
        yield "does not begin with a capital letter"
    if not re.search(r'[.!?]["”)]*$', text):
        yield "does not end with a full stop"
    if len(text.split()) < _MINIMUM_WORDS:
        yield "too short"
    if len({sentence.lower() for sentence in sentences}) < len(sentences):
        yield "a sentence is repeated"
    if doubled := _DOUBLED.search(text):
        yield f"doubled word {doubled[1]!r}"
    for left, right in ("()", "[]"):
        if text.count(left) != text.count(right):
            yield f"unbalanced {left}{right}"
    if text.count('"') % 2:
        yield "unbalanced quotation marks"
    for pattern, article in ((_A_VOWEL, "a"), (_AN_CONSONANT, "an")):
        if match := pattern.search(text):
            yield f"article: {article} {text[match.end() :].split()[0]}"
    if re.search(r"[^\S\n]{2,}|\s[,.;](?!\d)", text):
        yield "stray space"


# Facts


def _classes(sentences, facts):
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
        for invented in _INVENTED.finditer(sentence.text):
            if not (invented["marine"] and present & _MARINE_CLASSES):
                yield f"assumption: {invented[0].lower()}"


def _claims(sentences, facts):
    present = {c.index: c for c in facts.classes}
    touching = {frozenset((first, other)) for first, others in facts.borders for other in others}
    for sentence in sentences:
        for claim in sentence.claims:
            named = [present[i] for m in claim.mentions for i in m.classes if i in present]
            holds = {"area": _area_holds, "percent": _percent_holds, "count": _count_holds}[claim.kind]
            # A sentence that names no class, as "It covers ...", may speak of any.
            if not holds(claim, named or list(facts.classes), facts):
                subject = f" of {class_name(named[0].index)}" if claim.certain and len(named) == 1 else ""
                yield f"{claim.kind}{subject}: {claim.text}"
        for first, second in sentence.pairs:
            if {first, second} <= present.keys() and frozenset((first, second)) not in touching:
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
    marginal = re.search(r"\bmarginal\b", claim.text, re.IGNORECASE)
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


def _place_and_time(rest, facts):
    for match in _COUNTRY.finditer(rest):
        if match.lastgroup != facts.country:
            yield f"country: {match[0]}"
    for match in _OTHER_COUNTRY.finditer(rest):
        yield f"country: {match[0]}"
    for match in _CLIMATE_PHRASE.finditer(rest):
        if match[0].lower() not in facts.climate_zone:
            yield f"climate: {match[0]}"
    for match in _CLIMATE_WORD.finditer(rest):
        if match[0].lower() not in facts.climate_zone:
            yield f"climate: {match[0]}"
    for match in _SEASON.finditer(_CLIMATE_PHRASE.sub("", rest)):
        if match.lastgroup != facts.season:
            yield f"season: {match[0]}"
    for match in _DATE.finditer(rest):
        yield f"assumption: {match[0]}"


# Completeness


def _missing(rest, zones, sentences, facts):
    if not any(m.lastgroup == facts.country for m in _COUNTRY.finditer(rest)):
        yield "country is missing"
    if not any(m.lastgroup == facts.season for m in _SEASON.finditer(_CLIMATE_PHRASE.sub("", rest))):
        yield "season is missing"
    if not zones:
        yield "climate zone is missing"
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
    if match := _PREFIX.match(text):
        yield f"prefix: {match[0].strip()}"
    for match in _LEFTOVER.finditer(text.strip()):
        yield f"left over: {match[0].strip() or 'line break'}"
    foreign = {character for character in text if not character.isascii()} - _TYPOGRAPHY
    if foreign:
        yield f"characters: {' '.join(sorted(foreign))}"
    for match in _QUOTED.finditer(rest):
        inside = (match[1] or match[2] or "").strip(" .,").lower()
        if inside in _OFFICIAL or parse_sentence(inside).mentions:
            yield f"quotation marks: {inside}"


_OFFICIAL = {name.lower() for name in CLASSES}
