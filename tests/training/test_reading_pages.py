"""Pages that the tiny language model reads: every answer follows from the description."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bentxt.models.tiny.tokenizer import train_tokenizer
from bentxt.training.reading_pages import INVENTORY, LETTERS_OF, OPTIONS, Vocabulary, cell_centres, write_page
from worlds.page_words import page_tokenizer

PLACE = (3, 1, 7)

seeds = st.integers(0, 2**32 - 1)


@pytest.fixture(scope="module")
def tokenizer():
    return page_tokenizer()


@pytest.fixture(scope="module")
def vocabulary(tokenizer):
    return Vocabulary(tokenizer)


def _page(shares, questions, vocabulary, generator, listed, options, lists=0, exchanged=True):
    token = vocabulary.exchange(generator) if exchanged else np.arange(vocabulary.size)
    centres = cell_centres(round(len(shares) ** 0.5))
    return write_page(shares, centres, PLACE, questions, vocabulary, token, generator, listed, options, lists)


def _shares(seed):
    """Three classes in nine cells."""
    draws = np.random.default_rng(seed)
    shares = np.zeros((9, 19), np.float32)
    shares[:, draws.permutation(19)[:3]] = draws.dirichlet(np.ones(3), 9)
    return shares


def _meanings(vocabulary):
    """Which kind and number each token of a name stands for."""
    return {
        int(token): (kind, number)
        for kind, forms in enumerate(vocabulary.names)
        for form in forms
        for number, token in enumerate(form)
    }


def _described(page, vocabulary):
    """What the description says: total share of each thing, by kind and number."""
    meanings = _meanings(vocabulary)
    shares = {}
    # A class stands in a cell by the root of its share.
    for word, weight in zip(page.words, np.square(page.cells).mean(0), strict=True):
        if weight > 0 and int(word) in meanings:
            shares[meanings[int(word)]] = float(weight)
    return shares


@settings(max_examples=30)
@given(seeds)
def test_the_inventory_follows_from_the_description(vocabulary, seed):
    page = _page(_shares(seed), [], vocabulary, np.random.default_rng(seed), 63, 0)
    ((tokens, learned, kind),) = page.blocks
    assert kind == INVENTORY
    said, meanings = _described(page, vocabulary), _meanings(vocabulary)
    assert len(tokens) == 2 * (2 * len(said) + 2), "as many that are not there, and two"
    assert set(said) <= {meanings[int(name)] for name in tokens[~learned]}
    for name, answer in zip(tokens[~learned], tokens[learned], strict=True):
        thing = meanings[int(name)]
        if thing not in said:
            assert answer == vocabulary.no
        elif thing[0]:
            assert answer == vocabulary.yes
        else:
            tenth = vocabulary.tenths.tolist().index(answer)
            assert tenth / 10 - 1e-5 <= said[thing] <= (tenth + 1) / 10 + 1e-5


@settings(max_examples=30)
@given(seeds)
def test_exactly_the_right_option_is_in_the_description(vocabulary, seed):
    page = _page(_shares(seed), [], vocabulary, np.random.default_rng(seed), 1, 5)
    said, meanings = _described(page, vocabulary), _meanings(vocabulary)
    for tokens, learned, kind in page.blocks[1:]:
        assert kind == OPTIONS
        things = [meanings[int(token)] for token in tokens if int(token) in meanings]
        answer, end = tokens[learned]
        assert end == vocabulary.end
        assert [thing in said for thing in things].index(True) == vocabulary.letters.tolist().index(answer)
        assert sum(thing in said for thing in things) == 1
        assert len({kind for kind, _ in things}) == 1


@settings(max_examples=30)
@given(seeds)
def test_an_exchange_renames_whole_members_within_their_kind(vocabulary, seed):
    exchanged = vocabulary.exchange(np.random.default_rng(seed))
    meanings = _meanings(vocabulary)
    others = np.setdiff1d(np.arange(vocabulary.size), list(meanings))
    assert (exchanged[others] == others).all(), "what is no name stays"
    becomes = {}
    for token, thing in meanings.items():
        becomes.setdefault(thing, set()).add(meanings[int(exchanged[token])])
    assert all(len(new) == 1 for new in becomes.values()), "all forms of a name get the same new name"
    new = [next(iter(of)) for of in becomes.values()]
    assert len(set(new)) == len(new)
    assert all(old[0] == next(iter(of))[0] for old, of in becomes.items())


def test_a_question_is_exchanged_as_the_description_is(tokenizer, vocabulary):
    question = tokenizer("Is it Pastures?").input_ids, tokenizer("yes").input_ids, "binary"
    pastures = tokenizer.convert_tokens_to_ids("Pastures")
    shares = np.zeros((4, 19), np.float32)
    shares[:, 4] = 1
    seen = set()
    for seed in range(5):
        page = _page(shares, [question], vocabulary, np.random.default_rng(seed), 1, 0)
        tokens, learned, _ = page.blocks[-1]
        named = [thing for token in tokens if (thing := _meanings(vocabulary).get(int(token)))]
        assert named == [next(thing for thing in _described(page, vocabulary) if thing[0] == 0)]
        assert tokens[learned].tolist() == [vocabulary.yes, vocabulary.end]
        seen.add(named[0])
    assert len(seen) > 1
    assert pastures in tokenizer("Is it Pastures?").input_ids


def test_a_page_with_a_caption_keeps_its_names(tokenizer, vocabulary):
    caption = tokenizer("Describe it.").input_ids, tokenizer("Pastures in Austria.").input_ids, "captioning"
    shares = np.zeros((4, 19), np.float32)
    shares[:, 4] = 1
    page = _page(shares, [caption], vocabulary, np.random.default_rng(1), 1, 0, exchanged=False)
    tokens, learned, _ = page.blocks[-1]
    assert tokenizer.decode(tokens[learned][:-1]) == "Pastures in Austria."


@settings(max_examples=20)
@given(seeds)
def test_letters_of_options_are_those_of_the_list(vocabulary, seed):
    page = _page(_shares(seed), [], vocabulary, np.random.default_rng(seed), 1, 0, lists=1)
    tokens, learned, kind = page.blocks[-1]
    assert kind == LETTERS_OF
    names = [int(token) for token in tokens if int(token) in _meanings(vocabulary)]
    listed, asked = names[:4], names[4:]
    assert sorted(listed) == sorted(asked)
    assert [vocabulary.letters.tolist().index(letter) for letter in tokens[learned]] == [
        listed.index(name) for name in asked
    ]


def test_a_cell_carries_the_coordinates_of_its_centre(tokenizer, vocabulary):
    page = _page(np.full((4, 19), 1 / 19, np.float32), [], vocabulary, np.random.default_rng(0), 1, 0)
    words = np.array(tokenizer.convert_ids_to_tokens(page.words.tolist()))
    places = np.isin(words, ["0.25", "0.75", " 0.25", " 0.75"])
    found = [words[places & (weights > 0)].tolist() for weights in page.cells]
    assert found == [["0.25", " 0.25"], ["0.75", " 0.25"], ["0.25", " 0.75"], ["0.75", " 0.75"]]


def test_a_tokenizer_of_other_texts_is_refused():
    with pytest.raises(ValueError, match="not one"):
        Vocabulary(train_tokenizer(["Nothing of use here."], 300))
