"""Statements on areas and counts, and ranges of options: true ones are true, and each kind occurs."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.errors import InputError
from bentxt.nomenclature import PIXELS
from bentxt.questions.quantities import (
    METRIC_UNITS,
    area_statements,
    bound_text,
    check_grid,
    count_statements,
    pick_unit,
    position,
    range_layouts,
    range_text,
)

GRIDS = (5, 10, 20)


def test_positions_on_the_grid():
    assert [position(pixels, 10) for pixels in (1, 1439, 1440, 1441, 14399, 14400)] == [1, 1, 2, 3, 19, 20]


def test_texts_of_bounds_and_ranges():
    assert bound_text(3, 10, "%") == "30%"
    assert bound_text(1, 10, " m2") == "144000 m2"
    assert range_text(1, 4, 10, "%") == "10 to 40%"
    assert range_text(3, 6, 10, " sqm") == "432000 to 864000 sqm"


def test_two_of_three_units_are_percent():
    units = [pick_unit(n / 3000) for n in range(3000)]
    assert units.count("%") == 2000
    assert all(abs(units.count(unit) - 250) <= 1 for unit in METRIC_UNITS)


@given(pixels=st.integers(1, PIXELS), truth=st.booleans(), grid=st.sampled_from(GRIDS))
def test_area_statements_hold_or_do_not(pixels, truth, grid):
    step = PIXELS * grid // 100
    statements = area_statements(position(pixels, grid), truth, grid)
    assert len(statements) >= 3
    for kind, groups in statements:
        assert groups
        for bounds in (bounds for group in groups for bounds in group):
            low, high = (bounds[0] * step, bounds[-1] * step) if bounds else (0, 0)
            holds = {
                "at least": pixels >= low,
                "at most": pixels <= low,
                "more than": pixels > low,
                "less than": pixels < low,
                "between": low < pixels < high,
                "whole": pixels == PIXELS,
                "others": pixels < PIXELS,
            }[kind]
            assert holds is truth
            if kind == "between":
                assert pixels not in (low, high)


@given(pixels=st.integers(1, PIXELS), grid=st.sampled_from(GRIDS))
def test_widths_of_ranges_say_nothing_unless_the_area_is_near_an_end(pixels, grid):
    widths = {
        truth: {high - low for group in dict(statements).get("between", ()) for low, high in group}
        for truth in (True, False)
        for statements in [area_statements(position(pixels, grid), truth, grid)]
    }
    assert widths[True] <= widths[False]


@given(count=st.integers(1, 40), truth=st.booleans())
def test_count_statements_hold_or_do_not(count, truth):
    statements = count_statements(min(count, 5), truth)
    assert len(statements) >= 3
    for kind, numbers in statements:
        for number in numbers:
            holds = {
                "exactly": lambda n: count == n,
                "at least": lambda n: count >= n,
                "at most": lambda n: count <= n,
                "more than": lambda n: count > n,
                "fewer than": lambda n: count < n,
                "single": lambda n: count == 1,
                "multiple": lambda n: count > 1,
            }[kind](number)
            assert holds is truth


@pytest.mark.parametrize("grid", GRIDS)
def test_layouts_hold_the_area_in_one_range_only(grid):
    lines = 100 // grid
    for where in {*range(1, 2 * lines + 1, 1 if grid > 5 else 9), 2 * lines}:
        layouts, cumulated = range_layouts(where, grid, 10, 40)
        assert len(layouts) == len(cumulated)
        assert all(one < other for one, other in pairwise([0, *cumulated]))
        for layout in layouts[:: max(1, len(layouts) // 500)]:
            holding = [ends for ends in layout if 2 * ends[0] <= where <= 2 * ends[1]]
            assert holding == [layout[0]]
            ordered = sorted(layout)
            assert all(one[1] <= other[0] for one, other in pairwise(ordered))
            assert all(10 <= (high - low) * grid <= 40 for low, high in layout)


def test_a_wide_option_is_no_hint():
    # Over all areas alike, each of the four ranges is the right one equally often, the widest too.
    widest = 0.0
    for where in range(1, 20, 2):
        layouts, cumulated = range_layouts(where, 10, 10, 40)
        for layout, weight in zip(layouts, (b - a for a, b in pairwise([0, *cumulated])), strict=True):
            widths = [high - low for low, high in layout]
            right_is_widest = (widths[0] == max(widths)) / widths.count(max(widths))
            widest += right_is_widest * weight / cumulated[-1] / 10
    assert widest == pytest.approx(1 / 4, abs=0.03)


def test_impossible_settings_are_refused():
    with pytest.raises(InputError, match="do not fit"):
        range_layouts(1, 10, 30, 40)
    for grid in (7, 50, 10.0, "10"):
        with pytest.raises(InputError, match="allowed: 5, 10 or 20"):
            check_grid(grid)
