"""Blocks of a page about where things lie: the class at a point, the extent of a class, boxes of regions.

Boxes are asked as the data set asks for them, in its own sentences, with other points and names put in; the
short forms teach the same with a third of the tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bentxt.training.landscapes import Region, named_regions
from bentxt.training.reading_pages import Vocabulary

#: How a block's answers count in the loss.
AT_POINT, EXTENT, BOX = "class at a point", "extent", "bounding box"

#: Least share of the pixels that a region has which is asked for; the most that one has which is asked for by
#: name, and the least of its box that such a region fills: as the data set is made.
_LEAST, _MOST, _FILL = 0.01, 0.5, 0.4

Block = tuple[np.ndarray, np.ndarray, str]


@dataclass(frozen=True)
class BoxSentences:
    """Instructions of the data set that ask for boxes, as tokens.

    Attributes
    ----------
    points : list of numpy.ndarray
        With two coordinates each.
    names : dict of str to list of numpy.ndarray
        By ``largest``, ``smallest`` or ``""``, with the name of one class each.
    """

    points: list[np.ndarray]
    names: Mapping[str, list[np.ndarray]]


def gather_sentences(
    instructions: Sequence[Sequence[int]], texts: Sequence[str], vocabulary: Vocabulary
) -> BoxSentences:
    """Sort instructions for boxes, given as tokens and as text, by what they name.

    One that names neither one point nor one class is left out.
    """
    points: list[np.ndarray] = []
    names: dict[str, list[np.ndarray]] = {"largest": [], "smallest": [], "": []}
    for tokens, text in zip(instructions, texts, strict=True):
        of = np.asarray(tokens, np.int64)
        if np.isin(of, vocabulary.coordinates).sum() == 2:
            points.append(of)
        elif np.isin(of, vocabulary.names[0]).sum() == 1:
            extreme = next((word for word in ("largest", "smallest") if word in text), "")
            names[extreme].append(of)
    return BoxSentences(points, names)


def place_blocks(
    class_map: np.ndarray,
    regions: Sequence[Region],
    sentences: BoxSentences,
    vocabulary: Vocabulary,
    token: np.ndarray,
    generator: np.random.Generator,
    points: int,
    extents: int,
    boxes: int,
) -> list[Block]:
    """Write blocks about where things lie.

    Parameters
    ----------
    class_map : numpy.ndarray
        uint8, shape (side, side), values 0–18.
    regions : list of Region
        Of that map.
    sentences : BoxSentences
    vocabulary : Vocabulary
    token : numpy.ndarray
        What each token is exchanged for.
    generator : numpy.random.Generator
    points, extents, boxes : int
        Most blocks of each kind.

    Returns
    -------
    list of (numpy.ndarray, numpy.ndarray, str)
        As in :class:`bentxt.training.reading_pages.Page`.
    """
    side = len(class_map)
    blocks = []
    present = sorted({region.class_index for region in regions})
    if len(present) == 1:
        return []
    for index in generator.choice(present, points):
        # Each class as often as any other, however small: else the answer is nearly always the largest.
        row, column = divmod(int(generator.choice(np.flatnonzero(class_map == index))), side)
        named = token[vocabulary.names[0][1, class_map[row, column]]]
        tokens = [*_point(((column + 0.5), (row + 0.5)), side, vocabulary), named]
        blocks.append(_block(tokens, [len(tokens) - 1], AT_POINT))
    for index in generator.permutation(present)[:extents]:
        own = np.array([region.box for region in regions if region.class_index == index])
        box = (*own[:, :2].min(0), *own[:, 2:].max(0))
        form = int(generator.integers(2))
        tokens = [token[vocabulary.names[0][form, index]], *_coordinates(box, side, vocabulary)]
        blocks.append(_block(tokens, range(1, 5), EXTENT))
    asked = _box_questions(regions, side, sentences, vocabulary, token, generator)
    turn = [vocabulary.end, vocabulary.start]
    opening, comma, closing = vocabulary.box
    for number in generator.permutation(len(asked))[:boxes]:
        instruction, box = asked[number]
        x0, y0, x1, y1 = _coordinates(box, side, vocabulary)
        answer = [opening, x0, y0, comma, x1, y1, closing, vocabulary.end]
        tokens = [*instruction, *turn, *answer]
        blocks.append(_block(tokens, range(len(tokens) - len(answer), len(tokens)), BOX))
    return blocks


def _box_questions(regions, side, sentences, vocabulary, token, generator):
    """Return instructions and boxes of all regions that can be asked for."""
    asked = []
    least = _LEAST * side**2
    if sentences.points and len(regions) > 1:
        for region in regions:
            if region.around and region.pixels >= least:
                tokens = sentences.points[generator.integers(len(sentences.points))].copy()
                places = np.isin(tokens, vocabulary.coordinates)
                tokens[places] = _point(region.point, side, vocabulary)[1:4:2]
                asked.append((tokens, region.box))
    for region, extreme in named_regions(regions):
        x0, y0, x1, y1 = region.box
        fills = region.pixels >= _FILL * (x1 - x0) * (y1 - y0)
        if least <= region.pixels <= _MOST * side**2 and fills and sentences.names[extreme]:
            tokens = sentences.names[extreme][generator.integers(len(sentences.names[extreme]))].copy()
            (place,) = np.flatnonzero(np.isin(tokens, vocabulary.names[0]))
            form = int(np.argwhere(vocabulary.names[0] == tokens[place])[0, 0])
            tokens[place] = token[vocabulary.names[0][form, region.class_index]]
            asked.append((tokens, region.box))
    return asked


def _point(point, side, vocabulary):
    opening, comma, closing = vocabulary.point
    x, y = (round(100 * value / side) for value in point)
    return [opening, vocabulary.coordinates[0, x], comma, vocabulary.coordinates[1, y], closing]


def _coordinates(box, side, vocabulary):
    """Tokens of a box's edges: minimum floored, maximum ceiled, the first without a space."""
    x0, y0 = (int(edge) * 100 // side for edge in box[:2])
    x1, y1 = (-(-int(edge) * 100 // side) for edge in box[2:])
    return [vocabulary.coordinates[min(place, 1), edge] for place, edge in enumerate((x0, y0, x1, y1))]


def _block(tokens, learned, kind):
    answers = np.zeros(len(tokens), bool)
    answers[list(learned)] = True
    return np.asarray(tokens, np.int64), answers, kind
