"""Pages that the tiny language model reads: every answer follows from the description."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bentxt.models.tiny.tokenizer import train_tokenizer
from bentxt.training.reading_pages import INVENTORY, OPTIONS, Vocabulary, write_page

TEXTS = ["Is it a) yes, b) no? : , " + " ".join(map(str, range(10, 101, 10)))] * 9
PLACE = (3, 1, 7)

seeds = st.integers(0, 2**32 - 1)


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer(TEXTS, 420)


@pytest.fixture(scope="module")
def vocabulary(tokenizer):
    return Vocabulary(tokenizer)


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
    for word, weight in zip(page.words, page.cells.mean(0), strict=True):
        if weight > 0:
            shares[meanings[int(word)]] = float(weight)
    return shares


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_the_inventory_follows_from_the_description(vocabulary, seed):
    page = write_page(_shares(seed), PLACE, [], vocabulary, np.random.default_rng(seed), 63, 0)
    ((tokens, learned, kind),) = page.blocks
    assert kind == INVENTORY
    said, meanings = _described(page, vocabulary), _meanings(vocabulary)
    assert len(tokens) == 2 * (19 + 10 + 4 + 30)
    for name, answer in zip(tokens[~learned], tokens[learned], strict=True):
        thing = meanings[int(name)]
        if thing not in said:
            assert answer == vocabulary.no
        elif thing[0]:
            assert answer == vocabulary.yes
        else:
            tenth = vocabulary.tenths.tolist().index(answer)
            assert tenth / 10 - 1e-5 <= said[thing] <= (tenth + 1) / 10 + 1e-5


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_exactly_the_right_option_is_in_the_description(vocabulary, seed):
    page = write_page(_shares(seed), PLACE, [], vocabulary, np.random.default_rng(seed), 1, 5)
    said, meanings = _described(page, vocabulary), _meanings(vocabulary)
    for tokens, learned, kind in page.blocks[1:]:
        assert kind == OPTIONS
        things = [meanings[int(token)] for token in tokens if int(token) in meanings]
        answer, end = tokens[learned]
        assert end == vocabulary.end
        assert [thing in said for thing in things].index(True) == vocabulary.letters.tolist().index(answer)
        assert sum(thing in said for thing in things) == 1
        assert len({kind for kind, _ in things}) == 1


@settings(max_examples=30, deadline=None)
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
        page = write_page(shares, PLACE, [question], vocabulary, np.random.default_rng(seed), 1, 0)
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
    page = write_page(shares, PLACE, [caption], vocabulary, np.random.default_rng(1), 1, 0)
    tokens, learned, _ = page.blocks[-1]
    assert tokenizer.decode(tokens[learned][:-1]) == "Pastures in Austria."


def test_a_tokenizer_of_other_texts_is_refused():
    with pytest.raises(ValueError, match="not one"):
        Vocabulary(train_tokenizer(["Nothing of use here."], 300))
