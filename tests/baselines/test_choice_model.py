"""Weights of signs."""

import numpy as np
import pytest

from bentxt.baselines.choice_model import SignTable, choose_answers, fit_weights


def signs(*answers):
    return [([sign] if sign else [], [], [], []) for sign in answers]


def test_the_weight_of_one_sign_is_that_of_its_share():
    """Of 3 n questions the answer with the sign is right in 2 n: without a penalty its odds are 2."""
    questions = [signs("sign", "")] * 3000
    right = np.array([0, 0, 1] * 1000)
    table = SignTable(questions)
    weights = fit_weights(table.matrix(questions), right, 1e-9)
    assert weights.tolist() == pytest.approx([np.log(2)], abs=1e-4)


def test_a_penalty_draws_weights_towards_nothing():
    questions = [signs("sign", "")] * 30
    matrix = SignTable(questions).matrix(questions)
    weights = [fit_weights(matrix, np.zeros(30, int), penalty)[0] for penalty in (0.1, 1, 10, 1e6)]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] == pytest.approx(0, abs=1e-4)


def test_the_likeliest_answer_is_chosen_and_of_equals_the_first():
    questions = [signs("good", "bad"), signs("bad", "good"), signs("new", "other")]
    table = SignTable(questions)
    matrix = table.matrix(questions)
    weights = fit_weights(matrix, np.array([0, 1, 0]), 1.0)
    assert choose_answers(matrix, weights, table.answers).tolist() == [0, 1, 0]


def test_a_sign_of_one_question_only_is_left_out():
    questions = [signs("often", "once"), signs("often", "")]
    assert SignTable(questions).matrix(questions).shape == (4, 1)


def test_signs_come_by_depth():
    questions = [[(["a"], ["b", "c"], [], ["d"])], [(["a"], ["b", "c"], [], ["d"])]]
    table = SignTable(questions)
    assert table.ends == [1, 3, 3, 4]
    assert table.matrix(questions).toarray().tolist() == [[1, 1, 1, 1]] * 2
