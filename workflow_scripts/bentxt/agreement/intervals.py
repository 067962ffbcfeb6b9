"""Amounts as intervals of pixels or counts."""

import math
from dataclasses import dataclass

from bentxt.nomenclature import PIXELS


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers from ``low`` to ``high``; an open end does not belong to it.

    Attributes
    ----------
    low, high : float
        In pixels (areas) or instances (counts).
    low_open, high_open : bool
    unit : str
        As written; empty for counts and for statements without a number.
    """

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False
    unit: str = ""

    def __contains__(self, value: float) -> bool:
        above = value > self.low if self.low_open else value >= self.low
        below = value < self.high if self.high_open else value <= self.high
        return above and below


def at_least(value: float, unit: str = "") -> Interval:
    """Return the numbers from ``value`` on."""
    return Interval(value, math.inf, unit=unit)


def at_most(value: float, unit: str = "") -> Interval:
    """Return the numbers up to ``value``."""
    return Interval(-math.inf, value, unit=unit)


def more_than(value: float, unit: str = "") -> Interval:
    """Return the numbers above ``value``."""
    return Interval(value, math.inf, low_open=True, unit=unit)


def less_than(value: float, unit: str = "") -> Interval:
    """Return the numbers below ``value``."""
    return Interval(-math.inf, value, high_open=True, unit=unit)


def exactly(value: float, unit: str = "") -> Interval:
    """Return the one number."""
    return Interval(value, value, unit=unit)


#: The whole patch, and less than it: other classes are there besides.
WHOLE, NOT_WHOLE = exactly(PIXELS), less_than(PIXELS)
