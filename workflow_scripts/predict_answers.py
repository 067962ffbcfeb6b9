"""Answer tasks on one split with one model, or say why that model cannot be run (Section 4.1).

One job answers one shard of the split's patches, task by task; the model is loaded once. Answers are kept for
good, batch by batch, by what they depend on: weights, instruction, images and decoding. A job that was killed
resumes where it stopped, and one that runs again, or with another number of shards, asks only what has
changed.
"""

import json
import platform
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bentxt.atomic import write_text
from bentxt.bigearthnet.image_store import open_images
from bentxt.errors import CheckpointUnavailable
from bentxt.models.answer_keys import answer_keys, answer_origin
from bentxt.models.benchmark_items import Item, read_items
from bentxt.models.encoder_bands import describe_bands
from bentxt.models.loading import find_weights, load_model
from bentxt.models.model_table import FAMILIES, find_entry, with_engine
from bentxt.models.prediction import answer_items, count_failures, find_pending
from bentxt.printable import printable
from bentxt.program.answer_log import AnswerLog
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.progress_bars import progress
from bentxt.program.settings import setting
from bentxt.release import ANSWERED_SPLITS, TASKS
from bentxt.tables.schemas.predictions_schema import PREDICTIONS
from bentxt.tables.table_files import write_table

#: Longest reason why a model is unavailable, characters: it may list weights.
_REASON = 2000
#: What of the status the table of answers says too.
_NOTES = ("status", "reason", "weights", "checkpoint", "revision", "device")


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--model", required=True, help="key of the model in --models")
    parser.add_argument(
        "--task", required=True, nargs="+", choices=TASKS, help="tasks of the benchmark, in this order"
    )
    parser.add_argument("--split", default="bench", choices=ANSWERED_SPLITS, help="split to answer")
    parser.add_argument("--shard", type=int, default=0, help="which part of the split's patches, from 0")
    parser.add_argument("--shards", type=int, default=1, help="number of parts")
    parser.add_argument("--dataset", required=True, help="the data set as one table")
    parser.add_argument("--images", required=True, help="LMDB of the images")
    parser.add_argument("--models", default="resources/models.yaml", help="the benchmarked models")
    parser.add_argument(
        "--entry", type=json.loads, help="the model's entry as JSON, in place of the one in --models"
    )
    parser.add_argument("--checkpoint", help="folder or Hugging Face id, in place of the entry's")
    parser.add_argument("--s1-encoder", help="RS-InternVL: folder or id of the Sentinel-1 encoder")
    parser.add_argument("--s2-encoder", help="RS-InternVL: folder or id of the Sentinel-2 encoder")
    parser.add_argument("--adapter", help="RS-InternVL: folder of the fine-tuned weights")
    parser.add_argument(
        "--answers", required=True, nargs="+", help="JSON-lines file of each task's answers, kept for good"
    )
    parser.add_argument("--out", required=True, nargs="+", help="table of each task's answers")
    parser.add_argument(
        "--status", required=True, nargs="+", help="JSON of each task: whether and how the model ran"
    )
    parser.add_argument(
        "--limit", type=int, help="for a try: only the first so many items; left out: prediction.limit"
    )
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of the model")
    args = parser.parse_args()

    options = setting(args.settings, "prediction")
    entry = with_engine(
        find_entry(args.model, args.entry, args.models), options.get("engine", "transformers")
    )
    tasks = _tasks(parser, args, entry, options)
    images = open_images(args.images)
    how = {}
    unanswered = list(tasks)
    try:
        model, identity = _load(args, entry, how)
        with closing(model):
            while unanswered:
                _answer(args, entry, unanswered[0], options, images, model, identity, how)
                unanswered.pop(0)
    except CheckpointUnavailable as error:
        print(f"{args.model} is unavailable: {error}", file=sys.stderr)
        at = f" ({error.item or error.file})" if error.item or error.file else ""
        reason = printable(f"{error.problem}{at}", _REASON)
        for task in unanswered:
            _write(args, task, {}, how | {"status": "unavailable", "reason": reason}, time.perf_counter())


@dataclass(frozen=True)
class _Task:
    """One task that is to be answered: its files and items, and what is known of it from the start."""

    name: str
    answers: str
    out: str
    status: str
    items: list[Item]
    known: dict


def _tasks(parser, args, entry, options):
    """Read the items of each task, whose files stand in the same order as the tasks."""
    files = [args.answers, args.out, args.status]
    if len(set(args.task)) < len(args.task) or any(len(each) != len(args.task) for each in files):
        parser.error(
            f"{len(args.task)} tasks, {len(args.answers)} files of answers, {len(args.out)} tables, "
            f"{len(args.status)} statuses: give one of each a task, and each task once"
        )
    limit = options["limit"] if args.limit is None else args.limit
    part = (args.shard, args.shards)
    known = {
        "split": args.split,
        "status": "predicted",
        "reason": None,
        "weights": None,
        "checkpoint": args.checkpoint or entry.checkpoint,
        "revision": None,
        "device": None,
        "limit": limit,
        "kept": 0,
        "asked": 0,
        "choices": entry.settings,
        "failures": {},
        "failed": [],
        "versions": _versions(),
        "settings": args.settings,
    }
    tasks = []
    for task, *own in zip(args.task, *files, strict=True):
        items = read_items(args.dataset, task, args.split, entry.instructions, *part)[:limit]
        tasks.append(_Task(task, *own, items, {"model": args.model, "task": task} | known))
    return tasks


def _load(args, entry, how):
    """Return the model and what its answers depend on; ``how`` gets what all statuses say of it."""
    given = (args.checkpoint, args.s1_encoder, args.s2_encoder, args.adapter)
    weights = find_weights(args.model, entry, *given)
    if weights.checkpoints:
        how["revision"] = weights.checkpoints["checkpoint"].revision
    how["checkpoints"] = {
        role: {"source": found.source, "revision": found.revision, "weights": found.weights}
        for role, found in weights.checkpoints.items()
    }
    for role in entry.encoders:
        how["checkpoints"][role]["bands"] = describe_bands(weights.checkpoints[role].folder, role)
    if FAMILIES[entry.family].runs_here:
        _limit_threads(args.threads)
    model = load_model(args.model, entry, weights, args.settings, args.adapter, args.checkpoint)
    how |= {"device": model.device, "weights": weights.description or model.weights}
    if entry.family == "worker":
        how |= {"revision": model.greeting.get("revision"), "worker": model.greeting}
    identity = list(weights.identity)
    if "encoders" in entry.needs and args.adapter is None:
        # Its projections are not trained: they are drawn from the seed.
        identity.append(f"seed:{setting(args.settings, 'seed')}")
    return model, identity


def _answer(args, entry, task, options, images, model, identity, how):
    """Ask what is still to be asked of a task, and write its table and status."""
    started = time.perf_counter()
    white = setting(args.settings, "images.rgb_white") if entry.sees_rgb else None
    origin = answer_origin(entry, identity, model, options, task.name, white)
    keys = answer_keys(task.items, images, origin, radar="s1" in entry.image["input"])
    path = Path(task.answers)
    with AnswerLog(path, sorted(path.parent.glob("*.jsonl"))) as answers:
        pending = find_pending(task.items, keys, answers)
        about = {"desc": f"{args.model} {task.name}", "unit": "answer"}
        with progress(total=len(task.items), initial=pending.kept, **about) as bar:
            replies = answer_items(
                model,
                pending,
                keys,
                images,
                answers,
                options["batch_size"],
                options["max_new_tokens"][task.name],
                bar.update,
                white=white,
                boxes=task.name == "referring",
            )
        answered, failures, failed = count_failures(task.items, keys, answers, replies)
    how = how | {
        "kept": pending.kept,
        "asked": len(pending.items),
        "failures": failures,
        "failed": failed,
    }
    _write(args, task, answered, how, started)
    _report(args, task, failures, failed)


def _report(args, task, failures, failed):
    """Say in the log which items have no whole answer, and how they are asked again."""
    if not failures:
        return
    counted = ", ".join(f"{kind}: {count}" for kind, count in failures.items())
    print(f"{args.model} {task.name}: not answered, or not whole: {counted}", file=sys.stderr)
    for each in failed:
        reason = f": {each['reason']}" if each["reason"] else ""
        print(f"  annotation {each['ID']} ({each['patch']}): {each['kind']}{reason}", file=sys.stderr)
    if failed:
        print(f"  To ask these again: snakemake … --forcerun {task.out}", file=sys.stderr)


def _limit_threads(threads):
    try:
        import torch
    except ImportError as error:
        raise CheckpointUnavailable(f"no environment to run it: {error}") from error
    torch.set_num_threads(threads)


def _versions():
    versions = {"python": platform.python_version()}
    for name in ("torch", "transformers", "openai", "vllm"):
        with suppress(PackageNotFoundError):
            versions[name] = version(name)
    return versions


def _write(args, task, answers, how, started):
    """Write table and status of a task.

    ``answers`` is a dict of annotation to text and failure, ``how`` what was not known from the start.
    """
    status = task.known | how
    made = lineage(args, model=args.model, **{name: status[name] for name in _NOTES})
    texts, failures = zip(*answers.values(), strict=True) if answers else ((), ())
    columns = {"ID": list(answers), "answer": list(texts), "failure": list(failures)}
    write_table(task.out, columns, PREDICTIONS, made)
    seconds = round(time.perf_counter() - started, 1)
    status |= {"items": len(answers), "seconds": seconds, "lineage": made.to_dict()}
    write_text(task.status, json.dumps(status, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    run(main)
