"""Reading of score files."""

from collections.abc import Iterable
from pathlib import Path

from bentxt.errors import InputError
from bentxt.evaluation.score import Score


def read_scores(paths: Iterable[Path | str]) -> dict[tuple[str, str], Score]:
    """Read score files.

    Parameters
    ----------
    paths : iterable of str or Path
        As written by ``score_answers.py``.

    Returns
    -------
    dict of (str, str) to Score
        Scores by model and task.

    Raises
    ------
    InputError
        If a file is missing, is no score file of this version, or two files hold the same model and task.
    """
    scores: dict[tuple[str, str], Score] = {}
    for path in paths:
        try:
            text = Path(path).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise InputError("file not found", file=path, remedy="make it with snakemake") from None
        score = Score.from_json(text, file=path)
        key = score.model, score.task
        if key in scores:
            raise InputError(
                "two score files of one model and task",
                file=path,
                item="/".join(key),
                remedy="give each score once",
            )
        scores[key] = score
    return scores
