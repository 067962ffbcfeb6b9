"""Score files and tables of scored items of a few questions, scored as ``score_answers.py`` scores them."""

import yaml

from bentxt.evaluation.score import SCORED, UNAVAILABLE, Score
from bentxt.evaluation.scoring import score_task
from bentxt.evaluation.scoring_settings import SETTINGS
from bentxt.program.lineage import Lineage
from bentxt.program.settings import section
from bentxt.tables.schemas.scored_items_schema import SCORED_ITEMS
from bentxt.tables.table_files import write_table
from worlds.pages import PROJECT

_CONFIG = yaml.safe_load((PROJECT / "config.yaml").read_text())
RESAMPLES = 200
_CONFIG["benchmark"]["bootstrap_resamples"] = RESAMPLES
_SETTINGS = {task: section(_CONFIG, "benchmark", kind) for task, kind in SETTINGS.items()}
SEED = 3
#: What an item is unless it says otherwise.
PLACE = {"country": "Austria", "season": "Summer", "climate_zone": "Cold, no dry season, warm summer"}


def write_scored(folder, model, task, rows, answers, weights="tiny, random"):
    """Score answers to a task and write both files.

    Parameters
    ----------
    folder : Path
    model, task : str
    rows : list of dict
        ``patch_id``, ``category``, ``input``, ``output``, and what differs from :data:`PLACE`.
    answers : list of str, or str
        The model's texts; a text is the reason why the model could not be run.

    Returns
    -------
    tuple of Path
        The score file and the table of items.
    """
    lineage = Lineage("score_answers.py", {"run": "mini"}, "c0de", {"model": model, "task": task})
    about = {"model": model, "task": task, "split": "bench", "weights": weights, "lineage": lineage.to_dict()}
    if isinstance(answers, str):
        score = Score(**about, status=UNAVAILABLE, reason=answers, prediction={})
        columns = {name: [] for name in SCORED_ITEMS.names}
    else:
        given = [PLACE | {"ID": number} | row for number, row in enumerate(rows, start=1)]
        items = {name: [row[name] for row in given] for name in given[0]} | {"answer": answers}
        found = score_task(task, items, _SETTINGS[task], SEED)
        score = Score(**about, **vars(found.score), status=SCORED, reason=None, prediction={})
        columns = {name: [None] * len(given) for name in SCORED_ITEMS.names} | items | found.items
        columns = {name: columns[name] for name in SCORED_ITEMS.names}
    paths = folder / f"{model}-{task}.json", folder / f"{model}-{task}.parquet"
    paths[0].write_text(score.to_json())
    write_table(paths[1], columns, SCORED_ITEMS, lineage)
    return paths
