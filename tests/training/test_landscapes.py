"""Invented landscapes: their regions, by hand and against the attributes that questions are made from."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bentxt.training.landscapes import find_regions, invent_landscape, named_regions, turned


def _map():
    """Pastures (4) with a square of forest (8) in the corner, and two strips of water (17)."""
    of = np.full((120, 120), 4, np.uint8)
    of[:30, 90:] = 8
    of[60:70, :40] = 17
    of[100:, 50:60] = 17
    return of


def test_regions_by_hand():
    found = {(region.class_index, region.box): region for region in find_regions(_map())}
    assert set(found) == {
        (4, (0, 0, 120, 120)),
        (8, (90, 0, 120, 30)),
        (17, (0, 60, 40, 70)),
        (17, (50, 100, 60, 120)),
    }
    forest = found[8, (90, 0, 120, 30)]
    assert (forest.pixels, forest.point, forest.around) == (900, (105.0, 15.0), True)


def test_names_point_at_one_region_each():
    named = {
        (region.class_index, extreme): region.box for region, extreme in named_regions(find_regions(_map()))
    }
    assert named == {
        (4, ""): (0, 0, 120, 120),
        (8, ""): (90, 0, 120, 30),
        (17, "largest"): (0, 60, 40, 70),
        (17, "smallest"): (50, 100, 60, 120),
    }


def test_regions_of_one_size_are_neither_largest_nor_smallest():
    of = np.full((20, 20), 4, np.uint8)
    of[2:4, 2:4] = of[10:12, 10:12] = 8
    assert [region.class_index for region, _ in named_regions(find_regions(of))] == [4]


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_a_landscape_is_made_of_the_maps_and_its_regions_cover_it(seed):
    maps = np.stack([_map(), np.full((120, 120), 2, np.uint8)])
    landscape = invent_landscape(maps, np.random.default_rng(seed))
    assert landscape.shape == (120, 120)
    assert set(np.unique(landscape)) <= {2, 4, 8, 17}
    assert sum(region.pixels for region in find_regions(landscape)) == landscape.size
    assert np.array_equal(landscape, invent_landscape(maps, np.random.default_rng(seed)))


def test_a_map_is_turned_in_eight_ways():
    ways = {turned(_map(), turn).tobytes() for turn in range(8)}
    assert len(ways) == 8
    assert np.array_equal(turned(_map(), 0), _map())
