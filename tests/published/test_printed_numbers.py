from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.errors import InputError
from bentxt.published.printed_numbers import Span, decimal, hits_of_share, read_printed, roundings
from worlds.consistent_paper import ROUNDINGS, in_print


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("28.36", "28.355", "28.365"),
        ("107", "106.5", "107.5"),
        ("464,044", "464043.5", "464044.5"),
        ("985k", "984500", "985500"),
        ("10.5k", "10450", "10550"),
        ("9.6M", "9550000", "9650000"),
        ("50 million", "49500000", "50500000"),
        ("0.00", "-0.005", "0.005"),
    ],
)
def test_a_printed_number_stands_for_what_is_rounded_to_it(text, low, high):
    assert read_printed(text).span == Span(Fraction(low), Fraction(high))


def test_a_count_stands_for_itself():
    assert read_printed("1,082", exact=True).span == Span.exactly(1082)


@pytest.mark.parametrize("text", ["", "-1", "1.2.3", "2T*", "50%", "1 000", "9.6m", "nan"])
def test_what_is_no_printed_number_is_refused(text):
    with pytest.raises(InputError, match="not a number as the paper prints it"):
        read_printed(text)


@given(st.fractions(0, 100), st.sampled_from(ROUNDINGS))
def test_a_number_lies_in_the_span_of_what_is_printed_of_it(value, rounding):
    assert read_printed(in_print(value, rounding)).span.agrees(Span.exactly(value))


@given(st.integers(0, 10_000), st.integers(-3, 3))
def test_two_printed_numbers_of_the_same_step_agree_only_if_they_are_equal(hundredths, difference):
    one, two = (Fraction(number, 100) for number in (hundredths, max(hundredths + difference, 0)))
    spans = [read_printed(in_print(number, ROUND_HALF_UP)).span for number in (one, two)]
    assert spans[0].agrees(spans[1]) == (one == two)


def test_halves_go_up_or_to_even():
    step = Fraction(1, 100)
    assert roundings(Fraction("0.125"), step) == (Fraction("0.13"), Fraction("0.12"))
    assert roundings(Fraction("0.135"), step) == (Fraction("0.14"), Fraction("0.14"))
    assert roundings(Fraction("0.1249"), step) == (Fraction("0.12"), Fraction("0.12"))


@given(st.integers(1, 9_999).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.booleans())
def test_the_hits_behind_a_share_are_found_and_no_others(case, up):
    hits, items = case
    share = read_printed(in_print(Fraction(100 * hits, items), ROUND_HALF_UP if up else ROUND_HALF_EVEN))
    assert hits in hits_of_share(share, items)
    # Shares of less than 5,000 items lie more than two steps apart.
    assert items >= 5_000 or len(hits_of_share(share, items)) == 1


def test_a_half_fits_in_either_way_of_rounding():
    # 1 of 800 is 0.125 %.
    assert [hits_of_share(read_printed(text), 800) for text in ("0.12", "0.13", "0.14")] == [(1,), (1,), ()]


spans = st.tuples(st.fractions(-9, 9, max_denominator=50), st.fractions(0, 3, max_denominator=50)).map(
    lambda ends: Span(ends[0], ends[0] + ends[1])
)


@given(spans, spans, st.fractions(0, 1, max_denominator=20), st.fractions(0, 1, max_denominator=20))
def test_results_of_arithmetic_lie_in_the_span_of_the_result(one, two, first, second):
    left = one.low + first * (one.high - one.low)
    right = two.low + second * (two.high - two.low)
    results = [(one + two, left + right), (one - two, left - right), (one * two, left * right)]
    if not two.low <= 0 <= two.high:
        results.append((one / two, left / right))
    assert all(span.low <= number <= span.high for span, number in results)


def test_division_by_a_span_with_zero_is_refused():
    with pytest.raises(ZeroDivisionError):
        Span.exactly(1) / Span(Fraction(-1), Fraction(1))


def test_numbers_are_written_with_commas_and_halves_up():
    assert decimal(Fraction("1234.565")) == "1,234.57"
    assert decimal(Fraction("-0.125")) == "-0.13"
    assert decimal(9_553_962) == "9,553,962"
