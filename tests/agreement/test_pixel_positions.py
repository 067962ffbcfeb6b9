"""Boxes and points of the release back to pixels: what two decimals leave open, and no more."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.agreement.pixel_positions import box_pixels, centre_range, point_pixel, possible_edges
from bentxt.errors import Unreadable
from bentxt.nomenclature import SIDE
from bentxt.questions.box_notation import box_text, point_text

span = st.tuples(st.integers(0, SIDE), st.integers(0, SIDE)).filter(lambda pair: pair[0] < pair[1])


@given(span, span)
def test_a_box_that_was_written_is_among_the_possible_ones(x, y):
    box = (x[0], y[0], x[1], y[1])
    edges = possible_edges(box_text(*box))
    for edge, possible in zip(box, edges, strict=True):
        assert edge in possible
        assert len(possible) <= 2
        assert possible[-1] - possible[0] == len(possible) - 1


@given(span, span)
def test_the_enclosing_box_is_the_one_written_or_a_pixel_larger_and_is_written_alike(x, y):
    text = box_text(x[0], y[0], x[1], y[1])
    x_min, y_min, x_max, y_max = box_pixels(text)
    for low, high, (first, last) in ((x_min, x_max, x), (y_min, y_max, y)):
        assert first - 1 <= low <= first < last <= high <= last + 1
    assert box_text(x_min, y_min, x_max, y_max) == text


def test_each_edge_by_exact_arithmetic():
    """120 v and 120 v + 1 as a minimum, 120 v - 1 and 120 v as a maximum; else the one edge inside."""
    for hundredths in range(100):
        number = hundredths / 100
        edges = possible_edges(f"[{number} {number}, 1.0 1.0]")
        first = math.ceil(hundredths * 6 / 5)
        assert edges[0] == edges[1] == ((first, first + 1) if hundredths % 5 == 0 else (first,))
    for hundredths in range(1, 101):
        number = hundredths / 100
        edges = possible_edges(f"[0.0 0.0, {number} {number}]")
        last = hundredths * 6 // 5
        expected = (last - 1, last) if hundredths % 5 == 0 else (last,)
        # In floating point 66 / 120 is written 0.56.
        expected = {55: (65,), 56: (66, 67)}.get(hundredths, expected)
        assert edges[2] == edges[3] == expected


def test_a_box_of_the_release():
    assert box_pixels("[0.0 0.33, 0.28 0.8]") == (0, 40, 33, 96)
    assert possible_edges("[0.51 0.9, 0.9 1.0]") == ((62,), (108, 109), (107, 108), (119, 120))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[0.123 0.0, 1.0 1.0]", "0.123 is no pixel edge"),
        ("[0.0 0.0, 0.999 1.0]", "0.999 is no pixel edge"),
        ("[0.5 0.0, 0.5 1.0]", "no extent"),
        ("[0.0 0.0, 1.2 1.0]", "leaves the image"),
        ("0.0 0.0, 1.0 1.0", "no box"),
        ("", "no box"),
    ],
)
def test_what_is_no_box_of_the_release_is_refused(text, reason):
    with pytest.raises(Unreadable, match=reason):
        box_pixels(text)


@given(st.floats(0, SIDE), st.floats(0, SIDE))
def test_a_centre_lies_in_the_range_of_its_point_and_its_pixel_is_a_neighbour(x, y):
    text = point_text(x, y)
    for centre, (low, high), pixel in zip((x, y), centre_range(text), point_pixel(text), strict=True):
        assert 0 <= low <= high <= SIDE
        assert high - low <= 1.2 + 1e-9
        assert low - 1e-6 <= centre <= high + 1e-6
        assert 0 <= pixel < SIDE
        assert abs(min(int(centre), SIDE - 1) - pixel) <= 1


def test_points_at_the_rim_and_where_floating_point_would_slip():
    assert point_pixel("(0.0, 1.0)") == (0, 119)
    assert centre_range("(0.0, 1.0)") == ((0.0, 0.6), (119.4, 120.0))
    # 0.35 * 120 is 42, and 0.29 * 120 is 34.8.
    assert point_pixel("(0.35, 0.29)") == (42, 34)


@pytest.mark.parametrize(
    "text", ["(0.5)", "(a, b)", "(0.1, 0.2, 0.3)", "(1.01, 0.5)", "(-0.1, 0.5)", "(nan, 0.5)"]
)
def test_what_is_no_point_is_refused(text):
    with pytest.raises(Unreadable, match="point"):
        point_pixel(text)
