"""From the questions of single patches to a table: what all makers of questions share."""

from bentxt.tables.schemas.questions_schema import QUESTIONS


class QuestionRows:
    """Rows of the question table, collected patch by patch."""

    def __init__(self):
        self._patch_ids, self._rows = [], []

    def extend(self, patch_id, rows):
        """Append the rows of one patch.

        Parameters
        ----------
        patch_id : str
        rows : list of tuple
            ``(category, input, output, template identifier, classes, reserve)``.
        """
        self._patch_ids += [patch_id] * len(rows)
        self._rows += rows

    def __len__(self):
        return len(self._rows)

    def take(self):
        """Return the columns collected so far, and begin anew."""
        patch_ids, rows = self._patch_ids, self._rows
        self._patch_ids, self._rows = [], []
        columns = zip(*rows, strict=True) if rows else [()] * (len(QUESTIONS) - 1)
        return dict(zip(QUESTIONS.names, (patch_ids, *columns), strict=True))
