"""Take a model's answers to one task of one split out of a file that was made elsewhere.

In: JSON lines, one JSON array, Parquet or CSV with the columns ID and answer, for any tasks; it is only read.
Out: the table of answers and its status, as if the model had run here. An item that the file has no answer to
counts as wrong, and is counted as that; a task without a single answer has no score. Nothing is written where
an ID is unknown or there twice, or a line cannot be read.
"""

import json
import time
from pathlib import Path

from bentxt.atomic import write_text
from bentxt.bigearthnet.sources import checksum_of
from bentxt.models.answer_files import adopt, check_known, read_answer_file
from bentxt.models.benchmark_items import read_items
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.release import ANSWERED_SPLITS, TASKS
from bentxt.tables.schemas.dataset_schema import DATASET
from bentxt.tables.schemas.predictions_schema import PREDICTIONS
from bentxt.tables.table_files import read_table, write_table


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--model", required=True, help="key of the model")
    parser.add_argument("--task", required=True, choices=TASKS, help="task of the benchmark")
    parser.add_argument("--split", default="bench", choices=ANSWERED_SPLITS, help="split that was answered")
    parser.add_argument("--answers", type=Path, required=True, help="file of answers; is only read")
    parser.add_argument("--dataset", required=True, help="the data set as one table")
    parser.add_argument("--out", required=True, help="table of answers")
    parser.add_argument("--status", required=True, help="JSON: where the answers are from")
    args = parser.parse_args()

    started = time.perf_counter()
    limit = setting(args.settings, "prediction.limit")
    answers = read_answer_file(args.answers)
    check_known(answers, read_table(args.dataset, DATASET, ["ID"])["ID"].to_numpy(), args.answers)
    wanted = [item.annotation for item in read_items(args.dataset, args.task, args.split, {})][:limit]
    digest = checksum_of(args.answers, "sha256").partition(":")[2]
    columns, failures = adopt(answers, wanted)
    reason = None
    if not any(number in answers for number in wanted):
        columns, failures = {name: [] for name in PREDICTIONS.names}, {}
        reason = f"{args.answers.name} holds no answer to {args.task}"
    about = {
        "status": "unavailable" if reason else "predicted",
        "reason": reason,
        "weights": f"not run here: answers of {args.answers.name} (SHA-256 {digest[:8]})",
        "checkpoint": None,
        "revision": None,
        "device": None,
    }
    made = lineage(args, model=args.model, **about)
    status = {
        "model": args.model,
        "task": args.task,
        "split": args.split,
        **about,
        "file": {"path": args.answers.as_posix(), "sha256": digest, "answers": len(answers)},
        "limit": limit,
        "failures": failures,
        "settings": args.settings,
        "items": len(columns["ID"]),
        "seconds": round(time.perf_counter() - started, 1),
        "lineage": made.to_dict(),
    }
    write_table(args.out, columns, PREDICTIONS, made)
    write_text(args.status, json.dumps(status, indent=1, ensure_ascii=False) + "\n")
    print(f"{args.model} {args.task}: {len(columns['ID'])} items, {sum(failures.values())} without an answer")


if __name__ == "__main__":
    run(main)
