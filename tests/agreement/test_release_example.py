"""The example on the page that explains the release draws what it says."""

import re

import matplotlib as mpl
import numpy as np
import pytest

from bentxt.agreement.row_meaning import row_meaning
from worlds.pages import PROJECT
from worlds.small_release import write_small_release

PAGE = (PROJECT / "docs/release.md").read_text(encoding="utf-8")


@pytest.fixture
def run_folder(miniature_world, tmp_path, monkeypatch):
    """A folder with the data set and the images of a run, made the working folder."""
    results = tmp_path / "results" / "mini"
    results.mkdir(parents=True)
    release = write_small_release(miniature_world, results)
    monkeypatch.chdir(tmp_path)
    return release


def test_the_example_draws_the_box_of_an_instance_on_its_patch(run_folder, tmp_path):
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    mpl.use("agg")
    import matplotlib.pyplot as plt

    names = {}
    try:
        exec(code, names)
        axes = plt.gca()
        (rectangle,) = axes.patches
        (image,) = axes.images
    finally:
        plt.close("all")
    row = names["row"]
    left, top = rectangle.get_xy()
    right, bottom = left + rectangle.get_width(), top + rectangle.get_height()
    sides = ("x_min", "y_min", "x_max", "y_max")
    boxes = [
        np.array([instance[side] for side in sides]) for instance in run_folder.instances[row["patch_id"]]
    ]
    # The box of an instance, or a pixel larger on a side.
    assert any((abs(box - [left, top, right, bottom]) <= 1).all() for box in boxes)
    # Edges from 0 to 120, y downwards: the picture's pixel (0, 0) fills [0, 1] x [0, 1].
    assert image.get_extent() == [0, 120, 120, 0]
    assert image.get_array().shape == (120, 120, 3)
    drawn = plt.imread(tmp_path / "box.png")
    yellow = (drawn[..., :3] == [1, 1, 0]).all(axis=-1)
    assert yellow.sum() > 100
    numbers = re.findall(r"\d+", row_meaning(row).rsplit(": ", 1)[1])
    assert {left, top, right, bottom} <= set(map(int, numbers))
