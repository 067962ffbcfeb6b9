"""What a question says by itself, as read by the reader that also answers questions from the maps."""

from bentxt.agreement.question_reading import Reading, read_row
from bentxt.errors import Unreadable
from bentxt.release import TASKS

#: The reader takes a question together with an answer. What stands here is no row's answer.
_ANY_ANSWER = {TASKS["binary"]: "yes", TASKS["mcq"]: "a", TASKS["referring"]: "[0.0 0.0, 1.0 1.0]"}


def read_question(
    annotation_type: str, category: str, instruction: str, zones: tuple[str, ...]
) -> Reading | None:
    """Read a question without its answer.

    Parameters
    ----------
    annotation_type, category, instruction : str
        As in the data set.
    zones : tuple of str
        Names of the climate legend.

    Returns
    -------
    bentxt.agreement.question_reading.Reading or None
        Its ``answer`` says nothing. None for a question that is not understood.
    """
    try:
        return read_row(annotation_type, category, instruction, _ANY_ANSWER[annotation_type], zones)
    except Unreadable:
        return None
