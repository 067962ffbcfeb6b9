"""The automatic gate: is a caption well formed, true, complete and clean (Section 3.1 of the paper)?

It stands where the paper has people: four criteria, judged from the text and the attributes by rule. It
is strict rather than clever: what it cannot reconcile with the attributes is a finding, and the caption
falls back to an earlier version. It does not judge style, and it does not require that all borders and
numbers of areas are kept, only that those stated are true.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bentxt.captions.caption_facts import MARGINAL, CaptionFacts
from bentxt.captions.caption_parsing import GROUPS, class_name, parse_sentence, split_sentences
from bentxt.captions.claims import absent_classes, false_areas, false_borders, false_counts
from bentxt.captions.place_words import Place, contradictions, missing_place
from bentxt.nomenclature import PIXELS

#: The four criteria, as in the schema of augmented captions.
CRITERIA = ("linguistically_correct", "factually_accurate", "complete", "free_of_artifacts")
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
class Strictness:
    """What the check demands, from the config's ``caption_check``.

    Attributes
    ----------
    borders, counts : bool
        Whether a complete caption states every border, and how many areas each class of several has.
    words : tuple of str
        Words that are no invented things, besides those that the check knows.
    """

    borders: bool
    counts: bool
    words: tuple


@dataclass(frozen=True, slots=True)
class Finding:
    """One objection to a caption.

    Attributes
    ----------
    criterion : str
        One of :data:`CRITERIA`.
    kind : str
        Short and stable, as ``missing class`` or ``false border``.
    message : str
        One plain phrase with the fact.
    start, stop : int or None
        The place in the caption's text; None for what is missing.
    """

    criterion: str
    kind: str
    message: str
    start: int | None = None
    stop: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one caption by the four criteria.

    Attributes
    ----------
    findings : tuple of Finding
    """

    findings: tuple[Finding, ...]

    def _holds(self, criterion):
        return all(finding.criterion != criterion for finding in self.findings)

    @property
    def linguistically_correct(self) -> bool:
        """Whether it is correct English."""
        return self._holds("linguistically_correct")

    @property
    def factually_accurate(self) -> bool:
        """Whether all that it states is true."""
        return self._holds("factually_accurate")

    @property
    def complete(self) -> bool:
        """Whether nothing is missing that the strictness demands."""
        return self._holds("complete")

    @property
    def free_of_artifacts(self) -> bool:
        """Whether nothing but the caption is left of the generation."""
        return self._holds("free_of_artifacts")

    @property
    def passed(self) -> bool:
        """Whether all four hold."""
        return not self.findings


def check_caption(text: str, facts: CaptionFacts, strictness: Strictness) -> Verdict:
    """Check a caption against the attributes of its patch.

    Parameters
    ----------
    text : str
        The caption.
    facts : CaptionFacts
    strictness : Strictness

    Returns
    -------
    Verdict
    """
    if not text.strip():
        return Verdict(tuple(Finding(criterion, "empty", "empty") for criterion in CRITERIA))
    # The name of the climate zone holds a season's name: it is set aside before the rest is read.
    rest, zones = _zone(facts.climate_zone).subn("[zone]", text)
    parts = split_sentences(rest)
    sentences = [parse_sentence(part) for part in parts]
    rest = rest.lower()
    place = Place(rest)
    errors = [
        *false_areas(sentences, facts),
        *false_counts(sentences, facts),
        *false_borders(sentences, facts),
        *absent_classes(sentences, facts),
        *contradictions(place, facts),
    ]
    missing = [*missing_place(place, zones, facts), *_missing_classes(sentences, facts)]
    found = (list(_language(text.strip(), parts)), errors, missing, list(_artifacts(text, rest)))
    return Verdict(
        tuple(
            Finding(criterion, message.partition(":")[0], message)
            for criterion, messages in zip(CRITERIA, found, strict=True)
            for message in dict.fromkeys(messages)
        )
    )


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
