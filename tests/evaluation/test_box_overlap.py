import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.evaluation.box_overlap import intersection_over_union

WHOLE = (0, 0, 1, 1)


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        (WHOLE, WHOLE, 1),
        (WHOLE, (0, 0, 0.5, 1), 0.5),
        ((0, 0, 0.5, 0.5), (0.5, 0.5, 1, 1), 0),
        ((0, 0, 0.5, 0.5), (0.6, 0.6, 1, 1), 0),
        ((0, 0, 0.5, 0.5), (0.25, 0.25, 0.75, 0.75), 1 / 7),
        ((0, 0, 0.4, 1), (0.2, 0, 0.6, 1), 1 / 3),
        ((0, 0, 0, 0), WHOLE, 0),
        ((0.5, 0.5, 0.5, 0.5), (0.5, 0.5, 0.5, 0.5), 0),
    ],
)
def test_overlap_by_hand(first, second, overlap):
    assert intersection_over_union([first], [second])[0] == pytest.approx(overlap)


_SIDE = st.integers(0, 40)


@st.composite
def _boxes(draw):
    x, y = sorted((draw(_SIDE), draw(_SIDE))), sorted((draw(_SIDE), draw(_SIDE)))
    return x[0], y[0], x[1], y[1]


@given(_boxes(), _boxes())
def test_overlap_equals_counted_pixels(first, second):
    masks = []
    for x0, y0, x1, y1 in (first, second):
        mask = np.zeros((40, 40), bool)
        mask[y0:y1, x0:x1] = True
        masks.append(mask)
    union = (masks[0] | masks[1]).sum()
    expected = (masks[0] & masks[1]).sum() / union if union else 0
    found = intersection_over_union([np.divide(first, 40)], [np.divide(second, 40)])
    assert found[0] == pytest.approx(expected)


@given(st.lists(st.tuples(_boxes(), _boxes()), max_size=5))
def test_overlap_is_symmetric_and_bounded(pairs):
    first = np.array([pair[0] for pair in pairs]).reshape(-1, 4) / 40
    second = np.array([pair[1] for pair in pairs]).reshape(-1, 4) / 40
    found = intersection_over_union(first, second)
    assert len(found) == len(pairs)
    assert np.allclose(found, intersection_over_union(second, first))
    assert ((found >= 0) & (found <= 1)).all()
