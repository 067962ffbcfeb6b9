"""The annotations of one task, as tokens, by patch."""

from bentxt.errors import InputError
from bentxt.models.instructions import write_instruction
from bentxt.release import TASKS
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.table_files import read_table
from bentxt.training.finetuning import PatchAnnotations


def read_task_annotations(args, prompts):
    """Return the annotations of the task in the training and validation splits, by patch."""
    rows = read_table(
        args.dataset, DATASET, ["patch_id", "s1_name", "input", "output", "type", "category", "split"]
    )
    rows = rows.to_pandas()
    rows = rows[rows["split"].isin(["train", "validation"]) & (rows["type"] == TASKS[args.task])]
    if rows.empty:
        raise InputError(
            f"no {args.task} annotation in the training and validation splits",
            file=args.dataset,
            remedy="make the data set again, from more patches",
        )
    patches = []
    for (patch_id, s1_name), group in rows.groupby(["patch_id", "s1_name"], sort=True):
        pairs = [
            (
                prompts.instruction(write_instruction({}, args.task, category, text)),
                prompts.answer(answer),
            )
            for category, text, answer in zip(group["category"], group["input"], group["output"], strict=True)
        ]
        patches.append(PatchAnnotations(patch_id, s1_name, pairs))
    return patches
