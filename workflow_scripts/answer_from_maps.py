"""Answer one task of the benchmark from the reference maps: the oracle.

Questions are read as they are written and answered from map, metadata and climate zone, as the agreement
does. A question that is not understood or whose patch has no map gets an empty answer, and the status counts
it. Captions have no answer that is right by itself: for them the status says that the oracle is not defined.
"""

import shutil
from pathlib import Path

from bentxt.agreement.evidence import Evidence
from bentxt.baselines.oracle import answer_from_maps, oracle_notes
from bentxt.baselines.reference_status import write_reference
from bentxt.baselines.task_rows import rows_to_answer
from bentxt.patches.climate_legend import CLIMATE_ZONES, zone_names
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.release import ANSWERED_SPLITS, TASKS


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--task", required=True, choices=TASKS, help="task of the benchmark")
    parser.add_argument("--split", default="bench", choices=ANSWERED_SPLITS, help="split to answer")
    parser.add_argument("--dataset", required=True, help="the data set as one table")
    parser.add_argument("--reference-maps", type=Path, required=True, help="archive, or a folder like it")
    parser.add_argument("--metadata", type=Path, required=True, help="metadata.parquet")
    parser.add_argument("--climate-zones", default=CLIMATE_ZONES, help="legend of the climate zones, CSV")
    parser.add_argument("--out", type=Path, required=True, help="table of answers")
    parser.add_argument("--status", required=True, help="JSON: how the answers came about")
    args = parser.parse_args()

    answers, notes, found = None, "", {}
    if args.task != "captioning":
        oracle = _answers(args)
        answers, notes, found = oracle.answers, oracle_notes(oracle), {"findings": oracle.findings}
        print(notes, flush=True)
    files, about = (args.out, args.status), ("Oracle", args.task, args.split)
    write_reference(*files, *about, answers, notes, found, lineage(args, **found))


def _answers(args):
    """Return the answers; the attributes of the maps are tables in a folder of their own for the time."""
    split = args.split
    patches = set(rows_to_answer(args.dataset, TASKS[args.task], split)["patch_id"].to_pylist())
    scratch = args.out.parent / f".{args.out.name}.attributes"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        evidence = Evidence(
            patches,
            args.reference_maps,
            args.metadata,
            scratch,
            "skip",
            setting(args.settings, "reference_maps.maps_per_shard"),
            args.climate_zones,
        )
        return answer_from_maps(
            args.task,
            args.dataset,
            split,
            evidence,
            zone_names(args.climate_zones),
            setting(args.settings, "questions.adjacency_min_border"),
        )
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    run(main)
