"""Bounding boxes out of what a model wrote, in the notations and scales of the benchmarked models.

A box is looked for in three places, in this order: under names ("x_min": 0.1, …), in brackets, and as four
numbers with nothing but separators between them. Numbers in prose are no box. A polygon or a list of corners
stands for its tight box; of two boxes the first counts.

GeoChat and EarthDial put an angle behind the four numbers, in degrees: the numbers are then of a box that is
turned about its centre. The references are upright, so that an angle is either left out, or the box becomes
the upright hull of the turned one, which does not depend on the direction of the turn. Neither the models'
publications nor the paper says which is meant.
"""

import math
import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bentxt.evaluation.answer_extraction import LENIENT, STRICT, UNPARSED
from bentxt.evaluation.model_text import declared_answer
from bentxt.nomenclature import SIDE
from bentxt.thoughts import unwrapped

_N = r"\s*-?(?:\d+\.?\d*|\.\d+)\s*"
#: Answers that are a box and nothing else, in one of the notations that the models were taught or asked for.
_STRICT = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\{{<{_N}><{_N}><{_N}><{_N}>(?:\|<{_N}>)?\}}",  # GeoChat (with angle), SkyEyeGPT
        rf"\[{_N},{_N},{_N},{_N}\]",  # LHRS-Bot, GPT, Qwen, GLM, LLaVA
        rf"\[\[{_N},{_N},{_N},{_N}(?:,{_N})?\]\]",  # EarthDial (with angle), GLM
        rf"<box>\s*\[\[{_N},{_N},{_N},{_N}\]\]\s*</box>",  # InternVL
        rf"\[{_N}\s{_N},{_N}\s{_N}\]",  # BigEarthNet.txt, RS-InternVL
    )
)


class BoxExtraction(NamedTuple):
    """A box and how it was found.

    Attributes
    ----------
    box : tuple of float or None
        x_min, y_min, x_max, y_max in 0–1, x to the right, y down; None where unparsed.
    level : str
        ``strict``, ``lenient`` or ``unparsed``.
    clipped : bool
        Whether a coordinate lay outside 0–1 and was moved to the border.
    """

    box: tuple[float, float, float, float] | None
    level: str
    clipped: bool


NOTHING = BoxExtraction(None, UNPARSED, False)

#: What an angle behind a box does: nothing, or the box becomes the upright hull of the turned one.
IGNORE, HULL = "ignore", "hull"

#: Values up to this are shares of the side, with an edge that is a little beyond the image.
_MOST_SHARE = 1.5


class _Number(NamedTuple):
    value: float
    percent: bool


def extract_box(text: str, scale: float | None, angle: str = IGNORE) -> BoxExtraction:
    """Return the first box of an answer.

    Parameters
    ----------
    text : str
        The model's text.
    scale : float or None
        Side of the image in the model's coordinates (100, 224, 1000); None or 1 where it answers in 0–1.
        A box whose values are all at most 1 is taken as it is, and so is one with percent signs; any other is
        divided by the scale as a whole: value by value, the 1 of ``[0, 1, 50, 60]`` would become the whole
        image. A model without a scale that answers in larger numbers means pixels of the 120-pixel image; a
        box that reaches beyond twice that side cannot be placed.
    angle : str
        :data:`IGNORE` or :data:`HULL`.

    Returns
    -------
    BoxExtraction
        Swapped corners are sorted, before a box is turned.

    Examples
    --------
    >>> extract_box("{<10><20><50><30>|<90>}", 100).box
    (0.1, 0.2, 0.5, 0.3)
    >>> extract_box("{<10><20><50><30>|<90>}", 100, HULL).box
    (0.25, 0.05, 0.35, 0.45)
    >>> extract_box('{"x": 0.25, "y": 0.5, "width": 0.5, "height": 0.25}', None).box
    (0.25, 0.5, 0.75, 0.75)
    >>> extract_box("[0.1, 0.2, 0.55, 0.8", None).level
    'unparsed'
    """
    content = unwrapped(text)
    if not content:
        return NOTHING
    numbers = _numbers_of_box(content)
    if numbers is None:
        return NOTHING
    values = _in_shares(numbers[:4], scale)
    if values is None or not all(map(math.isfinite, values)):
        return NOTHING
    x, y = sorted(values[0::2]), sorted(values[1::2])
    box = (x[0], y[0], x[1], y[1])
    if angle == HULL and len(numbers) == 5:
        box = _hull(box, numbers[4].value)
    content = _in_one_form(content)
    left, top, right, bottom = (min(max(value, 0.0), 1.0) for value in box)
    inside = (left, top, right, bottom)
    level = STRICT if any(pattern.fullmatch(content) for pattern in _STRICT) else LENIENT
    return BoxExtraction(inside, level, inside != box)


def angle_of(text: str) -> float | None:
    """Return the angle behind the first box of an answer, degrees; None where there is no box or no angle."""
    numbers = _numbers_of_box(unwrapped(text))
    return numbers[4].value if numbers is not None and len(numbers) == 5 else None


def _numbers_of_box(content: str | None) -> list[_Number] | None:
    """Return the four numbers of the first box, and its angle if it has one."""
    if not content:
        return None
    content = _in_one_form(content)
    # What is called final comes first, then what is declared the answer; often both are the whole text.
    parts = dict.fromkeys([_FINAL.split(content)[-1], declared_answer(content) or content, content])
    return next(filter(None, map(_first_box, parts)), None)


def _hull(box: tuple[float, float, float, float], angle: float) -> tuple[float, float, float, float]:
    """Return the upright hull of a box that is turned about its centre by degrees."""
    if not math.isfinite(angle):
        return box
    cosine, sine = abs(math.cos(math.radians(angle))), abs(math.sin(math.radians(angle)))
    width, height = box[2] - box[0], box[3] - box[1]
    half_width, half_height = (width * cosine + height * sine) / 2, (width * sine + height * cosine) / 2
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    hull = (x - half_width, y - half_height, x + half_width, y + half_height)
    # The sine of a right angle is not quite one in floating point: no edge leaves the picture by that.
    left, top, right, bottom = (round(edge, 9) for edge in hull)
    return left, top, right, bottom


def _in_shares(numbers: Sequence[_Number], scale: float | None) -> list[float] | None:
    """Return the numbers of a box as shares of the side, or None where they cannot be placed."""
    if any(number.percent for number in numbers):
        # "10, 20, 55, 80 %": one sign may stand for all.
        return [number.value / 100 for number in numbers]
    values = [number.value for number in numbers]
    most = max(map(abs, values))
    whole = all(value == int(value) for value in values if math.isfinite(value))
    if most <= 1 or (most <= _MOST_SHARE and not whole):
        return values
    if scale and scale > 1:
        return [value / scale for value in values]
    return [value / SIDE for value in values] if most <= 2 * SIDE else None


# "[0,31; 0,07; 0,88; 0,64]": decimal commas, where semicolons part the numbers.
_DECIMAL_COMMAS = re.compile(r"(?<!\d)-?\d{1,12},\d{1,12}(?:\s*;\s*-?\d{1,12},\d{1,12}){3}")


def _in_one_form(text: str) -> str:
    """Return a text with ordinary brackets, signs and decimal points, without LaTeX's backslashes."""
    text = unicodedata.normalize("NFKC", text).replace("\\%", "%").replace("−", "-")
    return _DECIMAL_COMMAS.sub(lambda match: match[0].replace(",", ".").replace(";", ","), text)


_FINAL = re.compile(
    r"\b(?:final|corrected|revised) (?:answer|(?:bounding )?box|bbox|coordinates?|result|estimate)\b",
    re.IGNORECASE,
)

_VALUE = r"[-+]?(?:\d{1,12}(?:\.\d{0,20})?|\.\d{1,20})(?:e[-+]?\d{1,3})?"
_NUMBER = re.compile(rf"(?<![\w.])({_VALUE})(?!\w|\.\w)\s*(%|percent\b|per cent\b)?", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][\w]*(?:\s[^<>]*)?>|\\(?:boxed|text|left|right|,|;)|\$", re.IGNORECASE)
# The point that a question asks about, repeated.
_POINT = re.compile(
    r"<point>.*?</point>|\b(?:points?|point_2d|cent(?:er|re|roid)(?: point)?)\b[\"']?\s*"
    r"(?:is |at |lies at |of )?"
    rf"[:=]?\s*[\[(]\s*{_VALUE}\s*[,; ]\s*{_VALUE}\s*[\])]",
    re.IGNORECASE | re.DOTALL,
)


def _first_box(text):
    """Return the four numbers of the first box, and its angle if it has one; or None."""
    for looked_for in (_tabulated_box, _named_box, _bracketed_box, _bare_box):
        found = looked_for(text)
        if found is not None:
            return found
    return None


def _numbers(text: str) -> list[_Number]:
    return [_Number(float(value), bool(sign)) for value, sign in _NUMBER.findall(text)]


# Named numbers

_NAMES = {
    "left": "x_?min|xmin|min_?x|x_?left|left_?x|left|x_?start|x_?0",
    "top": "y_?min|ymin|min_?y|y_?top|top_?y|top|y_?start|y_?0",
    "right": "x_?max|xmax|max_?x|x_?right|right_?x|right|x_?end|x_?2",
    "bottom": "y_?max|ymax|max_?y|y_?bottom|bottom_?y|bottom|y_?end|y_?2",
    "first_x": "x_?1",
    "first_y": "y_?1",
    "x": "x",
    "y": "y",
    "centre_x": "c_?x|x_?c|cent(?:er|re)_?x|x_?cent(?:er|re)",
    "centre_y": "c_?y|y_?c|cent(?:er|re)_?y|y_?cent(?:er|re)",
    "width": "width|w|box_?width",
    "height": "height|h|box_?height",
}
_ROLES = tuple((role, re.compile(names, re.IGNORECASE)) for role, names in _NAMES.items())
_NAMED = re.compile(
    r"(?<![\w])[\"'`*]{0,4}(?:"
    + "|".join(f"(?P<{role}>{names})" for role, names in _NAMES.items())
    + r")[\"'`*]*\s*(?::|=|is\b|→|->|(?<=width)\s(?:of\b)?|(?<=height)\s(?:of\b)?)\s*[\"'`*]*\s*"
    rf"(?P<value>{_VALUE})(?!\w|\.\w)\s*"
    r"(?P<percent>%|percent\b)?",
    re.IGNORECASE,
)
_SPAN = re.compile(
    r"(?<!\w)(?P<axis>x|y|horizontal(?:ly)?|vertical(?:ly)?)"
    r"(?:[- ]?(?:axis|range|coordinates?|values?))?\s*[:=]?\s*"
    r"(?:ranges? |goes |runs |is |spans )?(?:from |between |in |∈ ?)?[\[(]?\s*"
    rf"(?P<low>{_VALUE})\s*(?P<p1>%)?\s*(?:to|and|-|–|\.\.+|,)\s*(?:(?P=axis)\s*[:=]\s*)?"
    rf"(?P<high>{_VALUE})(?!\w|\.\w)\s*(?P<p2>%)?",
    re.IGNORECASE,
)


def _named_box(text):
    """Return a box whose numbers bear names, in any order; the first number of a name counts."""
    spans: dict[str, list[_Number]] = {}
    for match in _SPAN.finditer(text):
        percent = bool(match["p1"] or match["p2"])
        pair = [_Number(float(match[name]), percent) for name in ("low", "high")]
        spans.setdefault("x" if match["axis"][0] in "xXhH" else "y", pair)
    if len(spans) == 2:
        (x_0, x_1), (y_0, y_1) = spans["x"], spans["y"]
        return [x_0, y_0, x_1, y_1]
    named: dict[str, _Number] = {}
    for match in _NAMED.finditer(text):
        # In a bracket that is not closed the text was cut off, perhaps within this number.
        if match.end() == len(text) and len(re.findall(r"[{\[(]", text)) > len(re.findall(r"[}\])]", text)):
            continue
        number = _Number(float(match["value"]), bool(match["percent"]))
        named.setdefault(next(role for role in _NAMES if match[role]), number)
    if centre := _CENTRE.search(text):
        for name, place in (("centre_x", 1), ("centre_y", 2)):
            named.setdefault(name, _Number(float(centre[place]), False))
    return _from_names(named)


_CENTRE = re.compile(
    rf"\bcent(?:er|re)[\"']?\s*(?:is |at )?[:=]?\s*[\[(]\s*({_VALUE})\s*[,; ]\s*({_VALUE})\s*[\])]",
    re.IGNORECASE,
)
_ROW = re.compile(r"^\s*\|?((?:[^|\n]*\|)+[^|\n]*)$", re.MULTILINE)


def _tabulated_box(text):
    """Return a box out of a table whose head names the coordinates."""
    rows = [[cell.strip(" *`\"'") for cell in row.strip("| ").split("|")] for row in _ROW.findall(text)]
    for place, head in enumerate(rows):
        roles = [next((role for role, names in _ROLES if names.fullmatch(cell)), None) for cell in head]
        for row in rows[place + 1 :] if sum(role is not None for role in roles) >= 4 else []:
            if len(row) != len(roles):
                continue
            cells = {role: _NUMBER.fullmatch(cell) for role, cell in zip(roles, row, strict=True) if role}
            found = {role: cell for role, cell in cells.items() if cell}
            if len(found) == len(cells):
                numbers = {role: _Number(float(cell[1]), bool(cell[2])) for role, cell in found.items()}
                return _from_names(numbers)
    return None


def _from_names(named):
    if "first_x" in named:
        # x1 is the lower end next to x2, the upper one next to x0.
        named.setdefault("left" if "right" in named else "right", named["first_x"])
    if "first_y" in named:
        named.setdefault("top" if "bottom" in named else "bottom", named["first_y"])
    edges = ("left", "top", "right", "bottom")
    if all(edge in named for edge in edges):
        return [named[edge] for edge in edges]
    if not {"width", "height"} <= set(named):
        return None
    sides = (("left", "x", "centre_x", "width"), ("top", "y", "centre_y", "height"))
    low, high = [], []
    for edge, start, centre, length in sides:
        size = named[length]
        if centre in named:
            first = named[centre].value - size.value / 2
        elif start in named or edge in named:
            first = named.get(start, named.get(edge)).value
        else:
            return None
        low.append(_Number(first, size.percent))
        high.append(_Number(first + size.value, size.percent))
    return [low[0], low[1], high[0], high[1]]


# Brackets

_GROUP = re.compile(r"[\[({<]([^\[\](){}<>]*)[\])}>]")
_ANGLES = re.compile(rf"(?:<{_N}>\s*){{4,}}")
_ANGLES_AND_TURN = re.compile(rf"(?:<{_N}>\s*){{4}}\|\s*<{_N}>")
#: What may stand between two corners of one box or polygon.
_BETWEEN_CORNERS = re.compile(
    r"[\s,;:\])}>\[({<|\"'*.-]*"
    r"(?:(?:to|and|through|bottom|lower|upper|top|right|left|corner|the|at|with|is|p\d|br|tl|_)"
    r"[\s,:;\"'=_-]*)*[\s\[({<]*",
    re.IGNORECASE,
)


_NAMED_CORNER = re.compile(r"\(\s*x_?\w*\s*,\s*y_?\w*\s*\)\s*[:=]?", re.IGNORECASE)
_CUT_OFF_ANGLE = re.compile(rf"(\[\s*(?:{_VALUE}\s*,\s*){{3}}{_VALUE})\s*,\s*{_VALUE}?\s*$")
_CUT_OFF_CORNER = re.compile(rf"[\s,;]*[\[(]\s*{_VALUE}[^\])]*")


def _bracketed_box(text):
    """Return the first box in brackets: four numbers, corners, or a polygon."""
    text = _NAMED_CORNER.sub(" ", _POINT.sub(" ", text))
    # GeoChat's numbers have brackets each, the angle stands behind a bar.
    text = _ANGLES_AND_TURN.sub(lambda match: f"[{', '.join(re.findall(_VALUE, match[0]))}]", text)
    text = re.sub(rf"\|\s*<{_N}>?|\|", " | ", text)
    text = _ANGLES.sub(lambda match: f"[{', '.join(re.findall(_VALUE, match[0])[:4])}]", text)
    text = _TAG.sub(" ", text)
    # A fifth number that was cut off is an angle; the four before it are whole.
    text = _CUT_OFF_ANGLE.sub(r"\1]", text)
    groups = [(match, _numbers(match[1])) for match in _GROUP.finditer(text) if _numbers_only(match[1])]
    for index, (match, numbers) in enumerate(groups):
        if len(numbers) in (4, 5):
            return numbers
        if len(numbers) > 5 and len(numbers) % 2 == 0:
            return _tight(numbers)
        if len(numbers) == 2:
            corners = list(numbers)
            end = match.end()
            for following, more in groups[index + 1 :]:
                if len(more) != 2 or not _BETWEEN_CORNERS.fullmatch(text, end, following.start()):
                    break
                corners += more
                end = following.end()
            if _CUT_OFF_CORNER.fullmatch(text, end):
                return None
            if len(corners) >= 4:
                return corners if len(corners) == 4 else _tight(corners)
    return None


_NAME_IN_BRACKETS = re.compile(r"\b(?:[xy]_?(?:min|max|\d)?|px|and|to)\b", re.IGNORECASE)


def _numbers_only(content):
    """Return whether a bracket holds numbers and separators, perhaps with names of the coordinates."""
    return not re.search(r"[^\W\d_]", _NAME_IN_BRACKETS.sub(" ", _NUMBER.sub(" ", content)))


def _tight(numbers):
    x, y = numbers[0::2], numbers[1::2]
    return [min(x), min(y), max(x), max(y)]


# Bare numbers

_RUN = re.compile(
    rf"(?<![\w.,-])(?:{_VALUE}\s*%?\s*(?:[,;\s]|\n\s*[-*•])\s*){{3}}{_VALUE}(?![\w]|[.,]\d)\s*%?(?!\s*[,;]?\s*[-\d])",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:^|box|bbox|coordinates?|location|located|answer|region|area|[:=]|is|at|are)[\"'`*)\s:=-]*$",
    re.IGNORECASE,
)


def _bare_box(text):
    """Return four numbers with nothing between them but separators, alone or after "box", "at", ":"."""
    text = _TAG.sub(" ", _POINT.sub(" ", text))
    for match in _RUN.finditer(text):
        # An open bracket before them: the box was cut off.
        if re.search(r"[\[({<]\s*$", text[: match.start()]):
            continue
        after = text[match.end() :].lstrip(" \"'`*)")
        if _LEAD.search(text[: match.start()]) and not re.match(r"\w", after):
            return _numbers(match[0])
    return None


def tight_box(mask: ArrayLike) -> tuple[float, float, float, float] | None:
    """Return the tight box of a segmentation mask, for models that answer with a mask.

    Parameters
    ----------
    mask : array_like
        Shape (height, width); true or non-zero where the mask covers the image.

    Returns
    -------
    tuple of float or None
        x_min, y_min, x_max, y_max in 0–1 (pixel edges); None for an empty mask.
    """
    mask = np.asarray(mask, bool)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    height, width = mask.shape
    return (
        float(columns[0] / width),
        float(rows[0] / height),
        float((columns[-1] + 1) / width),
        float((rows[-1] + 1) / height),
    )
