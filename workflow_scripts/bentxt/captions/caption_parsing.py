"""What a caption says: classes, areas, counts and borders, read from free text.

Written for captions of language models, whose wording is not known beforehand: it reads by vocabulary and
by position. A claim is read with the one class that it is said of only where its place leaves no doubt
(:attr:`Claim.certain`); elsewhere all classes of the sentence are candidates.
"""

import re
from dataclasses import dataclass

from bentxt.captions.phrases import NUMBERS
from bentxt.nomenclature import CLASSES, LEVEL_1_GROUPS

#: Ways to name each class, nomenclature order. Part of a long name is taken for the class.
_CLASS_FORMS = (
    r"urban fabrics?|urban areas?|built-up areas?",
    r"industrial(?: (?:or|and) commercial)? (?:units?|areas?|zones?|sites?)"
    r"|commercial(?: (?:or|and) industrial)? (?:units?|areas?|zones?|sites?)",
    r"arable lands?",
    r"permanent crops?",
    r"pasture ?lands?|pastures?",
    r"complex cultivation(?: patterns?)?",
    r"lands?(?: that (?:is|are)|,)? principally occupied by agriculture"
    r"(?:,? (?:with|and|featuring|including|containing) significant (?:areas?|portions?|parts?) of natural "
    r"vegetation)?",
    r"agro-?forestry(?: areas?)?",
    r"broad-?lea(?:ved|f)(?: (?:forests?|woodlands?))?",
    r"coniferous(?: (?:forests?|woodlands?))?",
    r"mixed (?:forests?|woodlands?)|mixed(?=,? (?:and|or) (?:broad|conif))",
    r"natural grasslands?(?:,? (?:and|or) sparsely vegetated areas?)?|sparsely vegetated areas?|grasslands?",
    r"(?:moors?|moorlands?|heathlands?)(?:(?:,|,? (?:and|or))? (?:heathlands?|moors?))?"
    r"(?:,? (?:and|or) sclerophyllous vegetation)?|sclerophyllous vegetation",
    r"transitional woodlands?(?:(?:,|,? (?:and|or)|/|-)? ?-?shrubs?(?:lands?)?)?|woodland-shrub|shrublands?",
    r"beach(?:es)?(?:(?:,|,? (?:and|or))? dunes?)?(?:(?:,|,? (?:and|or))? sands?)?|dunes?"
    r"|sandy areas?|sands?",
    r"inland wetlands?|inland(?=,? (?:and|or) coastal wetlands?)",
    r"coastal wetlands?|coastal(?=,? (?:and|or) inland wetlands?)",
    r"inland waters?(?: bod(?:y|ies))?|inland(?=,? (?:and|or) marine waters?)",
    r"marine waters?(?: bod(?:y|ies))?|marine(?=,? (?:and|or) inland waters?)",
)

#: Ways to name the general classes, in the order of ``LEVEL_1_GROUPS``.
_GROUP_FORMS = (
    r"artificial(?: (?:surfaces?|areas?))?|urban(?:i[sz]ed)?|built-up",
    r"agricultur(?:al|e)(?: (?:areas?|lands?|fields?))?|farmlands?|croplands?|cultivated",
    r"(?:forest(?:s|ed)?|wood(?:lands?|ed))(?:,? (?:and|or) semi-?natural areas?)?|semi-?natural(?: areas?)?",
    r"wetlands?",
    r"(?:bod(?:y|ies) of )?waters?(?: bod(?:y|ies))?|aquatic",
)

#: The classes of each general class.
GROUPS = tuple(frozenset(members) for members in LEVEL_1_GROUPS.values())

#: How all of these begin: tried first at every word, as literals are compared much faster than groups.
_BEGINNINGS = (
    "urb|built|ind|inl|com|ara|perm|past|land|agr|broad|conif|mixed|nat|spars|grass|moor|heath|scler|trans|wood"
    "|shrub|beach|dune|sand|coast|mar|artif|farm|crop|cultiv|forest|semi|wet|wat|bod|aqua"
)
_MENTION = re.compile(
    rf"\b(?={_BEGINNINGS})(?:"
    + "|".join(
        [f"(?P<c{i}>{form})" for i, form in enumerate(_CLASS_FORMS)]
        + [f"(?P<g{i}>{form})" for i, form in enumerate(_GROUP_FORMS)]
    )
    + r")\b"
)

_SENTENCE_END = re.compile(r'(?<=[.!?])["\')]*\s+(?=["\'(]*[A-Z])')

#: Square metres of a unit; percentages apart.
_UNITS = (
    (r"sqm|sq\.? ?m(?:et(?:er|re)s?)?|square[- ]met(?:er|re)s?|m²|m2\b|m\^2", 1),
    (r"hectares?|ha\b", 10_000),
    (r"square[- ]kilomet(?:er|re)s?|km²|km2\b|sq\.? ?km", 1_000_000),
)
_AREA = re.compile(
    r"(?<![\w.,])(?P<number>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?:\s*(?P<million>million))?\s*"
    rf"(?:(?P<percent>%|per ?cent\b)|(?P<metres>{_UNITS[0][0]})|(?P<hectares>{_UNITS[1][0]})"
    rf"|(?P<kilometres>{_UNITS[2][0]}))?"
)

_NOUN = (
    r"(?:areas?|regions?|parts?|patch(?:es)?|zones?|pieces?|segments?|sections?|stretch(?:es)?|clusters?|plots?"
    r"|portions?|parcels?|instances?|expanses?|ones?)"
)
_COUNT = re.compile(
    rf"\b(?={'|'.join(NUMBERS[1:])}|\d)(?P<number>{'|'.join(NUMBERS[1:])}|\d{{1,3}})\s+"
    rf"(?P<adjectives>(?:(?!and\b|or\b|to\b|with\b|main\b|broad\b|of\b|classes\b)[a-z-]+,?\s+){{0,3}}?){_NOUN}\b"
)

_ABOUT = (
    r"(?:(?:a|an|the|total|combined|area|areas|of|about|around|approximately|approx\.|roughly|nearly|almost|some|only"
    r"|just|estimated|less|than|under|below|up|to|each)\s+|[~≈(]\s*)*"
)
#: What may stand between a class and an area that is beyond doubt said of it.
_DIRECT_AREA = re.compile(
    r'["\']?\s*,?\s*(?:(?:which|that)\s+)?(?:also\s+)?'
    r"(?:(?:cover|span|extend|occupy|measur|total|compris|account|mak|tak|fill|stretch)"
    r"(?:s|es|ies|e|y|ing|ning|ling)?\s+(?:over\s+|across\s+|for\s+|up\s+)?|occupies\s+|with\s+|at\s+|over\s+)?"
    rf"{_ABOUT}$"
)
#: What may stand between an area and the class that it is said of, where the class comes after.
_AREA_OF = re.compile(r'\s*\)?\s+(?:of|(?:is|are) (?:covered|occupied) by|belongs? to)\s+(?:the\s+)?["\']?$')
#: What may stand between a class and the number of areas that it is split into.
_DIRECT_COUNT = re.compile(
    r'["\']?\s*(?:\([^)]*\)\s*)?,?\s*(?:(?:which|that|and)\s+)?(?:(?:is|are|being)\s+)?'
    r"(?:split|divided|distributed|spread|separated|dispersed|fragmented|scattered|falls?|falling|form(?:s|ing)?"
    r"|consist(?:s|ing)?|compris(?:es?|ing)|made up|composed|organi[sz]ed)"
    r"(?:\s+(?:into|over|across|among|between|in|of))?\s*$"
)
#: What joins a class to the classes that it is said to touch, and those to each other.
_BORDERS = re.compile(
    r'["\']?\s*(?:\([^)]*\))?\s*,?\s*(?:(?:which|that|and)\s+)?(?:(?:also|directly)\s+)?'
    r"(?:borders?|bordering|adjoins?|adjoining|touch(?:es|ing)?|meets?|abuts?"
    r"|(?:(?:is|are)\s+)?(?:directly\s+)?adjacent to"
    r"|(?:share|shares|sharing)\s+(?:a\s+|its\s+|their\s+)?borders?\s+with)\s+(?:both\s+)?(?:the\s+|an?\s+)?"
    r'["\']?$'
)
_AND = re.compile(
    r'["\']?\s*(?:\([^)]*\))?,?\s*(?:(?:and|as well as|along with)\s+)?(?:the\s+|an?\s+)?["\']?$'
)
#: What follows a class that opens a new clause: "… borders pastures, and mixed forest covers …".
_CLAUSE = re.compile(
    r'["\']?\s*(?:\([^)]*\)\s*)?(?:is|are|was|were|has|have|each|also|cover|form|consist|span|occup|border|adjoin|touch'
    r"|meet|share|extend|account|take|lie|dominate|make|compris)(?:s|es|y|ies)?\s"
)
#: Words that refer to a class without naming it: whose claim it is cannot be read by position.
_REFERS_BACK = re.compile(r"\b(?:former|latter|respectively|both|each|this|these|it|they)\b")


@dataclass(frozen=True, slots=True)
class Mention:
    """A class (0–18) or a general class (index of :data:`GROUPS`) named at [start, end) of a sentence."""

    start: int
    end: int
    index: int
    group: bool

    @property
    def classes(self) -> frozenset[int]:
        """Return the classes that it can stand for."""
        return GROUPS[self.index] if self.group else frozenset({self.index})


@dataclass(frozen=True, slots=True)
class Claim:
    """An area, a percentage or a number of areas that a sentence states.

    Attributes
    ----------
    kind : str
        ``area`` (m²), ``percent`` or ``count``.
    value, tolerance : float
        What is stated, and half of its last digit where it is stated in a coarser unit.
    mentions : tuple of Mention
        What it may be said of; empty if the sentence names nothing.
    certain : bool
        Whether the first of ``mentions`` is what it is said of.
    text : str
        As written.
    """

    kind: str
    value: float
    tolerance: float
    mentions: tuple[Mention, ...]
    certain: bool
    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its text in lower case, what it names, claims, and pairs of classes said to touch."""

    text: str
    mentions: tuple[Mention, ...]
    claims: tuple[Claim, ...]
    pairs: tuple[tuple[int, int], ...]


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a caption: split after ``.``, ``!`` or ``?`` before a capital letter."""
    return [part for part in _SENTENCE_END.split(text.strip()) if part]


def parse_sentence(text: str) -> Sentence:
    """Read one sentence.

    Parameters
    ----------
    text : str

    Returns
    -------
    Sentence
    """
    text = text.lower()
    mentions, outside, last = [], [], 0
    for match in _MENTION.finditer(text):
        kind, (start, end) = match.lastgroup or "", match.span()
        mentions.append(Mention(start, end, int(kind[1:]), kind[0] == "g"))
        outside += [text[last:start], "_" * (end - start)]
        last = end
    # Class names hold words such as "areas" and "units": nothing is read inside them.
    masked = "".join([*outside, text[last:]])
    named = tuple(m for m in mentions if not m.group) or tuple(mentions)
    claims = [*_areas(masked, mentions, named), *_counts(masked, mentions, named)]
    return Sentence(text, tuple(mentions), tuple(claims), tuple(_pairs(masked, mentions)))


def _areas(text, mentions, named):
    for match in _AREA.finditer(text):
        number = match["number"].replace(",", "")
        value = float(number)
        decimals = len(number.partition(".")[2])
        if match["percent"]:
            kind, scale = "percent", 1
        else:
            kind = "area"
            scale = 10_000 if match["hectares"] else 1_000_000 if match["kilometres"] else 1
            scale *= 1_000_000 if match["million"] else 1
            # A bare number is an area only if it is as large as one: counts are read elsewhere.
            if scale == 1 and not match["metres"] and value < 1000:
                continue
        tolerance = 0.5 * scale * 10**-decimals if scale > 1 or match["percent"] else 0.5
        owner = _owner(text, match, mentions, _DIRECT_AREA, _AREA_OF)
        yield Claim(
            kind, value * scale, tolerance, (owner,) if owner else named, bool(owner), match[0].strip()
        )


def _counts(text, mentions, named):
    for match in _COUNT.finditer(text):
        word = match["number"]
        value = NUMBERS.index(word) if word in NUMBERS else int(word)
        owner = None
        if not match["adjectives"] or re.fullmatch(
            r"(?:(?:individual|separate|distinct|different|disconnected)\s+)+",
            match["adjectives"],
        ):
            owner = _owner(text, match, mentions, _DIRECT_COUNT, None)
        yield Claim("count", value, 0, (owner,) if owner else named, bool(owner), match[0])


def _owner(text, match, mentions, before, after):
    """Return the mention that a number at ``match`` is beyond doubt said of, or None."""
    if after is not None:
        following = next((m for m in mentions if m.start >= match.end()), None)
        if following and after.fullmatch(text[match.end() : following.start]):
            return following
    preceding = [m for m in mentions if m.end <= match.start()]
    if preceding:
        between = text[preceding[-1].end : match.start()]
        joined = len(preceding) > 1 and _AND.fullmatch(text[preceding[-2].end : preceding[-1].start])
        # "Pastures and arable land cover 500,000 sqm": said of the two together, not of the last one.
        spoken = re.search(r"[a-z]", between) and "(" not in between and not between.startswith(",")
        if before.fullmatch(between) and not (joined and spoken) and not _REFERS_BACK.search(between):
            return preceding[-1]
    return None


def _pairs(text, mentions):
    for position, subject in enumerate(mentions[:-1]):
        before = subject
        for other in mentions[position + 1 :]:
            joint = _BORDERS if before is subject else _AND
            if not joint.fullmatch(text[before.end : other.start]):
                break
            if before is not subject and _CLAUSE.match(text[other.end :]):
                break
            if not (subject.group or other.group):
                yield subject.index, other.index
            before = other


def class_name(index: int) -> str:
    """Return a class's name for a finding."""
    return CLASSES[index].lower()
