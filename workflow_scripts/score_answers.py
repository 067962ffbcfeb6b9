"""Score the answers of one model to one task on the split that was predicted (Tables 2–8).

Answers are extracted even when they are off-format; an item without an unambiguous answer is wrong, and
strict, lenient and unparsed answers are counted. A model that could not be run gets a score file that says
why.
"""

import json
from pathlib import Path

import pyarrow.compute as pc

from bentxt.atomic import write_text
from bentxt.benchmarked_models import model_entry, read_models
from bentxt.command_line import lineage, program_parser, run, setting
from bentxt.errors import InputError
from bentxt.evaluation.scoring import score_task
from bentxt.schemas import DATASET, PREDICTIONS, TASKS, read_table


def main():
    """Run the program."""
    parser = program_parser(__doc__)
    parser.add_argument("--model", required=True, help="key of the model in --models")
    parser.add_argument("--task", required=True, choices=TASKS)
    parser.add_argument("--predictions", required=True, help="table of answers, from predict_answers.py")
    parser.add_argument("--status", required=True, help="JSON beside it: whether and how the model ran")
    parser.add_argument("--dataset", required=True, help="the data set as one table")
    parser.add_argument("--models", default="resources/models.yaml", help="the benchmarked models")
    parser.add_argument("--out", required=True, help="score file, JSON")
    arguments = parser.parse_args()

    status = _read_json(arguments.status)
    # The benchmark split, or the whole test split as in Table S5.
    split = status.get("settings", {}).get("prediction", {}).get("split", "bench")
    score = {
        "model": arguments.model,
        "task": arguments.task,
        "split": split,
        "status": "scored",
        "reason": None,
        # Silence must not read as published weights.
        "weights": status.get("weights") or "not stated",
        "items": 0,
        "strict": 0,
        "lenient": 0,
        "unparsed": 0,
        "instruction_following": None,
        "extraction": {},
        "metrics": {},
        "constant": None,
    }
    if status.get("status") == "unavailable":
        score |= {"status": "unavailable", "reason": status.get("reason") or "the model could not be run"}
    else:
        items = _items(arguments, split)
        box_scale = model_entry(read_models(arguments.models), arguments.model).get("box_scale")
        benchmark, seed = setting(arguments.settings, "benchmark"), setting(arguments.settings, "seed")
        score |= score_task(arguments.task, items, benchmark, seed, box_scale)
    score["lineage"] = lineage(arguments).to_dict()
    score["prediction"] = status
    write_text(arguments.out, json.dumps(score, indent=1, ensure_ascii=False) + "\n")


def _read_json(path):
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("file not found", file=path, remedy="make it with snakemake") from None
    except json.JSONDecodeError as error:
        raise InputError(
            f"not readable JSON: {error}", file=path, remedy="delete it, make it again"
        ) from error


def _items(arguments, split):
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


if __name__ == "__main__":
    run(main)
