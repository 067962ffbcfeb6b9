"""An item of the data set in a figure: its question and options as text, boxes and points on its picture."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.typing import LineStyleType

from bentxt.evaluation.answer_extraction import options_of
from bentxt.reporting.page import Paragraph


def question_blocks(
    kind: str, instruction: str, reference: str, width: float, colour: str, label: str = ""
) -> list[Paragraph]:
    """Return an item as paragraphs: the question, and its answer or its options with the right one marked.

    Parameters
    ----------
    kind : str
        Annotation type.
    instruction, reference : str
        Input and output of the data set.
    width : float
        Inches.
    colour : str
        Of the right answer.
    label : str
        Before an answer that is no option.

    Returns
    -------
    list of Paragraph
        The question first.
    """
    if kind != "mcq":
        weight = "normal" if kind == "captioning" else "bold"
        answer = Paragraph(f"{label}{reference}", width, colour=colour, weight=weight, indent=0.3)
        return [Paragraph(instruction, width, space=0.03), answer]
    question = instruction[: instruction.rfind(" a) ")]
    blocks = [Paragraph(question, width, space=0.03)]
    for letter, option in options_of(instruction).items():
        text = f"{letter}) {option}"
        if letter == reference:
            blocks.append(Paragraph(f"{text} ✓", width, colour=colour, weight="bold", indent=0.3))
        else:
            blocks.append(Paragraph(text, width, indent=0.3))
    return blocks


def draw_box(
    axes: Axes, box: Sequence[float], colour: str, style: LineStyleType = "-", width: float = 1.8
) -> None:
    """Draw a box on a picture; a solid one has a black rim, so that it shows on any ground."""
    x0, y0, x1, y1 = box
    lines: list[tuple[float, str, LineStyleType]] = [(width, colour, style)]
    if style == "-":
        lines.insert(0, (width + 1.6, "black", "-"))
    for line_width, line, line_style in lines:
        outline = Rectangle(
            (x0, y0),
            x1 - x0,
            y1 - y0,
            fill=False,
            clip_on=False,
            edgecolor=line,
            linewidth=line_width,
            linestyle=line_style,
        )
        axes.add_patch(outline)


def draw_point(axes: Axes, point: tuple[float, float], colour: str) -> None:
    """Draw the point that a question names."""
    axes.plot(*point, "o", markersize=7, markerfacecolor=colour, markeredgecolor="black")
