"""Words of the captions: class names in prose, lists, areas, numbers."""

import re
from collections.abc import Iterable

from bentxt.nomenclature import CLASSES

#: Class names as captions write them: lower case, and no comma that a list could swallow.
NAMES = (
    "urban fabric",
    "industrial or commercial units",
    "arable land",
    "permanent crops",
    "pastures",
    "complex cultivation patterns",
    "land principally occupied by agriculture with significant areas of natural vegetation",
    "agro-forestry areas",
    "broad-leaved forest",
    "coniferous forest",
    "mixed forest",
    "natural grassland and sparsely vegetated areas",
    "moors, heathland and sclerophyllous vegetation",
    "transitional woodland or shrub",
    "beaches, dunes and sands",
    "inland wetlands",
    "coastal wetlands",
    "inland waters",
    "marine waters",
)

#: Class names in quotation marks, as the template caption writes them: the official ones in lower case.
QUOTED = tuple(f'"{name.lower()}"' for name in CLASSES)

#: Classes whose name takes a plural verb ("pastures border", but "arable land borders").
PLURAL = frozenset({1, 3, 4, 5, 7, 11, 12, 14, 15, 16, 17, 18})

#: Counts in words, by value.
NUMBERS = tuple(
    "no one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
)


#: A comma, or an "and", inside an item of a list; not the comma of a number.
_INNER_LIST = re.compile(r",(?!\d)| and ")


def number(count: int) -> str:
    """Return a count in words up to twelve, in digits beyond.

    Examples
    --------
    >>> number(12), number(13)
    ('twelve', '13')
    """
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def area(square_metres: int, unit: str = "sqm", prefix: str = "~") -> str:
    """Return an area with thousands separators.

    Examples
    --------
    >>> area(526_000)
    '~526,000 sqm'
    """
    return f"{prefix}{square_metres:,} {unit}"


def series(items: Iterable[str]) -> str:
    """Join phrases.

    Examples
    --------
    >>> series(["pastures"]), series(["pastures", "inland waters"])
    ('pastures', 'pastures and inland waters')
    >>> series(["pastures", "inland waters", "mixed forest"])
    'pastures, inland waters and mixed forest'
    """
    items = list(items)
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def listing(items: Iterable[str]) -> str:
    """Like :func:`series`, but so that commas and an ``and`` inside the items mislead nobody.

    Examples
    --------
    >>> listing(["beaches, dunes and sands", "marine waters"])
    'beaches, dunes and sands as well as marine waters'
    """
    items = list(items)
    if len(items) < 2 or not any(_INNER_LIST.search(item) for item in items):
        return series(items)
    if len(items) == 2:
        return f"{items[0]} as well as {items[1]}"
    return f"{', '.join(items[:-1])}, and {items[-1]}"


def capital(text: str) -> str:
    """Return ``text`` with its first letter, also behind a quotation mark, in upper case.

    Examples
    --------
    >>> capital('"pastures" border it')
    '"Pastures" border it'
    """
    start = 1 if text.startswith('"') else 0
    return text[:start] + text[start : start + 1].upper() + text[start + 1 :]
