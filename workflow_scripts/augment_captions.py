"""Rewrite template captions by a language model or the grammar, check them, and choose (Section 3.1).

One job rewrites one shard. Answers of a model are kept for good in a file of the job, as they come, and
those in the files next to it are used too. So a restarted job asks only for the rest, and one that runs
again after a change of the check or of the number of shards asks for nothing. Answers of the grammar are not
kept: it writes some thousand captions a second.
"""

from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq

from bentxt.captions.augmentation import augment
from bentxt.captions.backends import make_backend
from bentxt.captions.caption_check import Strictness
from bentxt.captions.caption_choice import choose
from bentxt.captions.caption_facts import Rules, read_facts
from bentxt.captions.prompts import PROMPTS, read_prompts
from bentxt.errors import InputError
from bentxt.program.answer_log import AnswerLog
from bentxt.program.command_line import collect_rarely, lineage, program_parser, run
from bentxt.program.progress_bars import progress
from bentxt.program.settings import section
from bentxt.tables.schemas.augmented_captions_schema import AUGMENTED_CAPTIONS
from bentxt.tables.schemas.template_captions_schema import TEMPLATE_CAPTIONS
from bentxt.tables.shards import shard_range
from bentxt.tables.table_files import check_table, write_table
from bentxt.tables.table_streams import read_rows


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
    args = parser.parse_args()
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

    backend, prompts = make_backend(args.settings), read_prompts(args.prompts)
    bar = progress(total=len(facts), desc=f"augment {args.shard}/{args.shards}", unit="caption")
    with bar, _open_answers(args.answers if backend.asks_model else None) as answers:
        rewritten = augment(facts, templates, backend, prompts, answers, bar.update)
    rows = [
        {
            "patch_id": patch.patch_id,
            "template": template,
            "paraphrased": paraphrased,
            "refined": refined,
            **choose(template, paraphrased, refined, patch, strictness),
            "backend": backend.name,
            "model": backend.model,
            "prompt_hash": prompts.hash if backend.asks_model else "",
        }
        for patch, template, (paraphrased, refined) in progress(
            zip(facts, templates, rewritten, strict=True), desc="check", unit="caption", total=len(facts)
        )
    ]
    columns = {name: [row[name] for row in rows] for name in AUGMENTED_CAPTIONS.names}
    used = dict(sorted(Counter(columns["used"]).items()))
    notes = {"backend": backend.name, "model": backend.model, "used": used}
    write_table(args.out, columns, AUGMENTED_CAPTIONS, lineage(args, **notes))


def _open_answers(path):
    """Return the log at ``path``, with the answers of all other shards and numbers of shards next to it."""
    others = [] if path is None else sorted(Path(path).parent.glob("*.jsonl"))
    return AnswerLog(path, others)


if __name__ == "__main__":
    run(main)
