"""The classes that a row of the data set is about.

Apart from ``row_meaning``, which reads captions too: whoever needs the classes of questions alone is not
rerun by a change in the reading of captions.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from bentxt.agreement.question_reading import read_row
from bentxt.errors import Unreadable
from bentxt.questions.categories import CATEGORY_TABLE


def row_classes(annotation_type: str, category: str, instruction: str, output: str) -> tuple[int, ...]:
    """Return the classes that a row is about.

    Those that the instruction asks about; of multiple choice between classes or between pairs of classes,
    those of the right option. Questions on the place, points and captions are about none: captions name
    classes, but no score of a caption belongs to one of them.

    Parameters
    ----------
    annotation_type, category, instruction, output : str
        As the release's columns hold them.

    Returns
    -------
    tuple of int
        Places in :data:`bentxt.nomenclature.CLASSES`, each once.

    Raises
    ------
    Unreadable
        With the reason, if the row should be about a class and is not understood.

    Examples
    --------
    >>> row_classes("binary", "adjacency", "Do pastures border a coniferous forest?", "yes")
    (4, 9)
    >>> options = "a) Mixed forest, b) Pastures, c) Marine waters, d) Urban fabric"
    >>> row_classes("mcq", "presence", f"Which class is in the image? {options}", "c")
    (18,)
    >>> row_classes("mcq", "season", "In which season was the image taken? a) …", "a")
    ()
    """
    row = CATEGORY_TABLE.get((annotation_type, category))
    if row is not None and row.about not in ("class", "pair"):
        return ()
    reading = read_row(annotation_type, category, instruction, output, ())
    if reading.classes or not reading.options:
        return reading.classes
    chosen = reading.options[int(reading.answer)]  # type: ignore[arg-type]
    if isinstance(chosen, tuple):
        return chosen
    return (chosen,) if isinstance(chosen, int) else ()


def classes_of_rows(annotation_type: str, rows: Iterable[Mapping[str, Any]]) -> list[tuple[int, ...] | None]:
    """Return the classes that each of many rows is about.

    Parameters
    ----------
    annotation_type : str
    rows : iterable of mapping
        ``ID``, ``category``, ``input`` and ``output``.

    Returns
    -------
    list of tuple of int, or None
        As :func:`row_classes`; None for a row that is not understood, which is logged with the reason.
    """
    found: list[tuple[int, ...] | None] = []
    for row in rows:
        try:
            found.append(row_classes(annotation_type, row["category"], row["input"], row["output"]))
        except Unreadable as error:
            logging.warning("annotation %s is not understood: %s", row["ID"], error)
            found.append(None)
    return found
