"""What Figures S3–S7 show: some items of the benchmark, and what each model answered to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from bentxt.errors import InputError
from bentxt.evaluation.verdicts import verdict
from bentxt.randomness import generator
from bentxt.release import CATEGORIES, TASKS

COLUMNS = (
    "place",
    "ID",
    "patch_id",
    "category",
    "country",
    "season",
    "climate_zone",
    "question",
    "reference",
    "model",
    "group",
    "weights",
    "answer",
    "extracted",
    "level",
    "score",
    "verdict",
    "note",
    "chosen",
    "run",
)


class AnswersFigure(NamedTuple):
    """What one of Figures S3–S7 is about.

    Attributes
    ----------
    number, title : str
    task : str
        Of :data:`bentxt.release.TASKS`.
    categories : tuple of str
        Taken in turns.
    examples : int
        Items shown, fewer where there are fewer.
    """

    number: str
    title: str
    task: str
    categories: tuple[str, ...]
    examples: int


def _figure(number, title, task, examples, *categories):
    return AnswersFigure(number, title, task, categories or CATEGORIES[TASKS[task]], examples)


#: Figures 3–7 of the supplement show qualitative answers; which of them shows which task is our choice.
ANSWER_FIGURES = {
    "figure_s3": _figure("S3", "Captions", "captioning", 2),
    "figure_s4": _figure("S4", "Binary questions", "binary", 8),
    "figure_s5": _figure("S5", "Multiple-choice questions", "mcq", 8),
    "figure_s6": _figure(
        "S6", "Referring detection of land-use and land-cover classes", "referring", 4, "reference"
    ),
    "figure_s7": _figure("S7", "Referring detection at points", "referring", 4, "point"),
}

#: Groups of models whose answers are shown: neither baselines nor the references, which look at no image.
SHOWN_GROUPS = ("RS", "CV", "ours", "own")

#: How items are chosen, as figure and CSV say it.
CHOSEN = (
    "drawn by the run's seed from all items of the benchmark, categories in turns, no patch twice while "
    "there are others; answers were not looked at"
)


def choose_items(
    figure: AnswersFigure, ids: Sequence[int], patch_ids: Sequence[str], categories: Sequence[str], seed: int
) -> list[int]:
    """Draw the items that a figure shows; what models answered has no part in it.

    Parameters
    ----------
    figure : AnswersFigure
    ids, patch_ids, categories : sequence
        Of all items of the task.
    seed : int

    Returns
    -------
    list of int
        Places in the sequences. Each item has a draw of its own, so that their order does not matter.

    Raises
    ------
    InputError
        If there is no item of the figure's categories.
    """
    waiting: dict[str, list[int]] = {category: [] for category in figure.categories}
    for place, category in enumerate(categories):
        if category in waiting:
            waiting[category].append(place)
    for places in waiting.values():
        places.sort(key=lambda place: generator(seed, "draw_answers", ids[place]).random())
    chosen: list[int] = []
    while len(chosen) < figure.examples and any(waiting.values()):
        for places in filter(None, waiting.values()):
            if len(chosen) < figure.examples:
                shown = {patch_ids[place] for place in chosen}
                fresh = next((place for place in places if patch_ids[place] not in shown), places[0])
                places.remove(fresh)
                chosen.append(fresh)
    if not chosen:
        raise InputError(
            f"no {figure.task} item of the categories {', '.join(figure.categories)} to show",
            remedy="the benchmark split has none; raise benchmark_split.patches or miniature.patches",
        )
    return chosen


@dataclass(frozen=True)
class ShownModel:
    """A model and its answers to the chosen items.

    Attributes
    ----------
    key, group, weights : str
        As tables have them; ``weights`` is ``published``, or says what was run instead.
    answers : sequence of mapping
        Rows of the items' table, in the order of the figure.
    """

    key: str
    group: str
    weights: str
    answers: Sequence[Mapping[str, Any]]


def answer_rows(
    figure: AnswersFigure, models: Sequence[ShownModel], absent: Mapping[str, str], run: str
) -> list[dict[str, Any]]:
    """Return what a figure shows as rows.

    Parameters
    ----------
    figure : AnswersFigure
    models : sequence of ShownModel
    absent : mapping of str to str
        Why a model was not run.
    run : str
        ``mini`` or ``paper``.

    Returns
    -------
    list of dict
        Columns :data:`COLUMNS`: a row for each item and model, scores in %; then a row for each model that
        was not run.
    """
    rows = []
    for place, items in enumerate(zip(*(model.answers for model in models), strict=True), start=1):
        for model, item in zip(models, items, strict=True):
            row = {name: item[name] for name in COLUMNS if name in item}
            row |= {"place": place, "question": item["input"], "reference": item["output"]}
            row |= {"model": model.key, "group": model.group, "weights": model.weights}
            row |= {
                "score": 100 * item["score"],
                "verdict": verdict(figure.task, item["extracted"], item["score"]) or "",
            }
            rows.append(row | {"note": "", "chosen": CHOSEN, "run": run})
    for key, reason in absent.items():
        rows.append({"model": key, "note": f"not run: {reason}", "run": run})
    return rows
