"""Before any training, the tiny language model looks from a word at what shows it."""

import numpy as np
import pytest
import torch

from bentxt.models.tiny.internvl import tiny_internvl
from bentxt.models.tiny.visual_words import sight
from bentxt.training.reading_pages import Vocabulary, cell_centres, describe
from worlds.page_words import page_tokenizer

SIDE = 6


@pytest.fixture(scope="module")
def world():
    tokenizer = page_tokenizer()
    torch.manual_seed(3)
    model = tiny_internvl(tokenizer, 128, 3, 96).eval()
    model.set_attn_implementation("eager")
    return model.model.language_model, Vocabulary(tokenizer)


def attentions(world, shares, text):
    """Return by layer what the last token of a text looks at, shape (heads, tokens): opening, cells, text."""
    language, vocabulary = world
    cells, words = describe(
        shares, cell_centres(SIDE), (1, 2, 3), vocabulary, np.arange(vocabulary.size, dtype=np.int64)
    )
    with torch.no_grad():
        embed = language.embed_tokens
        seen = torch.from_numpy(cells) @ embed(torch.from_numpy(words)) @ sight(128)
        page = torch.cat([embed(torch.tensor([vocabulary.start])), seen, embed(torch.tensor(text))])
        found = language(inputs_embeds=page[None], output_attentions=True).attentions
    return [of[0, :, -1] for of in found]


def halves(left, right):
    """Two classes, one in each half of the patch."""
    shares = np.zeros((SIDE, SIDE, 19), np.float32)
    shares[:, : SIDE // 2, left] = 1
    shares[:, SIDE // 2 :, right] = 1
    return shares.reshape(-1, 19)


@pytest.mark.parametrize("form", [0, 1])
def test_a_name_looks_at_what_shows_it_and_else_rather_at_the_opening_than_at_any_cell(world, form):
    names = world[1].names[0][form]
    for left in range(18):
        shares = halves(left, left + 1)
        there = attentions(world, shares, [int(names[left])])[0][2]
        assert there[1:-1][shares[:, left] > 0].sum() > 0.75
        absent = attentions(world, shares, [int(names[(left + 9) % 19])])[0][2]
        assert absent[0] > 2 * absent[1:-1].max()


def test_a_point_looks_at_the_cell_that_lies_there(world):
    vocabulary = world[1]
    opening, comma, closing = vocabulary.point
    right = 0
    for cell in range(SIDE**2):
        row, column = divmod(cell, SIDE)
        x, y = (round(100 * (place + 0.5) / SIDE) for place in (column, row))
        point = [opening, vocabulary.coordinates[0, x], comma, vocabulary.coordinates[1, y], closing]
        looked = attentions(world, halves(3, 4), [int(token) for token in point])
        before = looked[0]
        assert before[0].argmax() == len(before[0]) - 2, "one token back"
        assert before[1].argmax() == len(before[1]) - 4, "three tokens back"
        right += int(looked[1][3][1 : 1 + SIDE**2].argmax() == cell)
    assert right >= 0.75 * SIDE**2


def test_the_look_of_words_is_a_rotation():
    turn = sight(64)
    torch.testing.assert_close(turn @ turn.T, torch.eye(64), atol=1e-5, rtol=0)
    assert torch.equal(turn, sight(64))
