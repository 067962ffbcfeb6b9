"""Bounding boxes out of what a model wrote, in the notations and scales of the benchmarked models."""

import math
import re
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bentxt.evaluation.answer_extraction import LENIENT, STRICT, UNPARSED, unwrapped

_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w])")
_GROUP = re.compile(r"[\[({]([^\[\](){}]*)[\])}]")

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


def extract_box(text: str, scale: float | None) -> BoxExtraction:
    """Return the first box of an answer.

    The box is the first pair of brackets that holds four numbers, or five where the last is an angle (which
    is left out: the references are upright); without brackets, the text's only four numbers. A box whose
    values are all at most 1 is taken as it is, any other is divided by ``scale`` as a whole: value by value,
    the 1 of ``[0, 1, 50, 60]`` would become the whole image. Swapped corners are sorted.

    Parameters
    ----------
    text : str
        The model's text.
    scale : float or None
        Side of the image in the model's coordinates (100, 224, 1000); None or 1 where it answers in 0–1.

    Returns
    -------
    BoxExtraction
    """
    text = unwrapped(text)
    numbers = _first_box(text)
    if numbers is None or not all(map(math.isfinite, numbers)):
        return NOTHING
    if max(numbers) > 1 and scale:
        numbers = [number / scale for number in numbers]
    x = sorted(numbers[0::2])
    y = sorted(numbers[1::2])
    box = (x[0], y[0], x[1], y[1])
    left, top, right, bottom = (min(max(value, 0.0), 1.0) for value in box)
    inside = (left, top, right, bottom)
    level = STRICT if any(pattern.fullmatch(text) for pattern in _STRICT) else LENIENT
    return BoxExtraction(inside, level, inside != box)


def _first_box(text: str) -> list[float] | None:
    """Return four numbers, or None."""
    groups = [_numbers(content) for content in _GROUP.findall(text)]
    for index, group in enumerate(groups):
        if len(group) in (4, 5):
            return group[:4]
        # Corners in brackets of their own: (x0, y0), (x1, y1).
        if len(group) == 2 and index + 1 < len(groups) and len(groups[index + 1]) == 2:
            return group + groups[index + 1]
        if len(group) > 5:
            return None
    numbers = _numbers(text)
    return numbers if len(numbers) == 4 else None


def _numbers(text: str) -> list[float]:
    return [float(number) for number in _NUMBER.findall(text)]


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
