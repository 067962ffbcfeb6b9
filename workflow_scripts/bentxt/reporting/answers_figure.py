"""Figures S3–S7: pictures, questions, and each model's answer next to the reference."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.typing import LineStyleType

from bentxt.evaluation.verdicts import RIGHT, RIGHT_OVERLAP, UNPARSED, WRONG, verdict
from bentxt.release import TASKS
from bentxt.reporting.figure_files import INK, LINE, MUTED, TYPE_COLOURS
from bentxt.reporting.item_texts import category_name, point_of, reference_box
from bentxt.reporting.items_in_figures import draw_box, draw_point, question_blocks
from bentxt.reporting.page import Block, Page, Paragraph, Tag, column_height, write_column
from bentxt.reporting.shown_answers import CHOSEN, AnswersFigure, ShownModel

#: Marks and colours that colour-blind readers tell apart as well; the mark says it without colour.
_MARKS = {RIGHT: ("✓", "#00694f"), WRONG: ("✗", "#b8420a"), UNPARSED: ("∅", "#5b6475")}
#: Colours of boxes on pictures (Okabe and Ito), one for each model of a group.
_BOX_COLOURS = ("#e69f00", "#56b4e9", "#f0e442", "#cc79a7", "#d55e00", "#009e73", "#0072b2", "#999999")
_REFERENCE_COLOUR, _POINT_COLOUR = "white", "#00e5ff"
#: Where the number of a box stands on its border, as a share of width and height: one place a model.
_NUMBER_PLACES = ((0, 0), (1, 0), (1, 1), (0, 1), (0.5, 0), (0.5, 1), (0, 0.5), (1, 0.5))
#: Length of a dash, in widths of the line.
_DASH = 4
_GROUPS = {
    "RS": "Remote-sensing models",
    "CV": "General models",
    "ours": "Fine-tuned here",
    "own": "Own models",
}
_MARGIN, _GAP = 0.3, 0.3
_EMPTY_WIDTH = 6.0


def _verdict(figure, item):
    return verdict(figure.task, item["extracted"], item["score"])


def shortened(text: str, length: int) -> str:
    """Return a text, cut at a length, with the number of characters that were left out.

    Examples
    --------
    >>> shortened("a" * 40, 10)
    'aaaaaaaaaa … (+30 characters)'
    """
    text = " ".join(text.split())
    if len(text) <= length + 20:
        return text
    return f"{text[:length].rstrip()} … (+{len(text) - len(text[:length].rstrip())} characters)"


def draw_answers(
    figure: AnswersFigure,
    models: Sequence[ShownModel],
    absent: Mapping[str, str],
    pictures: Sequence[np.ndarray],
    run: str,
    remarks: Sequence[str] = (),
) -> Figure:
    """Draw one of Figures S3–S7.

    Parameters
    ----------
    figure : AnswersFigure
    models : sequence of ShownModel
        In the order of the tables; without any, the figure says why.
    absent : mapping of str to str
        Why a model was not run.
    pictures : sequence of numpy.ndarray
        uint8, shape (120, 120, 3): true colour of the patch of each item.
    run : str
        ``mini`` or ``paper``.
    remarks : sequence of str
        What else holds for all items.

    Returns
    -------
    matplotlib.figure.Figure
    """
    layout = {"captioning": _caption_cards, "referring": _box_cards}.get(figure.task, _choice_cards)
    cards, columns = layout(figure, models, pictures)
    card_width = cards[0].width if cards else _EMPTY_WIDTH
    width = _MARGIN + columns * (card_width + _GAP) - _GAP + _MARGIN
    inner = width - 2 * _MARGIN
    head = [
        Paragraph(
            f"Figure {figure.number}. {figure.title}: what each model answered", inner, 12, INK, "bold"
        ),
        *_remarks(figure, models, absent, run, remarks, inner),
    ]
    rows = [cards[start : start + columns] for start in range(0, len(cards), columns)]
    heights = [max(card.height for card in row) for row in rows]
    page = Page(width, _MARGIN + column_height(head) + 0.15 + sum(heights) + _GAP * len(rows))
    y = write_column(page, _MARGIN, _MARGIN, head) + 0.15
    for row, height in zip(rows, heights, strict=True):
        page.axes.plot([_MARGIN, width - _MARGIN], [y, y], color=LINE, linewidth=0.8)
        for number, card in enumerate(row):
            card.write(page, _MARGIN + number * (card.width + _GAP), y + 0.12)
        y += height + _GAP
    return page.figure


def _remarks(figure, models, absent, run, remarks, width):
    """Return what stands under the title: marks, how items were chosen, weights, and who is missing."""
    if figure.task == "captioning":
        marks = "ROUGE-L: F-measure of the longest common subsequence with the reference, in %"
    else:
        named = " ".join(f"{_MARKS[kind][0]} {text}" for kind, text in _MARK_TEXTS[figure.task].items())
        marks = f"{named} In quotation marks: what the model wrote, where it is not the answer alone"
    lines = [(f"{marks}. Items: {CHOSEN}.", MUTED, "normal")]
    if run == "mini":
        text = "mini: an invented world; nothing here can be compared with the paper"
        lines.append((text, "#b3261e", "bold"))
    lines += [(f"{text}.", MUTED, "normal") for text in remarks]
    weights: dict[str, list[str]] = {}
    for model in models:
        if model.weights != "published":
            weights.setdefault(model.weights, []).append(model.key)
    lines += [(f"{', '.join(keys)}: weights: {text}.", MUTED, "normal") for text, keys in weights.items()]
    reasons: dict[str, list[str]] = {}
    for key, reason in absent.items():
        reasons.setdefault(reason, []).append(key)
    lines += [
        (f"Not run: {', '.join(keys)} ({reason}).", MUTED, "normal") for reason, keys in reasons.items()
    ]
    return [Paragraph(text, width, 8, colour, weight, space=0.03) for text, colour, weight in lines]


_CHOICE_TEXTS = {RIGHT: "right,", WRONG: "wrong,", UNPARSED: "no answer could be read."}
_MARK_TEXTS = {
    "binary": _CHOICE_TEXTS,
    "mcq": _CHOICE_TEXTS,
    "referring": {
        RIGHT: f"intersection over union with the reference (IoU, in %) above {100 * RIGHT_OVERLAP:.0f} %,",
        WRONG: "up to that,",
        UNPARSED: "no box could be read.",
    },
}


#: Draws on the axes of a picture.
_Overlay = Callable[[Axes], None]


class _Card:
    """One item: pictures, and columns of blocks next to them or below, placed from its upper left corner."""

    def __init__(self, width: float) -> None:
        self.width = width
        self._pictures: list[tuple[float, float, np.ndarray, _Overlay | None]] = []
        self._columns: list[tuple[float, float, Sequence[Block]]] = []

    def add_picture(self, x: float, side: float, pixels: np.ndarray, overlay: _Overlay | None = None) -> None:
        self._pictures.append((x, side, pixels, overlay))

    def add_column(self, x: float, blocks: Sequence[Block], y: float = 0) -> None:
        self._columns.append((x, y, blocks))

    @property
    def height(self) -> float:
        ends = [side for _, side, _, _ in self._pictures]
        return 0.12 + max([*ends, *(y + column_height(blocks) for _, y, blocks in self._columns)])

    def write(self, page: Page, x: float, y: float) -> None:
        for left, side, pixels, overlay in self._pictures:
            axes = page.picture(x + left, y, side, pixels)
            if overlay:
                overlay(axes)
        for left, top, blocks in self._columns:
            write_column(page, x + left, y + top, blocks)


def _facts(item, width):
    facts = f"{item['country']}, {item['season'].lower()}; {item['climate_zone']}"
    name = item["patch_id"].replace("_R", " _R")
    return [Paragraph(facts, width, 7.5, MUTED, space=0.02), Paragraph(name, width, 6.5, MUTED)]


class _AnswerRow:
    """One model's answer to a question: mark, model, answer, and its own words where they are others."""

    def __init__(self, figure, model, item, width):
        found = _verdict(figure, item)
        self._mark, colour = _MARKS[found]
        self._colour = colour
        self._model = Paragraph(model, 1.05, 8, INK, "bold")
        self._answer = Paragraph(item["extracted"] or "—", 0.4, 8, colour, "bold")
        raw = item["answer"]
        said = raw.strip() != (item["extracted"] or "")
        words = f"“{shortened(raw, 110)}”" if raw.strip() else "(empty)"
        self._words = Paragraph(words if said else "", width - 1.75, 7, MUTED)

    @property
    def height(self):
        return max(part.height for part in (self._model, self._answer, self._words)) + 0.03

    def write(self, page, x, y):
        page.line(x, y, self._mark, 8, self._colour, "bold")
        self._model.write(page, x + 0.2, y)
        self._answer.write(page, x + 1.3, y)
        self._words.write(page, x + 1.75, y + 0.01)
        return y + self.height


def _choice_cards(figure, models, pictures):
    side, text = 1.9, 4.5
    kind = TASKS[figure.task]
    cards = []
    for place, picture in enumerate(pictures):
        item = models[0].answers[place]
        card = _Card(side + 0.2 + text)
        card.add_picture(0, side, picture)
        card.add_column(0, _facts(item, side), side + 0.06)
        blocks: list[Block] = [Tag(category_name(item["category"]), TYPE_COLOURS[kind])]
        question = question_blocks(
            kind, item["input"], item["output"], text, TYPE_COLOURS[kind], "Reference: "
        )
        question[-1].space = 0.08
        blocks += question
        blocks += [_AnswerRow(figure, model.key, model.answers[place], text) for model in models]
        card.add_column(side + 0.2, blocks)
        cards.append(card)
    return cards, 2


def _caption_cards(figure, models, pictures):
    side, text, columns = 2.6, 5.2, 2
    cards = []
    for place, picture in enumerate(pictures):
        item = models[0].answers[place]
        card = _Card(side + columns * (text + 0.25))
        card.add_picture(0, side, picture)
        card.add_column(0, _facts(item, side), side + 0.06)
        blocks: list[list[Block]] = [
            [
                Paragraph(item["input"], text, 8.5, INK, space=0.07),
                Paragraph("Reference", text, 8.5, TYPE_COLOURS["captioning"], "bold", space=0.01),
                Paragraph(item["output"], text, 8, TYPE_COLOURS["captioning"], space=0.1),
            ]
        ]
        for model in models:
            answer = model.answers[place]
            score = f"ROUGE-L {100 * answer['score']:.1f}"
            if answer["extracted"] is None:
                mark, _ = _MARKS[UNPARSED]
                score = f"{mark} no caption could be read"
            words = answer["extracted"] or answer["answer"]
            blocks.append(
                [
                    Paragraph(f"{model.key}: {score}", text, 8.5, INK, "bold", space=0.01),
                    Paragraph(shortened(words, 900) or "(empty)", text, 8, space=0.1),
                ]
            )
        for number, column in enumerate(_balanced(blocks, columns)):
            card.add_column(side + 0.25 + number * (text + 0.25), column)
        cards.append(card)
    return cards, 1


def _balanced(groups, columns):
    """Return groups of blocks as two columns, in their order, cut where the higher one is lowest."""
    heights = [column_height(group) for group in groups]
    cut = min(range(1, len(groups) + 1), key=lambda cut: max(sum(heights[:cut]), sum(heights[cut:])))
    return [[block for group in part for block in group] for part in (groups[:cut], groups[cut:])]


class _BoxRow:
    """One model's box: its number and colour on the picture, mark, model, overlap, and its own words."""

    def __init__(self, figure, number, colour, model, item, width):
        self._mark, self._mark_colour = _MARKS[_verdict(figure, item)]
        self._number, self._colour = number, colour
        overlap = "" if item["box"] is None else f"  {100 * item['score']:.1f} %"
        self._model = Paragraph(f"{model}{overlap}", width - 0.55, 8, INK, "bold")
        raw = item["answer"].strip()
        words = item["extracted"] or ""
        if raw != words:
            words = f"{words} “{shortened(raw, 34 if words else 60)}”".strip() if raw else "(empty)"
        self._words = Paragraph(words, width - 0.55, 6.5, MUTED)

    @property
    def height(self):
        return self._model.height + self._words.height + 0.04

    def write(self, page, x, y):
        page.swatch(x, y + 0.01, 0.13, self._colour)
        ink = _ink_on(self._colour)
        page.line(x + 0.065, y + 0.025, str(self._number), 6.5, ink, "bold", "center")
        page.line(x + 0.2, y, self._mark, 8, self._mark_colour, "bold")
        self._words.write(page, x + 0.38, self._model.write(page, x + 0.38, y))
        return y + self.height


def _box_cards(figure, models, pictures):
    side, text, legend = 2.2, 2.8, 1.9
    groups: dict[str, list[ShownModel]] = {}
    for model in models:
        groups.setdefault(model.group, []).append(model)
    kind = TASKS[figure.task]
    cards = []
    for place, picture in enumerate(pictures):
        item = models[0].answers[place]
        step = side + 0.12 + legend + 0.25
        card = _Card(text + 0.25 + len(groups) * step - 0.25)
        question = question_blocks(
            kind, item["input"], item["output"], text, TYPE_COLOURS[kind], "Reference: "
        )
        question[-1].space = 0.08
        card.add_column(
            0, [Tag(category_name(item["category"]), TYPE_COLOURS[kind]), *question, *_facts(item, text)]
        )
        for number, (group, members) in enumerate(groups.items()):
            x = text + 0.25 + number * step
            card.add_picture(x, side, picture, _boxes(item, place, members))
            blocks: list[Block] = [Paragraph(_GROUPS.get(group, group), legend, 8, INK, "bold", space=0.03)]
            blocks.append(_Key("reference", _REFERENCE_COLOUR))
            if item["category"] == "point":
                blocks.append(_Key("point", _POINT_COLOUR))
            blocks += [
                _BoxRow(figure, rank + 1, _box_colour(rank), model.key, model.answers[place], legend)
                for rank, model in enumerate(members)
            ]
            card.add_column(x + side + 0.12, blocks)
        cards.append(card)
    return cards, 1


class _Key:
    """A colour on the picture and what it stands for."""

    height = 0.19

    def __init__(self, text, colour):
        self._text, self._colour = text, colour

    def write(self, page, x, y):
        page.swatch(x, y + 0.01, 0.13, self._colour)
        page.line(x + 0.2, y, self._text, 8, MUTED)
        return y + self.height


def _box_colour(rank):
    return _BOX_COLOURS[rank % len(_BOX_COLOURS)]


def _ink_on(colour):
    """Return what a number on a colour is written in, so that it can be read."""
    return "white" if np.dot(to_rgb(colour), (0.3, 0.6, 0.1)) < 0.5 else INK


class _Line(NamedTuple):
    """A box on a picture, its colour, and the number that stands on its border; none for the reference."""

    box: tuple[float, ...]
    colour: str
    number: int | None


def _boxes(item, place, members):
    """Return what draws the reference's and the members' boxes on a picture."""
    lines = [_Line(reference_box(item["output"]), _REFERENCE_COLOUR, None)]
    for rank, model in enumerate(members):
        if (box := model.answers[place]["box"]) is not None:
            lines.append(_Line(tuple(box), _box_colour(rank), rank + 1))

    def draw(axes: Axes) -> None:
        for line in lines:
            draw_box(axes, line.box, line.colour, _style(line, lines))
        for line in lines:
            if line.number:
                _write_number(axes, line)
        if item["category"] == "point":
            draw_point(axes, point_of(item["input"]), _POINT_COLOUR)

    return draw


def _style(line: _Line, lines: list[_Line]) -> LineStyleType:
    """Return a style that lets equal boxes show by turns: each has its dashes where the others have gaps."""
    equal = [other for other in lines if np.allclose(other.box, line.box, atol=0.005)]
    if len(equal) == 1:
        return "-"
    return (_DASH * equal.index(line), (_DASH, _DASH * (len(equal) - 1)))


def _write_number(axes: Axes, line: _Line) -> None:
    across, down = _NUMBER_PLACES[((line.number or 1) - 1) % len(_NUMBER_PLACES)]
    x0, y0, x1, y1 = line.box
    axes.text(
        min(max(x0 + across * (x1 - x0), 0.03), 0.97),
        min(max(y0 + down * (y1 - y0), 0.03), 0.97),
        str(line.number),
        size=6.5,
        weight="bold",
        color=_ink_on(line.colour),
        ha="center",
        va="center",
        bbox={"boxstyle": "round,pad=0.15", "facecolor": line.colour, "edgecolor": "black", "linewidth": 0.5},
    )
