"""Signs in a question's text of which answer is right: short texts that are counted, nothing of the image."""

import math
import re
from collections.abc import Iterator
from itertools import pairwise
from sys import intern
from typing import NamedTuple

from bentxt.agreement.class_mentions import without_classes
from bentxt.agreement.intervals import Interval
from bentxt.agreement.question_reading import Reading, split_options
from bentxt.baselines.questions_alone import read_question
from bentxt.errors import Unreadable
from bentxt.release import LETTERS

#: How much of a question is looked at; each takes in those before it.
#: constant: which answer it is. parts: the classes and amounts that it names, one by one; of an option what
#: it says. statement: these together; of an option its relations to the class asked about and to the other
#: options. words: single words and pairs of words.
DEPTHS = ("constant", "parts", "statement", "words")

#: What the reader makes of an option; the text of one that was not understood.
_Option = int | tuple[int, ...] | Interval | str
_WORD = re.compile(r"[a-z]+|\d[\d.,^]*|%")
#: How an answer's signs at each depth are kept.
Signs = tuple[list[str], list[str], list[str], list[str]]


class Alternatives(NamedTuple):
    """The answers that a question leaves, with the signs of each.

    Attributes
    ----------
    signs : list of tuple
        Of each possible answer its signs at each of :data:`DEPTHS`, a list of str each. A yes-or-no question
        has the answer that its statement holds, and, without any sign, that it does not.
    negated : bool
        The answer is yes where the statement does not hold.
    """

    signs: list[Signs]
    negated: bool


def alternatives(
    annotation_type: str, category: str, instruction: str, zones: tuple[str, ...]
) -> Alternatives:
    """Return the answers that a binary or multiple-choice question leaves, with their signs.

    Parameters
    ----------
    annotation_type : {"binary", "mcq"}
    category, instruction : str
        As in the data set.
    zones : tuple of str
        Names of the climate legend.

    Returns
    -------
    Alternatives
    """
    reading = read_question(annotation_type, category, instruction, zones)
    if annotation_type == "binary":
        signs = [_statement(reading, instruction), ([], [], [], [])]
    else:
        signs = _options(reading, instruction)
    # One copy of each sign, for hundreds of thousands of answers have it.
    kept: list[Signs] = [([], [], [], []) for _ in signs]
    for own, found in zip(kept, signs, strict=True):
        for depth, part in zip(own, found, strict=True):
            depth.extend(map(intern, part))
    return Alternatives(kept, reading is not None and reading.negated)


def _options(reading: Reading | None, instruction: str) -> list[Signs]:
    """Return the signs of the four options."""
    try:
        stem, texts = split_options(instruction)
    except Unreadable:
        return [_letter(letter) for letter in LETTERS]
    classes = reading.classes if reading else ()
    options: list[_Option] = [" ".join(text.lower().split()) for text in texts]
    if reading:
        options = list(reading.options)
    words = sorted(set(_words(without_classes(stem.lower()))))
    signs = []
    for place, letter in enumerate(LETTERS):
        own = _letter(letter)
        key = _key(options[place])
        own[1].append(f"option {key}")
        own[2].extend(_relations(classes, options, place))
        own[3].extend(f"{word} {key}" for word in words)
        signs.append(own)
    return signs


def _letter(letter: str) -> Signs:
    return [f"letter {letter}"], [], [], []


def _statement(reading: Reading | None, instruction: str) -> Signs:
    """Return the signs that the statement of a yes-or-no question holds."""
    parts, statement = [], []
    if reading is not None:
        parts = [f"class {index}" for index in reading.classes]
        together = " ".join(map(str, reading.classes))
        statement = [f"classes {together}"]
        if reading.negated:
            parts.append("negated")
        if (amount := reading.amount) is not None:
            form = _form(amount)
            parts += [f"amount {_key(amount)}", form, f"metric {reading.unit not in ('', '%')}"]
            statement += [f"{together} {_key(amount)}", f"{together} {form}"]
    words = _words(instruction.lower())
    pairs = [" ".join(pair) for pair in pairwise(["^", *words, "$"])]
    return ["holds"], parts, statement, sorted({*words, *pairs})


def _words(text):
    return _WORD.findall(text)


def _form(amount: Interval) -> str:
    """Return the kind of an amount, without its numbers."""
    if amount.low == amount.high:
        return "exactly"
    if math.isfinite(amount.low) and math.isfinite(amount.high):
        return f"between {amount.high - amount.low:g}"
    return f"above {amount.low_open}" if math.isfinite(amount.low) else f"below {amount.high_open}"


def _key(option: _Option | Interval) -> str:
    """Return what an option or an amount says, whatever its unit and its words."""
    if isinstance(option, Interval):
        opening, closing = "(["[not option.low_open], ")]"[not option.high_open]
        # Bounds of a tenth of a patch come out of units as floating-point numbers.
        return f"{opening}{round(option.low, 3):g} {round(option.high, 3):g}{closing}"
    return "+".join(map(str, option)) if isinstance(option, tuple) else str(option)


def _pieces(option: _Option) -> list[str]:
    """Return the parts that options may share: classes of a pair, words between commas, sides."""
    if isinstance(option, tuple):
        return [f"class {index}" for index in option]
    if isinstance(option, str):
        return [piece.strip() for piece in re.split(r"[,-]", option)]
    return []


def _relations(classes: tuple[int, ...], options: list[_Option], place: int) -> Iterator[str]:
    """Yield how an option stands to the classes asked about and to the other options."""
    own, key = options[place], _key(options[place])
    others = options[:place] + options[place + 1 :]
    asked = " ".join(map(str, classes))
    if classes:
        yield f"asked {asked} option {key}"
        yield from (f"asked {number} {index} option {key}" for number, index in enumerate(classes))
    yield from (f"option {key} next to {_key(other)}" for other in others)
    shared = []
    for number, piece in enumerate(_pieces(own)):
        count = sum(piece in _pieces(other) for other in others)
        shared.append(count)
        yield f"piece {number} {piece}"
        yield f"piece {piece} shared with {count}"
    if shared:
        yield f"shared with {shared}"
        yield f"shared with {sum(shared)}"
    if isinstance(own, Interval):
        yield from _among_ranges(own, [other for other in others if isinstance(other, Interval)], asked)


def _among_ranges(own: Interval, others: list[Interval], asked: str) -> Iterator[str]:
    """Yield how a range stands to the other ranges."""
    width = own.high - own.low
    rank = sum((other.low, other.high) < (own.low, own.high) for other in others)
    yield f"rank {rank}"
    yield f"asked {asked} rank {rank}"
    yield f"touches {sum(own.low == other.high or own.high == other.low for other in others)}"
    yield f"width {width:g}"
    yield f"narrower than {sum(other.high - other.low > width for other in others)}"
