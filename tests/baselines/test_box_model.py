"""The box that overlaps most."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.baselines.box_model import BoxModel, best_box, place_box
from bentxt.evaluation.box_overlap import intersection_over_union

_HUNDREDTHS = st.integers(0, 99)


@st.composite
def box(draw):
    x, y = draw(_HUNDREDTHS), draw(_HUNDREDTHS)
    return x / 100, y / 100, draw(st.integers(x + 1, 100)) / 100, draw(st.integers(y + 1, 100)) / 100


def mean_overlap(found, boxes):
    return intersection_over_union(np.broadcast_to(found, boxes.shape), boxes).mean()


@given(box())
def test_of_equal_boxes_it_is_that_box(one):
    assert best_box(np.array([one] * 3)).tolist() == pytest.approx(one)


@given(st.lists(box(), min_size=1, max_size=12))
def test_it_is_no_worse_than_the_whole_image_and_the_median(boxes):
    boxes = np.array(boxes)
    reached = mean_overlap(best_box(boxes), boxes)
    assert reached >= mean_overlap([0, 0, 1, 1], boxes) - 1e-9
    assert reached >= mean_overlap(np.round(np.median(boxes, axis=0), 2), boxes) - 1e-9


def test_of_a_small_and_a_large_box_that_of_the_majority_wins():
    small, large = [0.4, 0.4, 0.6, 0.6], [0.0, 0.0, 1.0, 1.0]
    assert best_box(np.array([small] * 9 + [large])).tolist() == pytest.approx(small)
    assert best_box(np.array([small] + [large] * 9)).tolist() == pytest.approx(large)


def test_the_reach_round_points_is_found_and_ends_at_the_border():
    points = np.random.default_rng(1).uniform(0, 1, (60, 2)).round(2)
    reach = np.array([0.1, 0.25, 0.3, 0.05])
    boxes = place_box(reach, points)
    assert boxes.min() >= 0
    assert boxes.max() <= 1
    found = BoxModel(boxes, points, [()] * len(points)).boxes(points, [()] * len(points))
    assert np.abs(found - boxes).max() < 0.011


def test_a_kind_with_few_rows_has_the_box_of_all():
    often, seldom = [0.0, 0.0, 0.5, 0.5], [0.5, 0.5, 1.0, 1.0]
    rows = np.array([often] * 50 + [seldom] * 3)
    model = BoxModel(rows, None, ["often"] * 50 + ["seldom"] * 3)
    assert model.boxes(None, ["often", "seldom", "never"]).tolist() == [pytest.approx(often)] * 3
    model = BoxModel(np.array([often] * 50 + [seldom] * 30), None, ["often"] * 50 + ["seldom"] * 30)
    assert model.boxes(None, ["often", "seldom"]).tolist() == [pytest.approx(often), pytest.approx(seldom)]
