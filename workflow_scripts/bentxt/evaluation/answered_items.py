"""The annotations of a task next to the answers that a model gave."""

import pyarrow.compute as pc

from bentxt.errors import InputError
from bentxt.release import TASKS
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.schemas.predictions_schema import PREDICTIONS
from bentxt.tables.table_files import read_table


def read_answered_items(arguments, split):
    """Return the columns of the task's items in the split, with the model's answers."""
    table = read_table(arguments.dataset, DATASET)
    chosen = pc.and_(pc.equal(table["split"], split), pc.equal(table["type"], TASKS[arguments.task]))
    table = table.filter(chosen)
    predictions = read_table(arguments.predictions, PREDICTIONS)
    answers = dict(zip(predictions["ID"].to_pylist(), predictions["answer"].to_pylist(), strict=True))
    if len(answers) != len(predictions):
        raise InputError("an annotation is answered twice", file=arguments.predictions)
    ids = table["ID"].to_pylist()
    if set(ids) != set(answers):
        missing, foreign = sorted(set(ids) - set(answers)), sorted(set(answers) - set(ids))
        raise InputError(
            f"answers do not fit the {split} split: {len(missing)} are missing, "
            f"{len(foreign)} are of other annotations",
            file=arguments.predictions,
            item=f"annotation {(missing or foreign)[0]}",
            remedy="delete the predictions and make them again from this data set",
        )
    items = table.select(["patch_id", "category", "input", "output"]).to_pydict()
    return items | {"answer": [answers[annotation] for annotation in ids]}
