"""Figures S3–S7: what they say and where it stands, and the program that draws them."""

import csv
import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.reporting.answers_figure import draw_answers, shortened
from bentxt.reporting.shown_answers import ANSWER_FIGURES, ShownModel
from bentxt.reporting.tables import csv_text
from worlds.prediction_world import write_world
from worlds.scored_items_world import UNREAD, item_rows, options, unavailable, write_items, wrong

PICTURE = np.random.default_rng(0).integers(0, 255, (120, 120, 3), np.uint8)
ABSENT = {"GeoA": "no weights here", "GeoB": "no weights here"}
#: What a model may write.
HOSTILE = "$\\boxed{\\text{yes}}$ <script> " + "x" * 400 + " 日本 \x00\u202e " + "word " * 300


def shown(task, count, answers=None):
    rows = item_rows(task, count)
    changed = {place: {"answer": HOSTILE} | (answers or {}) for place in range(count)}
    return [
        ShownModel("A remote model with a long name", "RS", "published", rows),
        ShownModel("Wide", "CV", "tiny, random", item_rows(task, count, answers=changed)),
        ShownModel("Other", "CV", "tiny, random", [row | UNREAD for row in rows]),
        ShownModel("RS-InternVL", "ours", "published", rows),
    ]


def texts_of(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


@pytest.mark.parametrize("name", ANSWER_FIGURES)
def test_text_stays_on_the_page_and_out_of_other_text(name):
    figure = ANSWER_FIGURES[name]
    models = shown(figure.task, 3, {"extracted": HOSTILE} if figure.task == "captioning" else {})
    drawing = draw_answers(figure, models, ABSENT, [PICTURE] * 3, "mini")
    renderer = drawing.canvas.get_renderer()
    width, height = drawing.canvas.get_width_height()
    boxes = [text.get_window_extent(renderer) for text in drawing.axes[0].texts]
    for box in boxes:
        assert box.x0 >= 0
        assert box.x1 <= width
        assert box.y0 >= 0
        assert box.y1 <= height
    # Lines of one paragraph may touch, lines of two columns may not lie over one another.
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            across = min(one.x1, other.x1) - max(one.x0, other.x0)
            down = min(one.y1, other.y1) - max(one.y0, other.y0)
            assert not (across > 1 and down > 0.35 * min(one.height, other.height))


def test_marks_say_right_wrong_and_unparsed_without_colour():
    figure = ANSWER_FIGURES["figure_s4"]
    models = shown("binary", 2)
    models[0] = ShownModel("Remote", "RS", "published", wrong(item_rows("binary", 2), [0, 1]))
    drawing = draw_answers(figure, models, ABSENT, [PICTURE] * 2, "mini")
    texts = texts_of(drawing)
    assert [texts.count(mark) for mark in "✗∅✓"] == [2, 2, 4]
    whole = " ".join(texts)
    assert "Not run: GeoA, GeoB (no weights here)." in whole
    assert "Wide, Other: weights: tiny, random." in whole
    assert "mini: an invented world" in whole
    assert "drawn by the run's seed" in whole
    colours = {text.get_color() for text in drawing.axes[0].texts if text.get_text() in "✗∅✓"}
    assert len(colours) == 3


def test_boxes_are_drawn_in_the_colour_of_their_model_with_their_overlap():
    rows = item_rows("referring", 1)
    far = rows[0] | {"box": [0.5, 0.5, 1, 1], "extracted": "[0.5 0.5, 1.0 1.0]", "score": 0.0}
    models = [
        ShownModel("Remote", "RS", "published", [far]),
        ShownModel("Same", "RS", "published", rows),
        ShownModel("Wide", "CV", "published", [rows[0] | UNREAD]),
    ]
    drawing = draw_answers(ANSWER_FIGURES["figure_s7"], models, {}, [PICTURE], "paper")
    pictures = [axes for axes in drawing.axes if axes.images]
    assert len(pictures) == 2  # one a group
    texts = texts_of(drawing)
    assert "Remote 0.0 %" in texts
    assert "Same 100.0 %" in texts
    assert {text.get_text() for text in pictures[0].texts} == {"1", "2"}
    edges = {(patch.get_x(), patch.get_y()) for patch in pictures[0].patches if patch.get_width() == 0.5}
    assert edges == {(0, 0), (0.5, 0.5)}
    # The second model's box is the reference's: both show by turns.
    assert {patch.get_linestyle() for patch in pictures[0].patches if patch.get_x() == 0} == {
        (0, (4, 4)),
        (4, (4, 4)),
    }
    assert len(pictures[1].patches) == 2  # the reference and its rim; there is no other box
    assert not any("mini" in text for text in texts)


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_whatever_a_model_wrote_is_read_back_from_the_csv(answers):
    text = csv_text(["answer", "model"], [{"answer": answer, "model": "Wide"} for answer in answers])
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["answer"] for row in rows] == answers
    assert {row["model"] for row in rows} == {"Wide"}


def test_a_figure_without_any_model_says_why():
    drawing = draw_answers(ANSWER_FIGURES["figure_s5"], [], ABSENT, [], "mini")
    assert "Not run: GeoA, GeoB (no weights here)." in texts_of(drawing)


def test_long_answers_say_how_much_was_left_out():
    assert shortened("a b  c", 2) == "a b c"
    assert shortened("x" * 100, 10) == "xxxxxxxxxx … (+90 characters)"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("answers")
    write_world(folder)
    rows = item_rows("binary", patches=4)
    paths = [
        write_items(folder, "Wide", "binary", wrong(rows, range(0, 24, 2))),
        write_items(folder, "RS-InternVL", "binary", rows),
        unavailable(folder, "Other", "binary", "no network"),
    ]
    return folder, paths


def test_the_program_draws_the_same_items_every_time(world, run_program):
    folder, paths = world
    for name in ("a", "b"):
        arguments = options(
            paths, figure="figure_s4", images=folder / "images.lmdb", out=folder / f"{name}.csv"
        )
        run_program("draw_answers", *arguments)
    for kind in ("csv", "pdf", "png"):
        assert (folder / f"a.{kind}").read_bytes() == (folder / f"b.{kind}").read_bytes()
    with (folder / "a.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["model"] for row in rows[-2:]] == ["GeoA", "Other"]
    assert rows[-1]["note"] == "not run: no network"
    assert len({row["ID"] for row in rows[:-2]}) == 8
    assert {row["verdict"] for row in rows if row["model"] == "RS-InternVL"} == {"right"}
    provenance = json.loads((folder / "a.provenance.json").read_text())
    assert provenance["run"] == "mini"
    assert any("RS-InternVL" in entry["path"] for entry in provenance["inputs"])


def test_a_patch_without_an_image_is_named(world, run_program):
    folder, paths = world
    rows = [row | {"patch_id": "NOWHERE"} for row in item_rows("binary")]
    paths = [write_items(folder / "other", "Wide", "binary", rows)]
    arguments = options(paths, figure="figure_s4", images=folder / "images.lmdb", out=folder / "c.csv")
    done = run_program("draw_answers", *arguments, check=False)
    assert done.returncode == 1
    assert "NOWHERE" in done.stderr
    assert not list(folder.glob("c.*"))
