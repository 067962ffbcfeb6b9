import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, ä and 主", "plain, ä and 主"),
        ("two\n lines\r\n\tand a tab ", "two lines and a tab"),
        ("\x1b[2J\x1b]0;owned\x07", "⟦U+001B⟧[2J⟦U+001B⟧]0;owned⟦U+0007⟧"),
        ("safe\u202egpj.exe", "safe⟦U+202E⟧gpj.exe"),
        ("in\u200bvisible", "in⟦U+200B⟧visible"),
        ("\ud800", "⟦U+D800⟧"),
    ],
)
def test_what_a_terminal_would_obey_is_written_out(text, shown):
    assert printable(text) == shown


@given(st.text(), st.integers(1, 40))
def test_any_text_is_one_short_line_without_control_characters(text, longest):
    shown = printable(text, longest)
    assert len(shown) <= longest + 1
    assert len(shown.splitlines()) <= 1
    assert not any(unicodedata.category(sign) in ("Cc", "Cf", "Cs") for sign in shown)
    shown.encode()


def test_ten_megabytes_are_cut_at_once():
    assert printable("x" * 10_000_000) == "x" * 300 + "…"
