"""Figure 2: the captioning pipeline on one scene."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from bentxt.nomenclature import CLASSES, PIXEL_AREA, PIXELS
from bentxt.reporting.composites import map_picture
from bentxt.reporting.figure_files import INK, LINE, MUTED
from bentxt.reporting.page import Page, Paragraph

COLUMNS = ("patch_id", "element", "name", "value", "unit", "run")

_BACKENDS = {
    "grammar": "rule-based rewriting, no language model",
    "vllm": "paraphrased and refined by",
    "openai": "paraphrased and refined by",
}


def choose_scene(
    patch_ids: Sequence[str], template_captions: Sequence[str], class_counts: Sequence[int]
) -> str:
    """Return a patch to show: four classes, and a template caption of about 800 letters.

    Parameters
    ----------
    patch_ids, template_captions : sequence of str
    class_counts : sequence of int
        Classes of each patch.

    Returns
    -------
    str
        Where no patch has four classes, the nearest to that.
    """

    def rank(index):
        length = len(template_captions[index])
        return abs(class_counts[index] - 4), abs(length - 800), patch_ids[index]

    return patch_ids[min(range(len(patch_ids)), key=rank)]


def scene_facts(
    classes: np.ndarray, scene: dict[str, Any], captions: dict[str, Any], run: str
) -> list[dict[str, Any]]:
    """Return what the figure shows as rows: classes with areas, place and season, both captions.

    Parameters
    ----------
    classes : numpy.ndarray
        uint8, shape (120, 120): class map.
    scene : dict
        Row of the table of patches.
    captions : dict
        Row of the augmented captions.
    run : str

    Returns
    -------
    list of dict
        Columns :data:`COLUMNS`.
    """
    pixels = np.bincount(classes.ravel(), minlength=256)[: len(CLASSES)]
    found = [
        ("class", CLASSES[i], int(pixels[i]) * PIXEL_AREA, "m²") for i in np.argsort(-pixels) if pixels[i]
    ]
    found += [("attribute", name, scene[name], "") for name in ("country", "season", "climate_zone")]
    found += [
        ("caption", "template", captions["template"], ""),
        ("caption", "augmented", captions["caption"], ""),
        ("augmentation", "used", captions["used"], ""),
        ("augmentation", "backend", captions["backend"], ""),
        ("augmentation", "model", captions["model"], ""),
    ]
    return [dict(zip(COLUMNS, (scene["patch_id"], *fact, run), strict=True)) for fact in found]


def draw_pipeline(
    classes: np.ndarray,
    colours: np.ndarray,
    picture: np.ndarray,
    radar: np.ndarray,
    scene: dict[str, Any],
    captions: dict[str, Any],
    run: str,
) -> Figure:
    """Draw Figure 2.

    Parameters
    ----------
    classes : numpy.ndarray
        uint8, shape (120, 120): class map.
    colours : numpy.ndarray
        uint8, shape (19, 3).
    picture, radar : numpy.ndarray
        uint8, shape (120, 120, 3).
    scene, captions, run
        As for :func:`scene_facts`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    width, left, gap, side = 13.0, 0.3, 0.3, 2.75
    legend_x = left + 3 * (side + gap)
    box_width = (width - 2 * left - 0.7) / 2
    inner = box_width - 0.36
    template = Paragraph(captions["template"], inner, 9)
    augmented = Paragraph(captions["caption"], inner, 9)
    legend = _legend(classes, width - left - legend_x)
    legend_height = sum(paragraph.height + 0.07 for _, paragraph in legend) + 1.25
    boxes_top = 0.62 + max(side, legend_height - 0.3) + 0.75
    box_height = max(template.height, augmented.height) + 0.8
    page = Page(width, boxes_top + box_height + 0.35)

    titles = ("Sentinel-2, true colour", "Sentinel-1: VV, VH, VV/VH", "Reference map")
    for index, (title, pixels) in enumerate(
        zip(titles, (picture, radar, map_picture(classes, colours)), strict=True)
    ):
        x = left + index * (side + gap)
        page.line(x, 0.3, title, 9.5, INK, "bold")
        page.picture(x, 0.62, side, pixels)
    page.line(legend_x, 0.3, "Classes and attributes", 9.5, INK, "bold")
    y = 0.62
    for index, paragraph in legend:
        red, green, blue = (colours[index] / 255).tolist()
        page.swatch(legend_x, y + 0.01, 0.14, (red, green, blue))
        y = paragraph.write(page, legend_x + 0.24, y) + 0.07
    attributes = f"{scene['country']} · {scene['season'].lower()} · {scene['climate_zone'].lower()}"
    y = Paragraph(attributes, width - left - legend_x, 8.5, MUTED).write(page, legend_x, y + 0.08)
    name = scene["patch_id"].replace("_R", " _R")
    y = Paragraph(name, width - left - legend_x, 7, MUTED).write(page, legend_x, y + 0.05)
    if run == "mini":
        page.line(legend_x, y + 0.05, "mini: an invented scene", 8.5, "#b3261e", "bold")

    right = left + box_width + 0.7
    sources = "facts only: reference map, season, country, climate zone"
    for x, heading, remark, paragraph, face in (
        (
            left,
            "Template caption",
            sources,
            template,
            "#f4f6fa",
        ),
        (right, "Augmented caption", _augmentation(captions), augmented, "#eef6f0"),
    ):
        page.frame(x, boxes_top, box_width, box_height, face, LINE)
        page.line(x + 0.18, boxes_top + 0.14, heading, 10, INK, "bold")
        page.line(x + 0.18, boxes_top + 0.36, remark, 8, MUTED)
        paragraph.write(page, x + 0.18, boxes_top + 0.62)
    map_middle = left + 2 * (side + gap) + side / 2
    page.axes.plot(
        [map_middle, map_middle, left + box_width / 2],
        [0.62 + side + 0.08, boxes_top - 0.36, boxes_top - 0.36],
        color=MUTED,
        linewidth=1.6,
        solid_joinstyle="round",
    )
    page.arrow((left + box_width / 2, boxes_top - 0.37), (left + box_width / 2, boxes_top - 0.03), MUTED)
    middle = boxes_top + box_height / 2
    page.arrow((left + box_width + 0.08, middle), (right - 0.08, middle), MUTED)
    return page.figure


def _legend(classes, width):
    """Return class index and paragraph of each class in the map, largest first."""
    pixels = np.bincount(classes.ravel(), minlength=256)[: len(CLASSES)]
    return [
        (int(index), Paragraph(f"{CLASSES[index]}, {100 * pixels[index] / PIXELS:.1f} %", width - 0.24, 8.5))
        for index in np.argsort(-pixels)
        if pixels[index]
    ]


def _augmentation(captions):
    remark = f"{_BACKENDS[captions['backend']]} {captions['model']}".strip()
    if captions["used"] != "refined":
        remark += f"; the check fell back to the {captions['used']} caption"
    return remark
