"""What a sentence says of the order and the share of classes without a number."""

import re
from collections.abc import Iterator

from bentxt.captions.reading.class_names import Mention
from bentxt.captions.reading.statements import EVERYTHING, RankClaim

_ARTICLES = (
    r"(?:(?:the|a|an|some|vast|large|extensive|expansive|broad|wide|continuous|contiguous|this"
    r"|these|of|both|area"
    r"|expanse) )*"
)
#: A class, at most three in a pattern.
_C, _D, _E = (rf"{_ARTICLES}(?P<{name}>§·*)" for name in "cde")
_S = (
    r"(?:(?:visible|satellite|shown|depicted|total|given|observed|captured|mapped|spring|summer"
    r"|autumn|fall|winter) )*"
    r"(?:image|scene|view|picture|landscape|frame|tile|patch|area(?: shown)?|territory|terrain"
    r"|setting|region|surface"
    r"|photograph|extent|land)"
)
_FEATURE = (
    r"(?:class|feature|element|type|component|category|share|part|portion|presence|unit|area|one"
    r"|constituent)s?"
)
_TOP = (
    r"(?:(?:by far|clearly|single|overall|most) )*(?:largest|biggest|most extensive|most widespread"
    r"|most dominant|dominant"
    r"|predominant|prevailing|leading|most prominent|primary|main|chief|principal|greatest|foremost)"
)
_BE = r"(?:is|are|being|remains?|was|were|consists? of|belongs? to|goes to|turns out to be)"
_BRACKET = r"(?: ?\([^)]*\))?"
_WHOLE = r"(?:whole|entire|complete|full|totality of the|entirety of the)"
_FULLY = r"(?:entirely|fully|completely|wholly|exclusively|solely|totally|only|purely|uniformly)"
_COVERED = (
    r"(?:covered|dominated|occupied|filled|taken up|made up|composed|comprised|characterized|formed"
    r"|blanketed)"
)
_FILL = (
    r"(?:covers?|covering|fills?|filling|occup(?:y|ies|ying)|takes? up|taking up|blankets?|spans?"
    r"|spanning|makes? up)"
)
_PATTERNS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            "second",
            rf"{_C}{_BRACKET}(?:,? (?:is|are|being|as|comes?|ranks?|forms?|follows? as))? (?:the )?"
            r"second(?:[- ](?:largest|most))?\b(?! of)",
        ),
        ("second", rf"second[- ](?:largest|most \w+) {_FEATURE} (?:of the {_S} )?(?:is|are) {_C}"),
        (
            "largest",
            rf"(?<!second )(?<!second-)(?<!one of the )(?<!no ){_TOP} {_FEATURE}(?: (?:of|in) "
            rf"(?:the|this) {_S})?,? {_BE}(?: clearly| by far)? {_C}",
        ),
        (
            "largest",
            rf"{_C}{_BRACKET},? (?:(?:is|are|being|as|forms?|forming|constitutes?|represents?"
            rf"|remains?)(?: by far| clearly)? )?the {_TOP} {_FEATURE}\b",
        ),
        (
            "largest",
            rf"{_C}{_BRACKET},? (?:(?:is|are) (?:by far |clearly )?the (?:largest|biggest|most extensive)"
            r"|(?:clearly |strongly |largely )?(?:dominates?|prevails?|predominates?)|leads?"
            r"|ranks? first|comes? first)\b(?! (?:of|areas?|one)\b)",
        ),
        (
            "largest",
            r"\b(?<!not )(?:dominated|characteri[sz]ed mainly|covered (?:primarily"
            rf"|mainly|mostly)|(?:primarily|mainly|mostly|predominantly) (?:covered|occupied)) by {_C}",
        ),
        (
            "largest",
            r"\b(?:consists?|composed|made up|comprised) (?:mainly|mostly|primarily|predominantly"
            rf"|largely) of {_C}",
        ),
        (
            "largest",
            rf"largest (?:share|part|portion) of (?:the|this) {_S}(?: \w+ \w+)? (?:is|are|belongs?)"
            rf"(?: (?:occupied|covered|taken up) by| to)? {_C}",
        ),
        (
            "largest",
            r"\b(?:is|are|shows|features|depicts|presents|displays|reveals|showcases|contains|of|an?) "
            rf"(?:predominantly|mainly|mostly|primarily|largely|chiefly) {_C}",
        ),
        ("smallest", rf"smallest {_FEATURE}(?: (?:of|in) (?:the|this) {_S})? {_BE} {_C}"),
        (
            "smallest",
            rf"{_C}{_BRACKET},? (?:(?:is|are|being|as) )?the smallest(?: {_FEATURE})?\b(?! of "
            r"(?:its|their|these|the (?:two|three|four) areas))",
        ),
        (
            "smaller of two",
            rf"{_C}{_BRACKET},? (?:at |with |being |is |are )?[^.;§]{{0,30}}the smaller of "
            r"(?:the )?two classes",
        ),
        (
            "whole",
            rf"{_WHOLE} {_S}(?: shown)?(?: of \w+)?,? (?:is|are|consists?|lies|being)(?: \w+)?"
            rf"(?: {_COVERED})?(?: entirely| only| solely)? ?(?:by|of|with|under|in)? ?{_C}",
        ),
        (
            "whole",
            rf"{_C}{_BRACKET},? (?:(?:which|that) )?(?:alone |entirely |completely |fully )?{_FILL}"
            rf" (?:all of |virtually )?the {_WHOLE} {_S}",
        ),
        ("whole", rf"{_C}{_BRACKET},? (?:(?:which|that) )?(?:{_FULLY}) {_FILL} (?:the|this) {_S}"),
        ("whole", rf"\b{_FULLY} (?:by|of|{_COVERED} (?:by|of|with)) {_C}"),
        (
            "whole",
            rf"{_COVERED} {_FULLY} (?:by|of|with) {_C}|nothing (?:but|other than|except) {_D}"
            rf"|consists? {_FULLY} of {_E}",
        ),
        (
            "whole",
            r"no (?:other|further|additional) (?:class|feature|type|category|element)(?:es"
            r"|s)? (?:\w+ )?(?:is |are |being )?(?:present|visible|found|seen|there)?(?: \w+)? ?"
            rf"(?:besides|than|beside|apart from|except(?: for)?|but) {_C}",
        ),
        (
            "whole",
            rf"(?:{_C}{_BRACKET},? (?:which )?(?:is|are|being|as) the (?:only|sole) (?:class"
            r"|feature|type|element))|the (?:only|sole) (?:class|feature|type|element)(?: \w+)* "
            rf"(?:is|are) {_D}",
        ),
        (
            "most",
            rf"{_C}{_BRACKET},? (?:which )?{_FILL} (?:most|the majority|the bulk|the greater part"
            r"|the larger part|the vast majority) of (?:the|this|it)",
        ),
        (
            "most",
            rf"\b(?:most|the majority|the bulk|the greater part) of (?:the|this) {_S}(?: of \w+"
            rf"| from \w+)? (?:is|are|consists? of|belongs? to)(?: \w+ by)? ?{_C}",
        ),
        (
            "marginal",
            rf"{_C}{_BRACKET},? (?:is|are|being)? ?(?:only |just |merely )?marginally (?:present"
            r"|represented|visible|featured)",
        ),
        ("marginal", rf"\bmarginal (?:share|presence|amount|part|portion|fraction|trace)s? of {_C}"),
        (
            "larger",
            rf"{_C}{_BRACKET},? (?:(?:is|are|covers?|occup(?:y|ies)|takes? up|being|which is"
            r"|which are) )(?:\w+ )?(?:larger|bigger|more extensive|more area|more space|a larger area"
            r"|more land|ahead)(?: in \w+| of)? (?:than )?(?:that of |the |of )*(?P<d>§·*)",
        ),
        (
            "smaller",
            rf"{_C}{_BRACKET},? (?:(?:is|are|covers?|occup(?:y|ies)|takes? up|being|which is"
            r"|which are) )(?:\w+ )?(?:smaller|less extensive|less area|less space|a smaller area"
            r"|less land)(?: in \w+)? than (?:that of |the )*(?P<d>§·*)",
        ),
    )
)
#: By kind what a sentence must hold for its patterns to be tried: looking for a word is much faster.
_WORDS = {
    "second": ("second",),
    "largest": (
        *(
            "largest",
            "biggest",
            "extensive",
            "widespread",
            "domina",
            "prevail",
            "lead",
            "prominent",
            "primar",
        ),
        *("main", "chief", "principal", "greatest", "foremost", "first", "mostly", "largely"),
    ),
    "smallest": ("smallest",),
    "smaller of two": ("smaller of",),
    "whole": (
        *("whole", "entire", "complete", "full", "total", "exclusive", "sole", "only", "pure", "uniform"),
        *("nothing", "no other", "no further", "no additional"),
    ),
    "most": ("most", "majority", "bulk", "greater part", "larger part"),
    "marginal": (
        "marginally",
        "marginal share",
        "marginal p",
        "marginal amount",
        "marginal fra",
        "marginal tra",
    ),
    "larger": ("larger", "bigger", "more ", "ahead"),
    "smaller": ("smaller", "less "),
}
_FREE = (
    ("none", re.compile(
    r"\bno (?:single |one |clear(?:ly)? )?(?:dominant |dominating )?(?:class|feature|type|category"
    r"|element)\b(?! (?:is|are)? ?(?:present|besides|other))(?: \w+)? (?:dominates?|prevails?"
    r"|is dominant|predominates?|stands out)|\bwithout a dominant (?:class|feature)")),
    ("equal", re.compile(
    r"\b(?<!almost )(?<!nearly )(?<!roughly )(?<!approximately )(?<!about )(?:equally (?:large"
    r"|big|sized|extensive)|(?:of |have |has |with |the )+(?:same|equal|identical) (?:size|area"
    r"|extent)s?|equal in (?:size|area|extent)|in equal (?:parts|shares|measure)|share the \w+ equally"
    r"|evenly (?:split|shared|divided) (?:between|among))")),
    ("level", re.compile(
    r"\b(?:almost|nearly|roughly|approximately|about) (?:equally (?:large|big|sized|extensive)"
    r"|(?:of |the )*(?:same|equal|identical) (?:size|area|extent)s?|equal in (?:size|area|extent))"
    r"|\b(?:of )?similar (?:size|area|extent)s?\b|\bsimilar in (?:size|area|extent)|\bsimilarly "
    r"(?:large|sized)")),
)  # fmt: skip
_DIVIDED = re.compile(r"\b(?:areas?|parts?|patch(?:es)?|regions?|split|divided|pieces?)\b")


def read_ranks(text: str, mentions: tuple[Mention, ...], offset: int) -> Iterator[RankClaim]:
    """Yield what a sentence says of order and share.

    Parameters
    ----------
    text : str
        The sentence in lower case.
    mentions : tuple of Mention
        Its classes.
    offset : int
        Its place in the whole text.

    Yields
    ------
    RankClaim
    """
    masked, by_start = text, {}
    for mention in mentions:
        start, stop = mention.start - offset, mention.end - offset
        by_start[start] = mention
        masked = f"{masked[:start]}§{'·' * (stop - start - 1)}{masked[stop:]}"
    tried = (
        {kind for kind, words in _WORDS.items() if any(word in text for word in words)} if mentions else set()
    )
    for kind, pattern in _PATTERNS:
        if kind not in tried:
            continue
        for match in pattern.finditer(masked):
            places = [
                match.start(name) for name in ("c", "d", "e") if name in pattern.groupindex and match[name]
            ]
            found = tuple(by_start[place] for place in places if place in by_start)
            if not found:
                continue
            if (
                kind == "largest"
                and places[0] < match.start() + 3
                and re.search(r"(?:[^s]s|classes)$", match[0])
                and " the " in match[0]
            ):
                # "X and Y being the primary features": one of several.
                kind_here = "leading"
            else:
                kind_here = kind
            if kind in ("largest", "whole", "smallest"):
                found = (*found[:1], *_joined(masked, places[0], by_start))
            if kind == "largest" and re.match(
                rf"§·*{_BRACKET},? (?:dominate|prevail|predominate|lead|are)\b", masked[places[0] :]
            ):
                # "X and Y dominate": the whole list.
                found = (*_joined_before(masked, places[0], by_start), *found)
            yield RankClaim(
                kind_here,
                found,
                match.start() + offset,
                match.end() + offset,
                text[match.start() : match.end()],
            )
    for kind, pattern in _FREE:
        if said := pattern.search(masked):
            match = said
            if kind in ("equal", "level") and _DIVIDED.search(
                masked[max(0, match.start() - 60) : match.end() + 25]
            ):
                continue
            named = tuple(m for m in mentions if m.start - offset < match.start() and not m.group)
            subject = re.search(
                r"(?:all|both|these|the) (?:\w+ )*(?:classes|features|types)|they|all of|each",
                masked[: match.start()].rpartition(";")[2],
            )
            owners = (EVERYTHING,) if subject or len(named) < 2 or kind == "none" else named
            yield RankClaim(kind, owners, match.start() + offset, match.end() + offset, match[0])


def _joined_before(masked, place, by_start):
    """Yield the further classes of a list that ends at ``place``."""
    pattern = re.compile(r"(§·*)(?: ?\([^)]*\))?(?:, and|,| and| as well as) (?:the |a |an )?$")
    while match := pattern.search(masked[:place]):
        place = match.start()
        yield by_start[place]


def _joined(masked, place, by_start):
    """Yield the further classes of a list that begins at ``place``."""
    while match := re.compile(r"§·*(?: ?\([^)]*\))?(?:, and|,| and| as well as) (?:the |a |an )?(?=§)").match(
        masked, place
    ):
        place = match.end()
        yield by_start[place]
