"""The annotations of a task next to the answers that a model gave."""

from pathlib import Path

from bentxt.errors import InputError
from bentxt.release import TASKS
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.schemas.predictions_schema import PREDICTIONS
from bentxt.tables.table_files import read_table
from bentxt.tables.table_streams import read_matching


def read_answered_items(
    predictions_path: str | Path, dataset_path: str | Path, *, task: str, split: str
) -> dict[str, list[str]]:
    """Read a task's items with the answers of a model.

    Parameters
    ----------
    predictions_path, dataset_path : str or Path
        Table of the model's answers; the data set as one table.
    task : str
        Of :data:`bentxt.release.TASKS`.
    split : str
        ``bench``, or the split that was predicted instead.

    Returns
    -------
    dict of str to list
        Columns ``patch_id``, ``category``, ``input``, ``output`` and ``answer``, one entry per item, in the
        order of the data set.

    Raises
    ------
    InputError
        If an item has no answer or two, or an answer belongs to no item.
    """
    columns = ["patch_id", "category", "input", "output"]
    chosen = {"split": split, "type": TASKS[task]}
    table = read_matching(dataset_path, DATASET, ["ID", *columns], chosen)
    predictions = read_table(predictions_path, PREDICTIONS)
    answers = dict(zip(predictions["ID"].to_pylist(), predictions["answer"].to_pylist(), strict=True))
    if len(answers) != len(predictions):
        raise InputError(
            "an annotation is answered twice",
            file=predictions_path,
            remedy="delete the predictions and make them again",
        )
    ids = table["ID"].to_pylist()
    if set(ids) != set(answers):
        missing, foreign = sorted(set(ids) - set(answers)), sorted(set(answers) - set(ids))
        raise InputError(
            f"answers do not fit the {split} split: {len(missing)} are missing, "
            f"{len(foreign)} are of other annotations",
            file=predictions_path,
            item=f"annotation {(missing or foreign)[0]}",
            remedy="delete the predictions and make them again from this data set",
        )
    items = table.select(columns).to_pydict()
    return items | {"answer": [answers[annotation] for annotation in ids]}
