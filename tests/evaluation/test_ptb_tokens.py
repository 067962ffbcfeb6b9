"""Tokens against pycocoevalcap's Java program: what it said to the golden texts, and what it says now."""

import json
import random
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.evaluation.ptb_tokens import DROPPED, ptb_tokens
from worlds.jar_tokens import GOLDEN, jar_tokens
from worlds.styled_texts import styled_texts

needs_java = pytest.mark.skipif(shutil.which("java") is None, reason="Java is not available")


def parts(text):
    return text.split("  ")


#: Pieces that begin, end and join tokens in many ways.
PIECES = [
    *"abcdnstmlrevoyABCDINSTMLRE0123456789.,;:!?'\"-_/\\()[]{}<>@#$%^&*+=~`|",
    *[" ", "  ", "The ", "(555) ", "\u00a0", "\u00ad", "\u200b", "\u2009", "\u2011", "\u0092", "\u0096"] * 2,
    *parts(
        "n't  's  ...  --  ``  ''  ’  ‘  “  ”  «  »  –  —  …  ½  ²  ³  °  €  £  µ  é  日  本  。  、  😀  🇩🇪"
    ),
    *parts(
        "&amp;  &lt;  &quot;  http://  www.  .com  e.g.  U.S.  No.  no.  etc.  Inc.  cannot  gonna  ma'am  y'"
    ),
    *parts(
        "d'  1,0  2:30  1/2  km²  a.m.  'n'  ll  90s  -RRB-  a.txt  b/c  Mr.  Ph.D.  A.  <b>  </b>  <a b='c'>"
    ),
    *parts("<think>  **  ##  ==  :)  :-D  c++  C#  S&P  AT&T  l'  ol'  'til  cap'n  c'est  pro-  1/1/2020"),
    *parts("555-1234  100 2000  ₂  ⁻¹  #tag  @me  a@b.c  https://x.yz  didn"),
]


def golden():
    return [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]


def test_the_tokens_of_every_golden_text_are_those_of_the_java_program():
    records = golden()
    assert len(records) >= 300
    wrong = [record["text"] for record in records if ptb_tokens(record["text"]) != record["tokens"]]
    assert not wrong


@needs_java
def test_the_golden_file_is_what_the_java_program_says():
    records = golden()
    assert [record["tokens"] for record in records] == jar_tokens([record["text"] for record in records])


def other_than_java(texts):
    tokens = jar_tokens(texts)
    return [text for text, expected in zip(texts, tokens, strict=True) if ptb_tokens(text) != expected]


@needs_java
def test_thousands_of_other_texts_have_the_tokens_of_the_java_program():
    assert not other_than_java(styled_texts(3000, seed=2))


@needs_java
def test_pieces_in_any_order_have_the_tokens_of_the_java_program():
    draws = random.Random(3)
    assert not other_than_java(["".join(draws.choices(PIECES, k=draws.randint(1, 25))) for _ in range(6000)])


@needs_java
def test_a_character_is_to_us_what_it_is_to_the_java_program():
    # Of ideographs, syllables and private characters, thousands in a row, a few.
    codes = [*range(0x3400), *range(0x3400, 0xA000, 97), *range(0xA000, 0xAC00), *range(0xAC00, 0xD7FF, 97)]
    codes += [*range(0xE000, 0xF900, 97), *range(0xF900, 0x10000)]
    assert not other_than_java([f"x{chr(code)}y {chr(code)}" for code in codes])


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("- **Arable land**: 1,350,000 m²", "** arable land ** 1,350,000 m ²"),
        ("It cannot be 2:30, e.g. ½ of it!!!", "it can not be 2:30 e.g. 1/2 of it !!!"),
        ("the country's (don’t) 'quoted' “text”", "the country 's -lrb- do n't -rrb- quoted text"),
        ("", ""),
        ("one\ntwo\r\nthree\u2028four", "one two three four"),
    ],
)
def test_tokens_by_hand(text, tokens):
    assert ptb_tokens(text) == tokens.split()


@given(st.text())
def test_any_text_has_tokens_without_spaces_and_punctuation(text):
    tokens = ptb_tokens(text)
    assert all(token and token.split() == [token] for token in tokens)
    assert not DROPPED.intersection(tokens)


@pytest.mark.parametrize(
    "piece", ["a@", "a-b", "1.1", ".", "a.", "<a ", "<a b='", "(", "http://", "o'a", "&amp;", "😀", "a,b-c."]
)
def test_a_model_that_repeats_itself_does_not_hold_the_scores_up(piece):
    # Alternatives that each try every length would take minutes.
    assert isinstance(ptb_tokens(piece * (6000 // len(piece))), list)
