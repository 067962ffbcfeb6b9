"""What a released row means: read by the rules of ``docs/release.md``, and said in plain words.

The face of this room for users of the release; the reading itself is in ``question_reading`` and
``caption_reading``. Nothing is looked up in a map: the words say what the row states.
"""

import math
from collections.abc import Mapping
from typing import Any

from bentxt.agreement.caption_reading import read_caption
from bentxt.agreement.intervals import Interval
from bentxt.agreement.pixel_positions import centre_range, possible_edges
from bentxt.agreement.question_reading import Reading, check_category, read_row
from bentxt.captions.reading import caption_reader
from bentxt.errors import Unreadable
from bentxt.nomenclature import CLASSES
from bentxt.patches.climate_legend import zone_names
from bentxt.release import TASKS

_READ = ("type", "category", "input", "output")


def parse_row(
    row: Mapping[str, Any], zones: tuple[str, ...] | None = None
) -> Reading | caption_reader.Reading:
    """Read a row of the release into what it asks and answers.

    Parameters
    ----------
    row : mapping
        At least ``type``, ``category``, ``input`` and ``output``, as the release's columns hold them.
    zones : tuple of str, optional
        Names of the climate zones; those of the project's legend by default.

    Returns
    -------
    bentxt.agreement.question_reading.Reading or bentxt.captions.reading.caption_reader.Reading
        Classes by their place in ``bentxt.nomenclature.CLASSES``, areas in pixels (of 100 m²), boxes and
        points in shares of the patch's side.

    Raises
    ------
    Unreadable
        With the reason, if the row lacks one of the four, or is not understood.

    Examples
    --------
    >>> reading = parse_row(
    ...     {
    ...         "type": "binary",
    ...         "category": "area",
    ...         "input": "Do pastures take up between 0 square meters and 288000 square meters of the image?",
    ...         "output": "yes",
    ...     }
    ... )
    >>> reading.classes, reading.answer, reading.amount.low, reading.amount.high, reading.unit
    ((4,), True, 0.0, 2880.0, 'square meters')
    """
    if missing := [name for name in _READ if not isinstance(row.get(name), str)]:
        raise Unreadable(f"{' and '.join(missing)} missing or no text")
    annotation_type, category, instruction, output = (row[name] for name in _READ)
    check_category(annotation_type, category)
    zones = zone_names() if zones is None else zones
    if annotation_type == TASKS["captioning"]:
        return read_caption(output, zones)
    return read_row(annotation_type, category, instruction, output, zones)


def row_meaning(row: Mapping[str, Any], zones: tuple[str, ...] | None = None) -> str:
    """Say what a row of the release states of its patch, question and answer together.

    Parameters
    ----------
    row, zones
        As for :func:`parse_row`.

    Returns
    -------
    str
        Official names of classes, areas in pixels, positions in pixels of the 120 x 120 grid.

    Raises
    ------
    Unreadable
        As :func:`parse_row`.

    Examples
    --------
    >>> row = {"type": "mcq", "category": "count", "output": "b"}
    >>> row["input"] = "How many continuous areas are covered by pastures? a) 4, b) 2, c) 1, d) 0"
    >>> row_meaning(row)
    'Pastures: exactly 2 instances'
    >>> row = {"type": "bounding box", "category": "reference", "output": "[0.0 0.33, 0.28 0.8]"}
    >>> row["input"] = "Identify the location of the <ref>largest connected region of pastures</ref>."
    >>> row_meaning(row)
    'Pastures, the largest instance: x 0 or 1 to 33, y 40 to 95 or 96'
    """
    reading = parse_row(row, zones)
    if isinstance(reading, caption_reader.Reading):
        found = {index for mention in reading.mentions if not mention.group for index in mention.classes}
        classes = "; ".join(CLASSES[index] for index in sorted(found))
        return " | ".join([f"caption of {classes}", *sorted({zone for zone, _, _ in reading.zones})])
    if reading.type == TASKS["binary"]:
        return _answered(reading)
    if reading.type == TASKS["mcq"]:
        return _chosen(reading)
    box = _box_in_words(row["output"])
    if reading.point is not None:
        x, y = centre_range(f"({reading.point[0]}, {reading.point[1]})")
        return f"the instance centred at x {x[0]:g} to {x[1]:g}, y {y[0]:g} to {y[1]:g}: {box}"
    which = f"the {reading.extreme} instance" if reading.extreme else "the only instance"
    return f"{_names(reading.classes)}, {which}: {box}"


def _answered(reading):
    """Return what the question and its yes or no state."""
    holds = reading.answer is not reading.negated
    names = _names(reading.classes)
    if reading.amount is None:
        words = {"presence": ("present", "absent"), "adjacency": ("touch", "do not touch")}[reading.category]
        return f"{names}: {words[not holds]}"
    amount = amount_in_words(reading.amount, _NOUNS[reading.category])
    return f"{names}: {amount}" if holds else f"{names}: not {amount}"


_NOUNS = {"area": "pixel", "count": "instance"}


def _chosen(reading):
    """Return what the option that was chosen states."""
    option, category = reading.options[reading.answer], reading.category
    if isinstance(option, Interval):
        return f"{_names(reading.classes)}: {amount_in_words(option, _NOUNS[category])}"
    if category == "presence":
        return f"{CLASSES[option]}: present"
    if category == "adjacency":
        return f"{_names(option)}: touch"
    if category == "relative pos":
        anchor, target = (CLASSES[index] for index in reading.classes)
        return f"{target}: {option} of {anchor}"
    return f"{category}: {option}"


def _names(classes):
    return " + ".join(CLASSES[index] for index in classes)


def amount_in_words(amount: Interval, noun: str) -> str:
    """Return an interval in words.

    Parameters
    ----------
    amount : bentxt.agreement.intervals.Interval
    noun : str
        What is counted, in the singular.

    Returns
    -------
    str

    Examples
    --------
    >>> amount_in_words(Interval(0, 2880), "pixel")
    '0 to 2880 pixels'
    >>> amount_in_words(Interval(0, 1440, low_open=True, high_open=True), "pixel")
    'more than 0 and less than 1440 pixels'
    """
    low, high = f"{amount.low:.10g}", f"{amount.high:.10g}"
    if amount.low == amount.high:
        return f"exactly {low} {noun}" + ("s" if amount.low != 1 else "")
    below = "" if math.isinf(amount.low) else f"{'more than' if amount.low_open else 'at least'} {low}"
    above = "" if math.isinf(amount.high) else f"{'less than' if amount.high_open else 'at most'} {high}"
    if below and above and not (amount.low_open or amount.high_open):
        return f"{low} to {high} {noun}s"
    number = amount.high if math.isinf(amount.low) else amount.low
    plural = "" if number == 1 and not (below and above) else "s"
    return " and ".join(filter(None, (below, above))) + f" {noun}{plural}"


def _box_in_words(text):
    """Return a box in pixel edges, both where its number stands for two."""
    x_min, y_min, x_max, y_max = (" or ".join(map(str, edges)) for edges in possible_edges(text))
    return f"x {x_min} to {x_max}, y {y_min} to {y_max}"
