"""Numbers of the check's report, recomputed by hand on four captions and twelve judged ones."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from bentxt.published.caption_claims import read_paper_values
from bentxt.reporting.caption_rates import (
    ALL_FOUR,
    MEAN,
    PAPER,
    PAPER_CAPTIONS,
    PEOPLE,
    damage_rows,
    paper_rows,
    people_rows,
    rate_rows,
    share_interval,
    statistics_rows,
    use_rows,
)
from bentxt.resources import RESOURCES
from bentxt.tables.schemas.augmented_captions_schema import CRITERIA
from worlds.checked_captions import JUDGED, ROWS, captions, damages, row

CLAIMS = RESOURCES / "paper/claims.yaml"
VALUES = read_paper_values(CLAIMS)


def value(rows, captions_of, item, cell="value"):
    (found,) = [each for each in rows if (each["captions_of"], each["item"]) == (captions_of, item)]
    return found.get(cell)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_intervals_are_those_of_scipy(case):
    right, count = case
    expected = binomtest(right, count).proportion_ci(0.95, method="wilson")
    assert share_interval(right / count, count) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_rates_of_four_captions_by_hand():
    rows = rate_rows(captions(), "mini")
    # Paraphrased: P1 and P2 right, P3 fails two criteria, P4 has no text.
    assert [value(rows, "paraphrased", name) for name in CRITERIA] == pytest.approx(
        [100, 200 / 3, 200 / 3, 100]
    )
    assert value(rows, "paraphrased", ALL_FOUR) == pytest.approx(200 / 3)
    assert value(rows, "paraphrased", MEAN) == pytest.approx(100 * (1 + 1 + 0.5) / 3)
    assert value(rows, "paraphrased", MEAN, "captions") == 3
    assert value(rows, "paraphrased", MEAN, "note") == "1 of 4 patches have no such text"
    # Refined: P1 right, P2 fails two, P3 one.
    assert value(rows, "refined", ALL_FOUR) == pytest.approx(100 / 3)
    assert value(rows, "refined", MEAN) == pytest.approx(100 * (1 + 0.5 + 0.75) / 3)
    # Used: two templates, which are not free of artifacts.
    assert [value(rows, "used", name) for name in CRITERIA] == [100, 100, 100, 50]
    assert value(rows, "used", ALL_FOUR) == 50
    assert value(rows, "used", "free_of_artifacts", "low") == pytest.approx(15.0, abs=0.1)
    assert value(rows, "used", "free_of_artifacts", "captions") == 4


def test_versions_in_use_and_what_speaks_against_the_others():
    rows = use_rows(captions(), "mini")
    used = [each for each in rows if each["part"] == "use"]
    assert [(each["captions_of"], each["count"], each["value"]) for each in used] == [
        ("refined", 1, 25),
        ("paraphrased", 1, 25),
        ("template", 2, 50),
    ]
    refusals = [
        (each["captions_of"], each["item"], each["count"]) for each in rows if each["part"] == "refusals"
    ]
    # A kind counts once a patch; the template's own findings are no reason.
    assert refusals == [
        ("paraphrased", "complete: missing class", 1),
        ("paraphrased", "factually_accurate: absent class", 1),
        ("paraphrased", "no text: cut", 1),
        ("refined", "complete: missing class", 1),
        ("refined", "factually_accurate: absent class", 1),
        ("refined", "free_of_artifacts: prefix", 1),
        ("refined", "no text: no paraphrase", 1),
    ]


def test_lengths_by_hand_and_next_to_the_papers():
    rows = statistics_rows(captions(), 0.72, VALUES, "mini")
    assert value(rows, PAPER_CAPTIONS, "words") == 107
    assert value(rows, PAPER_CAPTIONS, "sentences") == 4.5
    assert value(rows, PAPER_CAPTIONS, "MTLD") == 64.69
    assert value(rows, "template", "words") == 6
    assert value(rows, "template", "sentences") == 2
    # 5, 5 and 2 words: mean 4, standard deviation √3.
    assert value(rows, "paraphrased", "words") == 4
    half = 1.959964 * math.sqrt(3) / math.sqrt(3)
    assert value(rows, "paraphrased", "words", "low") == pytest.approx(4 - half)
    assert value(rows, "paraphrased", "words", "captions") == 3
    assert value(rows, "used", "words") == (5 + 5 + 6 + 6) / 4


def test_versions_without_any_text_have_no_numbers():
    table = captions([ROWS[3]])
    assert value(rate_rows(table, "mini"), "refined", MEAN) is None
    assert value(statistics_rows(table, 0.72, VALUES, "mini"), "refined", "words", "note") == "no such text"
    one = captions([ROWS[0]])
    rows = statistics_rows(one, 0.72, VALUES, "mini")
    assert value(rows, "refined", "words") == 5
    assert value(rows, "refined", "words", "low") is None


def test_a_run_of_the_grammar_has_both_versions():
    table = captions([row("P", "Pastures.", "Pastures.", "refined", backend="grammar")])
    rows = rate_rows(table, "mini")
    assert value(rows, "refined", ALL_FOUR) == value(rows, "paraphrased", ALL_FOUR) == 100
    assert not [each for each in use_rows(table, "mini") if each["part"] == "refusals"]


def test_damages_by_hand():
    rows = damage_rows(damages(JUDGED), "mini")
    assert value(rows, "grammar", "undamaged") == 75
    assert value(rows, "grammar", "areas in ha") == pytest.approx(200 / 3)
    assert value(rows, "grammar", "wrong season") == pytest.approx(200 / 3)
    assert value(rows, "grammar", "wrong season", "by_criterion") == pytest.approx(100 / 3)
    assert value(rows, "grammar", "wrong season", "captions") == 3
    assert value(rows, "grammar", "heading") == 100
    assert value(rows, "grammar", "facts") == 75
    assert value(rows, "grammar", "harmless", "by_criterion") is None
    # Groups in one order; a kind that the first captions lack stands before what followed it.
    assert [each["item"] for each in rows if each["part"] == "damages"] == [
        *("undamaged", "areas in ha", "area off", "wrong season", "heading")
    ]


def test_a_models_undamaged_captions_are_no_measure_of_the_check():
    rows = damage_rows(damages(JUDGED, "model"), "mini")
    assert "not known" in value(rows, "model", "undamaged", "note")
    assert damage_rows(damages([]), "mini") == []


def test_the_papers_rates_are_as_printed_and_none_is_by_criterion():
    rows = paper_rows(VALUES)
    assert value(rows, PAPER, ALL_FOUR) == 77.50
    assert value(rows, PAPER, MEAN) == 93.76
    assert value(rows, PAPER, ALL_FOUR, "captions") == 3209
    expected = binomtest(2487, 3209).proportion_ci(0.95, method="wilson")
    assert value(rows, PAPER, ALL_FOUR, "low") == pytest.approx(100 * expected.low, abs=0.01)
    assert [value(rows, PAPER, name) for name in CRITERIA] == [None] * 4
    assert {each["run"] for each in rows} == {"published"}


def test_peoples_rates_where_there_are_reviews():
    assert people_rows(None, "mini") == people_rows({}, "mini") == []
    reviews = dict(zip(CRITERIA, [(9, 10), (8, 10), (10, 10), (7, 10)], strict=True))
    rows = people_rows(reviews | {ALL_FOUR: (6, 10)}, "mini")
    assert value(rows, PEOPLE, MEAN) == pytest.approx(85)
    assert value(rows, PEOPLE, ALL_FOUR) == 60
    assert value(rows, PEOPLE, ALL_FOUR, "captions") == 10
    # Without one of the criteria there is no mean of the four.
    assert MEAN not in {each["item"] for each in people_rows({"complete": (3, 4)}, "mini")}
