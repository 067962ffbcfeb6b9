"""The pool of the benchmark split: a patch worked out by hand, and one whose released rows are known."""

import json
from collections import Counter

import numpy as np
import pytest

from bentxt.agreement.evidence import Evidence
from bentxt.agreement.question_reading import read_row
from bentxt.nomenclature import CLASS_INDEX, PIXELS
from bentxt.patches.climate_legend import CLIMATE_ZONES, zone_names
from bentxt.patches.patch_attributes import read_patch_attributes
from bentxt.questions.benchmark_pool import PoolQuestion, pool_questions, statements
from bentxt.questions.box_notation import box_text
from bentxt.questions.box_targets import BoxSettings, point_targets, reference_targets
from bentxt.questions.multiple_choice import COUNTS
from bentxt.questions.quantities import position, range_layouts
from bentxt.questions.relative_position import direction
from bentxt.questions.similar_classes import load_similar_classes
from worlds.question_world import write_tables

BOXES = BoxSettings(point_min_share=1.0, reference_share=(1.0, 50.0), reference_min_fill=40.0)
PATCH = "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_32_64"


def pool_of(patch):
    return pool_questions(patch, 1, BOXES, load_similar_classes())


@pytest.fixture
def three_classes(tmp_path):
    """A patch of three stripes, left to right: urban fabric (in two pieces), pastures, inland waters."""
    stripes = np.full((120, 120), CLASS_INDEX["Pastures"], np.uint8)
    stripes[:, :30], stripes[:, 90:] = CLASS_INDEX["Urban fabric"], CLASS_INDEX["Inland waters"]
    stripes[60:70, :30] = CLASS_INDEX["Pastures"]
    tables = write_tables(tmp_path, {"P": stripes})
    paths = (tables.patches, tables.maps, tables.instances, tables.adjacencies)
    ((patch,),) = read_patch_attributes(*paths)
    return patch


def test_the_pool_of_three_stripes(three_classes):
    urban, pastures, waters = (CLASS_INDEX[name] for name in ("Urban fabric", "Pastures", "Inland waters"))
    industrial, marine = CLASS_INDEX["Industrial or commercial units"], CLASS_INDEX["Marine waters"]
    pool = pool_of(three_classes)
    assert len(set(pool)) == len(pool)
    by_key = {}
    for question in pool:
        by_key.setdefault(question[:3], []).append(question.classes)
    assert by_key["binary", "adjacency", "yes"] == [(pastures, urban), (waters, pastures)]
    assert by_key["binary", "adjacency", "no"] == [(waters, urban)]
    assert by_key["binary", "presence", "yes"] == [(urban,), (pastures,), (waters,)]
    absent = {classes[0] for classes in by_key["binary", "presence", "no"]}
    farmland = {"Arable land", "Permanent crops", "Complex cultivation patterns", "Agro-forestry areas"}
    assert {industrial, marine} | {CLASS_INDEX[name] for name in farmland} <= absent
    assert not absent & {urban, pastures, waters}
    for category in ("area", "count"):
        for answer in ("yes", "no"):
            assert by_key["binary", category, answer] == [(urban,), (pastures,), (waters,)]
    # Urban fabric is in two pieces: only pastures and waters have a place, and their boxes are apart.
    assert by_key["mcq", "relative pos", ""] == [(pastures, waters), (waters, pastures)]
    assert [q.value for q in pool if q.category == "relative pos"] == ["right", "left"]
    assert [q.value for q in pool if q[:2] == ("mcq", "count")] == ["2", "1", "1"]
    # 27.5, 0.25 + 0.5 … of the patch: 30 · 110, 60 · 120 + 30 · 10 and 30 · 120 pixels.
    assert [q.value for q in pool if q[:2] == ("mcq", "area")] == ["20 to 30%", "50 to 60%", "20 to 30%"]
    assert Counter(q.category for q in pool if q.annotation_type == "mcq") == Counter(
        {"presence": 3, "area": 3, "count": 3, "adjacency": 2, "relative pos": 2, "country": 1, "season": 1}
        | {"climate zone": 1}
    )


def test_pairs_with_an_absent_class_are_asked_about_only_where_all_present_ones_touch(three_classes):
    three_classes.borders = [(0, 4, 1), (4, 17, 1), (0, 17, 1)]
    apart = [q.classes for q in pool_of(three_classes) if q[:3] == ("binary", "adjacency", "no")]
    assert apart
    assert all(set(pair) - {0, 4, 17} for pair in apart)


def test_a_short_border_is_neither_adjacency_nor_its_absence(three_classes):
    pool = pool_questions(three_classes, 1000, BOXES, load_similar_classes())
    pairs = [q.classes for q in pool if q[:2] == ("binary", "adjacency")]
    assert pairs == [(17, 0)]


def test_statements_are_all_that_are_true_or_false(three_classes):
    urban = PoolQuestion("binary", "area", "yes", (0,))
    assert three_classes.pixels[0] == 30 * 110
    true = statements(urban, three_classes, 10)
    false = statements(urban._replace(answer="no"), three_classes, 10)
    # 22.9 % of the patch.
    assert {("at least", (0,)), ("at least", (2,)), ("at most", (3,)), ("at most", (10,))} <= set(true)
    assert {("at least", (3,)), ("more than", (9,)), ("less than", (2,)), ("whole", ())} <= set(false)
    assert {("between", (0, 3)), ("between", (2, 9)), ("others", ())} <= set(true)
    assert ("between", (3, 9)) in false
    assert not set(true) & set(false)
    count = PoolQuestion("binary", "count", "no", (0,))
    assert set(statements(count, three_classes, 10)) == {
        *(("exactly", n) for n in (1, 3, 4)),
        *(("at least", n) for n in (3, 4)),
        ("at most", 1),
        *(("more than", n) for n in (2, 3, 4)),
        ("fewer than", 2),
        ("single", None),
    }
    assert statements(PoolQuestion("binary", "presence", "yes", (0,)), three_classes, 10) == []


def contains(patch, pool, row):
    """Say whether a pool holds a released row: what it asks, says and answers, whatever its words."""
    if row["type"] == "captioning":
        return PoolQuestion("captioning", "None") in pool
    reading = read_row(row["type"], row["category"], row["input"], row["output"], zone_names(CLIMATE_ZONES))
    own = [q for q in pool if q[:2] == (row["type"], row["category"])]
    if row["type"] == "bounding box":
        targets = {
            "point": point_targets(patch, BOXES.point_min_share),
            "reference": reference_targets(patch, BOXES.reference_share, BOXES.reference_min_fill),
        }[row["category"]]
        known = [(word, box_text(*instance.box)) for instance, word in (targets[q.number] for q in own)]
        word = f"({reading.point[0]}, {reading.point[1]})" if reading.point else reading.extreme
        return (word, row["output"]) in known
    if row["type"] == "binary":
        answer = "yes" if reading.answer else "no"
        asked = [q for q in own if q.answer == answer and set(q.classes) == set(reading.classes)]
        if row["category"] in ("presence", "adjacency"):
            return bool(asked)
        return any(said_as(reading.amount, *said) for q in asked for said in statements(q, patch, 10))
    right = reading.options[reading.answer]
    if row["category"] in ("country", "season", "climate zone"):
        return [q.value for q in own] == [right]
    if row["category"] == "relative pos":
        values = [q.value for q in own if q.classes == reading.classes]
        boxes = {instance.class_index: instance.box for instance in patch.instances}
        return values == [direction(*(boxes[index] for index in reading.classes))] == [right]
    if row["category"] in ("presence", "adjacency"):
        subject = {right} if row["category"] == "presence" else set(right)
        return any(set(q.classes) == subject for q in own)
    (question,) = (q for q in own if q.classes == reading.classes)
    if row["category"] == "count":
        return COUNTS.index(question.value) == right.low
    layouts, _ = range_layouts(position(patch.pixels[question.classes[0]], 10), 10, 10, 40)
    return any(one[0] == (right.low // (PIXELS // 10), right.high // (PIXELS // 10)) for one in layouts)


def said_as(amount, statement, bounds):
    """Say whether a statement of the pool is what a released row says: an interval of pixels or instances."""
    if isinstance(bounds, tuple):
        low, *rest = [line * PIXELS // 10 for line in bounds] or [0]
        high = rest[0] if rest else low
        top = PIXELS
    else:
        low = high = {"single": 1, "multiple": 1}.get(statement, bounds)
        top = float("inf")
    wanted = {
        "exactly": (low, low),
        "single": (1, 1),
        "multiple": (2, top),
        "at least": (low, top),
        "at most": (0, low),
        "more than": (low + 1, top),
        "less than": (0, low - 1),
        "fewer than": (0, low - 1),
        "between": (low, high),
        "whole": (PIXELS, PIXELS),
        "others": (0, PIXELS - 1),
    }[statement]
    return whole_numbers(amount, top) == wanted


def whole_numbers(amount, top):
    """Return the least and the greatest whole number of an interval, from 0 to ``top``."""
    low = max(amount.low + amount.low_open, 0)
    high = min(amount.high - amount.high_open, top)
    return low, high


@pytest.fixture(scope="module")
def released_patch(real_data, tmp_path_factory):
    """The attributes of the patch all of whose 48 rows are known."""
    evidence = Evidence(
        [PATCH],
        real_data / "Reference_Maps",
        real_data / "metadata.parquet",
        tmp_path_factory.mktemp("attributes"),
        "stop",
        64,
        CLIMATE_ZONES,
    )
    return evidence.of([PATCH])[PATCH].patch


@pytest.fixture(scope="module")
def released_rows(real_data):
    """All 48 rows of the patch, each once: one is in both sources, in one of them without its tag."""
    lines = [
        line
        for name in ("quoted_rows.jsonl", "annotation_rows.jsonl")
        for line in (real_data / name).read_text(encoding="utf-8").splitlines()
    ]
    rows = [row for row in map(json.loads, lines) if row["patch_id"] == PATCH]
    return list({(row["input"].replace("<ref>", "").replace("</ref>", "")): row for row in rows}.values())


def test_the_pool_holds_all_rows_of_a_released_patch(released_patch, released_rows):
    assert len(released_rows) == 48
    pool = pool_of(released_patch)
    assert [row for row in released_rows if not contains(released_patch, pool, row)] == []


def test_what_the_pool_does_not_hold_is_not_found_in_it(released_patch, released_rows):
    pool = pool_of(released_patch)
    turned = {"yes": "no", "no": "yes"}
    changed = [{**row, "output": turned[row["output"]]} for row in released_rows if row["output"] in turned]
    assert len(changed) == 24
    assert not any(contains(released_patch, pool, row) for row in changed)


def test_the_pool_reaches_the_most_rows_seen_of_a_released_patch(released_patch):
    numbers = Counter(question[:2] for question in pool_of(released_patch))
    seen = {
        ("binary", "adjacency"): 15,
        ("binary", "presence"): 4,
        ("binary", "area"): 4,
        ("binary", "count"): 4,
        ("mcq", "adjacency"): 7,
        ("mcq", "relative pos"): 4,
        ("mcq", "area"): 3,
        ("mcq", "count"): 3,
    }
    assert all(numbers[key] >= most for key, most in seen.items())
    # References are as many as the landscape gives: this patch has four known ones.
    assert numbers["bounding box", "reference"] == 4
