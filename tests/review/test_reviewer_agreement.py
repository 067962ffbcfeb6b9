"""Cohen's kappa and the check's rates, worked out by hand and against the definition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.review.reviewer_agreement import check_rates, cohens_kappa, pair_agreements
from worlds.review_world import review

BEN = {"reviewers": ("ben",)}


def test_kappa_of_a_table_worked_out_by_hand():
    # Both yes 20, only the first 5, only the second 10, both no 15: 0.7 agree, 0.5 by chance.
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    assert cohens_kappa(*zip(*pairs, strict=True)) == pytest.approx(0.4)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_kappa_is_as_cohen_defines_it(pairs):
    first, second = zip(*pairs, strict=True)
    count = len(pairs)
    observed = sum(one == other for one, other in pairs) / count
    p, q = sum(first) / count, sum(second) / count
    chance = p * q + (1 - p) * (1 - q)
    kappa = cohens_kappa(first, second)
    if chance == 1:
        assert kappa is None
    else:
        assert kappa == pytest.approx((observed - chance) / (1 - chance))


def test_reviewers_are_compared_on_what_both_judged_of_the_same_text():
    reviews = [
        *(review("P0", "yyyy"), review("P1", "ynyy"), review("P2", "y-yy"), review("P3", "yyyy", "Old.")),
        *(review("P0", "yyyy", **BEN), review("P1", "yyyy", **BEN), review("P2", "yyyy", **BEN)),
        review("P3", "nnnn", "New.", **BEN),
        review("P9", "yyyy", reviewers=("cleo",)),
    ]
    found = {pair.criterion: pair for pair in pair_agreements(reviews)}
    accurate = found["factually_accurate"]
    assert (accurate.first, accurate.second, accurate.captions, accurate.agreement) == ("anna", "ben", 2, 0.5)
    assert accurate.kappa == 0
    assert (found["complete"].captions, found["complete"].agreement, found["complete"].kappa) == (3, 1, None)
    assert found["all_four"].captions == 2


def test_the_check_s_rates_by_hand():
    def one(name, people, check):
        return review(name, people, checked=tuple(sign == "y" for sign in check))

    rates = {
        each.criterion: each
        for each in check_rates(
            [
                one("P0", "yyyy", "yyyy"),
                one("P1", "ynyy", "yyyy"),
                one("P2", "ynyy", "ynyy"),
                one("P3", "yyyy", "ynyy"),
                review("P4", "yyyy", checked=(None,) * 4),
            ]
        )
    }
    found = rates["factually_accurate"]
    assert (found.captions, found.agreeing) == (4, 2)
    assert (found.refused_by_people, found.false_accepts) == (2, 1)
    assert (found.passed_by_people, found.false_rejects) == (2, 1)
    assert (rates["complete"].agreeing, rates["complete"].refused_by_people) == (4, 0)
    assert (rates["all_four"].false_accepts, rates["all_four"].false_rejects) == (1, 1)
