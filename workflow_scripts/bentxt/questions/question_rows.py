"""From the questions of single patches to a table: what all makers of questions share."""

from collections.abc import Sequence
from typing import Any, NamedTuple


class QuestionRow(NamedTuple):
    """One question of a patch, as in the question table.

    Attributes
    ----------
    category : str
        As the release spells it.
    input, output : str
        Instruction and answer.
    template : str
        Identifier of the template.
    classes : list of int
        Classes that the instruction names, 0–18, those of the right answer first.
    """

    category: str
    input: str
    output: str
    template: str
    classes: list[int]


class QuestionRows:
    """Rows of the question table, collected patch by patch."""

    def __init__(self) -> None:
        self._patch_ids: list[str] = []
        self._rows: list[QuestionRow] = []

    def extend(self, patch_id: str, rows: list[QuestionRow]) -> None:
        """Append the rows of one patch.

        Parameters
        ----------
        patch_id : str
        rows : list of QuestionRow
        """
        self._patch_ids += [patch_id] * len(rows)
        self._rows += rows

    def __len__(self) -> int:
        return len(self._rows)

    def take(self) -> dict[str, Sequence[Any]]:
        """Return the columns collected so far, and begin again."""
        patch_ids, rows = self._patch_ids, self._rows
        self._patch_ids, self._rows = [], []
        columns = zip(*rows, strict=True) if rows else ((),) * len(QuestionRow._fields)
        return {"patch_id": patch_ids, **dict(zip(QuestionRow._fields, columns, strict=True))}
