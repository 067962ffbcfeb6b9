"""Score the answers of one model to one task on the split that was predicted (Tables 2–8).

Answers are extracted even when they are off-format; an item without an unambiguous answer is wrong, and
strict, lenient and unparsed answers are counted. A model that could not be run gets a score file that says
why.
"""

import json
from pathlib import Path

from bentxt.atomic import write_text
from bentxt.errors import InputError
from bentxt.evaluation.answered_items import read_answered_items
from bentxt.evaluation.score import SCORED, UNAVAILABLE, Score
from bentxt.evaluation.scoring import ScoringSettings, score_task
from bentxt.models.model_table import find_entry
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import section, setting
from bentxt.release import TASKS


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--model", required=True, help="key of the model in --models")
    parser.add_argument("--task", required=True, choices=TASKS, help="task of the benchmark")
    parser.add_argument("--predictions", required=True, help="table of answers, from predict_answers.py")
    parser.add_argument("--status", required=True, help="JSON next to it: whether and how the model ran")
    parser.add_argument("--dataset", required=True, help="the data set as one table")
    parser.add_argument("--models", default="resources/models.yaml", help="the benchmarked models")
    parser.add_argument("--box-scale", help="of the model's boxes, pixels or null; left out: as in --models")
    parser.add_argument("--out", required=True, help="score file, JSON")
    args = parser.parse_args()

    status = _read_json(args.status)
    # The benchmark split, or the whole test split as in Table S5.
    split = status.get("settings", {}).get("prediction", {}).get("split", "bench")
    about = {
        "model": args.model,
        "task": args.task,
        "split": split,
        # Silence must not read as published weights.
        "weights": status.get("weights") or "not stated",
        "lineage": lineage(args).to_dict(),
        "prediction": status,
    }
    if status.get("status") == "unavailable":
        reason = status.get("reason") or "the model could not be run"
        score = Score(**about, status=UNAVAILABLE, reason=reason)
    else:
        items = read_answered_items(args.predictions, args.dataset, task=args.task, split=split)
        if args.box_scale is None:
            box_scale = find_entry(args.model, path=args.models).box_scale
        else:
            box_scale = json.loads(args.box_scale)
        benchmark = section(args.settings, "benchmark", ScoringSettings)
        found = score_task(args.task, items, benchmark, setting(args.settings, "seed"), box_scale)
        score = Score(**about, **vars(found), status=SCORED, reason=None)
    write_text(args.out, score.to_json())


def _read_json(path):
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("file not found", file=path, remedy="make it with snakemake") from None
    except json.JSONDecodeError as error:
        raise InputError(
            f"not readable JSON: {error}", file=path, remedy="delete it, make it again"
        ) from error


if __name__ == "__main__":
    run(main)
