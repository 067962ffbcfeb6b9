"""Texts on which the tiny language model learns to read before it sees an image.

A page is about one patch: its description, cell by cell, and questions about it. A cell's description is the
sum of its words' embeddings (its classes by the roots of their shares, so that a small region is not lost;
season, country, climate zone), turned into what is seen (:mod:`bentxt.models.tiny.visual_words`), which is
how visual tokens will hold several things at once. In most pages the names of classes, countries, seasons and
zones are exchanged among themselves, so that answers must be read off the description, not remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bentxt.models.special_tokens import IMAGE_TOKEN, TURN_END, TURN_START
from bentxt.models.tiny.tokenizer import COORDINATES, field_words

if TYPE_CHECKING:
    import transformers

LETTERS = "abcd"

#: How a block's answers count in the loss, besides the annotation types of the data set.
INVENTORY, OPTIONS, LETTERS_OF = "inventory", "options", "letters of options"


#: Weights of words that stand in every cell: country, season and climate zone; the mark that tells a cell
#: from text; and the two coordinates of its centre, as a point writes them.
_PLACE, _MARK, _COORDINATE = 0.5, 1.0, 0.7


@dataclass(frozen=True)
class Page:
    """One patch to read about.

    Attributes
    ----------
    cells : numpy.ndarray
        float32, shape (cells, words): weight of each word in each cell.
    words : numpy.ndarray
        int64, shape (words,): token of each word.
    blocks : list of (numpy.ndarray, numpy.ndarray, str)
        Token numbers (int64), which of them are answers to be learned (bool), and the kind of the block.
    """

    cells: np.ndarray
    words: np.ndarray
    blocks: list[tuple[np.ndarray, np.ndarray, str]]


class Vocabulary:
    """The names that a page may exchange, as tokens.

    Parameters
    ----------
    tokenizer : transformers.PreTrainedTokenizerFast
        From :func:`bentxt.models.tiny.tokenizer.train_tokenizer`.
    """

    def __init__(self, tokenizer: transformers.PreTrainedTokenizerFast) -> None:
        self.size = len(tokenizer)
        #: Of each kind (class, country, season, climate zone) the tokens of its names by form, as title first
        #: and as in running text second: shape (forms, names).
        self.names = []
        for names in field_words().values():
            most = max(map(len, names))
            forms = [[name[min(form, len(name) - 1)] for name in names] for form in range(most)]
            self.names.append(np.array([[_token(tokenizer, text) for text in form] for form in forms]))
        self.image = _token(tokenizer, IMAGE_TOKEN)
        self.start, self.end = _token(tokenizer, TURN_START), _token(tokenizer, TURN_END)
        self.yes, self.no = _token(tokenizer, "yes"), _token(tokenizer, "no")
        self.tenths = np.array([_token(tokenizer, str(share)) for share in range(10, 101, 10)])
        self.letters = np.array([_token(tokenizer, letter) for letter in LETTERS])
        self.openings = [tokenizer(f" {letter}) ").input_ids for letter in LETTERS]
        self.colon, self.comma = tokenizer(":").input_ids, tokenizer(",").input_ids
        #: By hundredths of the side, as they follow on a bracket and on a space: shape (2, 101).
        self.coordinates = np.array(
            [[_token(tokenizer, space + coordinate) for coordinate in COORDINATES] for space in ("", " ")]
        )
        self.box = [_token(tokenizer, "["), self.comma[0], _token(tokenizer, "]")]
        self.point = [_token(tokenizer, text) for text in ("<point>(", ",", ")</point>")]

    def exchange(self, generator: np.random.Generator) -> np.ndarray:
        """Return a map of tokens (int64, shape (vocabulary,)) that exchanges names within each kind."""
        exchanged = np.arange(self.size)
        for forms in self.names:
            order = generator.permutation(forms.shape[1])
            for form in forms:
                exchanged[form] = form[order]
        return exchanged


def cell_centres(side: int) -> np.ndarray:
    """Return x and y of the centres of a square grid's cells, 0–1, float32, shape (side², 2), row by row."""
    middle = (np.arange(side, dtype=np.float32) + 0.5) / side
    return np.stack([np.tile(middle, side), np.repeat(middle, side)], axis=1)


def describe(
    shares: np.ndarray,
    centres: np.ndarray,
    place: tuple[int, int, int],
    vocabulary: Vocabulary,
    token: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Describe the cells of a patch; parameters as of :func:`write_page`.

    Returns
    -------
    cells : numpy.ndarray
        float32, shape (cells, words): weight of each word in each cell.
    words : numpy.ndarray
        int64, shape (words,): classes, country, season, climate zone, the mark of an image, coordinates.
    """
    names = [vocabulary.names[0][1]]
    for number, forms in zip(place, vocabulary.names[1:], strict=True):
        names.append(forms[min(1, len(forms) - 1), number : number + 1])
    weights = [np.sqrt(shares), np.full((len(shares), len(place)), _PLACE), np.full((len(shares), 1), _MARK)]
    words = [token[np.concatenate(names)], [vocabulary.image]]
    for form, middle in zip(vocabulary.coordinates, centres.T, strict=True):
        hundredths, which = np.unique((middle * 100).astype(int), return_inverse=True)
        words.append(form[hundredths])
        weights.append(_COORDINATE * np.eye(len(hundredths))[which])
    return np.concatenate(weights, axis=1).astype(np.float32), np.concatenate(words).astype(np.int64)


def write_page(
    shares: np.ndarray,
    centres: np.ndarray,
    place: tuple[int, int, int],
    questions: Sequence[tuple[list[int], list[int], str]],
    vocabulary: Vocabulary,
    token: np.ndarray,
    generator: np.random.Generator,
    listed: int,
    options: int,
    lists: int = 0,
) -> Page:
    """Write the page of a patch.

    Parameters
    ----------
    shares : numpy.ndarray
        float32, shape (cells, 19): share of each class in each cell.
    centres : numpy.ndarray
        float32, shape (cells, 2): x and y of each cell's centre, 0–1.
    place : tuple of int
        Numbers of country, season and climate zone.
    questions : list of (list of int, list of int, str)
        Tokens of instruction and answer, and the annotation type, of those questions that go on the page.
    vocabulary : Vocabulary
    token : numpy.ndarray
        What each token is exchanged for, from :meth:`Vocabulary.exchange`.
    generator : numpy.random.Generator
    listed : int
        Most names in the inventory.
    options : int
        Number of invented option questions.
    lists : int
        Number of lists of options whose letters are asked for.

    Returns
    -------
    Page
    """
    present = [np.flatnonzero(shares.sum(0)), *(np.array([number]) for number in place)]
    cells, words = describe(shares, centres, place, vocabulary, token)
    blocks = [_inventory(shares.mean(0), present, vocabulary, generator, token, listed)]
    blocks += [_options(present, vocabulary, generator, token) for _ in range(options)]
    blocks += [_letters(vocabulary, generator) for _ in range(lists)]
    blocks += [
        _question(instruction, answer, kind, vocabulary, token) for instruction, answer, kind in questions
    ]
    return Page(cells, words, blocks)


def _inventory(totals, present, vocabulary, generator, token, listed):
    """List names in random order, each with its share (in tenths, or no), or yes or no.

    Of the names that are not there, about as many are listed as of those that are: else always to answer no
    is nearly right, and little is learned from the others.
    """
    there, absent = [], []
    for kind, forms in enumerate(vocabulary.names):
        for number in range(forms.shape[1]):
            name = token[forms[int(generator.integers(len(forms))), number]]
            if number not in present[kind]:
                absent.append((name, vocabulary.no))
            elif kind == 0:
                there.append((name, vocabulary.tenths[min(int(totals[number] * 10), 9)]))
            else:
                there.append((name, vocabulary.yes))
    chosen = generator.permutation(len(absent))[: len(there) + 2]
    pairs = np.array(there + [absent[number] for number in chosen])
    tokens = pairs[generator.permutation(len(pairs))[:listed]].ravel()
    return tokens, np.arange(len(tokens)) % 2 == 1, INVENTORY


def _letters(vocabulary, generator):
    """Ask for the letter of each of four options, in another order; the description does not matter."""
    forms = vocabulary.names[0 if generator.random() < 0.5 else int(generator.integers(1, 4))]
    chosen = forms[0, generator.permutation(forms.shape[1])[: len(LETTERS)]]
    tokens = [*vocabulary.colon]
    for opening, name in zip(vocabulary.openings, chosen, strict=True):
        tokens += [*opening, name, *vocabulary.comma]
    tokens = tokens[: -len(vocabulary.comma)]
    begin = len(tokens) + 2
    tokens += [vocabulary.end, vocabulary.start]
    for number in generator.permutation(len(LETTERS)):
        tokens += [chosen[number], vocabulary.letters[number]]
    learned = np.zeros(len(tokens), bool)
    learned[begin + 1 :: 2] = True
    return np.array(tokens, np.int64), learned, LETTERS_OF


def _options(present, vocabulary, generator, token):
    """Ask for the one of four options that is there."""
    kind = 0 if generator.random() < 0.5 else int(generator.integers(1, 4))
    forms = vocabulary.names[kind]
    absent = np.setdiff1d(np.arange(forms.shape[1]), present[kind])
    chosen = np.concatenate([[generator.choice(present[kind])], generator.permutation(absent)[:3]])
    order = generator.permutation(len(chosen))
    tokens = [*vocabulary.colon]
    for position, option in enumerate(order):
        tokens += [*vocabulary.openings[position], token[forms[0, chosen[option]]], *vocabulary.comma]
    tokens = tokens[: -len(vocabulary.comma)]
    right = int(np.flatnonzero(order == 0)[0])
    return _answered(tokens, [vocabulary.letters[right]], vocabulary, OPTIONS)


def _question(instruction, answer, kind, vocabulary, token):
    return _answered(token[instruction], token[answer], vocabulary, kind)


def _answered(instruction, answer, vocabulary, kind):
    turn = [vocabulary.end, vocabulary.start]
    tokens = np.concatenate([instruction, turn, answer, [vocabulary.end]])
    answers = np.zeros(len(tokens), bool)
    answers[len(instruction) + len(turn) :] = True
    return tokens.astype(np.int64), answers, kind


def _token(tokenizer, text):
    tokens = tokenizer(text).input_ids
    if len(tokens) != 1:
        raise ValueError(
            f"{text!r} is {len(tokens)} tokens, not one: the tokenizer was trained on other text"
        )
    return tokens[0]
