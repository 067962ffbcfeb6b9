"""The oracle: our answers from the true maps, to the questions as they are written.

A model that saw all that the maps hold would score this under our scoring. What it lacks to 100 % is due to
questions that do not say what they mean, to sources that are missing, or to a difference between our rules
and those that made the rows. Questions are read and answered as in :mod:`bentxt.agreement.measurement`; the
answers of the rows are not looked at.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from bentxt.agreement.answers_from_maps import answer_row
from bentxt.agreement.evidence import Evidence, PatchEvidence
from bentxt.baselines.questions_alone import read_question
from bentxt.baselines.task_rows import rows_to_answer
from bentxt.questions.categories import CATEGORY_TABLE
from bentxt.release import TASKS

NO_MAP = "no reference map"
NOT_READ = "question not understood"
NO_ANSWER = "no answer in the map"
SEVERAL = "several right answers, the first taken"


class OracleAnswers(NamedTuple):
    """Answers and what stood in their way.

    Attributes
    ----------
    answers : dict of int to str
        By ID of the annotation, as the release writes answers; empty where there is none.
    findings : dict of str to int
        Rows by what kept them from having one right answer: :data:`NOT_READ`, a source that is missing,
        :data:`NO_ANSWER`; and :data:`SEVERAL`, where the first one was given.
    """

    answers: dict[int, str]
    findings: dict[str, int]


def answer_from_maps(
    task: str,
    dataset: str | Path,
    split: str,
    evidence: Evidence,
    zones: tuple[str, ...],
    min_border: int,
) -> OracleAnswers:
    """Answer a task's questions in a split from the reference maps.

    Parameters
    ----------
    task : {"binary", "mcq", "referring"}
    dataset : str or Path
        The data set as one table. Of a patch its climate zone is read from it; the country comes from the
        metadata, the season from the patch's name.
    split : str
    evidence : bentxt.agreement.evidence.Evidence
        Of the patches of the split.
    zones : tuple of str
        Names of the climate legend.
    min_border : int
        Shortest border that counts as adjacency, pixel edges (10 m).

    Returns
    -------
    OracleAnswers

    Raises
    ------
    InputError
        If the split has no row of the task.
    """
    kind = TASKS[task]
    table = rows_to_answer(dataset, kind, split, "climate_zone")
    known = evidence.of(table["patch_id"].to_pylist())
    answers: dict[int, str] = {}
    findings: Counter[str] = Counter()
    for row in table.to_pylist():
        answer, finding = _answer(kind, row, known, zones, min_border)
        answers[row["ID"]] = answer
        if finding:
            findings[finding] += 1
    return OracleAnswers(answers, dict(sorted(findings.items())))


def _answer(
    kind: str, row: Mapping, known: Mapping[str, PatchEvidence], zones: tuple[str, ...], min_border: int
) -> tuple[str, str]:
    """Return the answer to a row, and what was found amiss; either may be empty."""
    reading = read_question(kind, row["category"], row["input"], zones)
    if reading is None:
        return "", NOT_READ
    own = known[row["patch_id"]]
    patch = replace(own.patch, climate_zone=row["climate_zone"])
    column = CATEGORY_TABLE[kind, row["category"]].place_column
    if column is None and not own.has_map:
        return "", own.defects.get("map", NO_MAP)
    if column is not None and getattr(patch, column) is None:
        return "", own.defects.get(column, f"{column} not known")
    ours = answer_row(reading, patch, min_border).ours
    # Letters are joined by commas, boxes, which have one inside, by semicolons.
    found = ours.split("; " if kind == TASKS["referring"] else ", ") if ours else []
    if not found:
        return "", NO_ANSWER
    return found[0], SEVERAL if len(found) > 1 else ""


def oracle_notes(found: OracleAnswers) -> str:
    """Return how the answers came about, in words for a table's note."""
    parts = [f"{count} {finding}" for finding, count in found.findings.items()]
    amiss = f": {', '.join(parts)}" if parts else ", each with one answer"
    return f"from the reference maps, metadata and climate zones: {len(found.answers)} rows{amiss}"
