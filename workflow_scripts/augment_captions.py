"""Rewrite template captions by a language model or the grammar, check them, and choose (Section 3.1).

One job rewrites one shard. Answers of a model are kept for good in a file of the job, as they come, and
those in the files next to it are used too. So a restarted job asks only for the rest, one that runs again
after a change of the check or of the number of shards asks for nothing, and jobs at once do not ask the same.
Answers that are cut, blank, declined or refused are not kept: the log and the table count them by kind, and
the next run of the job asks again. Answers of the grammar are not kept: it writes some thousand captions a
second.
"""

import json
import sys
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq

from bentxt.captions.augmentation import Answers, Rewritten, augment
from bentxt.captions.augmentation_settings import joined
from bentxt.captions.backends import make_backend
from bentxt.captions.caption_check import Strictness
from bentxt.captions.caption_choice import choose
from bentxt.captions.caption_facts import Rules, read_facts
from bentxt.captions.course import Course, count_missing, describe_missing
from bentxt.captions.prompts import PROMPTS, read_prompts
from bentxt.errors import InputError
from bentxt.program.answer_log import AnswerLog
from bentxt.program.command_line import collect_rarely, lineage, program_parser, run
from bentxt.program.progress_bars import progress
from bentxt.program.reservations import Reservations
from bentxt.program.settings import section, setting
from bentxt.tables.schemas.augmented_captions_schema import AUGMENTED_CAPTIONS
from bentxt.tables.schemas.template_captions_schema import TEMPLATE_CAPTIONS
from bentxt.tables.shards import shard_range
from bentxt.tables.table_files import check_table, write_table
from bentxt.tables.table_streams import read_rows

#: The rates are those of the captions that are asked now, so that they stand behind the bar.
BAR = "{desc}: {percentage:3.0f}%|{bar:10}| {n_fmt}/{total_fmt} [{elapsed}{postfix}]"


def main():
    """Parse the command line and write the shard."""
    parser = program_parser(__doc__)
    parser.add_argument("--captions", required=True, help="template captions")
    parser.add_argument("--patches", required=True, help="patches.parquet")
    parser.add_argument("--maps", required=True, help="maps.parquet")
    parser.add_argument("--instances", required=True, help="instances.parquet")
    parser.add_argument("--adjacencies", required=True, help="adjacencies.parquet")
    parser.add_argument("--shard", type=int, required=True, help="which shard, from 0")
    parser.add_argument("--shards", type=int, required=True, help="number of shards")
    parser.add_argument("--prompts", default=PROMPTS, help="folder of the prompts")
    parser.add_argument(
        "--answers", required=True, help="JSON-lines file that keeps a model's answers for good"
    )
    parser.add_argument("--out", required=True, help="augmented captions of the shard")
    parser.add_argument(
        "--running",
        type=json.loads,
        help="options of augmentation that change no caption, as JSON; they win over the settings",
    )
    args = parser.parse_args()
    settings = joined(args.settings, args.running)
    collect_rarely()

    check_table(args.captions, TEMPLATE_CAPTIONS)
    start, stop = shard_range(pq.read_metadata(args.captions).num_rows, args.shard, args.shards)
    captions = read_rows(args.captions, TEMPLATE_CAPTIONS, start, stop)
    templates = captions["caption"].to_pylist()
    rules = section(args.settings, "captions", Rules)
    strictness = section(args.settings, "caption_check", Strictness)
    facts = list(read_facts(args.patches, args.maps, args.instances, args.adjacencies, rules, start, stop))
    if [patch.patch_id for patch in facts] != captions["patch_id"].to_pylist():
        raise InputError("the captions are not those of the patches, row by row", file=args.captions)

    backend, prompts = make_backend(settings), read_prompts(args.prompts)

    def check(row, rewritten):
        versions = (templates[row], rewritten.paraphrased, rewritten.refined)
        return choose(*versions, facts[row], strictness)

    name = f"augment {args.shard}/{args.shards}"
    bar = progress(total=len(facts), desc=name, unit="caption", bar_format=BAR)
    course = Course(check, setting(settings, "augmentation.most_fallbacks"), bar, lambda: backend.tokens)
    if facts:
        # Data that the check needs and that are not there end the job before a model is loaded, not after.
        check(0, Rewritten())
    kept = Path(args.answers) if backend.asks_model else None
    with bar, Reservations(kept) as reservations, AnswerLog(kept) as log:
        answers = Answers(log, lambda: _answers_beside(kept), reservations)
        rewritten = augment(facts, templates, backend, prompts, answers, course.finished, course.begin)
    print(f"{name}: {course.summary()}", file=sys.stderr)
    for line in describe_missing([patch.patch_id for patch in facts], rewritten, args.out):
        print(f"{name}: {line}", file=sys.stderr)
    rows = [
        {
            "patch_id": patch.patch_id,
            "template": template,
            "paraphrased": said.paraphrased,
            "refined": said.refined,
            # Captions of one template may still be of different patches.
            **(course.choices.get(row) or check(row, said)),
            "paraphrase_missing": said.paraphrase_missing,
            "refinement_missing": said.refinement_missing,
            "backend": backend.name,
            "model": backend.model,
            "prompt_hash": prompts.hash if backend.asks_model else "",
        }
        for row, (patch, template, said) in enumerate(zip(facts, templates, rewritten, strict=True))
    ]
    columns = {name: [row[name] for row in rows] for name in AUGMENTED_CAPTIONS.names}
    used = dict(sorted(Counter(columns["used"]).items()))
    notes = {
        "backend": backend.name,
        "model": backend.model,
        "used": used,
        "missing": count_missing(rewritten),
    }
    write_table(args.out, columns, AUGMENTED_CAPTIONS, lineage(args, **notes))


def _answers_beside(path):
    """Return the files of answers of all shards, whatever their number, and of other runs of this one."""
    return [] if path is None else sorted(path.parent.glob("*.jsonl"))


if __name__ == "__main__":
    run(main)
