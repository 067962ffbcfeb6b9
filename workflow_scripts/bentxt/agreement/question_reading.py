"""Released rows read into what they ask and answer: by structure and vocabulary, not by known sentences.

Whatever the template, a question names classes in some form, an amount with its unit, a point, an
expression or options; the category column says which of these to look for.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from bentxt.agreement.amount_reading import is_negated, read_area, read_count
from bentxt.agreement.class_mentions import class_of, named_classes, without_classes
from bentxt.agreement.intervals import Interval
from bentxt.agreement.language import check_english
from bentxt.agreement.position_reading import read_anchor_and_target, read_direction
from bentxt.errors import Unreadable
from bentxt.nomenclature import COUNTRIES
from bentxt.release import CATEGORIES, LETTERS

_SEASONS = {"spring": "Spring", "summer": "Summer", "fall": "Fall", "autumn": "Fall", "winter": "Winter"}
_COUNTRIES = {country.lower(): country for country in COUNTRIES}
_OPTION = re.compile(r"(?<![\w(])\(?([a-dA-D])[).:]\s*(?=\S)")
_LETTER = re.compile(r"\(?([a-d])(?:[).:]+\s*(.*))?", re.IGNORECASE | re.DOTALL)
_POINT = re.compile(r"\(\s*([01]?\.?\d*)[\s,]+([01]?\.?\d*)\s*\)")
_REFERENCE = re.compile(r"<ref>(.*?)</ref>", re.DOTALL)
_TAG = re.compile(r"</?\w+>")
_NUMBER = r"([-+]?\d*\.?\d+)"
_PLAIN = re.compile(r"[a-z]+|,")
_BOX = re.compile(rf"\[\s*{_NUMBER}[\s,]+{_NUMBER}[\s,]+{_NUMBER}[\s,]+{_NUMBER}\s*\]")
_LARGEST = re.compile(r"\b(?:largest|biggest|greatest|most extensive|most expansive)\b")
_SMALLEST = re.compile(r"\b(?:smallest|tiniest|littlest|least extensive)\b")
_OTHER_ORDER = re.compile(
    r"\b(?:(?:second|third|next)[- ](?:largest|biggest|smallest|tiniest)"
    r"|(?:left|right|top|bottom|upper|lower|north|south|east|west)(?:ern)?-?most)\b"
)
# A sentence's end; two templates may be run together without a space between them.
_SENTENCE_END = re.compile(r"(?<=[?.!])\s*(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one released row asks and answers.

    Attributes
    ----------
    type, category : str
    answer : bool, int or tuple of float
        Yes or no (binary); the place of the option (mcq); the box (bounding box), shares of the patch.
    classes : tuple of int
        The classes asked about. Relative position: the anchor, then the target.
    amount : Interval or None
        Of binary area (pixels) and count (instances).
    negated : bool
        The question is whether something is not so.
    options : tuple
        What the four options say: a class, a pair of classes, an :class:`Interval`, a name.
    extreme : str
        ``largest``, ``smallest`` or empty, of a referring expression.
    point : tuple of float or None
        Shares of the patch.
    """

    type: str
    category: str
    answer: bool | int | tuple[float, ...]
    classes: tuple[int, ...] = ()
    amount: Interval | None = None
    negated: bool = False
    options: tuple[int | tuple[int, ...] | Interval | str, ...] = ()
    extreme: str = ""
    point: tuple[float, ...] | None = None

    @property
    def unit(self) -> str:
        """Unit of the amount, or of the options, as written; empty where there is none."""
        amounts = [self.amount, *self.options]
        return next((amount.unit for amount in amounts if isinstance(amount, Interval)), "")


def check_category(annotation_type: str, category: str) -> None:
    """Raise :class:`Unreadable` for a type or a category that the release does not have."""
    if annotation_type not in CATEGORIES:
        raise Unreadable(f"unknown type {annotation_type!r}")
    if category not in CATEGORIES[annotation_type]:
        raise Unreadable(f"unknown category {category!r} of type {annotation_type}")


def read_row(
    annotation_type: str, category: str, instruction: str, output: str, zones: tuple[str, ...]
) -> Reading:
    """Read one row that is not a caption.

    Parameters
    ----------
    annotation_type, category, instruction, output : str
        As in the release.
    zones : tuple of str
        Names of the climate legend.

    Returns
    -------
    Reading

    Raises
    ------
    Unreadable
        With the reason.
    """
    check_category(annotation_type, category)
    if annotation_type == "binary":
        read = _binary
    elif annotation_type == "mcq":
        return _multiple_choice(category, instruction, output, zones)
    else:
        read = _box
    return _read_sentences(lambda text: read(category, text, output), instruction)


def _read_sentences(read, text):
    """Read a text that may be two templates run together: all its parts that can be read must agree."""
    parts = _SENTENCE_END.split(text.strip())
    if len(parts) == 1:
        return read(text)
    readings = []
    for part in parts:
        try:
            readings.append(read(part))
        except Unreadable:
            continue
    if not readings:
        return read(text)
    if any(reading != readings[0] for reading in readings):
        raise Unreadable("two different questions run together")
    return readings[0]


def _binary(category, instruction, output):
    answer = {"yes": True, "no": False}.get(output.strip().lower().rstrip("."))
    if answer is None:
        raise Unreadable("the answer is neither yes nor no")
    text = " ".join(instruction.lower().split())
    rest = without_classes(text)
    check_english(rest)
    classes = named_classes(text, 2 if category == "adjacency" else 1)
    amount = None
    if category in ("area", "count"):
        amount, rest = (read_area if category == "area" else read_count)(rest)
    return Reading("binary", category, answer, classes, amount, is_negated(rest))


def _multiple_choice(category, instruction, output, zones):
    stem, texts = split_options(instruction)
    letter = _LETTER.fullmatch(output.strip())
    if not letter:
        raise Unreadable("the answer is none of a, b, c, d")
    # The letter may bring the words of its option, and no other.
    if letter[2] and _words(letter[2]) != _words(texts[LETTERS.index(letter[1].lower())]):
        raise Unreadable("the answer is not just one of the options")
    options = tuple(_option(category, text, zones) for text in texts)
    if len(set(options)) < len(options) and category != "season":
        raise Unreadable("two options say the same")
    answer = LETTERS.index(letter[1].lower())

    def read(sentence):
        text = " ".join(sentence.lower().split())
        check_english(without_classes(text))
        classes: tuple[int, ...] = ()
        if category in ("area", "count"):
            classes = named_classes(text, 1)
        elif category == "relative pos":
            classes = read_anchor_and_target(text)
        return Reading("mcq", category, answer, classes, options=options)

    return _read_sentences(read, stem)


def split_options(text: str) -> tuple[str, list[str]]:
    """Return the instruction and its four options; :class:`Unreadable` if they are not marked a) to d)."""
    marks = []
    for match in _OPTION.finditer(text):
        letter = match[1].lower()
        if letter == "a":
            marks = [match]
        elif marks and len(marks) < len(LETTERS) and letter == LETTERS[len(marks)]:
            marks.append(match)
    if len(marks) < len(LETTERS):
        raise Unreadable("no four options a) to d)")
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    options = [text[mark.end() : end].strip(" \n\t,;.") for mark, end in zip(marks, ends, strict=True)]
    return text[: marks[0].start()], options


def _option(category, text, zones):
    """Return what an option says."""
    text = text.strip()
    if category == "presence":
        return class_of(text)
    if category == "adjacency":
        return tuple(sorted(named_classes(text.lower(), 2)))
    if category == "area":
        return read_area(text.lower())[0]
    if category == "count":
        return read_count(text.lower())[0]
    if category == "relative pos":
        return read_direction(text)
    known = {"country": _COUNTRIES, "season": _SEASONS}.get(category) or _plain_zones(zones)
    name = known.get(_plain(text))
    if name is None:
        raise Unreadable(f"{text!r} is no {category} that is known")
    return name


@lru_cache(4)
def _plain_zones(zones):
    return {_plain(zone): zone for zone in zones}


def _words(text):
    return re.findall(r"\w+", text.lower())


def _plain(text):
    return " ".join(_PLAIN.findall(text.lower()))


def _box(category, instruction, output):
    answer = read_box(output)
    text = " ".join(instruction.split())
    if category == "point":
        points = {tuple(map(float, found)) for found in _POINT.findall(text) if all(map(_is_number, found))}
        check_english(_POINT.sub(" ", _TAG.sub(" ", text)))
        if len(points) != 1:
            raise Unreadable(f"expected one point, found {len(points)}")
        (point,) = points
        if max(point) > 1:
            raise Unreadable("the point lies outside the image")
        return Reading("bounding box", category, answer, point=point)
    expressions = set(_REFERENCE.findall(text))
    lower = _TAG.sub(" ", text).lower()
    check_english(without_classes(lower))
    if len(expressions) > 1:
        raise Unreadable("several referring expressions")
    # Some released rows have lost their tags: then the whole sentence is the expression.
    expression = expressions.pop().lower() if expressions else lower
    (index,) = named_classes(expression, 1)
    if match := _OTHER_ORDER.search(expression):
        raise Unreadable(f"an order that is not known: {match[0]!r}")
    largest, smallest = _LARGEST.search(expression), _SMALLEST.search(expression)
    if largest and smallest:
        raise Unreadable("both the largest and the smallest")
    extreme = "largest" if largest else "smallest" if smallest else ""
    return Reading("bounding box", category, answer, (index,), extreme=extreme)


def _is_number(text):
    return re.fullmatch(r"\d+\.?\d*|\.\d+", text) is not None


def read_box(text: str) -> tuple[float, float, float, float]:
    """Return ``(x0, y0, x1, y1)`` of a box as the release writes it; :class:`Unreadable` if it is broken."""
    match = _BOX.fullmatch(text.strip())
    if not match:
        raise Unreadable("the answer is no box [x0 y0, x1 y1]")
    x0, y0, x1, y1 = map(float, match.groups())
    if not (0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1):
        raise Unreadable("the box has no extent, or leaves the image")
    return x0, y0, x1, y1
