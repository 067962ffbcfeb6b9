"""Measure the check of the captions on captions that are damaged on purpose (Section 3.1).

Captions are drawn by patch, of the grammar and, where a model wrote captions that the check accepted, of
the model. Each is damaged in every way that applies, changed without harm in others, and checked.
Only captions that it accepts undamaged are damaged: else a damage would be found without being seen.
"""

from collections import Counter

from bentxt.captions.caption_check import Strictness, check_caption
from bentxt.captions.caption_facts import Rules, read_facts
from bentxt.captions.caption_shards import read_captions
from bentxt.captions.damages.damage_kinds import UNDAMAGED, judge_changes
from bentxt.captions.damages.drawn_captions import captions_of_models, drawn
from bentxt.captions.grammar import paraphrase
from bentxt.program.command_line import collect_rarely, lineage, program_parser, run
from bentxt.program.progress_bars import progress
from bentxt.program.settings import section, setting
from bentxt.tables.schemas.caption_damages_schema import CAPTION_DAMAGES
from bentxt.tables.table_files import write_table


def main():
    """Parse the command line, damage, check, and write the table."""
    parser = program_parser(__doc__)
    parser.add_argument("--captions", nargs="+", required=True, help="shards of the augmented captions")
    parser.add_argument("--patches", required=True, help="patches.parquet")
    parser.add_argument("--maps", required=True, help="maps.parquet")
    parser.add_argument("--instances", required=True, help="instances.parquet")
    parser.add_argument("--adjacencies", required=True, help="adjacencies.parquet")
    parser.add_argument("--out", required=True, help="table of the changed captions and their verdicts")
    args = parser.parse_args()
    collect_rarely()

    seed, count = setting(args.settings, "seed"), setting(args.settings, "caption_damages.captions")
    strictness = section(args.settings, "caption_check", Strictness)
    rules = section(args.settings, "captions", Rules)
    table = read_captions(args.captions, ["patch_id", "caption", "used", "backend"])
    by_model = captions_of_models(table)
    grammar = drawn(table["patch_id"].to_pylist(), count, seed)
    model = drawn(by_model, count, seed)
    rows = []
    every = read_facts(args.patches, args.maps, args.instances, args.adjacencies, rules)
    for patch in progress(every, desc="damage", unit="patch", total=len(table)):
        texts = [("grammar", paraphrase(patch, seed))] if patch.patch_id in grammar else []
        texts += [("model", by_model[patch.patch_id])] if patch.patch_id in model else []
        for wording, text in texts:
            verdict = check_caption(text, patch, strictness)
            judged = [(UNDAMAGED, UNDAMAGED, text, verdict, not verdict.passed)]
            if verdict.passed:
                judged += [
                    (each.kind.group, each.kind.name, each.caption, each.verdict, each.by_criterion)
                    for each in judge_changes(text, patch, strictness, seed, wording == "grammar")
                ]
            rows += [
                {
                    "patch_id": patch.patch_id,
                    "wording": wording,
                    "group": group,
                    "kind": kind,
                    "caption": caption,
                    "passed": found.passed,
                    "by_criterion": by_criterion,
                    "findings": "; ".join(finding.message for finding in found.findings),
                }
                for group, kind, caption, found, by_criterion in judged
            ]
    columns = {name: [row[name] for row in rows] for name in CAPTION_DAMAGES.names}
    notes = {"captions": dict(Counter(row["wording"] for row in rows if row["kind"] == UNDAMAGED))}
    write_table(args.out, columns, CAPTION_DAMAGES, lineage(args, **notes))


if __name__ == "__main__":
    run(main)
