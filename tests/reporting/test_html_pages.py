"""Texts of models on a page: nothing unseen, nothing turned, nothing endless."""

import io
import unicodedata
from base64 import b64decode

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bentxt.reporting.html_pages import picture_address, shortened, visible


@given(st.text())
def test_what_is_shown_can_be_seen_and_turns_nothing(text):
    shown = visible(text)
    assert not {unicodedata.category(sign) for sign in shown} & {"Cf", "Cs", "Zl", "Zp"}
    assert {sign for sign in shown if unicodedata.category(sign) == "Cc"} <= {"\n", "\t"}
    if text.isprintable() and text.isascii():
        assert shown == text


def test_signs_that_are_not_seen_are_written_out():
    assert visible("a\u202eb\u200bc\r\x1b[31m\ud800") == "a⟦U+202E⟧b⟦U+200B⟧c⟦U+000D⟧⟦U+001B⟧[31m⟦U+D800⟧"


def test_a_long_text_is_cut_with_its_length():
    assert shortened("a" * 600, 600) == "a" * 600
    assert shortened("a" * 601, 600) == "a" * 600 + "… ⟦cut here: 601 characters in all⟧"
    # What is written out is not what counts: a short text stays whole.
    assert shortened("\x00" * 600, 600).count("⟦U+0000⟧") == 600


def test_a_picture_comes_back_out_of_its_address():
    picture = np.full((120, 120, 3), (200, 40, 90), np.uint8)
    kind, _, content = picture_address(picture).partition(",")
    assert kind == "data:image/jpeg;base64"
    with Image.open(io.BytesIO(b64decode(content))) as image:
        assert np.abs(np.asarray(image, int) - picture).max() < 6
    assert picture_address(None) is None
