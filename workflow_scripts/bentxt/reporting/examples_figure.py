"""Figure 1: an example of each task on one scene."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from matplotlib.figure import Figure

from bentxt.errors import InputError
from bentxt.reporting.figure_files import MUTED, TYPE_COLOURS
from bentxt.reporting.item_texts import category_name, point_of, reference_box
from bentxt.reporting.items_in_figures import draw_box, draw_point, question_blocks
from bentxt.reporting.page import Heading, Page, Paragraph, Tag, column_height, write_column

COLUMNS = ("patch_id", "ID", "type", "category", "input", "output", "run")

_TITLES = {
    "binary": "Binary questions",
    "mcq": "Multiple-choice questions",
    "bounding box": "Referring detection",
    "captioning": "Captioning",
}
_BOX_COLOURS = {"reference": "#ffd400", "point": "#00e5ff"}


def choose_scene(dataset: pa.Table) -> str:
    """Return the patch whose rows show most tasks; among equals the one with fewest rows, then by name.

    Parameters
    ----------
    dataset : pyarrow.Table
        Columns ``patch_id``, ``type``, ``category`` of the data set.

    Returns
    -------
    str

    Raises
    ------
    InputError
        If the data set is empty.
    """
    if not len(dataset):
        raise InputError("the data set holds no row")
    task = pc.binary_join_element_wise(dataset["type"], dataset["category"], "/")
    grouped = (
        dataset.append_column("task", task)
        .group_by("patch_id")
        .aggregate([("task", "count_distinct"), ("task", "count")])
        .sort_by(
            [("task_count_distinct", "descending"), ("task_count", "ascending"), ("patch_id", "ascending")]
        )
    )
    return grouped["patch_id"][0].as_py()


def choose_examples(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one row for each task of a scene, in the order of the release.

    Binary questions take turns between the answers yes and no; a region is rather the largest box than a
    small one, so that it can be seen, and another than that of the point where there is one.

    Parameters
    ----------
    rows : list of dict
        All rows of one patch: ``ID``, ``type``, ``category``, ``input``, ``output``.

    Returns
    -------
    list of dict
    """
    tasks: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        tasks.setdefault((row["type"], row["category"]), []).append(row)
    chosen: list[dict[str, Any]] = []
    wanted = "yes"
    for (kind, _), found in tasks.items():
        if kind == "binary":
            found = [row for row in found if row["output"] == wanted] or found
            wanted = "no" if wanted == "yes" else "yes"
        elif kind == "bounding box":
            drawn = [row["output"] for row in chosen if row["type"] == kind]
            found = sorted(found, key=lambda row: (row["output"] in drawn, -_area(row["output"])))
        chosen.append(found[0])
    return chosen


def _area(output):
    x0, y0, x1, y1 = reference_box(output)
    return (x1 - x0) * (y1 - y0)


def draw_examples(
    examples: list[dict[str, Any]], picture: np.ndarray, radar: np.ndarray, scene: dict[str, Any], run: str
) -> Figure:
    """Draw Figure 1.

    Parameters
    ----------
    examples : list of dict
        From :func:`choose_examples`.
    picture, radar : numpy.ndarray
        uint8, shape (120, 120, 3): the scene in true colour and as radar composite.
    scene : dict
        ``patch_id``, ``country``, ``season``, ``climate_zone``, ``latitude``, ``longitude``.
    run : str
        ``mini`` or ``paper``.

    Returns
    -------
    matplotlib.figure.Figure
    """
    column_x, column_width, side = (0.3, 3.95, 9.0), (3.3, 4.7, 4.7), 3.3
    by_type: dict[str, list[dict[str, Any]]] = {}
    for example in examples:
        by_type.setdefault(example["type"], []).append(example)
    columns = [
        _column([(kind, by_type[kind]) for kind in kinds if kind in by_type], width)
        for kinds, width in zip(
            (("binary", "bounding box", "captioning"), ("mcq",)), column_width[1:], strict=True
        )
    ]
    heights = [column_height(column) for column in columns]
    height = max(2 * side + 2.35, *heights) + 0.75
    page = Page(14.0, height)

    x, y = column_x[0], 0.3
    axes = page.picture(x, y, side, picture)
    referring = by_type.get("bounding box", [])
    for example in sorted(referring, key=lambda example: example["category"], reverse=True):
        # Both may be the same box: the point's is dashed, so that the region's shows through.
        colour, point = _BOX_COLOURS[example["category"]], example["category"] == "point"
        draw_box(axes, reference_box(example["output"]), colour, (0, (4, 3)) if point else "-")
        if point:
            draw_point(axes, point_of(example["input"]), colour)
    y = _legend(page, x, y + side + 0.07, "Sentinel-2, true colour", referring)
    page.picture(x, y, side, radar)
    page.line(x, y + side + 0.07, "Sentinel-1: red VV, green VH, blue VV/VH", 8, MUTED)
    y = Paragraph(_facts(scene), side, 8, MUTED).write(page, x, y + side + 0.3)
    y = Paragraph(scene["patch_id"].replace("_R", " _R"), side, 7.5, MUTED).write(page, x, y + 0.04)
    if run == "mini":
        Paragraph("mini: an invented scene", side, 8, "#b3261e", "bold").write(page, x, y + 0.05)
    for x, column in zip(column_x[1:], columns, strict=True):
        write_column(page, x, 0.3, column)
    return page.figure


def _facts(scene):
    north = f"{abs(scene['latitude']):.3f}° {'N' if scene['latitude'] >= 0 else 'S'}"
    east = f"{abs(scene['longitude']):.3f}° {'E' if scene['longitude'] >= 0 else 'W'}"
    return f"{scene['country']}, {scene['season'].lower()}; {scene['climate_zone']}; {north}, {east}"


def _column(groups, width):
    """Return what a column shows, from top to bottom: headings and paragraphs."""
    blocks = []
    for kind, examples in groups:
        blocks.append(Heading(_TITLES[kind], TYPE_COLOURS[kind], width))
        for example in examples:
            blocks += _card(kind, example, width)
    return blocks


def _card(kind, example, width):
    colour = TYPE_COLOURS[kind]
    question = question_blocks(kind, example["input"], example["output"], width, colour)
    question[-1].space = 0.15
    return [Tag(category_name(example["category"]), colour), *question]


def _legend(page, x, y, title, referring):
    page.line(x, y, title, 8, MUTED)
    for example in referring:
        y += 0.19
        page.swatch(x, y + 0.015, 0.1, _BOX_COLOURS[example["category"]])
        what = (
            "box of the region" if example["category"] == "reference" else "box of the instance at the point"
        )
        page.line(x + 0.17, y, what, 8, MUTED)
    return y + 0.3
