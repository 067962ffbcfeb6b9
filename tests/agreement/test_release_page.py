"""The page that explains the release: its quoted rows, and its counts on the real rows at hand."""

import math
import re
from functools import partial
from itertools import combinations, pairwise

import pytest

from bentxt.agreement.complete_patches import CompleteSets
from bentxt.agreement.intervals import Interval
from bentxt.agreement.pixel_positions import possible_edges
from bentxt.agreement.question_reading import split_options
from bentxt.agreement.released_rows import COLUMNS, Row
from bentxt.agreement.row_meaning import row_meaning
from bentxt.nomenclature import CLASSES, LEVEL_1_GROUPS, PIXELS, SIDE
from bentxt.patches.time_and_place import season
from bentxt.program.settings import section
from bentxt.questions.box_targets import BoxSettings
from bentxt.questions.relative_position import DIRECTIONS
from worlds.asked_questions import SETTINGS
from worlds.pages import PROJECT
from worlds.released_evidence import borders_over_corners, counts_over_corners, released_rows

PAGE = (PROJECT / "docs/release.md").read_text(encoding="utf-8")
COMPLETE = "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_26_57"
EXHAUSTIVE = "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_32_64"


def quoted():
    """Return the rows that the page quotes: fields, where from, and the meaning that it states."""
    rows = []
    for block in re.findall(r"^```row\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        head, instruction, output, meaning = block.splitlines()
        patch_id, source, annotation_type, category = head.split(", ")
        fields = {"patch_id": patch_id, "type": annotation_type, "category": category}
        rows.append((fields | {"input": instruction, "output": output}, source, meaning.removeprefix("= ")))
    return rows


def counted():
    """Return the page's table of counts: {what was counted: (rows, of them)}."""
    lines = re.findall(r"^\| `([^`]+)` \| (\d+) \| (\d+) \|", PAGE, re.MULTILINE)
    assert len(lines) == len({line[0] for line in lines})
    return {name: (int(rows), int(of_them)) for name, rows, of_them in lines}


@pytest.fixture(scope="module")
def rows(real_data, tmp_path_factory):
    return released_rows(real_data, tmp_path_factory.mktemp("evidence"))


@pytest.mark.parametrize("place", range(len(quoted())))
def test_a_quoted_row_means_what_the_page_says(place):
    fields, _, meaning = quoted()[place]
    assert row_meaning(fields) == meaning


def test_quoted_rows_are_real_and_follow_from_their_maps(rows):
    names = ("patch_id", "type", "category", "input", "output")
    known = {tuple(row.fields[name] for name in names): row for row in rows}
    followed = 0
    for fields, source, _ in quoted():
        row = known[tuple(fields.values())]
        identifier = row.fields.get("ID")
        assert source == (f"ID {identifier}" if identifier else "retyped")
        if row.asked_of_the_map:
            assert row.agrees()
            followed += 1
    assert followed


# The counts: each returns the rows counted, and those of them that are as the page says.

BOX, POINT, REFERENCE = "bounding box", ("bounding box", "point"), ("bounding box", "reference")
BINARY_AREA, MCQ_AREA = ("binary", "area"), ("mcq", "area")
SEASON, POSITION, CAPTION = ("mcq", "season"), ("mcq", "relative pos"), ("captioning", "None")


def share(rows, chosen, holds):
    own = [row for row in rows if chosen(row)]
    return len(own), sum(map(bool, map(holds, own)))


def key(wanted):
    return lambda row: row.key == wanted


def asked(rows, *categories, **changed):
    """Rows of some categories that a map answers, and those whose answer follows from it."""
    own = [row for row in rows if row.asked_of_the_map]
    own = [row for row in own if not categories or row.fields["category"] in categories]
    return len(own), sum(row.agrees(**{name: make(row) for name, make in changed.items()}) for row in own)


def floored(edge, side=SIDE):
    return math.floor(edge / side * 100) / 100


def ceiled(edge, side=SIDE):
    return math.ceil(edge / side * 100) / 100


def nearest(edge):
    return round(edge / SIDE, 2)


def outwards(x_min, y_min, x_max, y_max, side=SIDE):
    return floored(x_min, side), floored(y_min, side), ceiled(x_max, side), ceiled(y_max, side)


#: Ways to write a box, the release's first.
BOXES = {
    "boxes: x y from the upper left, edges / 120, rounded outwards": outwards,
    "boxes: y before x": lambda a, b, c, d: outwards(b, a, d, c),
    "boxes: from the lower left": lambda a, b, c, d: outwards(a, SIDE - d, c, SIDE - b),
    "boxes: last pixel instead of its edge": lambda a, b, c, d: outwards(a, b, c - 1, d - 1),
    "boxes: last pixel, divided by 119": lambda a, b, c, d: outwards(a, b, c - 1, d - 1, SIDE - 1),
    "boxes: rounded to the nearest": lambda *box: tuple(map(nearest, box)),
    "boxes: all floored": lambda *box: tuple(map(floored, box)),
}

#: Ways to choose a point, the release's first.
POINTS = {
    "points: mean pixel index + 0.5": lambda i: i.centroid,
    "points: mean pixel index": lambda i: (i.centroid_x - 0.5, i.centroid_y - 0.5),
    "points: middle of the box": lambda i: ((i.x_min + i.x_max) / 2, (i.y_min + i.y_max) / 2),
}


def boxes(rows, written):
    """Boxes of patches with a map, and those that an instance's box, written in this way, equals."""
    own = [row for row in rows if is_box(row) and row.patch]
    found = [row for row in own if any(written(*i.box) == row.reading.answer for i in row.patch.instances)]
    return len(own), len(found)


def points(rows, chosen):
    """Points of patches with a map, and those chosen in this way from the instance with the answer's box."""
    own = [row for row in rows if row.key == POINT and row.patch]
    found = [
        row
        for row in own
        if any(
            outwards(*i.box) == row.reading.answer and tuple(map(nearest, chosen(i))) == row.reading.point
            for i in row.patch.instances
        )
    ]
    return len(own), len(found)


def is_box(row):
    return row.fields["type"] == BOX


def two_edges(rows):
    """Numbers of all boxes, and those that stand for two pixel edges."""
    numbers = [edges for row in rows if is_box(row) for edges in possible_edges(row.fields["output"])]
    return len(numbers), sum(len(edges) == 2 for edges in numbers)


def sides_at_the_rim(rows):
    """Sides of instances on the patch's side or one pixel short of it, and those on it."""
    patches = {row.patch.patch_id: row.patch for row in rows if row.patch}.values()
    boxes = [instance.box for patch in patches for instance in patch.instances]
    gaps = [gap for x0, y0, x1, y1 in boxes for gap in (x0, y0, SIDE - x1, SIDE - y1)]
    return sum(gap <= 1 for gap in gaps), sum(gap == 0 for gap in gaps)


def point_in_box(swapped):
    def holds(row):
        x, y = row.reading.point[::-1] if swapped else row.reading.point
        x0, y0, x1, y1 = row.reading.answer
        return x0 <= x <= x1 and y0 <= y <= y1

    return holds


def amounts(row):
    """Areas with a unit of a question: its bounds, or its options."""
    found = [row.reading.amount] if row.fields["type"] == "binary" else row.reading.options
    return [amount for amount in found if isinstance(amount, Interval) and amount.unit]


def has_unit(wanted):
    return lambda row: row.key == wanted and row.reading.unit


def in_percent(row):
    return row.reading.unit == "%"


def on_grid(row):
    ends = [end for amount in amounts(row) for end in (amount.low, amount.high) if math.isfinite(end)]
    return all(round(end * 100) % (PIXELS * 10) == 0 for end in ends)


def trivial(row, most):
    """Whether an amount says nothing of a class that is present."""
    return row.reading.amount is not None and all(number in row.reading.amount for number in (1, most))


def width(amount):
    """Width of a range in percent."""
    return round((amount.high - amount.low) * 100 / PIXELS)


def is_range(row):
    return row.key == BINARY_AREA and any(math.isfinite(amount.high - amount.low) for amount in amounts(row))


def option_widths(rows, percent):
    options = [option for row in rows if row.key == MCQ_AREA for option in row.reading.options]
    return len(options), sum(width(option) == percent for option in options)


def right_widths(rows, percent):
    own = [row.reading for row in rows if row.key == MCQ_AREA]
    return len(own), sum(width(reading.options[reading.answer]) == percent for reading in own)


def alphabetical(row):
    names = [CLASSES[index] for index in row.reading.classes]
    return names == sorted(names)


def alphabetical_options(row):
    """Whether in each option the first of the two names comes first in the alphabet."""
    pairs = [sorted(CLASSES[index] for index in option) for option in row.reading.options]
    return split_options(row.text)[1] == [" and ".join(pair) for pair in pairs]


def none_next_to_the_right_one(row):
    right = DIRECTIONS.index(row.reading.options[row.reading.answer])
    return not {DIRECTIONS[(right + step) % 8] for step in (1, -1)} & set(row.reading.options)


def season_of_the_date(row):
    return season(row.fields["patch_id"]) == row.reading.options[row.reading.answer]


def complete(rows, patch_id):
    return [row for row in rows if row.fields["patch_id"] == patch_id]


def referring(rows):
    """Points and references that our rules make of the complete patch, and those of them that are there."""
    own = [row for row in complete(rows, COMPLETE) if is_box(row)]
    sets = CompleteSets([COMPLETE], section({"questions": SETTINGS}, "questions", BoxSettings))
    for row in own:
        sets.add(Row(0, "", *(row.fields[name] for name in COLUMNS)), row.reading)
    missing, extra = sets.compare(own[0].patch)
    assert not extra
    return len(own) + len(missing), len(own)


def in_order(rows):
    """Rows of the complete patch, and those at their place by type, then category."""
    own = sorted(complete(rows, COMPLETE), key=lambda row: row.fields["ID"])
    assert [row.fields["ID"] for row in own] == list(range(1, len(own) + 1))
    keys = [row.key for row in own]
    return len(own), sum(one == other for one, other in zip(keys, sorted(keys), strict=True))


def ids_in_patch_order(rows):
    own = sorted((row.fields["ID"], row.fields["patch_id"]) for row in rows if row.fields.get("ID"))
    return len(own), 1 + sum(one[1] <= other[1] for one, other in pairwise(own))


def pool(rows, answer):
    """Pairs that may be asked of the patch whose bench rows are all known, and those that are."""
    own = [row for row in complete(rows, EXHAUSTIVE) if row.key == ("binary", "adjacency")]
    patch = own[0].patch
    pairs = patch.touching() if answer else set(combinations(patch.classes, 2)) - patch.touching()
    is_asked = {tuple(sorted(row.reading.classes)) for row in own if row.reading.answer is answer}
    assert is_asked <= pairs
    return len(pairs), len(is_asked)


def caption_areas(rows):
    """Areas in captions of patches with a map, and those of a class, group or instance to 1,000 m²."""
    found = right = 0
    for row in rows:
        if row.key == CAPTION and row.patch:
            pixels = [*row.patch.pixels, *(instance.pixels for instance in row.patch.instances)]
            pixels += [sum(row.patch.pixels[index] for index in own) for own in LEVEL_1_GROUPS.values()]
            rounded = {f"{round(number / 10) * 1000:,}" for number in pixels}
            areas = re.findall(r"\d+(?:,\d{3})+", row.fields["output"])
            found, right = found + len(areas), right + sum(area in rounded for area in areas)
    return found, right


COUNTS = {
    "all: read": lambda rows: (len(rows), sum(row.reading is not None for row in rows)),
    "all: follow from the map": asked,
    **{name: partial(boxes, written=written) for name, written in BOXES.items()},
    "boxes: all four numbers are pixel edges": lambda rows: share(
        rows, is_box, lambda row: possible_edges(row.fields["output"])
    ),
    "boxes: numbers that stand for two edges": two_edges,
    "boxes: sides of instances within a pixel of the patch's, on it": sides_at_the_rim,
    **{name: partial(points, chosen=chosen) for name, chosen in POINTS.items()},
    "points: inside their box": lambda rows: share(rows, key(POINT), point_in_box(swapped=False)),
    "points: inside it with y before x": lambda rows: share(rows, key(POINT), point_in_box(swapped=True)),
    "instances: over edges": lambda rows: asked(rows, "count"),
    "instances: over corners too": lambda rows: asked(
        rows, "count", counts=lambda row: counts_over_corners(row.classes)
    ),
    "adjacency: over edges": lambda rows: asked(rows, "adjacency"),
    "adjacency: over corners too": lambda rows: asked(
        rows, "adjacency", borders=lambda row: borders_over_corners(row.classes)
    ),
    "adjacency: binary, names in alphabetical order": lambda rows: share(
        rows, key(("binary", "adjacency")), alphabetical
    ),
    "adjacency: mcq, all four options so": lambda rows: share(
        rows, key(("mcq", "adjacency")), alphabetical_options
    ),
    "areas: follow from the map": lambda rows: asked(rows, "area"),
    "areas: binary, bounds on the 10 % grid": lambda rows: share(rows, has_unit(BINARY_AREA), on_grid),
    "areas: mcq, bounds on the 10 % grid": lambda rows: share(rows, has_unit(MCQ_AREA), on_grid),
    "areas: binary, true of any class that is present": lambda rows: share(
        rows, key(BINARY_AREA), partial(trivial, most=PIXELS)
    ),
    "areas: binary ranges, wider than 50 %": lambda rows: share(
        rows, is_range, lambda row: any(width(amount) > 50 for amount in amounts(row))
    ),
    **{f"areas: mcq options, {n} % wide": partial(option_widths, percent=n) for n in (10, 20, 30, 40)},
    **{f"areas: right mcq options, {n} % wide": partial(right_widths, percent=n) for n in (10, 20, 30, 40)},
    "areas: binary, in percent": lambda rows: share(rows, has_unit(BINARY_AREA), in_percent),
    "areas: mcq, in percent": lambda rows: share(rows, has_unit(MCQ_AREA), in_percent),
    "counts: binary, true of any class that is present": lambda rows: share(
        rows, key(("binary", "count")), partial(trivial, most=PIXELS)
    ),
    "questions: true of any class that is present, answered yes": lambda rows: share(
        rows,
        lambda row: row.key in (BINARY_AREA, ("binary", "count")) and trivial(row, PIXELS),
        lambda row: row.reading.answer,
    ),
    "counts: mcq, 0 is right": lambda rows: share(
        rows, key(("mcq", "count")), lambda row: 0 in row.reading.options[row.reading.answer]
    ),
    "positions: target seen from the anchor": lambda rows: asked(rows, "relative pos"),
    "positions: no wrong option next to the right one": lambda rows: share(
        rows, key(POSITION), none_next_to_the_right_one
    ),
    "positions: diagonal": lambda rows: share(
        rows, key(POSITION), lambda row: "-" in row.reading.options[row.reading.answer]
    ),
    "seasons: follow from the date": lambda rows: share(
        rows, lambda row: row.key == SEASON and row.fields["patch_id"], season_of_the_date
    ),
    "seasons: Autumn among the options": lambda rows: share(
        rows, key(SEASON), lambda row: "Autumn" in split_options(row.text)[1]
    ),
    "referring: rows of a complete patch, by rule": referring,
    "tags: points with <point>": lambda rows: share(rows, key(POINT), lambda row: "<point>" in row.text),
    "tags: references with <ref>": lambda rows: share(rows, key(REFERENCE), lambda row: "<ref>" in row.text),
    "order: rows of a complete patch by type, then category": in_order,
    "order: IDs in the order of the patches": ids_in_patch_order,
    "bench: touching pairs of one patch, asked (yes)": partial(pool, answer=True),
    "bench: pairs of it that are apart, asked (no)": partial(pool, answer=False),
    "captions: areas that are a class's, group's or instance's": caption_areas,
    "captions: with 72,000": lambda rows: share(
        rows, key(CAPTION), lambda row: "72,000" in row.fields["output"]
    ),
    "quirks: points, two templates joined": lambda rows: share(
        rows, key(POINT), lambda row: re.search(r"[.?][A-Z]", row.text)
    ),
}


def test_the_page_has_each_count_once():
    assert list(counted()) == list(COUNTS)


@pytest.mark.parametrize("name", COUNTS)
def test_a_count_of_the_page_is_counted_again(rows, name):
    assert COUNTS[name](rows) == counted()[name]
