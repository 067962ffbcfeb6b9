import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentxt.evaluation.answer_agreement import Answers, answer_agreement, cohens_kappa

TRUTH = ["yes", "no", "yes", "no", "yes", "no"]


def choices(extracted, truth=TRUTH):
    score = [float(answer == right) for answer, right in zip(extracted, truth, strict=True)]
    return Answers(extracted, score, [None] * len(extracted))


def test_shares_worked_out_by_hand():
    first = choices(["yes", "no", "yes", "yes", None, None])
    second = choices(["yes", "no", "no", "yes", "yes", None])
    found = answer_agreement("binary", first, second)
    assert found.items == 6
    assert found.equal == pytest.approx(100 * 3 / 6)  # two unparsed answers are not equal
    assert found.both_right == pytest.approx(100 * 2 / 6)
    assert found.only_first == pytest.approx(100 * 1 / 6)
    assert found.only_second == pytest.approx(100 * 1 / 6)
    assert found.both_wrong == pytest.approx(100 * 2 / 6)
    assert (found.unparsed_first, found.unparsed_second, found.unparsed_both) == (2, 1, 1)
    # Answers agree in 4 of 6, unparsed being one; likely: 3/6·3/6 yes, 1/6·2/6 no, 2/6·1/6 unparsed.
    likely = (9 + 2 + 2) / 36
    assert found.kappa_answers == pytest.approx((4 / 6 - likely) / (1 - likely))
    # Right or wrong agrees in 4 of 6; both are right in 3 of 6.
    assert found.kappa_right == pytest.approx((4 / 6 - 1 / 2) / (1 / 2))
    assert (found.both_boxes, found.box_overlap) == (None, None)


def test_boxes_are_right_above_half_and_compared_with_each_other():
    first = Answers(["A", "B", None], [0.6, 0.5, 0.0], [[0, 0, 1, 1], [0, 0, 0.5, 1], None])
    second = Answers(["A", "C", "D"], [0.6, 0.9, 0.2], [[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]])
    found = answer_agreement("referring", first, second)
    assert (found.both_right, found.only_second) == pytest.approx((100 / 3, 100 / 3))
    assert (found.both_boxes, found.box_overlap) == (2, 75)
    assert found.equal == pytest.approx(100 / 3)
    assert found.kappa_answers is None
    assert found.score_correlation == pytest.approx(np.corrcoef([0.6, 0.5, 0], [0.6, 0.9, 0.2])[0, 1])


def test_captions_are_neither_right_nor_wrong():
    first = Answers(["A lake.", "A forest.", None], [0.5, 0.2, 0.0], [None] * 3)
    second = Answers(["A lake.", "A field.", "A lake."], [0.5, 0.1, 0.4], [None] * 3)
    found = answer_agreement("captioning", first, second)
    assert found.equal == pytest.approx(100 / 3)
    assert {found.both_right, found.both_wrong, found.kappa_answers, found.kappa_right} == {None}
    assert found.score_correlation is not None


def test_no_box_of_both_and_scores_without_spread():
    nothing = Answers([None, None], [0.0, 0.0], [None, None])
    found = answer_agreement("referring", nothing, nothing)
    assert (found.both_boxes, found.box_overlap, found.score_correlation) == (0, None, None)
    assert found.kappa_right is None


answers = st.lists(st.sampled_from(["yes", "no", None]), min_size=1, max_size=20)


@given(answers, st.data())
def test_turned_round_only_the_names_change(first, data):
    truth = data.draw(st.lists(st.sampled_from(["yes", "no"]), min_size=len(first), max_size=len(first)))
    second = data.draw(
        st.lists(st.sampled_from(["yes", "no", None]), min_size=len(first), max_size=len(first))
    )
    there = answer_agreement("binary", choices(first, truth), choices(second, truth))
    back = answer_agreement("binary", choices(second, truth), choices(first, truth))
    assert (there.only_first, there.unparsed_first) == (back.only_second, back.unparsed_second)
    for name in ("equal", "both_right", "both_wrong", "kappa_answers", "kappa_right", "score_correlation"):
        assert getattr(there, name) == pytest.approx(getattr(back, name))
    total = there.both_right + there.both_wrong + there.only_first + there.only_second
    assert total == pytest.approx(100)


@given(answers)
def test_a_model_agrees_with_itself(extracted):
    found = answer_agreement("binary", choices(extracted, extracted), choices(extracted, extracted))
    assert found.kappa_answers in (None, 1)
    assert found.equal == pytest.approx(100 * sum(map(bool, extracted)) / len(extracted))


def test_kappa_of_raters_without_anything_in_common():
    assert cohens_kappa(["a", "b"], ["b", "a"]) == -1
    assert cohens_kappa(["a", "a"], ["b", "b"]) == 0
    assert cohens_kappa(["a", "a"], ["a", "a"]) is None
