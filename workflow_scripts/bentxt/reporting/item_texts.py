"""What the texts of an item say, for those that show it: its category, the box and the point in it."""

from bentxt.errors import InputError
from bentxt.evaluation.box_extraction import extract_box

_CATEGORIES = {"relative pos": "relative position", "reference": "region", "None": "caption"}


def category_name(category: str) -> str:
    """Return what figures call a category of the release."""
    return _CATEGORIES.get(category, category)


def reference_box(output: str) -> tuple[float, float, float, float]:
    """Return the box that the data set answers a referring expression with, in 0–1.

    Raises
    ------
    InputError
        If the answer is no box.
    """
    box = extract_box(output, None).box
    if box is None:
        raise InputError("the data set's answer to a referring expression is no box", item=output)
    return box


def point_of(instruction: str) -> tuple[float, float]:
    """Return x and y of the ``<point>(x, y)</point>`` in an instruction.

    Raises
    ------
    InputError
        If there is none.
    """
    text = instruction.partition("<point>(")[2].partition(")</point>")[0]
    try:
        x, y = map(float, text.split(","))
    except ValueError:
        raise InputError("instruction without <point>(x, y)</point>", item=instruction) from None
    return x, y
