"""Reading of score files."""

import json
from pathlib import Path

from bentxt.errors import InputError
from bentxt.release import TASKS


def read_scores(paths):
    """Read score files.

    Parameters
    ----------
    paths : iterable of str or Path
        As written by ``score_answers.py``.

    Returns
    -------
    dict of (str, str) to dict
        Scores by model and task.

    Raises
    ------
    InputError
        If a file is missing, is no score file, or two files hold the same model and task.
    """
    scores = {}
    for path in paths:
        try:
            score = json.loads(Path(path).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise InputError("file not found", file=path, remedy="make it with snakemake") from None
        except json.JSONDecodeError as error:
            raise InputError(f"not readable JSON: {error}", file=path, remedy="make it again") from error
        if not isinstance(score, dict) or not {"model", "task", "status", "metrics"} <= set(score):
            raise InputError("not a score file", file=path, remedy="give files written by score_answers.py")
        key = (score["model"], score["task"])
        if key[1] not in TASKS:
            raise InputError(f"unknown task, expected one of {', '.join(TASKS)}", file=path, item=key[1])
        if key in scores:
            raise InputError("two score files of one model and task", file=path, item="/".join(key))
        scores[key] = score
    return scores
