"""A sentence as a row of tokens: classes, amounts, numbers, words of borders, all other words by their part.

The kind of a token is one letter, so that a sentence's kinds are a string in which the readers look around.
"""

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from bentxt.captions.reading.amounts import AMOUNT, Amount, amount_of
from bentxt.captions.reading.class_names import MENTION, Mention, mention_of

_NUMBER_NAMES = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty
"""
#: Number words, by value.
NUMBERS = {word: value for value, word in enumerate(_NUMBER_NAMES.split())}

_ADVERB = (
    r"(?:(?:also|both|directly|immediately|in turn|further|furthermore|again|only|each|all|likewise|itself"
    r"|themselves|partly|partially|closely|mostly|mainly|too|then|additionally|in addition|now"
    r"|here|there|however"
    r"|moreover|similarly) )*"
)
_BE = (
    r"(?:is|are|was|were|lies?|lie|sits?|stands?|appears?|runs?|remains?|is found|are found|occurs?|extends?)"
)
_PLACED = r"(?:(?:located|situated|found|set|positioned|placed|lying|directly|immediately|right|close|in) )*"
_BORDER_NOUN = (
    r"(?:borders?|boundar(?:y|ies)|edges?|frontiers?|limits?|perimeters?|borderlines?|contact(?: zones?)?)"
)
_NEXT = (
    r"(?:adjacent (?:to|with)|contiguous (?:with|to)|next(?: door)? to|beside|alongside|in "
    r"(?:direct )?contact with"
    r"|(?:(?:the|an?) )?(?:(?:common|direct|immediate|only|sole|close) )*neighbou?rs? (?:of|to)"
    r"|up against|against|(?:abutting|bordering) "
    r"(?:on|onto)|bordering"
    r"|adjoining|touching|connected (?:to|with)|linked to|attached to|by the side of|at the edges? of"
    r"|on the edges? of|along the edges? of)"
)
_NEIGHBOUR = (
    r"(?:(?:only|sole|direct|immediate|further|other|one|single|remaining|closest|nearest|common|two|three|four"
    r"|five|six|but|just|its|their|an?|the) )*neighbou?rs?"
)
_PASSIVE = (
    r"(?:bordered|flanked|surrounded|enclosed|fringed|encircled|framed|adjoined|abutted|met"
    r"|touched|bounded|ringed"
    r"|edged|hemmed in|neighbou?red|delimited|lined|skirted|embraced|enveloped|rimmed)"
    r"(?: (?:on|to|at|in|along|from) (?!by)[\w ]{1,24}?)? (?:by|with)"
)
_MEET = (
    r"borders?(?: (?:on|onto|upon|with|against))?|adjoins?|abuts?(?: (?:on|onto|against|with))?"
    r"|touch(?:es)?(?: upon| on)?"
    r"|meets?(?: up)?(?: with)?|neighbou?rs?|flanks?|fringes?|surrounds?|encloses?|encircles?"
    r"|skirts?|contacts?"
    r"|(?:reach(?:es)?|extends?|stretch(?:es)?) (?:(?:as far as|up to|to) )?the "
    r"(?:edge|border|boundary|margin|limit)s? of"
    r"|reach(?:es)?(?: (?:as far as|up to))?(?= (?:the|both|all|each|every|urban|arable|past|inland|coast"
    r"|mixed|broad|conif|perm|comp))"
    r"|(?:comes?|come) into (?:direct )?contact with|makes? contact with|joins?(?: up)?(?: with)?"
    r"|connects? (?:to|with)|interfaces? with"
    r"|runs? (?:up )?(?:along|alongside|against)|backs? onto|give way to|gives way to"
)
_MEETING = (
    r"bordering(?: (?:on|onto|upon|with))?|adjoining|abutting(?: (?:on|onto))?|touching|meeting"
    r"(?: with)?|neighbou?ring"
    r"|flanking|fringing|surrounding|enclosing|encircling|skirting|reaching(?= (?:the|both) )|joining"
)
#: By kind: B finite, b participle or bare preposition, N noun.
_PHRASES = (
    ("B", rf"(?:has|have|had|having|with|finds?|counts?)(?=(?: [\w-]+,?){{1,12}} as {_NEIGHBOUR}\b)"),
    ("b", r"in mutual contact(?! with)"),
    ("y", r"(?:along|on|at) (?:its|their) (?:border|boundary|edge|margin|fringe)s?\b(?! with)"),
    ("x", rf"as {_NEIGHBOUR}\b"),
    ("B", rf"(?:has|have|had|finds?|counts?) {_NEIGHBOUR}(?: in)?\b(?! of)"),
    (
        "B",
        rf"(?!(?:its|their|the) ){_NEIGHBOUR} (?:is|are|was|were|being|includes?|comprises?|consists? of)\b",
    ),
    (
        "B",
        rf"(?:shares?|have|has|had|form|forms|exhibits?|maintains?) {_ADVERB}(?:a |an |the "
        r"|its |their |no |any )?"
        rf"(?:(?!with)[a-z]+ ){{0,2}}?{_BORDER_NOUN}(?: (?:with|to)\b)?",
    ),
    (
        "b",
        rf"(?:sharing|having|shared|forming|with) {_ADVERB}(?:a |an |the |its |their |no |any )?"
        rf"(?:(?!with)[a-z]+ ){{0,2}}?(?:borders?|boundar(?:y|ies)|edges?)(?: (?:with|to|on|along)\b)",
    ),
    ("b", rf"sharing {_ADVERB}(?:a |the )?(?:common |mutual )?(?:border|boundary|edge)s?(?! of)"),
    ("B", rf"{_BE} (?:not )?{_ADVERB}(?:being )?{_PASSIVE}"),
    ("b", _PASSIVE),
    ("B", rf"{_BE} (?:not )?{_ADVERB}{_PLACED}{_ADVERB}{_NEXT}"),
    (
        "B",
        rf"{_BE} (?:not )?{_ADVERB}(?:mutually |direct |immediate |close |mutual )*"
        r"(?:adjacent|contiguous|neighbou?rs|connected|side by side"
        r"|in (?:direct )?contact)\b(?! (?:to|with))",
    ),
    ("b", rf"(?:directly |immediately |lying |located |situated |found )*{_NEXT}"),
    (
        "N",
        r"(?:(?:a |the |any )?(?:shared |common |mutual |direct )*(?:borders?|boundar(?:y|ies)"
        r"|edges?|contacts?"
        r"|adjacency|adjacencies|interfaces?|borderlines?)(?: (?:also |further )?(?:exists?|runs?|lies?"
        r"|is found|is shared|can be found))? "
        r"(?:between|of))",
    ),
    (
        "B",
        r"there (?:is|are|exists?|runs?|lies) (?:a |no )?(?:common |shared |direct |mutual )*"
        r"(?:border|boundary)(?! (?:between|of|with)\b)",
    ),
    ("B", r"(?:(?:does|do) (?:so|the same)|(?:has|have|shares?) one) with(?! (?:one|a|the) )"),
    (
        "B",
        rf"{_BE} {_ADVERB}(?:joined|linked|connected|united|separated|divided) by an? "
        r"(?:common |shared |mutual |joint )*(?:border|boundary|edge)",
    ),
    (
        "N",
        r"(?:an?|the|one) (?:common |shared |mutual |joint |further |additional |final |last |only |other "
        r"|third )*"
        r"(?:border|boundary|edge) (?:connects|links|joins|unites|separates|divides|runs between"
        r"|is (?:the one |that |one )?between)",
    ),
    (
        "B",
        rf"{_BE} {_ADVERB}(?:kept|set|held|lie|lying) (?:apart|away)(?: from)?|{_BE} {_ADVERB}"
        r"(?:separated|isolated|detached|cut off) from|(?:keeps?|stays?|remains?) "
        r"(?:apart|away|clear)(?: (?:from|of))?",
    ),
    ("B", _MEET),
    ("b", _MEETING),
)
_WORDS_OF_KIND = {
    "w": "which that who whose where",
    "i": "it they its their them those",
    "F": "former",
    "L": "latter",
    "!": ("not never neither none cannot without nowhere lack lacks lacking hardly except excluding no"),
    "&": "and or nor plus",
    "s": "while whereas but although though yet however",
    "O": "others rest remainder",
    "n": (
        "area areas region regions part parts patch patches zone zones piece pieces segment segments "
        "section sections stretch stretches cluster clusters plot plots portion portions parcel "
        "parcels instance instances expanse expanses ones fragment fragments block blocks pocket "
        "pockets stand stands tract tracts field fields site sites unit units body bodies component "
        "components strip strips group groups polygon polygons spot spots location locations place "
        "places sector sectors swath swaths swathe swathes chunk chunks island-like occurrence "
        "occurrences remnant remnants sliver slivers bit bits division divisions subdivision "
        "subdivisions surface surfaces space spaces extent extents enclave enclaves share shares one"
    ),
    "t": (
        "large larger largest big bigger biggest small smaller smallest marginal tiny minor major "
        "sizable sizeable medium medium-sized mid-sized mid-size moderate intermediate extensive vast "
        "huge substantial considerable negligible minimal main primary secondary moderately little "
        "modest"
    ),
    "S": (
        "image scene view picture landscape frame tile photo photograph snapshot capture territory "
        "terrain setting scenery total"
    ),
    "V": (
        "is are was were be been being has have had do does did covers cover occupies occupy spans "
        "span extends extend stretches stretch measures measure totals accounts account makes make "
        "takes take fills fill comprises comprise consists consist contains contain includes include "
        "forms form falls fall dominates dominate splits appears appear occurs occur lies lie sits "
        "sit stands stand belongs belong represents represent constitutes constitute amounts amount "
        "follows follow comes come remains remain shows show features depicts depict presents "
        "displays display reveals reveal showcases showcase leads lead adds add sums sum claims claim "
        "ranks rank spreads holds hold accompanies accompany completes complete rounds exists exist "
        "shares share divides divide breaks break encompasses encompass prevails prevail can could "
        "may must provides provide contributes contribute becomes become needs dominated exceeds "
        "exceed reaches reach borders border"
    ),
    "v": (
        "covering spanning occupying extending stretching measuring totaling totalling accounting "
        "making taking filling comprising consisting containing including forming falling dominating "
        "split divided distributed spread scattered dispersed fragmented separated arranged organised "
        "organized broken composed made located situated captured taken acquired recorded followed "
        "covered occupied filled adding amounting summing featuring representing constituting sized "
        "interspersed found seen given dotted concentrated shared"
    ),
    "p": (
        "of with in by to from at on for into over across among amongst between within up off onto "
        "besides beside along about around near through throughout under per as than together "
        "individually combined like unlike"
    ),
    "a": "the a an this these such any some",
    "#": (
        "both all each every either single sole lone solitary pair couple several multiple numerous "
        "many few trio"
    ),
    "T": "respectively",
}
#: Words that state a border where they stand before a class, as in "the adjacent pastures".
ATTRIBUTES = frozenset({"adjacent", "contiguous", "neighbouring", "neighboring", "adjoining", "bordering"})
#: Verbs of a border that are nouns behind these words.
_NOUNS = frozenset({"border", "borders", "neighbor", "neighbors", "neighbour", "neighbours"})
_BEFORE_NOUNS = frozenset(
    {"their", "its", "a", "the", "common", "shared", "mutual", "joint", "only", "sole", "direct"}
)
_SEEN = (
    r"(?: (?:in|of|within) (?:the|this) (?:image|scene|picture|landscape|frame|tile|patch|photograph)"
    r"| in view| present| shown)?"
)
#: Behind "the two" or "these three" no adjective, but the verb or an adverb.
_NO_ADJECTIVE = (
    r"(?!(?:borders?|adjoins?|abuts?|touch|meet|neighbou?r|share|have|are|do|lie|run|sit|stand|also|both|each|all"
    r"|has|is|does|was|touches|meets|shares|bordering|touching|meeting|sharing|being|abutting|agricultur\w*|forest\w*|artificial|urban|water|wetland"
    r"|in|directly|of|as|and|but|or|nor|to|with|which|that|alone|too|by|then|while)\b)"
)
#: Within words of a border, deny it; a boundary that separates two classes does not.
_DENIAL = re.compile(r"\b(?:not|no|apart|away|clear|(?:separated|isolated|detached|cut off) from)\b")
#: Marks that stand round words and say nothing.
_QUOTES = frozenset("\"“”„«»'‘’`*_")
_EXTENDING = re.compile(r"(?:extend|stretch|spread|span|sprawl|expand|rang|unfold|distribut|scatter|reach)")
_KINDS = {word: kind for kind, words in _WORDS_OF_KIND.items() for word in words.split()}
_NUMBER_WORDS = "|".join(sorted((word for word in NUMBERS if word != "one"), key=len, reverse=True))
_LEXER = re.compile(
    "|".join(
        [
            MENTION,
            r"\b(?P<R>each other|one another|another of (?:them|these)"
            r"|(?:among|amongst|between) (?:themselves|one another|each other)"
            r"|every other(?= ?[.,;:)–—]| and | as | in | but | too|$)"
            r"|(?:the )?other(?= too\b| as well| and )|the other(?= ?[.,;)])"
            r"|(?:the )?(?:others|other two)(?= too\b))\b(?! class| of)",
            r"\b(?P<O>(?:all|each|every|both|any|either) (?:(?:two|three|four|five|six|seven) )?(?:of )?"
            r"(?:the )?(?:remaining |other )+"
            r"(?:(?:two|three|four|five|six|seven)(?: (?:classes|types|ones|categories))?"
            r"|classes|class|types|ones|categories)?(?<=[a-z])|both of the others|all "
            r"(?:of )?the (?:others|rest)"
            r"|both others|all others|all (?:of )?the rest|each of the others"
            r"|the other (?:two|three|four|five|six)"
            r"(?: classes| ones)?"
            r"|the (?:two|three|four|five|six|seven) "
            r"(?:(?:other|remaining) (?:classes|types|categories)|others)"
            r"|(?:the )?(?:remaining|other) (?:classes|class|types|categories)|the others(?= ?[.,;])"
            r"|(?:every|each) other (?:class|one|type|category)|the remaining (?:two|three|four"
            r"|five)(?: classes| ones)?|(?:everything|all) else"
            rf"|everything(?= (?:but|except|other than|apart)\b)){_SEEN}\b",
            r"\b(?P<D>there (?:is|are) no (?:two|pairs?|class|classes)(?: of)?(?: classes)?"
            r"(?: (?:among|of|between) (?:the|them|these|those)(?: two| three| four| five| six| seven)?"
            r"(?: classes)?)? (?:that|which) (?:does not|do not|fails? to)"
            r"|whichever two (?:of [a-z ]+? )?(?:one|you) (?:picks?|takes?|chooses?)(?:, they)?"
            r"|(?:every|each|any|all)(?: other| possible| remaining| single)? pairs?(?: (?:of|among|between)"
            r" (?:the |these |those )?(?:them|two|three|four|five|six|seven)?)?(?: ?classes)?"
            r"|any two(?: of (?:the |these |those )?(?:them|two|three|four|five|six|seven)?)?(?: ?classes)?"
            r"|every one of (?:these|those|them|which|the)(?: two| three| four| five| six| seven)?"
            r"(?: classes)?"
            r"|(?:(?:both|each|all) of )?(?:the|these) (?:(?:first|last|latter|former) (?:two|three)"
            r"|(?:two|three) (?:former|latter))(?: of (?:these|those|them))?|the two of them"
            r"|(?:every|each|any) (?:pair of (?:the )?classes|two classes)|both of the (?:former|latter)"
            r"|(?:all|each|both|either"
            r"|any) (?:of )?(?:the |these |those |them |its )*"
            r"(?:two |three |four |five |six |seven |eight |nine |ten )?"
            r"(?:(?:dominant|larger|largest|leading|main|major|primary|principal) (?=classes|types))?"
            r"(?:classes|class|types|categories|features|components|of them|of these|of which)"
            rf"|(?:these|the|those) (?:same )?(?:two|three|four|five|six|seven|eight)(?: {_NO_ADJECTIVE}\w+)?"
            r"(?: (?:classes|types|categories|features))?"
            r"|the classes|these classes|each class|every class|(?:the|these) (?:two|three|four"
            r"|five)\b(?! (?:\w+ )?(?:areas|parts|regions))"
            r"|all (?:of )?(?:the )?(?:two|three|four|five|six|seven|eight)\b(?! (?:\w+ )?(?:areas"
            r"|parts|regions))"
            rf"|each of the (?:two|three|four|five|six|seven|eight)(?: classes)?){_SEEN}\b",
            r"\b(?P<L>(?:that|this|the) last(?:-(?:named|mentioned))? class)\b",
            r"\b(?P<hand>(?:on the one (?:hand|side)|on the other (?:hand|side)|on the other(?= ?[.,;)]))"
            r"(?= ?[.,;)]| and)|in addition(?= ?,)|(?:for|on) (?:its|their) part|as well(?! as))\b"
            r"|\b(?P<only>nothing (?:but|except)|none but|no other class (?:but|than)|no class other than)\b",
            *(rf"\b(?P<{kind}{place}>{words})\b" for place, (kind, words) in enumerate(_PHRASES)),
            rf"(?P<A>{AMOUNT})",
            rf"\b(?P<num>{_NUMBER_WORDS})\b(?!-)|(?<![\w.,])(?P<digits>\d{{1,3}})(?![\w%]|[.,]\d)",
            r"\b(?P<s>(?:except|save|only) that)\b",
            r"\b(?P<and>as well as|along with|together with|in addition to|and also|followed by|next to)\b",
            r"\b(?P<neg>does not|do not|did not|is not|are not|doesn't|don't|isn't|aren't|fails? to"
            r"|no longer|free of"
            r"|other than|apart from|aside from|all but|save(?: for)?"
            r"|with (?:the (?:single |sole |only |one )?exception of|(?:just |only )?one exception))\b",
            r"(?P<word>[^\W\d_]+(?:[-'’][^\W\d_]+)*)",
            r"(?P<mark>[^\w\s]|\d+|_)",
        ]
    )
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a sentence at [start, end) of the text.

    Attributes
    ----------
    kind : str
        One letter: C class, A amount, # number, n noun of an area, t size, B b N border, w which, i it,
        F former, L latter, R each other, D all of them, O the others, ! negation, & and, s while, S scene,
        V v verb, p preposition, a article, T respectively, x another word; a mark stands for itself.
    start, end : int
    text : str
        In lower case.
    mention : bentxt.captions.reading.class_names.Mention or None
    amount : bentxt.captions.reading.amounts.Amount or None
    """

    kind: str
    start: int
    end: int
    text: str
    mention: Mention | None = None
    amount: Amount | None = None

    @property
    def number(self) -> int | None:
        """The number that it states, where it is a count."""
        # "²" is a digit to Python, and no decimal number.
        if self.text.isdecimal():
            return int(self.text)
        return {
            "single": 1,
            "sole": 1,
            "lone": 1,
            "solitary": 1,
            "pair": 2,
            "couple": 2,
            "trio": 3,
            "one": 1,
        }.get(self.text, NUMBERS.get(self.text))


def tokens_of(text: str, offset: int = 0) -> list[Token]:
    """Split a sentence (in lower case) into tokens; ``offset`` is its place in the whole text."""
    found: list[Token] = []
    for match in _LEXER.finditer(text):
        start, end = match.span()
        found += _tokens(match, match[0], start + offset, end + offset, found)
    settled = [_settled(found, place) for place in range(len(found))]
    return [token for place, token in enumerate(settled) if not _ends_name(settled, place)]


def _ends_name(tokens, place):
    """Whether the comma at ``place`` belongs to a name with a comma: "land …, with …, borders X"."""
    name = tokens[place - 1] if place else None
    if tokens[place].kind != "," or name is None or name.mention is None or "," not in name.text:
        return False
    verb = next((token.kind for token in tokens[place + 1 :] if token.kind != "x"), "")
    return verb == "B"


def _tokens(match, words, start, end, found):
    group = match.lastgroup or ""
    if group == "word":
        yield Token(_KINDS.get(words, "x"), start, end, words)
    elif group == "hand" or (group == "mark" and words in _QUOTES):
        return
    elif group == "mark":
        kind = (
            words if words in ",;:()." else {"–": ",", "—": ",", "&": "&", "[": "(", "]": ")"}.get(words, "x")
        )
        yield Token(kind, start, end, words)
    elif group[0] == "m" and group[1:].isdigit():
        yield Token("C", start, end, words, mention_of(group, start, end, words))
    elif match["A"]:
        start += len(words) - len(words.lstrip())
        words = words.strip()
        amount = amount_of(match, start, words)
        if amount and words.startswith("over ") and found and _EXTENDING.match(found[-1].text):
            # "Extending over 5 ha" is no more than that.
            amount = replace(amount, bound="")
        if amount is None:
            yield Token("#", start, end, re.sub(r"\D+", "", words) or words)
        else:
            yield Token("A", start, end, words, amount=amount)
    elif group in ("num", "digits"):
        yield Token("#", start, end, words)
    elif group == "and":
        yield Token("p" if words in ("followed by", "next to") else "&", start, end, words)
    elif group == "neg":
        if words[0] in "di" and words[:3] != "did":
            yield Token("V", start, start, words.split()[0])
        yield Token("!", start, end, words)
    elif group[0] == "y":
        # "Along its border lies X".
        yield Token("b", start, end, words)
        yield Token("i", end, end, "them" if "their" in words else "it")
    elif group == "only" or group[0] == "x":
        for word in re.finditer(r"\S+", words):
            yield Token("x", start + word.start(), start + word.end(), word[0])
    else:
        if group[0] in "Bb" and (denial := _DENIAL.search(words)):
            yield Token("!", start, start, denial[0])
        yield Token(group[0], start, end, words)


def _settled(tokens, place):
    """Return a token, its kind mended by its neighbours."""
    token = tokens[place]
    following = tokens[place + 1].kind if place + 1 < len(tokens) else "."
    before = "".join(other.kind for other in tokens[max(0, place - 2) : place])
    behind = [other.text for other in tokens[place + 1 : place + 3]]
    if token.text == "these" and (behind == ["in", "turn"] or behind[:1] == ["total"]):
        return Token("i", token.start, token.end, token.text)
    if (
        token.text in ("this", "these", "those")
        and following in "VvBb,.!"
        and tokens[place + 1 : place + 2]
        and tokens[place + 1].text not in ("fall", "captured", "acquired", "recorded")
    ):
        return Token("i", token.start, token.end, token.text)
    if token.text == "fall" and before[-1:] in ("a", "p"):
        # The season: "in this fall image".
        return Token("x", token.start, token.end, token.text)
    if token.text == "not" and following == "x" and tokens[place + 1].text == "only":
        return Token("x", token.start, token.end, token.text)
    if token.text == "but" and any(a.text == "not" and b.text == "only" for a, b in pairwise(tokens[:place])):
        # "Not only X but also Y".
        return Token("&", token.start, token.end, token.text)
    if token.text == "that" and (following in "CnSx" and place == 0):
        return Token("a", token.start, token.end, token.text)
    if token.text == "one" and following in "tnp":
        # "one large area", "one of them"; elsewhere it stands for an area: "a smaller one".
        return Token("#", token.start, token.end, token.text)
    if token.text == "one" and following == "x" and place + 2 < len(tokens) and tokens[place + 2].kind == "n":
        return Token("#", token.start, token.end, token.text)
    if token.kind == "V" and following == "p" and re.search(r"a[xt]?$", before):
        # "A marginal amount of".
        return Token("x", token.start, token.end, token.text)
    if token.text in ("alongside", "beside", "next to", "against") and _is_part(tokens, place + 1):
        return Token("p", token.start, token.end, token.text)
    if token.text in ATTRIBUTES and place and tokens[place - 1].text == "mutually":
        return Token("b", token.start, token.end, token.text)
    if token.text in ATTRIBUTES and following == "C" and (token.kind == "b" and place):
        # "The neighbouring pastures", but "arable land neighbouring pastures".
        several = tokens[place - 1].number and tokens[place + 1].text.endswith(" classes")
        kind = "x" if tokens[place - 1].kind in "a#" and not several else "b"
        return Token(kind, token.start, token.end, token.text)
    if token.text in ("contact", "contacts") and before[-1:] in ("x", "#", "a", "t"):
        return Token("x", token.start, token.end, token.text)
    if (
        token.text in _NOUNS
        and token.kind == "B"
        and place
        and (tokens[place - 1].text in _BEFORE_NOUNS or tokens[place - 1].number is not None)
    ):
        return Token("x", token.start, token.end, token.text)
    return token


def _is_part(tokens, place):
    """Whether "a marginal one" or another noun for an area stands at ``place``."""
    while place < len(tokens) and tokens[place].kind in "at#x":
        place += 1
    return place < len(tokens) and tokens[place].kind == "n"
