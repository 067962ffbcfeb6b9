"""Reading pages: a description serves all of its blocks, and each is read as if it stood alone."""

import numpy as np
import pytest
import torch

from bentxt.models.tiny.internvl import tiny_internvl
from bentxt.models.tiny.visual_words import sight
from bentxt.training.language_pretraining import Spelling, read
from bentxt.training.reading_pages import Vocabulary, cell_centres, write_page
from worlds.page_words import page_tokenizer


@pytest.fixture(scope="module")
def tokenizer():
    return page_tokenizer()


@pytest.fixture(scope="module")
def vocabulary(tokenizer):
    return Vocabulary(tokenizer)


@pytest.fixture(scope="module")
def model(tokenizer):
    torch.manual_seed(0)
    return tiny_internvl(tokenizer, 128, 2, 96).eval()


def _pages(vocabulary):
    draws = np.random.default_rng(0)
    token = np.arange(vocabulary.size)
    for _ in range(2):
        shares = draws.dirichlet(np.ones(19), 9).astype(np.float32)
        yield write_page(shares, cell_centres(3), (1, 2, 3), [], vocabulary, token, draws, 9, 2, 1)


def test_a_block_is_read_as_if_it_stood_alone_behind_its_description(model, vocabulary):
    language = model.model.language_model
    pages = list(_pages(vocabulary))
    with torch.no_grad():
        hidden, targets = read(language, pages, vocabulary.start, np.random.default_rng(1))
        blocks = [(page, *block) for page in pages for block in page.blocks]
        blocks.sort(key=lambda block: len(block[1]))
        draws = np.random.default_rng(1)
        places = {id(page): (int(draws.integers(40)), int(draws.integers(40))) for page in pages}
        alone = []
        for page, tokens, learned, _ in blocks:
            before, behind = places[id(page)]
            described = torch.from_numpy(page.cells) @ language.embed_tokens(torch.from_numpy(page.words))
            described = described @ sight(described.shape[1])
            opening = language.embed_tokens(torch.tensor([vocabulary.start]))
            text = language.embed_tokens(torch.from_numpy(tokens))
            cells = len(described)
            begin = 1 + before + cells + behind
            positions = [0, *range(1 + before, 1 + before + cells), *range(begin, begin + len(tokens))]
            found = language(
                inputs_embeds=torch.cat([opening, described, text])[None],
                position_ids=torch.tensor([positions]),
            ).last_hidden_state[0]
            alone.append(found[cells + np.flatnonzero(learned)])
    torch.testing.assert_close(hidden, torch.cat(alone), atol=1e-4, rtol=1e-4)
    assert targets.token.tolist() == [t for _, of, learned, _ in blocks for t in of[learned].tolist()]


def test_near_coordinates_cost_less_than_far_ones(tokenizer, vocabulary):
    right = vocabulary.coordinates[1, 50]
    losses = []
    for said in (50, 52, 80):
        logits = torch.zeros(1, vocabulary.size)
        logits[0, vocabulary.coordinates[1, said]] = 5
        losses.append(Spelling(vocabulary).losses(logits, torch.tensor([right])).item())
    assert losses[0] < losses[1] < losses[2]
    word = torch.tensor([vocabulary.yes])
    logits = torch.randn(1, vocabulary.size)
    assert Spelling(vocabulary).losses(logits, word) == torch.nn.functional.cross_entropy(logits, word)


def test_forms_of_a_name_and_near_coordinates_begin_alike(model, tokenizer, vocabulary):
    rows = model.get_input_embeddings().weight
    alike = torch.nn.functional.cosine_similarity
    first, second = rows[vocabulary.names[0][0]], rows[vocabulary.names[0][1]]
    assert alike(first, second, dim=1).min() > 0.9
    bare = rows[vocabulary.coordinates[0]]
    assert alike(bare[50], bare[51], dim=0) > 0.9
    assert abs(alike(bare[50], bare[75], dim=0)) < 0.5
