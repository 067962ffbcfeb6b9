"""A figure as a page: text and pictures placed in inches from the upper left corner."""

from collections.abc import Iterable
from typing import Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle

from bentxt.reporting.figure_files import INK, new_figure, text_width, wrapped


class Page:
    """A white page to write and draw on.

    Parameters
    ----------
    width, height : float
        Inches.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.figure = new_figure(width, height)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_xlim(0, width)
        self.axes.set_ylim(height, 0)
        self.axes.axis("off")

    def line(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 9,
        colour: str = INK,
        weight: str = "normal",
        align: str = "left",
    ) -> None:
        """Write one line whose top stands at ``y``."""
        self.axes.text(
            x, y, text, size=size, color=colour, weight=weight, ha=align, va="top", parse_math=False
        )

    def tag(self, x: float, y: float, text: str, colour: str, size: float = 7.5) -> float:
        """Write a label in white on a coloured bar; return its right edge."""
        width = text_width(text, size, "bold") + 0.12
        height = size / 72 * 1.75
        shape = "round,pad=0,rounding_size=0.04"
        bar = FancyBboxPatch((x, y), width, height, boxstyle=shape, facecolor=colour, edgecolor="none")
        self.axes.add_patch(bar)
        self.axes.text(
            x + width / 2,
            y + height / 2,
            text,
            size=size,
            color="white",
            weight="bold",
            ha="center",
            va="center_baseline",
            parse_math=False,
        )
        return x + width

    def frame(self, x: float, y: float, width: float, height: float, facecolor: str, edgecolor: str) -> None:
        """Draw a box with round corners behind what is written on it."""
        box = FancyBboxPatch(
            (x, y),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.07",
            facecolor=facecolor,
            edgecolor=edgecolor,
            linewidth=0.8,
            zorder=0,
        )
        self.axes.add_patch(box)

    def picture(self, x: float, y: float, side: float, pixels: np.ndarray) -> Axes:
        """Show a square picture; return axes whose data run from 0 to 1, right and down."""
        place = (x / self.width, 1 - (y + side) / self.height, side / self.width, side / self.height)
        axes = self.figure.add_axes(place)
        axes.imshow(pixels, extent=(0, 1, 1, 0), interpolation="nearest")
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_visible(True)
            spine.set_linewidth(0.6)
            spine.set_color(INK)
        return axes

    def swatch(self, x: float, y: float, side: float, colour: str | tuple[float, float, float]) -> None:
        """Draw a small coloured square with a thin border."""
        self.axes.add_patch(Rectangle((x, y), side, side, facecolor=colour, edgecolor=INK, linewidth=0.4))

    def arrow(self, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
        """Draw an arrow between two points."""
        style = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.6, "mutation_scale": 14}
        self.axes.annotate("", xy=end, xytext=start, arrowprops=style)


class Block(Protocol):
    """What stands in a column of a page: its height in inches is known before it is written."""

    @property
    def height(self) -> float:
        """Height in inches, the space below included."""

    def write(self, page: Page, x: float, y: float) -> float:
        """Write it with its upper left corner at (x, y); return where the next may start."""


def write_column(page: Page, x: float, y: float, blocks: Iterable[Block]) -> float:
    """Write blocks one below the other; return where the next may start."""
    for block in blocks:
        y = block.write(page, x, y)
    return y


def column_height(blocks: Iterable[Block]) -> float:
    """Return the height of blocks one below the other, in inches."""
    return sum(block.height for block in blocks)


class Heading:
    """A title in bold over a line of its colour.

    Parameters
    ----------
    text, colour : str
    width : float
        Of the line, inches.
    """

    height = 0.4

    def __init__(self, text: str, colour: str, width: float) -> None:
        self.text, self.colour, self.width = text, colour, width

    def write(self, page: Page, x: float, y: float) -> float:
        """Write it with its upper left corner at (x, y); return where the next may start."""
        page.line(x, y, self.text, 11, self.colour, "bold")
        page.axes.plot([x, x + self.width], [y + 0.24, y + 0.24], color=self.colour, linewidth=1)
        return y + self.height


class Tag:
    """A label in white on a coloured bar, in a line of its own."""

    height = 0.25

    def __init__(self, text: str, colour: str) -> None:
        self.text, self.colour = text, colour

    def write(self, page: Page, x: float, y: float) -> float:
        """Write it with its upper left corner at (x, y); return where the next may start."""
        page.tag(x, y, self.text, self.colour)
        return y + self.height


class Paragraph:
    """A text broken into lines for a width, whose height is known before it is written.

    Parameters
    ----------
    text : str
    width : float
        Inches.
    size : float
        Points.
    colour, weight : str
    indent : float
        Inches by which it stands further right.
    space : float
        Inches left free below it.
    """

    def __init__(
        self,
        text: str,
        width: float,
        size: float = 8.5,
        colour: str = INK,
        weight: str = "normal",
        indent: float = 0.0,
        space: float = 0.0,
    ) -> None:
        self.lines = wrapped(text, width - indent, size, weight)
        self.step = size / 72 * 1.32
        self.size, self.colour, self.weight = size, colour, weight
        self.indent, self.space = indent, space

    @property
    def height(self) -> float:
        """Height in inches, the space below included."""
        return len(self.lines) * self.step + self.space

    def write(self, page: Page, x: float, y: float) -> float:
        """Write it with its upper left corner at (x, y); return where the next may start."""
        for index, line in enumerate(self.lines):
            page.line(x + self.indent, y + index * self.step, line, self.size, self.colour, self.weight)
        return y + self.height
