"""The tokenizer of the tiny checkpoints: texts come back, names and numbers are single tokens."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

from bentxt.models.tiny.tokenizer import SPECIAL, field_words, train_tokenizer
from bentxt.nomenclature import CLASSES, COUNTRIES

TEXTS = [
    "Does the image show arable land?",
    "Which class is present? a) Pastures, b) Mixed forest, c) Urban fabric, d) Inland waters",
    "Where is <ref>mixed forest</ref>? [0.12 0.0, 1.0 0.71]",
    "Arable land (~708,000 sqm) covers 49% in Austria.",
] * 5


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer(TEXTS, 420)


@settings(max_examples=200)
@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=60))
def test_every_text_comes_back(tokenizer, text):
    if not any(special in text for special in SPECIAL):
        assert tokenizer.decode(tokenizer(text).input_ids) == text


@pytest.mark.parametrize("text", TEXTS[:4])
def test_annotations_come_back(tokenizer, text):
    assert tokenizer.decode(tokenizer(text).input_ids) == text


def test_every_name_is_one_token_within_a_sentence(tokenizer):
    for members in field_words().values():
        for forms in members:
            for form in forms:
                assert form in tokenizer.convert_ids_to_tokens(tokenizer(f"Is it {form}?").input_ids)


def test_the_longer_of_two_names_wins(tokenizer):
    assert tokenizer.tokenize("mixed forests") == ["mixed forests"]


def test_letters_of_options_and_marks_stand_alone(tokenizer):
    tokens = tokenizer.convert_ids_to_tokens(tokenizer(TEXTS[1]).input_ids)
    assert [token for token in tokens if token.endswith(")Ġ")] == ["Ġa)Ġ", "Ġb)Ġ", "Ġc)Ġ", "Ġd)Ġ"]
    assert tokens.count(",") == 3


def test_field_words_cover_the_nomenclature():
    words = field_words()
    assert [forms[0] for forms in words["class"]] == list(CLASSES)
    assert [forms[0] for forms in words["country"]] == list(COUNTRIES)
    assert len(words["climate zone"]) == 30
    assert words["season"][2] == ("Fall", "fall")


def test_it_is_saved_and_loaded_by_transformers(tokenizer, tmp_path):
    tokenizer.save_pretrained(tmp_path)
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    assert loaded(TEXTS).input_ids == tokenizer(TEXTS).input_ids
    assert (loaded.eos_token, loaded.pad_token, loaded.padding_side) == (
        "<|im_end|>",
        "<|endoftext|>",
        "left",
    )
    asked = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What is it?"}]}]
    prompt = loaded.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
    assert prompt == "<|im_start|><IMG_CONTEXT>What is it?<|im_end|><|im_start|>"


def test_training_is_deterministic(tokenizer):
    assert train_tokenizer(TEXTS, 420).get_vocab() == tokenizer.get_vocab()
