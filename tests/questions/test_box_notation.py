"""Boxes and points in the release's spelling."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.questions.box_notation import box_text, point_text

edge = st.tuples(st.integers(0, 119), st.integers(1, 120)).filter(lambda pair: pair[0] < pair[1])


def test_box_of_the_release():
    # The mixed forest of patch 33UUP_26_57: columns 77 to 119, rows 0 to 84.
    assert box_text(77, 0, 120, 85) == "[0.64 0.0, 1.0 0.71]"


def test_maximum_is_ceiled_in_floating_point():
    assert box_text(0, 0, 66, 120) == "[0.0 0.0, 0.56 1.0]"
    assert box_text(66, 30, 90, 60) == "[0.55 0.25, 0.75 0.5]"


def test_numpy_edges_give_the_same_text():
    edges = np.array([77, 0, 120, 85], np.int16)
    assert box_text(*edges) == "[0.64 0.0, 1.0 0.71]"


@given(edge, edge)
def test_box_encloses_its_pixels_within_a_hundredth_or_two(x, y):
    text = box_text(x[0], y[0], x[1], y[1])
    assert re.fullmatch(r"\[[01]\.\d{1,2} [01]\.\d{1,2}, [01]\.\d{1,2} [01]\.\d{1,2}\]", text)
    x0, y0, x1, y1 = (float(number) for number in re.findall(r"[\d.]+", text))
    for low, high, (first, last) in ((x0, x1, x), (y0, y1, y)):
        assert first / 120 - 0.02 < low <= first / 120
        assert last / 120 <= high < last / 120 + 0.02
        assert 0 <= low < high <= 1


@pytest.mark.parametrize(
    "edges", [(0, 0, 121, 1), (-1, 0, 5, 5), (5, 0, 5, 5), (0, 9, 5, 8), (120, 0, 121, 5)]
)
def test_impossible_box_is_refused(edges):
    with pytest.raises(ValueError, match="no box within the patch"):
        box_text(*edges)


def test_point_is_rounded_to_the_nearest_hundredth():
    assert point_text(98.4, 33.6) == "(0.82, 0.28)"
    assert point_text(np.float64(60), np.float64(0.5)) == "(0.5, 0.0)"
    assert point_text(119.5, 120) == "(1.0, 1.0)"


def test_point_outside_is_refused():
    with pytest.raises(ValueError, match="no point of the patch"):
        point_text(120.1, 3)


@given(st.floats(0, 120), st.floats(0, 120))
def test_point_is_within_half_a_hundredth(x, y):
    first, second = (float(number) for number in re.findall(r"[\d.]+", point_text(x, y)))
    assert abs(first - x / 120) <= 0.005 + 1e-12
    assert abs(second - y / 120) <= 0.005 + 1e-12
