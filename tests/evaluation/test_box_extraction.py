import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.evaluation.box_extraction import HULL, angle_of, extract_box, tight_box


@pytest.mark.parametrize(
    ("model", "scale", "text", "box"),
    [
        ("GeoChat", 100, "{<10><20><55><80>|<90>}", (0.1, 0.2, 0.55, 0.8)),
        ("GeoChat without angle", 100, "{<10><20><55><80>}", (0.1, 0.2, 0.55, 0.8)),
        ("LHRS-Bot", 224, "[0.25, 0.5, 0.75, 1.0]", (0.25, 0.5, 0.75, 1.0)),
        ("LHRS-Bot in pixels", 224, "[56, 112, 168, 224]", (0.25, 0.5, 0.75, 1.0)),
        ("SkyEyeGPT", 100, "{<0><12><100><64>}", (0.0, 0.12, 1.0, 0.64)),
        ("EarthDial", 100, "[[10, 20, 55, 80, 90]]", (0.1, 0.2, 0.55, 0.8)),
        ("GPT", 1, "[0.12, 0.3, 0.5, 0.61]", (0.12, 0.3, 0.5, 0.61)),
        ("Qwen in 0-1", 1000, "[0.1, 0.2, 0.5, 1]", (0.1, 0.2, 0.5, 1.0)),
        ("Qwen in 0-1000", 1000, "[125, 250, 500, 1000]", (0.125, 0.25, 0.5, 1.0)),
        ("GLM", 1000, "<|begin_of_box|>[125, 250, 500, 1000]<|end_of_box|>", (0.125, 0.25, 0.5, 1.0)),
        (
            "GLM, two brackets",
            1000,
            "<|begin_of_box|>[[125,250,500,1000]]<|end_of_box|>",
            (0.125, 0.25, 0.5, 1.0),
        ),
        ("LLaVA", 1, "[0.1, 0.2, 0.5, 0.6]", (0.1, 0.2, 0.5, 0.6)),
        ("InternVL", 1000, "<box>[[125, 250, 500, 1000]]</box>", (0.125, 0.25, 0.5, 1.0)),
        ("RS-InternVL", 1, "[0.64 0.0, 1.0 0.71]", (0.64, 0.0, 1.0, 0.71)),
    ],
)
def test_a_box_in_a_model_s_own_notation_is_strict(model, scale, text, box):
    found = extract_box(text, scale)
    assert found.level == "strict"
    assert found.box == pytest.approx(box)
    assert not found.clipped


@pytest.mark.parametrize(
    ("text", "scale", "box"),
    [
        ("The pastures are at [0.1, 0.2, 0.5, 0.6].", 1, (0.1, 0.2, 0.5, 0.6)),
        (
            '```json\n[{"bbox_2d": [125, 250, 500, 1000], "label": "x"}]\n```',
            1000,
            (0.125, 0.25, 0.5, 1.0),
        ),
        ("<ref>lake</ref><box>[[125, 250, 500, 1000]]</box>", 1000, (0.125, 0.25, 0.5, 1.0)),
        ("<p>lake</p>{<10><20><55><80>}", 100, (0.1, 0.2, 0.55, 0.8)),
        ("[0.1, 0.2, 0.5, 0.6], [0.7, 0.7, 0.9, 0.9]", 1, (0.1, 0.2, 0.5, 0.6)),
        ("[[10,20,55,80],[1,1,2,2]]", 100, (0.1, 0.2, 0.55, 0.8)),
        ("(0.1, 0.2), (0.5, 0.6)", 1, (0.1, 0.2, 0.5, 0.6)),
        ("[[0.1, 0.2], [0.5, 0.6]]", 1, (0.1, 0.2, 0.5, 0.6)),
        ("At the point (0.3, 0.4) lies [0.1, 0.2, 0.5, 0.6]", 1, (0.1, 0.2, 0.5, 0.6)),
        ("x_min=0.1, y_min=0.2, x_max=0.5, y_max=0.6", 1, (0.1, 0.2, 0.5, 0.6)),
        ("0.1 0.2 0.5 0.6", 1, (0.1, 0.2, 0.5, 0.6)),
        ("[.1, .2, 5e-1, 0.6]", 1, (0.1, 0.2, 0.5, 0.6)),
        ("{'x1': 0.1, 'y1': 0.2, 'x2': 0.5, 'y2': 0.6}", 1, (0.1, 0.2, 0.5, 0.6)),
    ],
)
def test_a_box_in_other_text_is_lenient(text, scale, box):
    found = extract_box(text, scale)
    assert found.level == "lenient"
    assert found.box == pytest.approx(box)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "There is no such region.",
        "[0.1, 0.2]",
        "[0.1, 0.2, 0.5]",
        "the region lies at (0.5, 0.5)",
        "between 1 and 2 km, 3 fields, 4 lakes, 5 roads",
        "[1e999, 0, 1, 1]",
        "[nan, 0, 1, 1]",
        "[0.1, 0.2, 0.5, 0.6",  # cut off: the last number may lack digits
        "[[100, 200, 550, 80",
        '{"x_min": 0.1, "y_min": 0.2, "x_max": 0.5, "y_max": 0.6',
        "[[0.1, 0.2], [0.5, 0.2], [0.5, 0.6",
        "The image (120 x 120 pixels) shows 2 fields, 3 lakes.",
        "There are 2, 3, 4, 5 fields in the four corners",
        "<point>(0.3, 0.5)</point>",
        '[{"point_2d": [0.3, 0.4], "label": "x"}]',
        "[x1, y1, x2, y2]",
        "<think>it is at [0.1, 0.2, 0.5, 0.6]",
    ],
)
def test_no_box_is_unparsed(text):
    assert extract_box(text, 100) == (None, "unparsed", False)


def test_the_scale_holds_for_a_box_as_a_whole():
    # Value by value, the 1 would stay 1, and the box would become the whole image.
    assert extract_box("[0, 1, 50, 60]", 100).box == pytest.approx((0, 0.01, 0.5, 0.6))


def test_swapped_corners_are_sorted():
    assert extract_box("[0.5, 0.6, 0.1, 0.2]", 1) == ((0.1, 0.2, 0.5, 0.6), "strict", False)
    assert extract_box("[0.5, 0.2, 0.1, 0.6]", 1).box == (0.1, 0.2, 0.5, 0.6)


def test_what_lies_outside_is_clipped_and_told():
    assert extract_box("[-0.1, 0.2, 0.5, 1.2]", 1) == ((0.0, 0.2, 0.5, 1.0), "strict", True)
    assert extract_box("[10, 20, 55, 180]", 100) == ((0.1, 0.2, 0.55, 1.0), "strict", True)
    assert extract_box("[120, 120, 130, 130]", 100).box == (1.0, 1.0, 1.0, 1.0)


@given(st.text())
def test_any_text_gives_a_box_within_the_image_or_none(text):
    box, level, _ = extract_box(text, 1000)
    assert (box is None) == (level == "unparsed")
    if box:
        assert 0 <= box[0] <= box[2] <= 1
        assert 0 <= box[1] <= box[3] <= 1


_COORDINATE = st.integers(0, 1000)


@given(st.tuples(_COORDINATE, _COORDINATE, _COORDINATE, _COORDINATE).filter(lambda box: max(box) > 1))
def test_notations_of_one_box_agree(numbers):
    a, b, c, d = numbers
    expected = extract_box(f"[{a}, {b}, {c}, {d}]", 1000)
    assert extract_box(f"{{<{a}><{b}><{c}><{d}>|<45>}}", 1000) == expected
    assert extract_box(f"<box>[[{a}, {b}, {c}, {d}]]</box>", 1000) == expected
    assert expected.box == pytest.approx(
        (min(a, c) / 1000, min(b, d) / 1000, max(a, c) / 1000, max(b, d) / 1000)
    )


def test_tight_box_of_a_mask():
    mask = np.zeros((10, 20))
    mask[2:5, 4:10] = 1
    assert tight_box(mask) == (0.2, 0.2, 0.5, 0.5)
    assert tight_box(np.ones((7, 7))) == (0.0, 0.0, 1.0, 1.0)
    assert tight_box(np.zeros((7, 7))) is None


@pytest.mark.parametrize(
    ("text", "scale", "box"),
    [
        # names, in any order
        ('{"y_min": 0.2, "x_min": 0.1, "y_max": 0.6, "x_max": 0.5}', None, (0.1, 0.2, 0.5, 0.6)),
        ("left: 0.1, right: 0.5, top: 0.2, bottom: 0.6", None, (0.1, 0.2, 0.5, 0.6)),
        ('{"x0": 10, "y0": 20, "x1": 50, "y1": 60}', 100, (0.1, 0.2, 0.5, 0.6)),
        ("x1=10, y1=20, x2=50, y2=60", 100, (0.1, 0.2, 0.5, 0.6)),
        (
            "- **x_min**: 0.1\n- **y_min**: 0.2\n- **x_max**: 0.5\n- **y_max**: 0.6",
            None,
            (0.1, 0.2, 0.5, 0.6),
        ),
        ('{"x": 0.1, "y": 0.2, "width": 0.4, "height": 0.4}', None, (0.1, 0.2, 0.5, 0.6)),
        ('{"height": 400, "width": 400, "y": 200, "x": 100}', 1000, (0.1, 0.2, 0.5, 0.6)),
        ('{"cx": 0.3, "cy": 0.4, "w": 0.4, "h": 0.4}', None, (0.1, 0.2, 0.5, 0.6)),
        ("x from 0.1 to 0.5 and y from 0.2 to 0.6", None, (0.1, 0.2, 0.5, 0.6)),
        # percent signs, whatever the scale
        ("[10%, 20%, 50%, 60%]", 1000, (0.1, 0.2, 0.5, 0.6)),
        ("10%, 20%, 50%, 60%", None, (0.1, 0.2, 0.5, 0.6)),
        ("x_min: 10%, y_min: 20%, x_max: 50%, y_max: 60%", None, (0.1, 0.2, 0.5, 0.6)),
        # corners and polygons: the tight box
        ("from (0.1, 0.2) to (0.5, 0.6)", None, (0.1, 0.2, 0.5, 0.6)),
        ("Top-left: (0.1, 0.2), bottom-right: (0.5, 0.6)", None, (0.1, 0.2, 0.5, 0.6)),
        ('{"top_left": [0.1, 0.2], "bottom_right": [0.5, 0.6]}', None, (0.1, 0.2, 0.5, 0.6)),
        ("[[100,200],[500,200],[500,600],[100,600]]", 1000, (0.1, 0.2, 0.5, 0.6)),
        ("[100, 200, 500, 200, 500, 600, 100, 600]", 1000, (0.1, 0.2, 0.5, 0.6)),
        ("(12, 40), (36, 24), (60, 40), (36, 72)", None, (0.1, 0.2, 0.5, 0.6)),
        # native notations
        (
            "<p>some buildings</p> {<10><20><50><60>|<1>}<delim>{<45><64><57><72>|<90>}",
            100,
            (0.1, 0.2, 0.5, 0.6),
        ),
        ("{<10><20><50><60>|<90>}{<16><10><20><14>|<90>}", 100, (0.1, 0.2, 0.5, 0.6)),
        ("{<10><20><50><60>|", 100, (0.1, 0.2, 0.5, 0.6)),
        ("[[10, 20, 50, 60, 37]][[53, 18, 57, 22, 57]]", 100, (0.1, 0.2, 0.5, 0.6)),
        ("[[10, 20, 50, 60, 0], [27, 31, 33, 36, 0]]", 100, (0.1, 0.2, 0.5, 0.6)),
        ("<|begin_of_box|>(100,200,500,600)<|end_of_box|>", 1000, (0.1, 0.2, 0.5, 0.6)),
        ("<|begin_of_box|><100,200,500,600><|end_of_box|>", 1000, (0.1, 0.2, 0.5, 0.6)),
        ("<|box_start|>(100,200),(500,600)<|box_end|>", 1000, (0.1, 0.2, 0.5, 0.6)),
        # the scale of the whole box
        ("[12, 24, 60, 72]", None, (0.1, 0.2, 0.5, 0.6)),  # pixels of the image
        ("[0.1, 0.2, 0.5, 1.02]", 1000, (0.1, 0.2, 0.5, 1.0)),
        ("[0, 0, 1, 1]", 1000, (0, 0, 1, 1)),
        ("[0, 1, 50, 60]", 100, (0, 0.01, 0.5, 0.6)),
        # points and swapped corners
        ("For the point (0.9, 0.9): (0.1, 0.2) to (0.5, 0.6)", None, (0.1, 0.2, 0.5, 0.6)),
        ("[0.5, 0.6, 0.1, 0.2]", None, (0.1, 0.2, 0.5, 0.6)),
        ("<think>[0.9, 0.9, 1, 1]</think>[0.1, 0.2, 0.5, 0.6]", None, (0.1, 0.2, 0.5, 0.6)),
    ],
)
def test_a_box_is_found_in_the_ways_that_models_write_it(text, scale, box):
    assert extract_box(text, scale).box == pytest.approx(box)


@given(
    st.lists(st.integers(0, 1000), min_size=4, max_size=4),
    st.permutations(["x_min", "y_min", "x_max", "y_max"]),
)
def test_the_order_of_named_numbers_does_not_matter(numbers, order):
    named = dict(zip(["x_min", "y_min", "x_max", "y_max"], numbers, strict=True))
    text = json.dumps({name: named[name] for name in order})
    assert extract_box(text, 1000) == extract_box(str(numbers), 1000)._replace(level="lenient")


def test_pixels_beyond_the_image_cannot_be_placed_without_a_scale():
    assert extract_box("[300, 400, 500, 600]", None).level == "unparsed"


# Angles: the four numbers are of a box of width w and height h that is turned about its centre. Its upright
# hull is w |cos| + h |sin| wide and w |sin| + h |cos| high.


@pytest.mark.parametrize(
    ("text", "hull", "clipped"),
    [
        # 0.4 by 0.1 round (0.3, 0.25); at a right angle the sides change places.
        ("{<10><20><50><30>|<90>}", (0.25, 0.05, 0.35, 0.45), False),
        ("{<10><20><50><30>|<-90>}", (0.25, 0.05, 0.35, 0.45), False),
        ("{<10><20><50><30>|<0>}", (0.1, 0.2, 0.5, 0.3), False),
        ("{<10><20><50><30>|<180>}", (0.1, 0.2, 0.5, 0.3), False),
        # 0.4 by 0.2 round the middle: 0.4 x 0.8660 + 0.2 x 0.5 = 0.4464, 0.4 x 0.5 + 0.2 x 0.8660 = 0.3732.
        ("[[30, 40, 70, 60, 30]]", (0.276795, 0.313397, 0.723205, 0.686603), False),
        ("[[30,40,70,60,-30]]", (0.276795, 0.313397, 0.723205, 0.686603), False),
        ("{<30><40><70><60>|<150>}", (0.276795, 0.313397, 0.723205, 0.686603), False),
        # A square of 0.2: its diagonal.
        ("[[40, 40, 60, 60, 45]]", (0.358579, 0.358579, 0.641421, 0.641421), False),
        # 0.2 by 0.6 round (0.9, 0.3) becomes 0.6 by 0.2, and reaches beyond the right edge.
        ("{<80><0><100><60>|<90>}", (0.6, 0.2, 1.0, 0.4), True),
        # Published outputs: the first of several boxes counts, with its own angle.
        ("{<10><13><18><21>|<90>}{<16><10><20><14>|<90>}", (0.1, 0.13, 0.18, 0.21), False),
        ("<p>some buildings</p> {<40><77><52><85>|<90>}<delim>{<45><64>", (0.42, 0.75, 0.5, 0.87), False),
        ("[[39, 21, 46, 27, 0], [27, 31, 33, 36, 0]]", (0.39, 0.21, 0.46, 0.27), False),
        ("[[2, 41, 4, 41, 90]]", (0.03, 0.4, 0.03, 0.42), False),
        ("{<0><0><100><100>|<90>}", (0.0, 0.0, 1.0, 1.0), False),
        # Without an angle, or with one that was cut off, a box stays as it is.
        ("{<10><20><50><30>}", (0.1, 0.2, 0.5, 0.3), False),
        ("{<10><20><50><30>|<9", (0.1, 0.2, 0.5, 0.3), False),
        ("[10, 20, 50, 30]", (0.1, 0.2, 0.5, 0.3), False),
        ("[[10, 20, 50, 30, 1e999]]", (0.1, 0.2, 0.5, 0.3), False),
    ],
)
def test_the_hull_of_a_turned_box(text, hull, clipped):
    found = extract_box(text, 100, HULL)
    assert found.box == pytest.approx(hull, abs=1e-6)
    assert found.clipped == clipped
    assert found.level == extract_box(text, 100).level


@given(st.lists(st.integers(0, 100), min_size=4, max_size=4), st.integers(-360, 360))
def test_a_hull_holds_the_corners_of_the_turned_box_and_touches_them(numbers, angle):
    left, top, right, bottom = extract_box(str(numbers), 100).box
    x, y = (left + right) / 2, (top + bottom) / 2
    turn = np.exp(1j * np.radians(angle))
    corners = [
        complex(x, y) + turn * (complex(*corner) - complex(x, y))
        for corner in ((left, top), (right, top), (right, bottom), (left, bottom))
    ]
    expected = (
        *(min(part(corner) for corner in corners) for part in (np.real, np.imag)),
        *(max(part(corner) for corner in corners) for part in (np.real, np.imag)),
    )
    found = extract_box("{" + "".join(f"<{number}>" for number in numbers) + f"|<{angle}>}}", 100, HULL)
    assert found.box == pytest.approx(np.clip(expected, 0, 1), abs=1e-6)


@pytest.mark.parametrize(
    ("text", "angle"),
    [
        ("{<10><20><50><30>|<90>}", 90),
        ("[[83, 58, 87, 62, 37]]", 37),
        ("[[10, 20, 50, 30]]", None),
        ("{<10><20><50><30>}", None),
        ("nothing", None),
    ],
)
def test_the_angle_of_an_answer(text, angle):
    assert angle_of(text) == angle
