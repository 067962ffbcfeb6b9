"""Answer one task of the benchmark from the questions' text alone: the blind baseline.

For each category a predictor is learnt from the training split, chosen by cross-validation there; the status
says which one, from how many rows, and what it reached. Captions have no answer that is right by itself: for
them the status says that the baseline is not defined.
"""

from bentxt.baselines.blind import BlindSettings, answer_blind, blind_notes
from bentxt.baselines.reference_status import write_reference
from bentxt.patches.climate_legend import CLIMATE_ZONES, zone_names
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import section, setting
from bentxt.release import ANSWERED_SPLITS, TASKS


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--task", required=True, choices=TASKS, help="task of the benchmark")
    parser.add_argument("--split", default="bench", choices=ANSWERED_SPLITS, help="split to answer")
    parser.add_argument("--dataset", required=True, help="the data set as one table")
    parser.add_argument("--climate-zones", default=CLIMATE_ZONES, help="legend of the climate zones, CSV")
    parser.add_argument("--out", required=True, help="table of answers")
    parser.add_argument("--status", required=True, help="JSON: how the answers came about")
    args = parser.parse_args()

    answers, notes, found = None, "", {}
    if args.task != "captioning":
        answers, learnt = answer_blind(
            args.task,
            args.dataset,
            args.split,
            section(args.settings, "blind", BlindSettings),
            setting(args.settings, "seed"),
            zone_names(args.climate_zones),
        )
        notes, found = blind_notes(learnt), {"learnt": [entry._asdict() for entry in learnt]}
        print(notes, flush=True)
    files, about = (args.out, args.status), ("Blind", args.task, args.split)
    write_reference(*files, *about, answers, notes, found, lineage(args, **found))


if __name__ == "__main__":
    run(main)
