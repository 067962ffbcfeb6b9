"""Numbers as they are printed, and all the numbers that a printed one may stand for.

A printed number is rounded to its last digit, so it stands for a span of numbers. Arithmetic on spans, in
fractions, says without any chosen tolerance whether printed numbers can belong together.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property

from bentxt.errors import InputError

_PRINTED = re.compile(r"(\d[\d,]*(?:\.\d+)?)(k|M| million)?")
_UNITS = {None: 1, "k": 1000, "M": 1_000_000, " million": 1_000_000}


@dataclass(frozen=True)
class Span:
    """All numbers from ``low`` to ``high``, both included.

    Examples
    --------
    >>> span = Span(Fraction(1), Fraction(2)) + Span.exactly(3) * Span(Fraction(0), Fraction(1))
    >>> span.low, span.high
    (Fraction(1, 1), Fraction(5, 1))
    """

    low: Fraction
    high: Fraction

    @classmethod
    def exactly(cls, value: Fraction | int) -> "Span":
        """Return the span of one number."""
        return cls(Fraction(value), Fraction(value))

    @property
    def middle(self) -> Fraction:
        """The number in the middle."""
        return (self.low + self.high) / 2

    def __add__(self, other: "Span") -> "Span":
        return Span(self.low + other.low, self.high + other.high)

    def __sub__(self, other: "Span") -> "Span":
        return Span(self.low - other.high, self.high - other.low)

    def __mul__(self, other: "Span") -> "Span":
        ends = [one * two for one in (self.low, self.high) for two in (other.low, other.high)]
        return Span(min(ends), max(ends))

    def __truediv__(self, other: "Span") -> "Span":
        if other.low <= 0 <= other.high:
            raise ZeroDivisionError("division by a span that holds 0")
        return self * Span(1 / other.high, 1 / other.low)

    def agrees(self, other: "Span") -> bool:
        """Tell whether both can stand for one number.

        Two spans that only touch do not: rounding puts the number between them into one of the two. But an
        exact number on the end of a span does, since it may be rounded to either side.
        """
        low, high = max(self.low, other.low), min(self.high, other.high)
        return low < high or (low == high and (self.low == self.high or other.low == other.high))


def largest(spans: Iterable[Span]) -> Span:
    """Return the span of the largest of some numbers."""
    known = list(spans)
    return Span(max(span.low for span in known), max(span.high for span in known))


@dataclass(frozen=True)
class Printed:
    """A printed number.

    Attributes
    ----------
    text : str
        As printed.
    value : Fraction
    step : Fraction
        What its last digit counts: the number is rounded to a multiple of it; 0 for an exact count.
    """

    text: str
    value: Fraction
    step: Fraction

    @cached_property
    def span(self) -> Span:
        """All numbers that are rounded to this one."""
        return Span(self.value - self.step / 2, self.value + self.step / 2)


@cache
def read_printed(text: str, exact: bool = False) -> Printed:
    """Read a printed number.

    Parameters
    ----------
    text : str
        Digits with commas and a decimal point, and ``k``, ``M`` or ``million`` after them.
    exact : bool
        Whether it is a count that was not rounded.

    Raises
    ------
    InputError
        If it is no such number.

    Examples
    --------
    >>> number = read_printed("9.6M")
    >>> int(number.span.low), int(number.span.high)
    (9550000, 9650000)
    """
    match = _PRINTED.fullmatch(text)
    if match is None:
        raise InputError(
            "not a number as the paper prints it", item=text, remedy="write as 1,082, 9.6M or 28.36"
        )
    unit, digits = _UNITS[match[2]], match[1].replace(",", "")
    decimals = len(digits.partition(".")[2])
    return Printed(text, Fraction(digits) * unit, Fraction(0 if exact else unit) / 10**decimals)


def roundings(value: Fraction, step: Fraction) -> tuple[Fraction, Fraction]:
    """Return a positive number rounded to a multiple of ``step``: halves up, and halves to even.

    Examples
    --------
    >>> [str(number) for number in roundings(Fraction("0.125"), Fraction("0.01"))]
    ['13/100', '3/25']
    """
    return (value / step + Fraction(1, 2)).__floor__() * step, round(value / step) * step


@cache
def hits_of_share(share: Printed, items: int) -> tuple[int, ...]:
    """Return each k for which k of ``items``, in percent, is rounded to a printed share, in either way.

    Parameters
    ----------
    share : Printed
        In percent.
    items : int
        At least 1.

    Examples
    --------
    >>> hits_of_share(read_printed("57.90"), 6927)
    (4011,)
    """
    first = (share.span.low * items / 100).__ceil__()
    last = (share.span.high * items / 100).__floor__()
    return tuple(
        hits
        for hits in range(max(first, 0), min(last, items) + 1)
        if share.value in roundings(Fraction(100 * hits, items), share.step)
    )


def every_number_is_a_share(share: Printed, items: int) -> bool:
    """Tell whether so many items have a share in every step of a printed one, so that none can be wrong.

    Examples
    --------
    >>> [every_number_is_a_share(read_printed("77.50"), items) for items in (3209, 12836)]
    [False, True]
    """
    return items * share.step >= 100


def decimal(value: Fraction | int, digits: int = 2) -> str:
    """Write a number with commas and decimals, halves up; a whole number without decimals.

    Examples
    --------
    >>> decimal(Fraction(2857, 55), 3), decimal(464_044)
    ('51.945', '464,044')
    """
    value = Fraction(value)
    if value.denominator == 1:
        return f"{value.numerator:,}"
    sign = "-" if value < 0 else ""
    scaled = (abs(value) * 10**digits + Fraction(1, 2)).__floor__()
    whole, part = divmod(scaled, 10**digits)
    return f"{sign}{whole:,}" + (f".{part:0{digits}d}" if digits else "")


def span_text(span: Span) -> str:
    """Write a span, the wider the fewer decimals, or the number alone where it is one.

    Examples
    --------
    >>> span_text(read_printed("51.49").span), span_text(read_printed("985k").span)
    ('51.485 to 51.495', '984,500 to 985,500')
    """
    width = span.high - span.low
    digits = 3 if width < 1 else 1 if width < 10 else 0
    if not width:
        return decimal(span.low, digits)
    return f"{decimal(span.low, digits)} to {decimal(span.high, digits)}"
