"""Score the answers of one model to one task on one split (Tables 2–8, S5 and S7–S11).

Answers are extracted even when they are off-format; an item without an unambiguous answer is wrong, and
strict, lenient and unparsed answers are counted. A model that could not be run gets a score file that says
why. Next to the score stands a table of all items: what was asked, what the model said, how that was read and
what it scored.
"""

import json

from bentxt.atomic import write_text
from bentxt.evaluation.answered_items import ITEM_COLUMNS, read_answered_items, read_statuses
from bentxt.evaluation.reference_embeddings import read_reference_embeddings
from bentxt.evaluation.score import SCORED, UNAVAILABLE, Score
from bentxt.evaluation.scoring import score_task
from bentxt.evaluation.scoring_settings import SETTINGS
from bentxt.models.model_table import BOX_ANGLES, find_entry
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import section, setting
from bentxt.release import ANSWERED_SPLITS, TASKS
from bentxt.tables.schemas.scored_items_schema import SCORED_ITEMS
from bentxt.tables.table_files import write_table


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--model", required=True, help="key of the model in --models")
    parser.add_argument("--task", required=True, choices=TASKS, help="task of the benchmark")
    parser.add_argument("--split", default="bench", choices=ANSWERED_SPLITS, help="split that was answered")
    parser.add_argument("--predictions", required=True, nargs="+", help="tables of answers, one a shard")
    parser.add_argument(
        "--status", required=True, nargs="+", help="JSON next to each: whether and how the model ran"
    )
    parser.add_argument("--dataset", required=True, help="the data set as one table")
    parser.add_argument("--models", default="resources/models.yaml", help="the benchmarked models")
    parser.add_argument("--box-scale", help="of the model's boxes, pixels or null; left out: as in --models")
    parser.add_argument(
        "--box-angle",
        choices=BOX_ANGLES,
        help="what the angle of a rotated box does: nothing, or its hull counts; left out: as in --models",
    )
    parser.add_argument(
        "--answers", help="JSON-lines file of the judge's answers about captions, kept for good"
    )
    parser.add_argument(
        "--references", help="table of the reference captions' embeddings; left out: they are made here"
    )
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of models that score captions")
    parser.add_argument("--out", required=True, help="score file, JSON")
    parser.add_argument("--items", required=True, help="table of all items with their scores")
    args = parser.parse_args()

    status = read_statuses(args.status, split=args.split)
    made = lineage(args)
    about = {
        "model": args.model,
        "task": args.task,
        "split": args.split,
        # Silence must not read as published weights.
        "weights": status.get("weights") or "not stated",
        "lineage": made.to_dict(),
        "prediction": status,
    }
    if status.get("status") == "unavailable":
        reason = status.get("reason") or "the model could not be run"
        score = Score(**about, status=UNAVAILABLE, reason=reason)
        columns = {name: [] for name in SCORED_ITEMS.names}
    else:
        tried = status.get("limit") is not None
        items = read_answered_items(
            args.predictions, args.dataset, task=args.task, split=args.split, partial=tried
        )
        box_scale, box_angle = _boxes(args)
        benchmark = section(args.settings, "benchmark", SETTINGS[args.task])
        seed = setting(args.settings, "seed")
        embedded = read_reference_embeddings(args.references, items["ID"]) if args.references else None
        found = score_task(
            args.task, items, benchmark, seed, box_scale, args.threads, args.answers, box_angle, embedded
        )
        score = Score(**about, **vars(found.score), status=SCORED, reason=None)
        given = {name: items[name] for name in (*ITEM_COLUMNS, "answer", "failure")} | found.items
        without = [None] * len(items["answer"])
        columns = {name: given.get(name, without) for name in SCORED_ITEMS.names}
    write_table(args.items, columns, SCORED_ITEMS, made)
    write_text(args.out, score.to_json())


def _boxes(args):
    """Return scale and angle of the model's boxes: as given, else as in its entry."""
    if args.box_scale is None or args.box_angle is None:
        entry = find_entry(args.model, path=args.models)
        box_scale = entry.box_scale if args.box_scale is None else json.loads(args.box_scale)
        return box_scale, args.box_angle or entry.box_angle
    return json.loads(args.box_scale), args.box_angle


if __name__ == "__main__":
    run(main)
