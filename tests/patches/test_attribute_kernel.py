"""The kernel equals scipy on maps of every shape, and a few maps whose answer is known by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bentxt.nomenclature import CODES, UNLABELLED_CODES
from bentxt.patches.attribute_kernel import adjacency_columns, extract, instance_columns
from worlds.naive_attributes import naive_attributes

ALL_CODES = np.array([code for codes in CODES for code in codes] + list(UNLABELLED_CODES), np.uint16)
ARABLE, PASTURES, FOREST = 211, 231, 312
SIDE = 120


def as_tuples(found, index):
    """Return the attributes of one map of a shard in the shape of naive_attributes."""
    rows = found.instances[found.instances["map"] == index]
    columns = instance_columns(rows, rows["map"])
    instances = list(zip(*(column.tolist() for column in list(columns.values())[1:]), strict=True))
    pairs = found.adjacencies[found.adjacencies["map"] == index]
    columns = adjacency_columns(pairs, pairs["map"])
    adjacencies = list(zip(*(column.tolist() for column in list(columns.values())[1:]), strict=True))
    return found.unlabelled_pixels[index], found.class_pixels[index].tolist(), instances, adjacencies


def check(maps):
    """Compare a shard of maps with scipy, one by one."""
    found = extract(np.asarray(maps, np.uint16))
    assert found.unknown_pixel.tolist() == [-1] * len(maps)
    for index, codes in enumerate(maps):
        unlabelled, pixels, instances, adjacencies = as_tuples(found, index)
        expected = naive_attributes(codes)
        assert (unlabelled, pixels, adjacencies) == (expected[0], expected[1], expected[3])
        assert len(instances) == len(expected[2])
        for mine, theirs in zip(instances, expected[2], strict=True):
            assert mine[:6] == theirs[:6]
            assert mine[6:8] == pytest.approx(theirs[6:8], abs=1e-9)
            assert mine[8] == theirs[8]


def random_map(rng):
    """Return one map out of several families, from one block to noise."""
    size = rng.choice([1, 1, 2, 3, 5, 8, 20, 40, 120])
    colours = rng.choice(ALL_CODES, rng.integers(1, 10))
    blocks = -(-SIDE // size)
    weights = rng.dirichlet(np.full(len(colours), rng.choice([0.1, 1.0])))
    codes = np.kron(rng.choice(colours, (blocks, blocks), p=weights), np.ones((size, size), np.uint16))
    codes = np.roll(codes[:SIDE, :SIDE], rng.integers(0, SIDE, 2), (0, 1)).astype(np.uint16)
    for _ in range(rng.integers(0, 4)):
        y, x = rng.integers(0, SIDE, 2)
        inner, outer = np.sort(rng.integers(1, 60, 2))
        distance = np.hypot(*np.ogrid[-y : SIDE - y, -x : SIDE - x])
        codes[(distance >= inner) & (distance < outer)] = rng.choice(ALL_CODES)
    return codes


def test_random_maps_equal_scipy():
    rng = np.random.default_rng(1)
    drawn = [random_map(rng) for _ in range(900)]
    # Noise of many classes takes scipy a second a map; what is left still holds specks by the thousand.
    check([codes for codes in drawn if len(np.unique(codes)) < 8][:300])


@st.composite
def small_patterns(draw):
    """Draw a shard of maps that repeat a small pattern of few codes, at any place, on any ground."""
    maps = []
    for _ in range(draw(st.integers(1, 3))):
        height, width = draw(st.integers(1, 6)), draw(st.integers(1, 6))
        colours = draw(st.lists(st.sampled_from(ALL_CODES.tolist()), min_size=2, max_size=4))
        cells = draw(st.lists(st.sampled_from(colours), min_size=height * width, max_size=height * width))
        codes = np.full((SIDE, SIDE), colours[0], np.uint16)
        pattern = np.array(cells, np.uint16).reshape(height, width)
        if draw(st.booleans()):
            pattern = np.kron(pattern, np.ones((draw(st.integers(1, 20)),) * 2, np.uint16))
        y = draw(st.integers(0, SIDE - pattern.shape[0]))
        x = draw(st.integers(0, SIDE - pattern.shape[1]))
        if draw(st.booleans()):
            y = draw(st.sampled_from([0, SIDE - pattern.shape[0]]))
        codes[y : y + pattern.shape[0], x : x + pattern.shape[1]] = pattern
        maps.append(codes)
    return maps


@settings(max_examples=1500)
@given(small_patterns())
def test_small_patterns_anywhere_equal_scipy(maps):
    check(maps)


def ground(code=ARABLE):
    return np.full((SIDE, SIDE), code, np.uint16)


def one(codes):
    return as_tuples(extract(codes[None]), 0)


def test_full_map_is_one_instance_without_neighbours():
    unlabelled, pixels, instances, adjacencies = one(ground())
    assert unlabelled == 0
    assert pixels[2] == sum(pixels) == 14400
    assert instances == [(2, 14400, 0, 0, 120, 120, 60.0, 60.0, True)]
    assert adjacencies == []


@pytest.mark.parametrize(("y", "x"), [(0, 0), (0, 119), (119, 0), (119, 119), (57, 3)])
def test_one_pixel_instance(y, x):
    codes = ground()
    codes[y, x] = PASTURES
    _, _, instances, adjacencies = one(codes)
    assert instances[1] == (4, 1, x, y, x + 1, y + 1, x + 0.5, y + 0.5, True)
    edges = 4 - (y in (0, 119)) - (x in (0, 119))
    assert adjacencies == [(2, 4, edges)]


def test_corner_contact_neither_joins_nor_borders():
    codes = ground(FOREST)
    codes[10, 10] = codes[11, 11] = PASTURES
    codes[20, 20], codes[21, 21] = PASTURES, ARABLE
    _, _, instances, adjacencies = one(codes)
    assert [row[1] for row in instances if row[0] == 4] == [1, 1, 1]
    assert (2, 4) not in [pair[:2] for pair in adjacencies]


def test_ring_has_its_centroid_outside():
    codes = ground()
    codes[40:61, 40:61] = PASTURES
    codes[45:56, 45:56] = ARABLE
    _, _, instances, adjacencies = one(codes)
    ring = instances[-1]
    assert ring == (4, 21 * 21 - 11 * 11, 40, 40, 61, 61, 50.5, 50.5, False)
    # The land inside the ring is an instance of its own.
    assert [row[1] for row in instances[:2]] == [14400 - 21 * 21, 121]
    assert adjacencies == [(2, 4, 4 * 21 + 4 * 11)]


def test_checkerboard_has_an_instance_a_pixel():
    codes = ground()
    codes[::2, ::2] = codes[1::2, 1::2] = PASTURES
    _, pixels, instances, adjacencies = one(codes)
    assert len(instances) == 14400
    assert pixels[2] == pixels[4] == 7200
    assert adjacencies == [(2, 4, 2 * 120 * 119)]


def test_snake_is_one_instance_in_every_direction():
    codes = ground()
    codes[::2] = PASTURES
    codes[1::4, -1] = codes[3::4, 0] = PASTURES
    codes[119] = ARABLE
    _, _, instances, _ = one(codes)
    assert [row[1] for row in instances if row[0] == 4] == [60 * 120 + 59]
    check([codes, codes.T, codes[::-1], codes[:, ::-1]])


def test_nested_rings_equal_scipy():
    y, x = np.ogrid[:SIDE, :SIDE]
    distance = np.maximum(abs(y - 59), abs(x - 59))
    check([ALL_CODES[distance // width % 5] for width in (1, 2, 7)])


def test_comb_is_joined_at_its_last_row():
    codes = ground()
    codes[:119, ::2] = codes[119] = PASTURES
    _, _, instances, _ = one(codes)
    assert [row[1] for row in instances if row[0] == 4] == [60 * 119 + 120]


def test_codes_of_one_class_are_one_instance():
    codes = ground(311)
    codes[:60] = 211
    codes[:60, 60:] = 212
    codes[30:60, 60:] = 213
    _, pixels, instances, adjacencies = one(codes)
    assert [row[:2] for row in instances] == [(2, 7200), (8, 7200)]
    assert pixels[2] == 7200
    assert adjacencies == [(2, 8, 120)]


@pytest.mark.parametrize("code", UNLABELLED_CODES)
def test_unlabelled_pixels_are_counted_and_part_nothing_else(code):
    codes = ground()
    codes[:, 60:] = PASTURES
    codes[:, 59:61] = code
    unlabelled, pixels, instances, adjacencies = one(codes)
    assert unlabelled == 240
    assert sum(pixels) == 14400 - 240
    assert len(instances) == 2
    assert adjacencies == []


def test_centroid_between_two_pixels_belongs_to_the_right_and_lower_one():
    codes = ground()
    codes[10, 20:22] = PASTURES
    codes[30:32, 50] = FOREST
    codes[50, 70] = codes[50, 73] = codes[51, 70:74] = PASTURES
    _, _, instances, _ = one(codes)
    pair, bowl = (row for row in instances if row[0] == 4)
    assert pair[6:] == (21.0, 10.5, True)
    assert next(row for row in instances if row[0] == 9)[6:] == (50.5, 31.0, True)
    assert bowl[6:8] == (72.0, 51.5 - 2 / 6)
    assert bowl[8]


@pytest.mark.parametrize(("code", "y", "x"), [(1, 0, 0), (524, 119, 119), (1000, 7, 119), (65535, 60, 0)])
def test_unknown_code_is_found_and_spares_the_other_maps(code, y, x):
    maps = np.array([ground(), ground(PASTURES), ground(FOREST)])
    maps[1, y, x] = code
    found = extract(maps)
    assert found.unknown_pixel.tolist() == [-1, y * 120 + x, -1]
    assert found.instances["map"].tolist() == [0, 2]
    assert found.class_pixels.sum(1).tolist() == [14400, 0, 14400]


def test_shards_do_not_change_results():
    rng = np.random.default_rng(3)
    maps = np.array([random_map(rng) for _ in range(24)])
    whole = extract(maps)
    for size in (1, 5, 24):
        parts = [extract(maps[first : first + size]) for first in range(0, 24, size)]
        for part, first in zip(parts, range(0, 24, size), strict=True):
            part.instances["map"] += first
            part.adjacencies["map"] += first
        np.testing.assert_array_equal(np.concatenate([part.instances for part in parts]), whole.instances)
        np.testing.assert_array_equal(np.concatenate([part.adjacencies for part in parts]), whole.adjacencies)


def test_room_grows_for_shards_of_worst_cases():
    codes = ground()
    codes[::2, ::2] = codes[1::2, 1::2] = PASTURES
    found = extract(np.array([codes] * 6))
    assert len(found.instances) == 6 * 14400
    assert np.bincount(found.instances["map"]).tolist() == [14400] * 6


def test_empty_shard():
    found = extract(np.empty((0, SIDE, SIDE), np.uint16))
    assert len(found.instances) == len(found.adjacencies) == 0


@pytest.mark.parametrize("maps", [np.zeros((1, 60, 60), np.uint16), np.zeros((1, SIDE, SIDE), np.int32)])
def test_arrays_of_another_kind_are_refused(maps):
    with pytest.raises(ValueError, match="expected uint16"):
        extract(maps)


def test_reversed_views_are_read_right():
    codes = random_map(np.random.default_rng(5))
    np.testing.assert_array_equal(
        extract(codes[None, ::-1]).instances, extract(codes[::-1][None].copy()).instances
    )
