import json

import pytest

from bentxt.agreement.row_classes import classes_of_rows, row_classes
from bentxt.agreement.row_meaning import row_meaning
from bentxt.errors import Unreadable
from bentxt.nomenclature import CLASSES
from bentxt.patches.climate_legend import zone_names
from worlds.released_evidence import FILES

CLASS_OPTIONS = "a) Mixed forest, b) Pastures, c) Marine waters, d) Urban fabric"
PAIRS = (
    "a) Mixed forest and pastures, b) pastures and marine waters, c) marine waters and urban fabric, "
    "d) urban fabric and mixed forest"
)


@pytest.mark.parametrize(
    ("kind", "category", "text", "output", "classes"),
    [
        # The class asked about, whatever the answer.
        ("binary", "presence", "Is there an area of pastures?", "no", ["Pastures"]),
        ("binary", "adjacency", "Do pastures touch urban fabric?", "yes", ["Pastures", "Urban fabric"]),
        # The class of the right option.
        ("mcq", "presence", f"What can be seen? {CLASS_OPTIONS}", "c", ["Marine waters"]),
        ("mcq", "adjacency", f"Which classes touch? {PAIRS}", "a", ["Mixed forest", "Pastures"]),
        ("mcq", "count", "How many areas of pastures are there? a) 1, b) 2, c) 3, d) 4", "a", ["Pastures"]),
        # The place, a point and a caption belong to no class.
        ("mcq", "country", "Where is it? a) Austria, b) Finland, c) Ireland, d) Serbia", "a", []),
        ("mcq", "climate zone", "Which zone? a) of no legend, b) x, c) y, d) z", "a", []),
        ("bounding box", "point", "Where is the region at the point (0.5, 0.5)?", "[0.0 0.0, 1.0 1.0]", []),
        ("captioning", "None", "Describe it.", "Pastures and a forest.", []),
    ],
)
def test_the_classes_of_a_row(kind, category, text, output, classes):
    found = row_classes(kind, category, text, output)
    assert sorted(CLASSES[index] for index in found) == sorted(classes)
    assert len(set(found)) == len(found)


def test_a_row_that_is_not_understood_is_told():
    with pytest.raises(Unreadable):
        row_classes("binary", "presence", "Is there an airport?", "no")
    with pytest.raises(Unreadable, match="unknown category"):
        row_classes("binary", "colour", "Are pastures green?", "yes")


def test_of_many_rows_the_strange_ones_are_logged_and_kept_in_their_place(caplog):
    rows = [
        {"ID": 7, "category": "presence", "input": "Is there an airport?", "output": "no"},
        {"ID": 8, "category": "presence", "input": "Are there pastures?", "output": "no"},
    ]
    assert classes_of_rows("binary", rows) == [None, (CLASSES.index("Pastures"),)]
    assert "annotation 7 is not understood" in caplog.text


def test_real_rows_are_about_the_classes_that_their_meaning_names(real_data):
    rows = [json.loads(line) for name in FILES for line in (real_data / name).read_text("utf-8").splitlines()]
    about = 0
    for row in rows:
        found = row_classes(row["type"], row["category"], row["input"], row["output"])
        if row["type"] != "captioning":
            meaning = row_meaning(row, zone_names())
            named = {index for index, name in enumerate(CLASSES) if name in meaning}
            assert named == set(found), row
        about += bool(found)
    assert about > 200
