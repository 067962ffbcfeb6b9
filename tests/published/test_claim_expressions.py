from fractions import Fraction

import pytest

from bentxt.errors import InputError
from bentxt.published.claim_expressions import Numbers
from bentxt.published.printed_numbers import read_printed
from worlds.consistent_paper import RELEASE, printed_paper

CLAIMS = {
    "words": read_printed("107"),
    "pairs": read_printed("464,044", exact=True),
    "ratio": read_printed("1.7"),
}
NUMBERS = Numbers(printed_paper(), RELEASE, CLAIMS)


@pytest.mark.parametrize(
    ("expression", "text", "value"),
    [
        ("words * pairs", "107 × 464,044", 49_652_708),
        ("21 * 15", "21 × 15", 315),
        ("1.5 + 2 * (3 - 1)", "1.5 + 2 × (3 − 1)", Fraction("5.5")),
        ("8 - (3 - 1)", "8 − (3 − 1)", 6),
        ("8 / (4 * 2)", "8 / (4 × 2)", 1),
        ('table2["GC", "mcq_accuracy"]', "28.36", Fraction("28.36")),
        ('table1["MS-Clip", "image_text_samples"]', "985k", 985_000),
        ('mean(table8["SOTA CV", :])', "(0.96 + 61.96 + 37.55 + 31.73) / 4", Fraction("33.05")),
        ("mean(best(table2[:, :]))", "(1.66 + 61.96 + 37.55 + 31.73) / 4", Fraction("33.225")),
        ('rows(split="bench", type="mcq")', "5,550", 5550),
        ('rows(split="bench", type="mcq", category="season")', "700", 700),
        ('patches(split="train")', "229,114", 229_114),
        ("kinds()", "4 binary + 2 bounding box + 1 captioning + 8 mcq", 15),
        ('most_a_pair("binary")', "2 adjacency + 2 area + 2 count + 2 presence", 8),
    ],
)
def test_an_expression_gives_a_value_and_its_numbers(expression, text, value):
    term = NUMBERS.evaluate(expression)
    assert (term.text, term.value) == (text, value)
    assert term.span.low <= value <= term.span.high


def test_rounding_is_carried_through():
    span = NUMBERS.evaluate("words * pairs").span
    assert (span.low, span.high) == (Fraction("106.5") * 464_044, Fraction("107.5") * 464_044)
    span = NUMBERS.evaluate("pairs / ratio").span
    assert (span.low, span.high) == (464_044 / Fraction("1.75"), 464_044 / Fraction("1.65"))


def test_a_long_mean_says_what_was_added():
    term = NUMBERS.evaluate('mean(table2[:, "captioning_bleu4"])')
    assert term.text == "7.99 / 12"
    assert term.remarks == ("7.99 is the sum of the 12 numbers of Table 2, Captioning BLEU-4",)
    assert len(term.sources) == 12


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("nobody", "not understood"),
        ("words +", "not an expression"),
        ("words ** 2", "not understood"),
        ("pairs / (words - words)", "division by what may be 0"),
        ('table9["GC", "x"]', "no such table"),
        ('table2["Nobody", "mcq_accuracy"]', "no such cell"),
        ('table2["GC", "overall"]', "no such cell"),
        ('table2["GC", :]', "several numbers"),
        ("1 + table2[:, :]", "several numbers"),
        ("table2[1:2, :]", "a text is expected"),
        ("mean(3)", "the mean of one number"),
        ('rows(patch="x")', "not by patch"),
        ('rows(split="nowhere")', "no such number of the release"),
        ('most_a_pair("bounding box")', "not known for all"),
        ('most_a_pair("poems")', "no such type"),
        ("__import__('os').getcwd()", "not understood"),
        ("open('/etc/passwd')", "no such function"),
        ("(lambda: 1)()", "not understood"),
        ("'text'", "not understood"),
        ("True", "not understood"),
    ],
)
def test_what_is_not_arithmetic_over_known_numbers_is_refused(expression, message):
    with pytest.raises(InputError, match=message) as error:
        NUMBERS.evaluate(expression)
    assert error.value.item == expression
