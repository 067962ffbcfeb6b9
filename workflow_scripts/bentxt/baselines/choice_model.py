"""The likeliest of a question's answers by their signs: a multinomial logistic model over counted signs."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from bentxt.baselines.answer_signs import DEPTHS, Signs

#: A sign that fewer questions have says nothing about others.
_LEAST = 2
_STEPS = 100


class SignTable:
    """Signs of all answers of some questions, as rows of numbers.

    Parameters
    ----------
    questions : sequence of sequence of Signs
        Of each question its possible answers, the same number for all.

    Attributes
    ----------
    answers : int
        Possible answers of a question.
    ends : list of int
        Numbers of signs up to each depth: those of a shallower one come first.
    """

    def __init__(self, questions: Sequence[Sequence[Signs]]) -> None:
        self.answers = len(questions[0])
        counts = [Counter[str]() for _ in DEPTHS]
        for signs in questions:
            for depth, count in enumerate(counts):
                count.update({sign for answer in signs for sign in answer[depth]})
        self._numbers: list[dict[str, int]] = []
        self.ends: list[int] = []
        for count in counts:
            start = self.ends[-1] if self.ends else 0
            known = sorted(sign for sign, number in count.items() if number >= _LEAST)
            self._numbers.append({sign: start + place for place, sign in enumerate(known)})
            self.ends.append(start + len(known))

    def matrix(self, questions: Iterable[Sequence[Signs]]) -> csr_matrix:
        """Return which answer has which sign.

        Parameters
        ----------
        questions : iterable of sequence of Signs

        Returns
        -------
        scipy.sparse.csr_matrix
            float64, shape (questions × answers, signs), 0 or 1; an unknown sign is left out.
        """
        columns: list[int] = []
        ends = [0]
        for signs in questions:
            for answer in signs:
                for numbers, found in zip(self._numbers, answer, strict=True):
                    columns.extend({numbers[sign] for sign in found if sign in numbers})
                ends.append(len(columns))
        return csr_matrix((np.ones(len(columns)), columns, ends), (len(ends) - 1, self.ends[-1]))


def fit_weights(signs: csr_matrix, right: np.ndarray, penalty: float) -> np.ndarray:
    """Return the weight of each sign: the likelihood of the right answers is greatest.

    Parameters
    ----------
    signs : scipy.sparse.csr_matrix
        Shape (questions × answers, signs).
    right : numpy.ndarray
        int, shape (questions,): place of the right answer.
    penalty : float
        Of the squared weights.

    Returns
    -------
    numpy.ndarray
        float64, shape (signs,).
    """
    questions = len(right)
    transposed = signs.T.tocsr()
    truth = np.zeros((questions, signs.shape[0] // questions))
    truth[np.arange(questions), right] = 1

    def loss(weights):
        scores = (signs @ weights).reshape(truth.shape)
        scores -= scores.max(axis=1, keepdims=True)
        total = np.log(np.exp(scores).sum(axis=1, keepdims=True))
        difference = np.exp(scores - total) - truth
        value = np.sum((total - scores) * truth) + penalty / 2 * np.sum(weights**2)
        return value, transposed @ difference.ravel() + penalty * weights

    found = minimize(loss, np.zeros(signs.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
    return found.x


def choose_answers(signs: csr_matrix, weights: np.ndarray, answers: int) -> np.ndarray:
    """Return the place of the likeliest of a question's answers, the first of equals; int64, (questions,)."""
    return (signs @ weights).reshape(-1, answers).argmax(axis=1)
