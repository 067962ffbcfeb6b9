"""The data set's answers to questions and referring expressions, as scoring needs them."""

from collections.abc import Sequence

import numpy as np

from bentxt.errors import InputError
from bentxt.evaluation.answer_extraction import STRICT, extract_binary, extract_choice
from bentxt.evaluation.box_extraction import extract_box


def reference_choices(task: str, outputs: Sequence[str]) -> list[str]:
    """Return the right answers to binary or multiple-choice questions.

    Parameters
    ----------
    task : str
        ``binary`` or ``mcq``.
    outputs : sequence of str
        The data set's answers.

    Returns
    -------
    list of str
        ``yes`` or ``no``; ``a`` to ``d``.

    Raises
    ------
    InputError
        If an answer is none of these.
    """
    answers = []
    for output in outputs:
        found = extract_binary(output) if task == "binary" else extract_choice(output, {})
        if found.level != STRICT or found.answer is None:
            raise InputError(
                f"the data set's answer to a {task} question is neither yes/no nor a–d", item=output
            )
        answers.append(found.answer)
    return answers


def reference_boxes(outputs: Sequence[str]) -> np.ndarray:
    """Return the boxes that referring expressions ask for.

    Parameters
    ----------
    outputs : sequence of str
        The data set's answers.

    Returns
    -------
    numpy.ndarray
        float64, shape (n, 4): x_min, y_min, x_max, y_max, 0–1.

    Raises
    ------
    InputError
        If an answer is no box.
    """
    boxes = []
    for output in outputs:
        box = extract_box(output, None).box
        if box is None:
            raise InputError("the data set's answer to a referring expression is no box", item=output)
        boxes.append(box)
    return np.array(boxes, np.float64).reshape(-1, 4)
