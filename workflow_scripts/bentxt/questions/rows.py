"""From the questions of single patches to a table: what all makers of questions share."""

from bentxt.schemas import QUESTIONS


class QuestionRows:
    """Rows of the question table, collected column by column."""

    def __init__(self):
        self._columns = {name: [] for name in QUESTIONS.names}

    def extend(self, patch_id, rows):
        """Append the rows of one patch.

        Parameters
        ----------
        patch_id : str
        rows : list of tuple
            ``(category, input, output, template identifier, classes, reserve)``.
        """
        columns = self._columns
        for category, instruction, answer, template, classes, reserve in rows:
            columns["patch_id"].append(patch_id)
            columns["category"].append(category)
            columns["input"].append(instruction)
            columns["output"].append(answer)
            columns["template"].append(template)
            columns["classes"].append(classes)
            columns["reserve"].append(reserve)

    def __len__(self):
        return len(self._columns["patch_id"])

    def take(self):
        """Return the columns collected so far, and begin anew."""
        columns, self._columns = self._columns, {name: [] for name in QUESTIONS.names}
        return columns


def pick(choices, draw):
    """Return the element of a sequence that a draw from [0, 1) falls on."""
    return choices[int(draw * len(choices))]


def pick_several(choices, draws):
    """Return as many different elements as there are draws from [0, 1), in drawn order.

    Raises
    ------
    IndexError
        If there are fewer choices than draws.
    """
    pool = list(choices)
    chosen = []
    for draw in draws:
        index = int(draw * len(pool))
        chosen.append(pool[index])
        pool[index] = pool[-1]
        pool.pop()
    return chosen
