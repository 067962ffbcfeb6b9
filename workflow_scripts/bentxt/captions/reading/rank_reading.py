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
#: Ranks behind the first, in order.
ORDINALS = ("second", "third", "fourth", "fifth")
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
#: What stands between a class and its verb: a bracket, or words between commas that name no class.
_BRACKET = r"(?: ?\([^)]*\))?(?:, (?!and |or |but |while |with the |the )[^,;:.§()]{3,80}(?=,))?"
_NEARLY = r"(?:almost|nearly|virtually|practically|essentially)"
_NOT_NEARLY = (
    r"(?<!almost )(?<!nearly )(?<!virtually )(?<!practically )(?<!essentially )(?<!almost the )"
    r"(?<!nearly the )(?<!virtually the )(?<!practically the )(?<!essentially the )"
)
_ALL = r"(?:whole|entire|complete|full|totality of the|entirety of the)"
_ONLY = r"(?:entirely|fully|completely|wholly|exclusively|solely|totally|only|purely|uniformly)"
_WHOLE = rf"{_NOT_NEARLY}{_ALL}"
_FULLY = rf"{_NOT_NEARLY}{_ONLY}"
_LEAST = r"(?:smallest|least (?:extensive|widespread|prominent|common|sizeable|sizable|abundant))"
_MOST = r"(?:largest|biggest|most (?:extensive|widespread|prominent|abundant|common))"
_LAST = (
    r"(?:brings? up the rear|(?:comes?|ranks?|is|are) last\b|closes? the (?:list|ranking)|in last place"
    r"|(?:is|are|stands?|comes?) at the (?:bottom|end) of the (?:list|ranking))"
)
_FIRST = (
    r"(?:(?:heads?|tops?|leads?) the (?:list|ranking|order|table)|(?:is|are|stands?) (?:clearly )?"
    r"(?:at the (?:top|head) of the (?:list|ranking)|in (?:first place|the lead)))"
)
_NO_OTHER = r"\b(?:nothing|no (?:other|single)? ?(?:class|type|category)) (?:\w+ )?(?:is|covers|occupies)"
_COVERED = (
    r"(?:covered|dominated|occupied|filled|taken up|made up|composed|comprised|characterized|formed"
    r"|blanketed)"
)
_FILL = (
    r"(?:covers?|covering|fills?|filling|occup(?:y|ies|ying)|takes? up|taking up|blankets?|spans?"
    r"|spanning|makes? up)"
)
_PATTERNS = tuple(
    # Articles in front of a class at the beginning of a pattern tell nothing, and cost most of the time.
    (kind, re.compile(pattern.removeprefix(_ARTICLES)))
    for kind, pattern in (
        (
            "second",
            rf"{_C}{_BRACKET}(?:,? (?:is|are|being|as|comes?|ranks?|forms?|follows? as))? (?:the )?"
            r"second(?:[- ](?:largest|most))?\b(?! of)",
        ),
        *(
            (rank, pattern)
            for rank in ORDINALS
            for pattern in (
                rf"{rank}[- ](?:largest|biggest|most \w+) {_FEATURE} (?:of the {_S} )?(?:is|are) {_C}",
                rf"{rank}(?:[- ](?:largest|biggest|most \w+))? {_FEATURE}(?: by \w+)?, {_C}",
                rf"{_C}{_BRACKET},? (?:(?:is|are|being|as|forms?|represents?|constitutes?) )?the {rank}[- ]"
                rf"(?:largest|biggest|most \w+)\b(?! of)"
                rf"(?! {_FEATURE}(?: (?:of|in) the {_S})?,? (?:is|are|§))",
                rf"{_C}{_BRACKET},? (?:(?:with|at) [^§;]{{1,50}}? )?(?<!, )(?:in|takes?|taking|holds?) "
                rf"(?:the )?{rank}(?: (?:place|position|rank)|(?= ?[.,;]| and |$))",
                rf"{_C}{_BRACKET},? (?:comes?|coming|ranks?|ranking|places?|placing) {rank}\b"
                r"(?! and (?:second|third|fourth|fifth|last)\b)",
                rf"(?:in|at) {rank} place,? (?:(?:is|are|comes?|follows?|we find) )?{_C}",
                rf"\b(?<!a )(?<!one ){rank} (?:is|are|comes?|ranks?) {_C}",
            )
        ),
        (
            "largest",
            rf"(?<!second )(?<!second-)(?<!one of the )(?<!no ){_TOP} {_FEATURE}(?: (?:of|in) "
            rf"(?:the|this) {_S})?,? {_BE}(?: clearly| by far)? {_C}",
        ),
        (
            "largest",
            rf"{_C}{_BRACKET},? (?:(?:which |that )?(?:is|are|being|as|forms?|forming|constitutes?"
            rf"|represents?|remains?)(?: by far| clearly)? )?(?:the|its) {_TOP} {_FEATURE}\b",
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
        ("smallest", rf"\bthe {_LEAST}(?: of (?:them|these|all))?, {_C}"),
        ("smallest", rf"(?:^|[.;,:] |\b(?:and|while) )(?:by far )?{_LEAST} (?:is|are) {_C}"),
        *(
            (kind, rf"{words} of (?:all|the|these|its|them)(?: \w+)?(?: \w+)? (?:is|are) {_C}")
            for kind, words in (
                ("smallest", _LEAST),
                ("largest", rf"(?<!second )(?<!second-)(?<!third-){_MOST}"),
            )
        ),
        *(
            (kind, pattern)
            for kind, words, fronted in (
                ("smallest", _LAST, r"(?:last|at the (?:bottom|end)(?: of (?:the|this) \w+)?|in last place)"),
                (
                    "largest",
                    _FIRST,
                    r"(?:at the (?:top|head)(?: of (?:the|this) \w+)?|in (?:first place|the lead))",
                ),
            )
            for pattern in (
                rf"{_C}{_BRACKET},? {words}",
                rf"(?:^|[.;,:] ){fronted},? (?:is|are|comes?|stands?|ranks?) {_C}",
            )
        ),
        *(
            (
                kind,
                rf"{_NO_OTHER} {words} {_C}",
            )
            for kind, words in (
                ("smallest", r"(?:smaller|less extensive|less widespread|less) than"),
                (
                    "largest",
                    r"(?:(?:larger|bigger|more extensive|more widespread|more) than|(?:as|so) (?:large|big"
                    r"|extensive|widespread|much)(?: space| area)? as)",
                ),
            )
        ),
        (
            "largest",
            rf"(?:^|[.;:] |\b(?:and|while) )(?:by far )?(?:largest|biggest|most (?:extensive|widespread"
            rf"|prominent|abundant|common)) (?:is|are) {_C}",
        ),
        (
            "largest",
            rf"(?<!second )\bthe (?:largest|biggest|most extensive)(?: of (?:them|these|all))?, {_C}",
        ),
        *(
            (kind, rf"{_C}{_BRACKET},? (?:is|are) {words} than (?:all|every|each|any) (?:of the )?other")
            for kind, words in (
                ("smallest", "(?:smaller|less extensive|less widespread)"),
                ("largest", "(?:larger|bigger|more extensive|more widespread)"),
            )
        ),
        (
            "largest",
            rf"{_C}{_BRACKET}(?:,? (?:which )?(?:is|are|being)|,) the (?:largest|biggest|most extensive) of "
            r"(?:all|the|these)(?: \w+)? (?:classes|features|types)",
        ),
        *(
            (
                f"{word} of the two",
                rf"{_C}{_BRACKET}[^.;§]{{0,60}}? (?:is|are|being) (?:\w+ly )?the {words} of the two\b",
            )
            for word, words in (
                ("larger", "(?:larger|bigger|more extensive)"),
                ("smaller", "(?:smaller|less extensive)"),
            )
        ),
        ("second", rf"{_C}{_BRACKET},? (?:is|are|being|as) (?:the )?runners?-up"),
        ("smallest", rf"{_LEAST} {_FEATURE}(?: (?:of|in) (?:the|this) {_S})? {_BE} {_C}"),
        (
            "smallest",
            rf"{_C}{_BRACKET},? (?:(?:which |that )?(?:is|are|being|as|forms?) )?(?:the|its) {_LEAST}"
            rf"(?: {_FEATURE})?\b(?! of (?:its|their|these|the (?:two|three|four) areas))"
            rf"(?! {_FEATURE})(?! {_BE} §)",
        ),
        (
            "nearly whole",
            rf"\b{_NEARLY} {_ONLY} (?:by|of|{_COVERED} (?:by|of|with)) {_C}"
            rf"|{_COVERED} {_NEARLY} {_ONLY} (?:by|of|with) {_D}",
        ),
        (
            "nearly whole",
            rf"{_NEARLY} (?:all of )?the {_ALL} {_S}(?: shown)?,? (?:is|are|consists?)(?: {_COVERED})? "
            rf"?(?:by|of|with)? ?{_C}"
            rf"|{_D}{_BRACKET},? (?:alone )?{_FILL} {_NEARLY} (?:all of )?the {_ALL} {_S}",
        ),
        (
            "smaller of two",
            rf"{_C}{_BRACKET},? (?:at |with |being |is |are )?[^.;§]{{0,30}}the smaller of "
            r"(?:the )?two classes",
        ),
        (
            "whole",
            rf"{_WHOLE} {_S}(?: shown)?(?: of \w+)?(?:, [^,;§]{{1,40}},)?,? "
            r"(?:is|are|consists?|lies|being)(?: \w+)?"
            rf"(?: {_COVERED})?(?: entirely| only| solely)? ?(?:by|of|with|under|in)? ?{_C}",
        ),
        (
            "whole",
            rf"{_C}{_BRACKET},? (?:(?:which|that) )?(?:alone |entirely |completely |fully )?{_FILL}"
            rf" (?:all of |virtually )?the {_WHOLE}(?: of (?:the|this))? {_S}",
        ),
        ("whole", rf"{_C}{_BRACKET},? (?:(?:which|that) )?(?:{_FULLY}) {_FILL} (?:the|this) {_S}"),
        ("whole", rf"\b{_FULLY} (?:of|{_COVERED} (?:by|of|with)) {_C}"),
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
            r"|feature|type|element)(?! (?:to|that|which|with|in more)\b))"
            rf"|the (?:only|sole) (?:class|feature|type|element)(?: \w+)* (?:is|are) {_D}",
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
            # Behind a comma an aside ends, of whose class it is not said: "X, bordering Y, are marginally …".
            rf"{_C}{_BRACKET} (?:is|are|being)? ?(?:only |just |merely )?marginally (?:present"
            r"|represented|visible|featured)",
        ),
        ("marginal", rf"\bmarginal (?:share|presence|amount|part|portion|fraction|trace)s? of {_C}"),
        (
            "larger",
            rf"{_C}{_BRACKET},? (?:(?:is|are|covers?|occup(?:y|ies)|takes? up|being|which is"
            r"|which are) )(?:\w+ ){0,2}(?:larger|bigger|more extensive|more area|more space|a larger area"
            r"|more land|ahead)(?: in \w+| of)? (?:than )?(?:that of |the |of )*(?P<d>§·*)",
        ),
        (
            "larger",
            rf"{_C}{_BRACKET},? (?:in turn )?(?:outranks?|exceeds?|surpass(?:es)?|outweighs?|dwarfs?"
            r"|outstrips?|outsizes?) (?:that of |the )*(?P<d>§·*)",
        ),
        (
            "smaller",
            rf"{_C}{_BRACKET},? (?:(?:is|are|covers?|occup(?:y|ies)|takes? up|being|which is"
            r"|which are) )(?:\w+ ){0,2}(?:smaller|less extensive|less area|less space|a smaller area"
            r"|less land)(?: in \w+)? than (?:that of |the )*(?P<d>§·*)",
        ),
    )
)
#: By kind what a sentence must hold for its patterns to be tried: looking for a word is much faster.
_WORDS = {
    **{rank: (rank,) for rank in ORDINALS},
    "second": ("second", "runner"),
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
        *("larger", "bigger", "top", "head", "so ", "as large", "as much", "as big"),
    ),
    "smallest": ("smallest", "least ", "smaller", "less ", "rear", "last", "bottom", "end ", "closes"),
    "nearly whole": ("almost", "nearly", "virtually", "practically", "essentially"),
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
    "larger of the two": ("of the two",),
    "smaller of the two": ("of the two",),
    "larger": ("larger", "bigger", "more ", "ahead", "out", "exceed", "surpass", "dwarf"),
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
    r"|(?:of |the )*(?:same|equal|identical) (?:size|area|extent|share)s?|equal in (?:size|area|extent))"
    r"|\b(?:of )?similar (?:size|area|extent)s?\b|\bsimilar in (?:size|area|extent)|\bsimilarly "
    r"(?:large|sized)")),
)  # fmt: skip
_ORDER = re.compile(
    r"\bin (?:(?P<up>ascending|increasing)|descending|decreasing) order\b"
    r"|\b(?:in|by) order of (?:their )?(?:size|extent|area)\b"
)
#: "X is followed by Y and Z": in this order.
_FOLLOWED = re.compile(rf"(?P<c>§)·*{_BRACKET}[^,.;:§]{{0,40}},? ?\bfollowed (?:\w+ )?by (?:the )?(?P<d>§)")
_TOUCHING = re.compile(
    r"(?:touch|border|adjoin|abut|meet|neighbou?r|contact|adjac|next|against)\w*(?: (?:to|with|on|at))?,? $"
)
_FRONTED = re.compile(
    r"(?:\b(?:to|by|with|than|behind|beside|alongside|from|after)|ing)(?: (?:this|the|that))? $"
)
#: What may be said of several classes as well.
_OF_LISTS = frozenset({"largest", "most", "whole", "nearly whole"})
_APART = re.compile(
    r"(?:apart from|aside from|except(?:ing| for)?|exception of|save(?: for)?|but for|other than|excluding"
    r"|besides) [^§,;.]{0,40}(?P<c>§)"
)
#: "X, bordered by Y and Z, dominates": of the first.
_ASIDE = re.compile(r"(?P<c>§)·*, [^§;]*?(?:\w+ing|\w+ed by|\w+ed with|which|adjacent to)\b[^;]*$")
_PLURAL = re.compile(
    rf"§·*{_BRACKET},? (?:(?:al)?together )?"
    r"(?:dominate|prevail|predominate|lead|are|come|rank|make|cover|fill|occupy|take|account)\b"
)
#: "Among these, X is the largest": not of all.
_AMONG = re.compile(
    r"\b(?:among|of) (?:these|those|them|the (?:others|rest|(?:remaining|other) \w+))(?: \w+)?,? (?:the )?$"
)
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
    # No comma of a number parts a sentence.
    masked, by_start = re.sub(r"(?<=\d)[,.](?=\d)", "·", text), {}
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
            if not found or (
                kind.endswith("of the two") and _DIVIDED.search(match[0] + masked[match.end() :][:8])
            ):
                continue
            before = masked[: match.start()]
            if kind in ("largest", "smallest") and _AMONG.search(before):
                continue
            if (kind == "whole" and _TOUCHING.search(before)) or (
                kind == "largest" and places[0] > match.start() and _FRONTED.search(before)
            ):
                # "It touches nothing but X"; "bordering this dominant class are X and Y".
                continue
            if (
                kind == "largest"
                and places[0] < match.start() + 3
                and re.search(r"(?:[^s]s|classes)$", match[0])
                and not re.search(r" of (?:all|the|these|its)\b", match[0])
                and " the " in match[0]
            ):
                # "X and Y being the primary features": one of several.
                kind_here = "leading"
            else:
                kind_here = kind
            goes_on = re.search(r"[a-z]", masked[places[0] : match.end()])
            subject = _subject(masked, places[0], by_start) if goes_on and kind in _OF_LISTS else ()
            if subject:
                found = subject
            elif kind in ("largest", "whole", "nearly whole", "smallest"):
                found = (*found[:1], *_joined(masked, places[0], by_start))
            if not subject and kind in _OF_LISTS and _PLURAL.match(masked[places[0] :]):
                # "X and Y dominate": the whole list.
                found = (*_joined_before(masked, places[0], by_start), *found)
            if kind == "whole":
                # "Apart from X, it is entirely Y".
                for apart in _APART.finditer(masked):
                    start = apart.start("c")
                    found = (*found, by_start[start], *_joined(masked, start, by_start))
            yield RankClaim(
                kind_here,
                found,
                match.start() + offset,
                match.end() + offset,
                text[match.start() : match.end()],
            )
    yield from _ordered(text, masked, by_start, offset)
    for kind, pattern in _FREE:
        if said := pattern.search(masked):
            match = said
            if kind in ("equal", "level") and _DIVIDED.search(
                masked[max(0, match.start() - 60) : match.end() + 25]
            ):
                continue
            owners = (EVERYTHING,) if kind == "none" else _alike(masked, match, by_start)
            yield RankClaim(kind, owners, match.start() + offset, match.end() + offset, match[0])


def _subject(masked, place, by_start):
    """Return the class in front of an aside that the one at ``place`` ends, or an empty tuple."""
    behind = re.match(r"§·*(?: ?\([^)]*\))?, (?!the\b|and\b|which\b|with\b)\w+s?\b", masked[place:])
    clause = masked.rfind(";", 0, place) + 1
    aside = _ASIDE.match(masked, masked.find("§", clause), place) if behind else None
    return (by_start[aside.start("c")],) if aside else ()


def _ordered(text, masked, by_start, offset):
    """Yield the list of classes behind "in descending order"."""
    if "followed" in text:
        for follows in _FOLLOWED.finditer(masked):
            first, second = follows.start("c"), follows.start("d")
            if first in by_start and second in by_start:
                behind = (by_start[second], *_joined(masked, second, by_start))
                row = (by_start[first], *(mention for mention in behind if not mention.group))
                said = text[follows.start() : follows.end()]
                yield RankClaim("descending", row, follows.start() + offset, follows.end() + offset, said)
    match = _ORDER.search(text) if "order" in text else None
    if match is None:
        return
    found: list[Mention] = []
    for place in sorted(by_start):
        mention = by_start[place]
        inside = masked.count("(", 0, place) > masked.count(")", 0, place)
        if place < match.end() or inside or mention.group:
            continue
        if ";" in masked[match.end() : place] or any(mention.classes == other.classes for other in found):
            break
        found.append(mention)
    if len(found) > 1:
        kind = "ascending" if match["up"] else "descending"
        yield RankClaim(kind, tuple(found), match.start() + offset, match.end() + offset, match[0])


def _alike(masked, match, by_start):
    """Return the classes that are said to be of one size."""
    before = masked[: match.start()].rpartition(";")[2]
    number = re.findall(r"\b(?:both|two|three|four|five|six)\b", before.rpartition("§")[2])
    size = (
        {"both": 2, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}.get(number[-1]) if number else None
    )
    earlier = [place for place in sorted(by_start) if place < match.start()]
    later = [place for place in sorted(by_start) if place > match.start()]
    if later and re.search(r":|\bfollow\b|\bare $", masked[match.end() : later[0]]):
        # "Three classes of similar extent follow: X, Y and Z".
        return tuple(by_start[place] for place in later[:size])
    directly = later and re.fullmatch(r",? (?:by |both )?(?:the )?", masked[match.end() : later[0]])
    if directly and earlier and re.search(r"(?:and|by|with)(?:, (?:of|to|with)?)? ?$", before):
        # "X and, of almost the same extent, Y".
        return by_start[earlier[-1]], by_start[later[0]]
    if directly:
        # "To a nearly equal extent, X and Y".
        joined = (by_start[later[0]], *_joined(masked, later[0], by_start))
        if len(joined) > 1:
            return joined
    if earlier:
        joined = (*_joined_before(masked, earlier[-1], by_start), by_start[earlier[-1]])
        if len(joined) > 1:
            return joined
    subject = re.search(
        r"(?:all|both|these|the) (?:\w+ )*(?:classes|features|types)|they|all of|each", before
    )
    named = tuple(by_start[place] for place in earlier if not by_start[place].group)
    if size and len(named) >= size:
        return named[-size:]
    if re.search(r"(?:^|[^a-z ] ?)(?:two|three|four|five|six) (?:\w+ )?(?:§·*|classes|types) ?$", before):
        # "Two classes of similar extent make up the scene": which ones is said later, if at all.
        return ()
    return (EVERYTHING,) if subject or len(named) < 2 else named


def _joined_before(masked, place, by_start):
    """Yield the further classes of a list that ends at ``place``."""
    pattern = re.compile(rf"(§·*){_BRACKET}(?:, and|,| and| as well as) (?:the |a |an )?$")
    while match := pattern.search(masked[:place]):
        place = match.start()
        yield by_start[place]


def _joined(masked, place, by_start):
    """Yield the further classes of a list that begins at ``place``."""
    while match := re.compile(rf"§·*{_BRACKET}(?:, and|,| and| as well as) (?:the |a |an )?(?=§)").match(
        masked, place
    ):
        place = match.end()
        yield by_start[place]
