"""Every answer of a small world, found again from the class maps: the wording is read, scipy answers."""

import math
import re
from collections import Counter
from itertools import pairwise

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy import ndimage

from bentxt.class_wording import load_wording
from bentxt.nomenclature import CLASSES, COUNTRIES, PIXELS, SIDE
from bentxt.patches.climate_legend import zone_names
from bentxt.questions.categories import QUESTION_TYPES
from bentxt.questions.similar_classes import load_similar_classes
from worlds.asked_questions import (
    ZONES_FILE,
    box_words,
    make,
    pool_rows,
    read,
)
from worlds.question_world import borders_of, instances_of, small_world

NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4}
ROUND = ("top", "top-right", "right", "bottom-right", "bottom", "bottom-left", "left", "top-left")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return small_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def rows(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("questions")
    return {name: make(world, name, folder / f"{name}.parquet") for name in QUESTION_TYPES}


@pytest.fixture(scope="module", params=["ordinary rows", "pool of the benchmark"])
def any_rows(request, rows, world):
    """Rows outside the benchmark split, and all of the pool that it is chosen from."""
    return rows if request.param == "ordinary rows" else pool_rows(world)


def of(rows, annotation_type, category):
    found = [row for row in rows[annotation_type] if row["category"] == category]
    assert found, category
    return found


def class_of(form, text):
    """Return the class index that has ``text`` as one of its forms."""
    (index,) = (n for n, forms in enumerate(load_wording()) if getattr(forms, form) == text)
    return index


def options_of(row):
    """Return the text before the options, and the options by letter."""
    match = re.fullmatch(r"(.*) a\) (.*), b\) (.*), c\) (.*), d\) (.*)", row["input"])
    assert match, row["input"]
    text, *options = match.groups()
    assert len(set(options)) == 4, row["input"]
    return text, dict(zip("abcd", options, strict=True))


def only_true(row, options, holds):
    """Check that just one option is true and that it is the answer."""
    assert [letter for letter, option in options.items() if holds(option)] == [row["output"]], row


def pixels_of(quantity):
    """Read an area in any unit; pixels."""
    number, unit = re.fullmatch(r"(\d+)(%| m2| m\^2| sqm| square meters)", quantity).groups()
    assert int(number) % (10 if unit == "%" else 144_000) == 0
    return int(number) * (PIXELS // 100) if unit == "%" else int(number) // 100


def pieces(class_map, index):
    return ndimage.label(class_map == index)[1]


def touch(class_map, first, second):
    return bool((ndimage.binary_dilation(class_map == first) & (class_map == second)).any())


def alphabetical(pair):
    assert list(pair) == sorted(pair, key=lambda index: CLASSES[index].lower())


def test_presence(world, any_rows):
    for row in of(any_rows, "binary", "presence"):
        present = class_of("lower", read(row)["lower"]) in world.class_maps[row["patch_id"]]
        assert row["output"] == ("yes" if present else "no")


def test_area(world, any_rows):
    forms = Counter()
    for row in of(any_rows, "binary", "area"):
        values = read(row)
        area = int((world.class_maps[row["patch_id"]] == class_of("plural", values["plural"])).sum())
        assert area > 0
        quantity = values.get("quantity")
        if quantity is None:
            form = "others" if re.search("other|more class", row["input"]) else "whole"
            holds = {(area < PIXELS) if form == "others" else (area == PIXELS)}
        elif match := re.fullmatch(r"(?:somewhere )?between (.*) and (.*)", quantity):
            form, low, high = "between", pixels_of(match[1]), pixels_of(match[2])
            # With or without the ends, the answer must be the same.
            holds = {low <= area <= high, low < area < high}
        else:
            form, bound, holds = compare(quantity, area)
            assert 0 <= bound <= PIXELS
        forms[form, row["output"]] += 1
        assert holds == {row["output"] == "yes"}, row
    assert len(forms) == 14


def compare(quantity, area):
    """Return form, bound in pixels and truth of a comparison."""
    for pattern, form, holds in (
        (r"(?:at least|no less than) (.*)|(.*) or more", "at least", lambda bound: area >= bound),
        (r"(?:at most|no more than) (.*)|(.*) or less", "at most", lambda bound: area <= bound),
        (r"(?:more than|over) (.*)", "more than", lambda bound: area > bound),
        (r"(?:less than|under) (.*)", "less than", lambda bound: area < bound),
    ):
        if match := re.fullmatch(pattern, quantity):
            bound = pixels_of(next(filter(None, match.groups())))
            return form, bound, {holds(bound)}
    raise AssertionError(quantity)


def test_count(world, any_rows):
    for row in of(any_rows, "binary", "count"):
        values = read(row)
        count = pieces(world.class_maps[row["patch_id"]], class_of("plural", values["plural"]))
        amount = values["amount"]
        number = next((NUMBERS[word] for word in amount.split() if word in NUMBERS), None)
        if number is None:
            holds = count == 1 if "single" in amount else count > 1
            assert "single" in amount or amount == "multiple"
        elif re.search("or more|at least", amount):
            holds = count >= number
        elif re.search("or fewer|at most", amount):
            holds = count <= number
        elif "more than" in amount:
            holds = count > number
        elif "fewer than" in amount:
            holds = count < number
        else:
            assert re.fullmatch("(exactly|precisely) (one|two|three|four)", amount)
            holds = count == number
        assert row["output"] == ("yes" if holds else "no"), row
        singular = "single" in amount or amount in ("exactly one", "precisely one", "more than one")
        (noun,) = (values[name] for name in ("area", "patch", "region") if name in values)
        assert noun.endswith("s") is not singular, row
        verb = values.get("is_are", values.get("Is_Are", "")).lower()
        assert verb in ("", "is" if singular else "are"), row


def test_adjacency(world, any_rows):
    for row in of(any_rows, "binary", "adjacency"):
        values = read(row)
        first, second = class_of("any", values["any"]), class_of("other", values["other"])
        alphabetical((first, second))
        touching = touch(world.class_maps[row["patch_id"]], first, second)
        assert row["output"] == ("yes" if touching else "no")
        assert row["classes"] == [first, second]


def test_binary_rows_of_a_patch(world, rows):
    for patch_id, class_map in world.class_maps.items():
        own = [row for row in rows["binary"] if row["patch_id"] == patch_id]
        assert [row["category"] for row in own] == sorted(row["category"] for row in own)
        answers = {
            name: [row["output"] for row in own if row["category"] == name] for name in ("area", "count")
        }
        assert all(sorted(pair) == ["no", "yes"] for pair in answers.values())
        present = np.unique(class_map)
        presence = [row["output"] for row in own if row["category"] == "presence"]
        assert presence == (["yes", "no"] if len(present) < 19 else ["yes"])
        adjacency = [row["output"] for row in own if row["category"] == "adjacency"]
        apart = len(present) < 19 or any(
            not touch(class_map, a, b) for a in present for b in present if a < b
        )
        assert adjacency == ["yes"] * (len(present) > 1) + ["no"] * apart
        about = [tuple(row["classes"]) for row in own if row["category"] == "adjacency"]
        assert len(set(about)) == len(about)


def test_both_orders_of_area_and_count_occur(rows):
    for category in ("area", "count"):
        answers = [row["output"] for row in of(rows, "binary", category)]
        assert {"yes", "no"} == set(answers[::2])


def test_mcq_presence(world, any_rows):
    for row in of(any_rows, "mcq", "presence"):
        present = world.class_maps[row["patch_id"]]
        only_true(row, options_of(row)[1], lambda option: CLASSES.index(option) in present)  # noqa: B023


def test_mcq_area(world, any_rows):
    for row in of(any_rows, "mcq", "area"):
        text, options = options_of(row)
        area = int((world.class_maps[row["patch_id"]] == class_of("plural", read(row, text)["plural"])).sum())
        ranges = {}
        for letter, option in options.items():
            low, high, unit = re.fullmatch(
                r"(\d+) to (\d+)(%| m2| m\^2| sqm| square meters)", option
            ).groups()
            ranges[letter] = pixels_of(low + unit), pixels_of(high + unit)
            assert 1440 <= ranges[letter][1] - ranges[letter][0] <= 5760
        assert len({re.sub("[0-9 to]+", "", option) for option in options.values()}) == 1
        # Ends included: an area on the end of two ranges would be in both.
        only_true(row, ranges, lambda ends: ends[0] <= area <= ends[1])  # noqa: B023
        ordered = sorted(ranges.values())
        assert all(one[1] <= other[0] for one, other in pairwise(ordered))


def test_mcq_count(world, any_rows):
    for row in of(any_rows, "mcq", "count"):
        text, options = options_of(row)
        count = pieces(world.class_maps[row["patch_id"]], class_of("lower", read(row, text)["lower"]))
        right = str(count) if count <= 5 else "More than five"
        only_true(row, options, right.__eq__)
        assert set(options.values()) <= {"0", "1", "2", "3", "4", "5", "More than five"}


def test_mcq_adjacency(world, rows):
    by_patch = Counter()
    for row in of(rows, "mcq", "adjacency"):
        class_map = world.class_maps[row["patch_id"]]
        pairs = {}
        for letter, option in options_of(row)[1].items():
            (pair,) = (
                (CLASSES.index(first), CLASSES.index(second))
                for first, second in (
                    (option[: match.start()], option[match.end() :]) for match in re.finditer(" and ", option)
                )
                if first in CLASSES and second in CLASSES
            )
            alphabetical(pair)
            pairs[letter] = pair
        only_true(row, pairs, lambda pair: touch(class_map, *pair))  # noqa: B023
        present = sorted(np.unique(class_map).tolist())
        apart = [(a, b) for a in present for b in present if a < b and not touch(class_map, a, b)]
        if apart:
            # Absence alone does not give the answer away.
            assert any(set(pair) <= set(present) for pair in pairs.values() if not touch(class_map, *pair))
        by_patch[row["patch_id"]] += 1
    assert set(by_patch.values()) == {1}


def box_of(class_map, index):
    ((rows, columns),) = ndimage.find_objects((class_map == index).astype(int))
    return columns.start, rows.start, columns.stop, rows.stop


def test_mcq_relative_position(world, tmp_path):
    directions, asked = set(), set()
    rows = [row for seed in range(6) for row in make(world, "mcq", tmp_path / "q.parquet", seed=seed)]
    for row in of({"mcq": rows}, "mcq", "relative pos"):
        asked.add(row["patch_id"])
        text, options = options_of(row)
        values = read(row, text)
        class_map = world.class_maps[row["patch_id"]]
        anchor, target = (
            class_of("lower", values[name].removeprefix("the ")) for name in ("anchor", "target")
        )
        assert anchor != target
        assert pieces(class_map, anchor) == pieces(class_map, target) == 1
        a, t = box_of(class_map, anchor), box_of(class_map, target)
        words = ["top"] * (t[3] <= a[1]) + ["bottom"] * (t[1] >= a[3])
        words += ["left"] * (t[2] <= a[0]) + ["right"] * (t[0] >= a[2])
        right = "-".join(words)
        only_true(row, options, f"to the {right}".__eq__)
        # All straight or all diagonal: no option gives itself away by a neighbour that could be as right.
        kind = ROUND[ROUND.index(right) % 2 :: 2]
        assert set(options.values()) == {f"to the {name}" for name in kind}
        directions.add(right)
        if "is_are" in values:
            assert (values["is_are"] == "is") == (load_wording()[target].number == "singular")
    assert directions == set(ROUND)
    for patch_id, class_map in world.class_maps.items():
        alone = [index for index in np.unique(class_map) if pieces(class_map, index) == 1]
        boxes = [box_of(class_map, index) for index in alone]
        possible = any(
            one[2] <= two[0] or one[3] <= two[1] for one in boxes for two in boxes if one is not two
        )
        assert (patch_id in asked) == possible


def test_mcq_country_season_and_climate_zone(world, rows):
    zones = zone_names(ZONES_FILE)
    for category, column, names in (
        ("country", "country", COUNTRIES),
        ("season", "season", ("Spring", "Summer", "Fall", "Winter")),
        ("climate zone", "climate_zone", zones),
    ):
        found = of(rows, "mcq", category)
        assert len(found) == len(world.rows)
        for row in found:
            options = options_of(row)[1]
            only_true(row, options, world.rows[row["patch_id"]][column].__eq__)
            assert set(options.values()) <= set(names)


def test_the_release_quirk_of_autumn(world, tmp_path):
    rows = make(world, "mcq", tmp_path / "q.parquet", release_compatible=True)
    seen = set()
    for row in rows:
        if row["category"] == "season":
            options = options_of(row)[1]
            season = world.rows[row["patch_id"]]["season"]
            assert options[row["output"]] == season
            seen.add(("Fall" in options.values(), "Autumn" in options.values(), season == "Fall"))
    assert seen == {(True, True, True), (True, False, True), (False, True, False)}


def test_answers_lie_evenly_on_the_letters(world, tmp_path):
    places = Counter()
    for seed in range(6):
        places.update(row["output"] for row in make(world, "mcq", tmp_path / "q.parquet", seed=seed))
    total = sum(places.values())
    # Four standard deviations of a fair draw.
    assert all(abs(places[letter] - total / 4) < 4 * math.sqrt(total * 3 / 16) for letter in "abcd")


def test_points(world, any_rows):
    found = {patch_id: [] for patch_id in world.class_maps}
    for row in of(any_rows, "bounding_box", "point"):
        found[row["patch_id"]].append((read(row)["point"], row["output"]))
    for patch_id, class_map in world.class_maps.items():
        expected = []
        if len(np.unique(class_map)) > 1:
            for instance in instances_of(class_map):
                if instance["centroid_inside"] and instance["pixels"] >= 144:
                    x, y = (round(instance[f"centroid_{axis}"] / SIDE, 2) for axis in "xy")
                    expected.append((f"({x}, {y})", box_words(instance)))
        assert sorted(found[patch_id]) == sorted(expected)


def test_references(world, any_rows):
    found = {patch_id: [] for patch_id in world.class_maps}
    for row in of(any_rows, "bounding_box", "reference"):
        values = read(row)
        index = class_of("lower", values["lower"])
        found[row["patch_id"]].append((index, values.get("extreme", ""), row["output"]))
        assert row["input"].count("<ref>") == row["input"].count("</ref>") == 1
    for patch_id, class_map in world.class_maps.items():
        expected = []
        instances = instances_of(class_map)
        for index in np.unique(class_map).tolist():
            own = [instance for instance in instances if instance["class_index"] == index]
            sizes = [instance["pixels"] for instance in own]
            for extreme, size in (("largest", max(sizes)), ("smallest", min(sizes))):
                if len(own) > 1 and sizes.count(size) > 1:
                    continue
                instance = own[sizes.index(size)]
                box = (instance["x_max"] - instance["x_min"]) * (instance["y_max"] - instance["y_min"])
                if 144 <= size <= 7200 and size / box >= 0.4:
                    expected.append((index, extreme if len(own) > 1 else "", box_words(instance)))
        assert sorted(found[patch_id]) == sorted(set(expected))


def test_wrong_classes_are_similar_ones_where_there_are_any(world, rows):
    similar = load_similar_classes()
    for row in of(rows, "binary", "presence"):
        if row["output"] == "no":
            present = np.unique(world.class_maps[row["patch_id"]]).tolist()
            absent = set(range(19)) - set(present)
            nearest = {
                index
                for anchor in present
                for index in next(tier for tier in similar[anchor] if absent & set(tier))
            }
            assert row["classes"][0] in nearest & absent


def test_rows_depend_on_neither_block_size_nor_other_patches(world, rows, tmp_path):
    for annotation_type in QUESTION_TYPES:
        for block in (1, 7):
            assert make(world, annotation_type, tmp_path / "q.parquet", block) == rows[annotation_type]
    fewer = pq.read_table(world.patches).slice(5, 9)
    pq.write_table(fewer, tmp_path / "patches.parquet")
    some = type(world)(**{**vars(world), "patches": tmp_path / "patches.parquet"})
    for annotation_type in QUESTION_TYPES:
        kept = set(fewer["patch_id"].to_pylist())
        expected = [row for row in rows[annotation_type] if row["patch_id"] in kept]
        assert make(some, annotation_type, tmp_path / "q.parquet") == expected


def test_a_short_border_is_neither_adjacency_nor_its_absence(world, tmp_path):
    for annotation_type in ("binary", "mcq"):
        for row in make(world, annotation_type, tmp_path / "q.parquet", adjacency_min_border=30):
            if row["category"] == "adjacency" and row["output"] in ("yes", "no"):
                border = borders_of(world.class_maps[row["patch_id"]]).get(tuple(sorted(row["classes"])), 0)
                assert border >= 30 if row["output"] == "yes" else border == 0
            elif row["category"] == "adjacency":
                borders = borders_of(world.class_maps[row["patch_id"]])
                pairs = zip(row["classes"][::2], row["classes"][1::2], strict=True)
                lengths = [borders.get(tuple(sorted(pair)), 0) for pair in pairs]
                assert lengths[0] >= 30
                assert lengths[1:] == [0, 0, 0]
