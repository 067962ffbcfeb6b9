"""The annotations of one task, as tokens, by patch."""

from pathlib import Path

from bentxt.errors import InputError
from bentxt.models.instructions import write_instruction
from bentxt.models.rs_internvl import Prompts
from bentxt.release import TASKS
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import read_table
from bentxt.training.finetuning import PatchAnnotations


def read_task_annotations(dataset_path: str | Path, task: str, prompts: Prompts) -> list[PatchAnnotations]:
    """Read the annotations of a task in the training and validation splits (section 4.2), by patch.

    Parameters
    ----------
    dataset_path : str or Path
        The data set as one table.
    task : str
        Of :data:`bentxt.release.TASKS`.
    prompts : bentxt.models.rs_internvl.Prompts
        Makes tokens of texts.

    Returns
    -------
    list of PatchAnnotations
        Sorted by patch.

    Raises
    ------
    InputError
        If there is none.
    """
    rows = read_table(
        dataset_path, DATASET, ["patch_id", "s1_name", "input", "output", "type", "category", "split"]
    )
    rows = rows.to_pandas()
    rows = rows[rows["split"].isin(["train", "validation"]) & (rows["type"] == TASKS[task])]
    if rows.empty:
        raise InputError(
            f"no {task} annotation in the training and validation splits",
            file=dataset_path,
            remedy="make the data set again, from more patches",
        )
    patches = []
    for (patch_id, s1_name), group in rows.groupby(["patch_id", "s1_name"], sort=True):
        pairs = [
            (
                prompts.instruction(write_instruction({}, task, category, text)),
                prompts.answer(answer),
            )
            for category, text, answer in zip(group["category"], group["input"], group["output"], strict=True)
        ]
        patches.append(PatchAnnotations(patch_id, s1_name, pairs))
    return patches
