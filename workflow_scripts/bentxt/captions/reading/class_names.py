"""Classes and general classes named in prose: official, shortened, plural, as an adjective."""

from dataclasses import dataclass

from bentxt.nomenclature import CLASSES, LEVEL_1_GROUPS

_OR = r"(?:,? (?:and|or|&)|,|/| / )"

#: Ways to name each class, nomenclature order. Part of a long name is taken for the class.
_CLASS_FORMS = (
    r"(?:built-up )?urban fabrics?|urban areas?|built-up (?:areas?|land)|residential areas?|urban land",
    rf"industrial(?:{_OR} ?commercial)? (?:units?|areas?|zones?|sites?|land|surfaces?|facilities"
    r"|developments?)"
    rf"|commercial(?:{_OR} ?industrial)? (?:units?|areas?|zones?|sites?|land|surfaces?)"
    r"|industry (?:and|or) commerce",
    r"arable (?:lands?|areas?|fields?|parcels?|plots?)|arable(?=,? (?:and|or) )",
    r"permanent crops?|permanent cropland|crops",
    r"pasture ?lands?|pastures?|pastoral land",
    r"complex cultivations?(?: patterns?| areas?)?|complex cultivated (?:patterns?|areas?|land)"
    r"|areas? of complex cultivation|(?:cultivation|cultivated) patterns?"
    r"|(?<=the )patterns|(?<=ese )patterns",
    r"(?:lands?|areas?)(?: that (?:is|are)|,)? (?:principally|mainly|primarily|predominantly|mostly|largely) "
    r"(?:occupied by|used for|devoted to|under) agriculture"
    r"(?:,? ?(?:with|and|featuring|including|containing|interspersed with|but (?:also )?with|together with) "
    r"(?:significant|substantial|considerable|large) (?:areas?|portions?|parts?|shares?|patches"
    r"|amounts?|stretches) "
    r"of natural vegetation)?"
    r"|(?:(?:(?:principally|mainly|primarily|predominantly|mostly|largely|mixed) )?agricultural )?"
    r"(?:lands?|areas?|mosaics?) (?:with|containing|including) (?:(?:significant|substantial) )?"
    r"(?:(?:areas|patches) of )?natural vegetation",
    r"agro-?forestry(?: (?:areas?|land))?",
    r"broad-?lea(?:ved|f|fed)(?: (?:forests?|woodlands?|woods?|trees))?|deciduous (?:forests?|woodlands?)",
    r"coniferous(?: (?:forests?|woodlands?|woods?))?|conifer (?:forests?|woodlands?)|conifers",
    r"mixed (?:forests?|woodlands?|woods?)|mixed(?=,? (?:and|or) (?:the )?(?:broad|conif))",
    rf"natural grasslands?(?:{_OR} ?sparsely vegetated (?:areas?|lands?|terrain))?"
    r"|sparsely vegetated (?:areas?|lands?|terrain)(?:,? (?:and|or) natural grasslands?)?|grasslands?",
    rf"(?:moors?|moorlands?|heathlands?)(?:(?:{_OR})? ?(?:heathlands?|moors?|moorlands?))?"
    rf"(?:(?:{_OR})? ?sclerophyllous vegetation)?|sclerophyllous vegetation",
    rf"transitional woodlands?(?:(?:{_OR}|-) ?(?:transitional )?-?shrubs?(?:lands?)?|[ -]shrubs?(?:lands?)?)?"
    r"|woodland-shrub|shrublands?|transitional shrubs?|shrubs?",
    rf"beach(?:es)?(?:(?:{_OR})? ?(?:sand )?dunes?)?(?:(?:{_OR})? ?sands?)?|sand dunes?"
    rf"|dunes?(?:{_OR} ?sands?)?"
    r"|sandy areas?|sands?",
    r"inland wetlands?|inland(?=,? (?:and|or) (?:the )?coastal wetlands?)|inland marsh(?:es)?",
    r"coastal wetlands?|coastal(?=,? (?:and|or) (?:the )?inland wetlands?)|salt marsh(?:es)?",
    r"inland waters?(?: bod(?:y|ies))?|inland bod(?:y|ies) of water"
    r"|inland(?=,? (?:and|or) (?:the )?marine waters?)",
    r"marine waters?(?: bod(?:y|ies))?|marine areas?|marine(?=,? (?:and|or) (?:the )?inland waters?)"
    r"|sea ?water|the sea"
    r"|open sea",
)
#: Ways to name several classes at once, the classes, and what a finding calls them.
_GROUPS = tuple(tuple(members) for members in LEVEL_1_GROUPS.values())
_GROUP_NAMES = tuple(name.lower() for name in LEVEL_1_GROUPS)
_GROUP_FORMS = (
    (
        _GROUPS[0],
        _GROUP_NAMES[0],
        r"artificial(?: (?:surfaces?|areas?|land|cover|features?|structures?))?|urban(?:i[sz]ed)?"
        r"(?: (?:surfaces?|land|features?|spaces?|zones?))?|built-up(?: surfaces?)?|developed "
        r"(?:areas?|land|surfaces?)"
        r"|man-made surfaces?",
    ),
    (
        _GROUPS[1],
        _GROUP_NAMES[1],
        r"agricultur(?:al|e)(?: (?:areas?|lands?|fields?|spaces?|zones?|classes|surfaces?))?"
        r"|farm(?:ing|ed)? ?lands?"
        r"|cultivated (?:areas?|lands?|fields?)|cultivated|crop ?lands?",
    ),
    (
        _GROUPS[2],
        _GROUP_NAMES[2],
        r"forest(?:s|ed)?(?: areas?| land)?,? (?:and|or) semi-?natural(?: (?:areas?|land|vegetation|zones?))?"
        r"|semi-?natural(?: (?:areas?|land|vegetation|zones?))?(?:,? (?:and|or) forest(?:s|ed)?"
        r"(?: areas?| land)?)?",
    ),
    (
        (8, 9, 10, 13),
        "forest",
        r"(?:forest(?:s|ed)?|wood(?:lands?|ed)|woods?)(?: (?:areas?|lands?|regions?|zones?|stands?"
        r"|classes))?",
    ),
    (_GROUPS[3], _GROUP_NAMES[3], r"wetlands?(?: areas?)?|marsh(?:es|lands?)?"),
    (
        _GROUPS[4],
        _GROUP_NAMES[4],
        r"(?:bod(?:y|ies) of )?waters?(?: (?:bod(?:y|ies)|areas?|surfaces?))?|aquatic(?: areas?)?",
    ),
)
_ALL_FORMS = (
    *((((index,), CLASSES[index].lower(), form)) for index, form in enumerate(_CLASS_FORMS)),
    *_GROUP_FORMS,
)

#: How all of these begin: tried first at every word, as literals are compared much faster than groups.
_BEGINNINGS = (
    "urb|built|resid|ind|inl|com|ara|perm|past|land|area|agr|broad|decid|conif|mixed|nat|spars"
    "|grass|moor|heath"
    "|scler|trans|wood|shrub|beach|dune|sand|coast|salt|mar|sea|the sea|open|artif|devel|man|farm|crop|cultiv"
    "|forest|semi|wet|wat|bod|aqua|pri|pred|mos|patt"
)
#: One pattern for all of them, as the lexer of sentences takes it; the group of a match is its index.
MENTION = (
    rf"\b(?={_BEGINNINGS})(?:"
    + "|".join(f"(?P<m{index}>{form})" for index, (_, _, form) in enumerate(_ALL_FORMS))
    + r")\b(?!-)"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """Classes named at [start, end) of a text.

    Attributes
    ----------
    start, end : int
    classes : frozenset of int
        One class (0–18), or those that a general name can stand for.
    group : bool
        Whether it is a general name.
    name : str
        For a finding.
    text : str
        As written.
    """

    start: int
    end: int
    classes: frozenset[int]
    group: bool
    name: str
    text: str


def mention_of(kind: str, start: int, end: int, text: str) -> Mention:
    """Return the mention that matched the group ``kind`` (``m0`` …) of :data:`MENTION`."""
    classes, name, _ = _ALL_FORMS[int(kind[1:])]
    return Mention(start, end, frozenset(classes), len(classes) > 1, name, text)


def group_of(index: int) -> frozenset[int]:
    """Return the classes of the general class that a class belongs to."""
    return next(frozenset(members) for members in _GROUPS if index in members)


def class_name(index: int) -> str:
    """Return a class's name for a finding."""
    return CLASSES[index].lower()
