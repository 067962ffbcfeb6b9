"""What the benchmark split is chosen from: eligible patches and their questions."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bentxt.questions.benchmark_pool import CLASSES_ABOUT, PoolQuestion
from bentxt.release import ANSWERS, TYPE_CATEGORIES

#: The answers that the selection keeps even; the letters of multiple choice are dealt after it.
LABELS = {key: ANSWERS[key[0]] if key[0] == "binary" else ("",) for key in TYPE_CATEGORIES}


@dataclass(frozen=True)
class Candidates:
    """The pool of all eligible patches: one entry a question, int arrays of equal length.

    Attributes
    ----------
    patch : numpy.ndarray
        Position of the patch among the eligible ones; ascending.
    key : numpy.ndarray
        Type and category, place in ``TYPE_CATEGORIES``.
    label : numpy.ndarray
        Answer, place in :data:`LABELS` of the key.
    classes : numpy.ndarray
        Shape (n, 2): the classes it is about, -1 for none.
    value : numpy.ndarray
        Place in ``values``, -1 for none.
    number : numpy.ndarray
        As of :class:`bentxt.questions.benchmark_pool.PoolQuestion`.
    values : list of str
    """

    patch: np.ndarray
    key: np.ndarray
    label: np.ndarray
    classes: np.ndarray
    value: np.ndarray
    number: np.ndarray
    values: list[str]

    def __len__(self) -> int:
        return len(self.patch)

    def question(self, row: int) -> PoolQuestion:
        """Return one entry as the question that it was."""
        key = TYPE_CATEGORIES[self.key[row]]
        classes = tuple(self.classes[row, : CLASSES_ABOUT[key]].tolist())
        value = self.values[self.value[row]] if self.value[row] >= 0 else ""
        answer, number = LABELS[key][self.label[row]], int(self.number[row])
        return PoolQuestion(key[0], key[1], answer, classes, value, number)


def gather_candidates(pools: Iterable[Iterable[PoolQuestion]]) -> Candidates:
    """Put the pools of some patches, in their order, into arrays.

    Parameters
    ----------
    pools : iterable of iterable of PoolQuestion
        Of :func:`bentxt.questions.benchmark_pool.pool_questions`.

    Returns
    -------
    Candidates
    """
    codes = {
        (*key, label): (number, place)
        for number, key in enumerate(TYPE_CATEGORIES)
        for place, label in enumerate(LABELS[key])
    }
    values: dict[str, int] = {"": -1}
    # Seven integers a question: millions of them take less memory than as objects.
    rows = array("i")
    for patch, pool in enumerate(pools):
        for annotation_type, category, answer, classes, value, number in pool:
            key, label = codes[annotation_type, category, answer]
            first, second = (*classes, -1, -1)[:2]
            place = values.setdefault(value, len(values) - 1)
            rows.extend((patch, key, label, first, second, place, number))
    columns = np.frombuffer(rows, np.int32).reshape(-1, 7)
    of_patch, of_key, of_label, of_value, of_number = (columns[:, at].copy() for at in (0, 1, 2, 5, 6))
    return Candidates(
        of_patch, of_key, of_label, columns[:, 3:5].copy(), of_value, of_number, list(values)[1:]
    )


def eligible_patches(patches: pa.Table, captions: pa.Table) -> pa.Table:
    """Return the test patches whose captions meet all four criteria of the check, in patch order.

    Parameters
    ----------
    patches : pyarrow.Table
        Schema ``PATCHES``.
    captions : pyarrow.Table
        ``patch_id`` and the four criteria.

    Returns
    -------
    pyarrow.Table
        Rows of ``patches``.
    """
    good = captions["linguistically_correct"]
    for criterion in ("factually_accurate", "complete", "free_of_artifacts"):
        good = pc.and_(good, captions[criterion])
    passed = captions["patch_id"].filter(good)
    test = patches.filter(pc.equal(patches["split"], "test"))
    return test.filter(pc.is_in(test["patch_id"], value_set=passed.combine_chunks()))
