"""Figures as files: one style for all, PDF and PNG, and the plotted numbers as CSV."""

import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.textpath import TextPath
from matplotlib.typing import RcKeyType

from bentxt.atomic import atomic_path, write_text
from bentxt.reporting.tables import csv_text

#: Ink, muted ink, lines, and one colour for each annotation type.
INK, MUTED, LINE = "#1d2433", "#5b6475", "#c9ced8"
TYPE_COLOURS = {"binary": "#2f6db3", "mcq": "#8a4fb0", "bounding box": "#c4541d", "captioning": "#2d7d46"}

# At the level of information it lists every glyph that goes into a PDF.
logging.getLogger("fontTools").setLevel(logging.WARNING)

_STYLE: dict[RcKeyType, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "pdf.fonttype": 42,
    "savefig.facecolor": "white",
    # Without it the names in a PDF change from run to run.
    "svg.hashsalt": "bentxt",
}


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of a size in inches, in the style of all figures."""
    plt.rcParams.update(_STYLE)
    return plt.figure(figsize=(width, height))


def write_figure_files(
    figure: Figure, columns: Sequence[str], rows: list[dict[str, Any]], target: Path | str
) -> list[Path]:
    """Write the plotted numbers to ``target`` (CSV), and the figure next to it as PDF and PNG.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    columns : sequence of str
    rows : list of dict
        What the CSV holds, by column.
    target : str or Path

    Returns
    -------
    list of Path
        CSV, PDF, PNG.
    """
    target = Path(target)
    paths = [target, target.with_suffix(".pdf"), target.with_suffix(".png")]
    write_text(target, csv_text(columns, rows))
    with atomic_path(paths[1]) as part:
        # Without a date the same figure is the same file.
        figure.savefig(part, format="pdf", metadata={"CreationDate": None})
    with atomic_path(paths[2]) as part:
        figure.savefig(part, format="png", dpi=200)
    plt.close(figure)
    return paths


@cache
def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Return the width of a line of text in inches."""
    if not text.strip():
        return 0.0
    # Between two dollar signs it would be read as mathematics; a digit is as wide as one.
    text = text.replace("$", "0")
    path = TextPath((0, 0), text, size=size, prop=FontProperties(family="DejaVu Sans", weight=weight))
    # Hinting makes the drawn line a little wider than its outlines.
    return path.get_extents().x1 / 72 * 1.03


def wrapped(text: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """Break a text into lines that fit into a width in inches; a longer word is broken too.

    A character that the font lacks becomes a square: models may answer anything.
    """
    space = text_width("n n", size, weight) - text_width("nn", size, weight)
    lines: list[str] = []
    line: list[str] = []
    used = 0.0
    for word in _drawable(text).split():
        # Words are measured one by one: outlining every longer line again takes seconds a page.
        needed = text_width(word, size, weight)
        if line and used + space + needed > width:
            lines.append(" ".join(line))
            line, used = [], 0.0
        while needed > width and len(word) > 1:
            part = _fitting(word, width, size, weight)
            lines.append(word[:part])
            word = word[part:]
            needed = text_width(word, size, weight)
        used += needed + (space if line else 0.0)
        line.append(word)
    return [*lines, " ".join(line)] if line else lines


def _fitting(word: str, width: float, size: float, weight: str) -> int:
    """Return how many characters of a word that is too wide fit into a width, one at least."""
    part = max(1, int(len(word) * width / text_width(word, size, weight)))
    while part > 1 and text_width(word[:part], size, weight) > width:
        part -= 1
    return part


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family="DejaVu Sans"))).get_charmap())


def _drawable(text: str) -> str:
    """Return a text whose characters all have a glyph; white space stays."""
    glyphs = _glyphs()
    return "".join(letter if letter.isspace() or ord(letter) in glyphs else "□" for letter in text)
