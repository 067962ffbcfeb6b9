"""Answer one task on one split with one model, or say why that model cannot be run (Section 4.1).

One job answers one shard of the split's patches. Answers are kept for good, batch by batch, by what they
depend on: weights, instruction, images and decoding. A job that was killed resumes where it stopped, and one
that runs again, or with another number of shards, asks only what has changed.
"""

import json
import platform
import sys
import time
from contextlib import closing, suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bentxt.atomic import write_text
from bentxt.bigearthnet.image_store import open_images
from bentxt.errors import CheckpointUnavailable
from bentxt.models.answer_keys import answer_keys, answer_origin
from bentxt.models.benchmark_items import read_items
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
    parser.add_argument("--task", required=True, choices=TASKS, help="task of the benchmark")
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
    parser.add_argument("--answers", required=True, help="JSON-lines file of the answers, kept for good")
    parser.add_argument("--out", required=True, help="table of answers")
    parser.add_argument("--status", required=True, help="JSON: whether and how the model ran")
    parser.add_argument(
        "--limit", type=int, help="for a try: only the first so many items; left out: prediction.limit"
    )
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of the model")
    args = parser.parse_args()

    started = time.perf_counter()
    options = setting(args.settings, "prediction")
    entry = with_engine(
        find_entry(args.model, args.entry, args.models), options.get("engine", "transformers")
    )
    part = (args.shard, args.shards)
    limit = options["limit"] if args.limit is None else args.limit
    items = read_items(args.dataset, args.task, args.split, entry.instructions, *part)[:limit]
    status = {
        "model": args.model,
        "task": args.task,
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
    try:
        answers = _answers(args, entry, items, options, status)
    except CheckpointUnavailable as error:
        print(f"{args.model} is unavailable: {error}", file=sys.stderr)
        at = f" ({error.item or error.file})" if error.item or error.file else ""
        status |= {"status": "unavailable", "reason": printable(f"{error.problem}{at}", _REASON)}
        _write(args, {}, status, started)
    else:
        _write(args, answers, status, started)
        _report(args, status)


def _report(args, status):
    """Say in the log which items have no whole answer, and how they are asked again."""
    failures = status["failures"]
    if not failures:
        return
    counted = ", ".join(f"{kind}: {count}" for kind, count in failures.items())
    print(f"{args.model} {args.task}: not answered, or not whole: {counted}", file=sys.stderr)
    for failed in status["failed"]:
        reason = f": {failed['reason']}" if failed["reason"] else ""
        print(f"  annotation {failed['ID']} ({failed['patch']}): {failed['kind']}{reason}", file=sys.stderr)
    if status["failed"]:
        print(f"  To ask these again: snakemake … --forcerun {args.out}", file=sys.stderr)


def _answers(args, entry, items, options, status):
    """Return text and failure of each annotation (dict), and say in ``status`` how they were made."""
    given = (args.checkpoint, args.s1_encoder, args.s2_encoder, args.adapter)
    weights = find_weights(args.model, entry, *given)
    if weights.checkpoints:
        status["revision"] = weights.checkpoints["checkpoint"].revision
    status["checkpoints"] = {
        role: {"source": found.source, "revision": found.revision, "weights": found.weights}
        for role, found in weights.checkpoints.items()
    }
    for role in entry.encoders:
        status["checkpoints"][role]["bands"] = describe_bands(weights.checkpoints[role].folder, role)
    images = open_images(args.images)
    if FAMILIES[entry.family].runs_here:
        _limit_threads(args.threads)
    model = load_model(args.model, entry, weights, args.settings, args.adapter, args.checkpoint)
    status |= {"device": model.device, "weights": weights.description or model.weights}
    if entry.family == "worker":
        status |= {"revision": model.greeting.get("revision"), "worker": model.greeting}
    identity = list(weights.identity)
    if "encoders" in entry.needs and args.adapter is None:
        # Its projections are not trained: they are drawn from the seed.
        identity.append(f"seed:{setting(args.settings, 'seed')}")
    white = setting(args.settings, "images.rgb_white") if entry.sees_rgb else None
    origin = answer_origin(entry, identity, model, options, args.task, white)
    keys = answer_keys(items, images, origin, radar="s1" in entry.image["input"])
    with (
        closing(model),
        AnswerLog(args.answers, sorted(Path(args.answers).parent.glob("*.jsonl"))) as answers,
    ):
        pending = find_pending(items, keys, answers)
        status["kept"], status["asked"] = pending.kept, len(pending.items)
        about = {"desc": f"{args.model} {args.task}", "unit": "answer"}
        with progress(total=len(items), initial=pending.kept, **about) as bar:
            limit = options["max_new_tokens"][args.task]
            batch_size = options["batch_size"]
            replies = answer_items(
                model,
                pending,
                keys,
                images,
                answers,
                batch_size,
                limit,
                bar.update,
                white=white,
                boxes=args.task == "referring",
            )
        answered, status["failures"], status["failed"] = count_failures(items, keys, answers, replies)
    return answered


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


def _write(args, answers, status, started):
    """Write table and status; ``answers`` is a dict of annotation to text and failure."""
    made = lineage(args, model=args.model, **{name: status[name] for name in _NOTES})
    texts, failures = zip(*answers.values(), strict=True) if answers else ((), ())
    columns = {"ID": list(answers), "answer": list(texts), "failure": list(failures)}
    write_table(args.out, columns, PREDICTIONS, made)
    seconds = round(time.perf_counter() - started, 1)
    status = status | {"items": len(answers), "seconds": seconds, "lineage": made.to_dict()}
    write_text(args.status, json.dumps(status, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    run(main)
