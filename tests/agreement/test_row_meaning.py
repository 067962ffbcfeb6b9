"""What a row of the release means, in words."""

import pandas as pd
import pytest

from bentxt.agreement.intervals import Interval, at_least, at_most, exactly, less_than, more_than
from bentxt.agreement.row_meaning import amount_in_words, parse_row, row_meaning
from bentxt.errors import Unreadable


def row(annotation_type, category, instruction, output):
    return {"type": annotation_type, "category": category, "input": instruction, "output": output}


def mcq(category, instruction, output, *options):
    listed = ", ".join(f"{letter}) {option}" for letter, option in zip("abcd", options, strict=True))
    return row("mcq", category, f"{instruction} {listed}", output)


ROWS = [
    (row("binary", "presence", "Does the image depict permanent crops?", "no"), "Permanent crops: absent"),
    (
        row("binary", "adjacency", "Is there any inland water located alongside pastures here?", "yes"),
        "Inland waters + Pastures: touch",
    ),
    (
        row("binary", "area", "Do pastures cover at least 10% of the image?", "no"),
        "Pastures: not at least 1440 pixels",
    ),
    (
        row("binary", "area", "Do pastures cover between 144000 sqm and 432000 sqm of the image?", "yes"),
        "Pastures: 1440 to 4320 pixels",
    ),
    (
        row("binary", "count", "Is there only a single continuous region of pastures in the image?", "yes"),
        "Pastures: exactly 1 instance",
    ),
    # A no to a denial holds.
    (
        row("binary", "presence", "Is it wrong that the image shows pastures?", "no"),
        "Pastures: present",
    ),
    (
        mcq(
            "presence",
            "Which class is there?",
            "c",
            "Pastures",
            "Inland waters",
            "Arable land",
            "Urban fabric",
        ),
        "Arable land: present",
    ),
    (
        mcq("count", "How many patches of pastures exist?", "d", "0", "1", "2", "More than five"),
        "Pastures: more than 5 instances",
    ),
    (
        mcq(
            "adjacency",
            "Which classes are in contact?",
            "b",
            "Arable land and Pastures",
            "Beaches, dunes, sands and Natural grassland and sparsely vegetated areas",
            "Mixed forest and Pastures",
            "Inland waters and Pastures",
        ),
        "Natural grassland and sparsely vegetated areas + Beaches, dunes, sands: touch",
    ),
    (
        mcq(
            "relative pos",
            "In relation to the pastures, where is the arable land?",
            "a",
            "to the left",
            "to the top",
            "to the right",
            "to the bottom-right",
        ),
        "Arable land: left of Pastures",
    ),
    (
        mcq("season", "Which season is shown?", "b", "Winter", "Autumn", "Spring", "Summer"),
        "season: Fall",
    ),
    (
        row(
            "bounding box",
            "reference",
            "Locate the <ref>smallest patch of pastures</ref>.",
            "[0.5 0.26, 1.0 0.31]",
        ),
        "Pastures, the smallest instance: x 60 or 61 to 119 or 120, y 32 to 37",
    ),
    (
        row("bounding box", "point", "Draw a box at <point>(0.5, 0.29)</point>.", "[0.26 0.26, 0.74 0.31]"),
        "the instance centred at x 59.4 to 60.6, y 34.2 to 35.4: x 32 to 88, y 32 to 37",
    ),
    (
        row(
            "captioning",
            "None",
            "Describe it.",
            "The landscape of agricultural areas shows arable land next to pastures in the zone "
            '"Polar, tundra".',
        ),
        "caption of Arable land; Pastures | Polar, tundra",
    ),
]


@pytest.mark.parametrize(("fields", "meaning"), ROWS, ids=[meaning for _, meaning in ROWS])
def test_meanings(fields, meaning):
    assert row_meaning(fields) == meaning
    # A row of a pandas table reads alike.
    assert row_meaning(pd.Series(fields)) == meaning


def test_values_of_a_row():
    reading = parse_row(ROWS[3][0])
    assert (reading.classes, reading.answer, reading.unit) == ((4,), True, "sqm")
    assert (reading.amount.low, reading.amount.high) == (1440, 4320)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (exactly(1), "exactly 1 pixel"),
        (exactly(0), "exactly 0 pixels"),
        (at_least(1), "at least 1 pixel"),
        (at_most(2880), "at most 2880 pixels"),
        (more_than(0), "more than 0 pixels"),
        (less_than(14400), "less than 14400 pixels"),
        (Interval(0, 1440, low_open=True), "more than 0 and at most 1440 pixels"),
        (Interval(0, 1, high_open=True), "at least 0 and less than 1 pixels"),
    ],
)
def test_amounts(amount, words):
    assert amount_in_words(amount, "pixel") == words


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"output": None}, "output missing"),
        ({"input": 3}, "input missing or no text"),
        ({"category": "mood"}, "unknown category 'mood'"),
        ({"type": "essay"}, "unknown type 'essay'"),
        ({"output": "perhaps"}, "neither yes nor no"),
        ({"input": "Zeigt das Bild pastures?"}, "English"),
    ],
)
def test_what_is_not_understood_is_refused_with_the_reason(change, reason):
    with pytest.raises(Unreadable, match=reason):
        row_meaning(ROWS[0][0] | change)


def test_a_box_that_no_pixels_give_is_refused():
    with pytest.raises(Unreadable, match=r"0\.123 is no pixel edge"):
        row_meaning(ROWS[11][0] | {"output": "[0.123 0.26, 1.0 0.31]"})
