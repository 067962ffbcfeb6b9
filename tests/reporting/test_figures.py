import csv
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from bentxt.errors import InputError
from bentxt.nomenclature import CLASSES, UNLABELLED
from bentxt.reporting import (
    composites,
    examples_figure,
    item_texts,
    pipeline_figure,
    statistics_figure,
)
from bentxt.reporting.caption_statistics_table import paper_means, read_published_captions
from bentxt.reporting.dataset_table import read_published
from bentxt.reporting.figure_files import text_width, wrapped, write_figure_files
from bentxt.tables.schemas.dataset_schema import DATASET

ROOT = Path(__file__).parents[2]
COLOURS = ROOT / "resources" / "class_colours.csv"
PUBLISHED_CAPTIONS = ROOT / "resources" / "paper" / "caption_statistics.csv"
RNG = np.random.default_rng(0)
PICTURE = RNG.integers(0, 255, (120, 120, 3), np.uint8)


def test_stretch_runs_from_black_to_full_colour():
    ramp = np.linspace(0, 1000, 10_000).reshape(100, 100)
    picture = composites.stretched([ramp, ramp + 5000, ramp * 0])
    assert picture[0, 0, 0] == 0
    assert picture[-1, -1, 1] == 255
    assert (picture[..., 2] == 0).all()
    assert (picture[..., 0] == picture[..., 1]).all()


def test_true_colour_keeps_the_balance_of_the_bands():
    green = np.full((120, 120), 900.0)
    noise = RNG.normal(0, 5, (120, 120))
    picture = composites.true_colour(
        {"B04": green * 0.5 + noise, "B03": green + noise, "B02": green * 0.4 + noise}
    )
    red, middle, blue = picture.reshape(-1, 3).mean(axis=0)
    assert middle > red > blue


def test_radar_composite_shows_the_ratio_in_blue():
    vv, vh = np.full((120, 120), -8.0), np.full((120, 120), -16.0)
    vv[:60], vh[:60] = -20, -21
    picture = composites.radar_composite({"VV": vv, "VH": vh})
    assert picture[0, 0].tolist() == [0, 0, 0]
    assert picture[-1, 0].tolist() == [255, 255, 255]


def test_colours_of_the_classes_can_be_told_apart():
    colours = composites.read_class_colours(COLOURS).astype(int)
    distance = np.abs(colours[:, None] - colours[None]).sum(axis=-1)
    np.fill_diagonal(distance, 999)
    assert distance.min() >= 30


def test_class_map_and_its_picture():
    codes = np.array([[111, 112], [523, 999]], np.uint16)
    classes = composites.class_map(codes)
    assert classes.tolist() == [[0, 0], [18, UNLABELLED]]
    picture = composites.map_picture(classes, composites.read_class_colours(COLOURS))
    assert picture[0, 0].tolist() == [0xE6, 0x00, 0x4D]
    assert picture[1, 1].tolist() == list(composites.NO_CLASS)


@pytest.mark.parametrize(
    ("change", "item"), [(("Pastures", "Meadows"), "Meadows"), (("#e6e64d", "yellow"), "Pastures")]
)
def test_a_broken_list_of_colours_is_named(tmp_path, change, item):
    (tmp_path / "c.csv").write_text(COLOURS.read_text().replace(*change))
    with pytest.raises(InputError) as error:
        composites.read_class_colours(tmp_path / "c.csv")
    assert error.value.item == item


def test_wrapped_lines_fit_and_keep_every_word():
    text = "Land principally occupied by agriculture, with significant areas of natural vegetation " * 3
    lines = wrapped(text, 2.0, 9)
    assert " ".join(lines) == text.strip()
    assert len(lines) > 5
    assert max(text_width(line, 9) for line in lines) <= 2.02
    assert wrapped("", 2.0, 9) == []


def test_what_a_model_may_write_fits_too():
    text = "<a href=x> $\\boxed{\\text{yes}}$ 日本 \x00 " + "x" * 700 + " end"
    lines = wrapped(text, 2.0, 9)
    assert max(text_width(line, 9) for line in lines) <= 2.02
    assert "".join("".join(lines).split()) == "".join(text.replace("日本", "□□").replace("\x00", "□").split())
    assert wrapped("W", 0.01, 9) == ["W"]


def _row(patch, kind, category, text="?", output="yes"):
    values = {"patch_id": patch, "type": kind, "category": category, "input": text, "output": output}
    return {name: values.get(name, 0 if name == "ID" else "x") for name in DATASET.names}


SCENE = {
    "patch_id": "S2A_MSIL2A_20170613T101031_N9999_R022_T33UUP_26_57",
    "country": "Austria",
    "season": "Summer",
    "climate_zone": "Cold, no dry season, warm summer",
    "latitude": 48.1,
    "longitude": -14.2,
}
ROWS = [
    _row("p", "binary", "area", "Do pastures cover 10%?", "yes"),
    _row("p", "binary", "area", "Do pastures cover 20%?", "no"),
    _row("p", "binary", "presence", "Is there a lake?", "yes"),
    _row("p", "binary", "presence", "Is there $a_{marsh}$?", "no"),
    _row("p", "bounding box", "point", "Box at <point>(0.82, 0.28)</point>?", "[0.64 0.0, 1.0 0.71]"),
    _row("p", "bounding box", "point", "Box at <point>(0.06, 0.34)</point>?", "[0.0 0.2, 0.16 0.51]"),
    _row("p", "bounding box", "reference", "Where is <ref>mixed forest</ref>?", "[0.64 0.0, 1.0 0.71]"),
    _row("p", "bounding box", "reference", "Where is <ref>pastures</ref>?", "[0.0 0.2, 0.16 0.51]"),
    _row("p", "captioning", "None", "Describe it.", "A forest borders a lake. " * 12),
    _row("p", "mcq", "season", "Which? a) Summer, b) Winter, c) Spring, d) Fall", "a"),
]


def test_the_scene_with_most_tasks_is_chosen():
    rows = [
        *ROWS,
        _row("o", "binary", "area"),
        *(_row("q", row["type"], row["category"]) for row in ROWS[1:]),
    ]
    table = pa.Table.from_pylist(rows).select(["patch_id", "type", "category"])
    assert examples_figure.choose_scene(table) == "q"
    with pytest.raises(InputError, match="no row"):
        examples_figure.choose_scene(table.slice(0, 0))


def test_examples_are_one_per_task_with_both_answers_and_two_boxes():
    chosen = examples_figure.choose_examples(ROWS)
    assert [(row["type"], row["category"]) for row in chosen] == list(
        dict.fromkeys((row["type"], row["category"]) for row in ROWS)
    )
    assert [row["output"] for row in chosen if row["type"] == "binary"] == ["yes", "no"]
    boxes = [row["output"] for row in chosen if row["type"] == "bounding box"]
    assert boxes == ["[0.64 0.0, 1.0 0.71]", "[0.0 0.2, 0.16 0.51]"]


def test_point_of_an_instruction():
    assert item_texts.point_of("at <point>(0.82, 0.28)</point> in it") == (0.82, 0.28)
    with pytest.raises(InputError, match="without <point>"):
        item_texts.point_of("at (0.82, 0.28)")


def _written(tmp_path, figure, columns, rows):
    paths = write_figure_files(figure, columns, rows, tmp_path / "figure.csv")
    assert paths[1].read_bytes().startswith(b"%PDF")
    assert paths[2].read_bytes().startswith(b"\x89PNG")
    with paths[0].open(newline="") as file:
        return list(csv.DictReader(file))


def test_figure1_is_written_with_what_it_shows(tmp_path):
    examples = examples_figure.choose_examples(ROWS)
    figure = examples_figure.draw_examples(examples, PICTURE, PICTURE, SCENE, "mini")
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert "mini: an invented scene" in texts
    assert "a) Summer ✓" in texts
    assert "48.100° N, 14.200° W" in " ".join(texts)
    found = _written(tmp_path, figure, examples_figure.COLUMNS, examples)
    assert [row["input"] for row in found] == [row["input"] for row in examples]


def test_text_stays_on_the_page(tmp_path):
    figure = examples_figure.draw_examples(
        examples_figure.choose_examples(ROWS), PICTURE, PICTURE, SCENE, "paper"
    )
    renderer = figure.canvas.get_renderer()
    width, height = figure.canvas.get_width_height()
    for text in figure.axes[0].texts:
        box = text.get_window_extent(renderer)
        assert box.x0 >= 0
        assert box.x1 <= width
        assert box.y0 >= 0
        assert box.y1 <= height
    assert "mini: an invented scene" not in [text.get_text() for text in figure.axes[0].texts]


CAPTIONS = {
    "patch_id": "p",
    "template": 'The image primarily shows "pastures". ' * 10,
    "caption": "Pastures dominate the image. " * 12,
    "used": "paraphrased",
    "backend": "vllm",
    "model": "some-model",
}


def test_figure2_tells_areas_and_how_the_caption_came_about(tmp_path):
    classes = np.full((120, 120), 4, np.uint8)
    classes[:12] = 17
    colours = composites.read_class_colours(COLOURS)
    figure = pipeline_figure.draw_pipeline(classes, colours, PICTURE, PICTURE, SCENE, CAPTIONS, "paper")
    texts = " ".join(text.get_text() for text in figure.axes[0].texts)
    assert "Pastures, 90.0 %" in texts
    assert "paraphrased and refined by some-model; the check fell back to the paraphrased caption" in texts
    facts = pipeline_figure.scene_facts(classes, SCENE, CAPTIONS, "paper")
    found = _written(tmp_path, figure, pipeline_figure.COLUMNS, facts)
    areas = {row["name"]: row["value"] for row in found if row["element"] == "class"}
    assert areas == {CLASSES[4]: "1296000", CLASSES[17]: "144000"}


def test_the_scene_of_figure2_has_four_classes_and_a_caption_of_middle_length():
    captions = ["x" * 400, "x" * 790, "x" * 2000, "x" * 800]
    assert pipeline_figure.choose_scene(["a", "b", "c", "d"], captions, [4, 4, 4, 2]) == "b"
    assert pipeline_figure.choose_scene(["a", "d"], [captions[0], captions[3]], [1, 2]) == "d"


def test_densities_integrate_to_one():
    words = RNG.integers(30, 200, 500)
    edges, histogram, x, curve = statistics_figure.word_density(words)
    assert (histogram * np.diff(edges)).sum() == pytest.approx(1)
    assert np.trapezoid(curve, x) == pytest.approx(1, abs=0.1)
    numbers, shares = statistics_figure.sentence_shares(np.array([3, 3, 5]))
    assert numbers.tolist() == [3, 5]
    assert shares.tolist() == pytest.approx([2 / 3, 1 / 3])


def test_captions_of_one_length_have_no_curve():
    edges, histogram, x, curve = statistics_figure.word_density(np.full(9, 50))
    assert len(x) == len(curve) == 0
    assert (histogram * np.diff(edges)).sum() == pytest.approx(1)


def test_figure3_draws_known_values_only_and_lists_the_others(tmp_path):
    published = read_published(ROOT / "resources" / "paper" / "table1.csv")
    diversity = statistics_figure.read_diversity(ROOT / "resources" / "paper" / "figure3.csv")
    summary = {"words": 46_209, "mtld": 53.97}
    points = statistics_figure.diversity_points(published, diversity, summary, 9763, "mini")
    known = {point["series"]: point["y"] for point in points if point["y"] is not None}
    assert known == {"BigEarthNet.txt": 64.69, "this run (mini)": 53.97}
    assert len(points) == len(published) + 1
    words, sentences = RNG.integers(30, 200, 99), RNG.integers(2, 9, 99)
    paper = paper_means(read_published_captions(PUBLISHED_CAPTIONS))
    assert paper == (107, 4.5)
    figure = statistics_figure.draw_statistics(words, sentences, points, "mini", paper)
    note = figure.texts[0].get_text()
    assert "RSTeller" in note
    assert "mini" in note
    labels = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert {"paper: mean 107", "paper: mean 4.5", f"mean {words.mean():.1f}"} < set(labels)
    assert "BigEarthNet.txt (paper)\n64.69" in labels
    assert "this run (mini)\n53.97" in labels
    rows = statistics_figure.statistics_rows(words, sentences, points, "mini", paper)
    found = _written(tmp_path, figure, statistics_figure.COLUMNS, rows)
    means = {(row["panel"], row["run"]): row["x"] for row in found if row["series"] == "mean"}
    assert (means["a", "published"], means["b", "published"]) == ("107", "4.5")
    assert float(means["a", "mini"]) == pytest.approx(words.mean(), rel=1e-5)
    assert {row["panel"] for row in found} == {"a", "b", "c"}
    assert [row["y"] for row in found if row["series"] == "RSTeller"] == [""]


def test_published_diversity_needs_its_columns(tmp_path):
    (tmp_path / "d.csv").write_text("dataset,mtld\nx,1\n")
    with pytest.raises(InputError, match="expected the columns dataset, words, mtld"):
        statistics_figure.read_diversity(tmp_path / "d.csv")


def test_figure_files_are_the_same_every_time(tmp_path):
    examples = examples_figure.choose_examples(ROWS)
    for name in ("a", "b"):
        figure = examples_figure.draw_examples(examples, PICTURE, PICTURE, SCENE, "mini")
        write_figure_files(figure, examples_figure.COLUMNS, examples, tmp_path / f"{name}.csv")
    for kind in ("csv", "pdf", "png"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()
