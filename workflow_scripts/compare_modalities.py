"""Compare RS-InternVL of all modalities with RGB alone, on items about classes that differ only outside RGB.

Those are classes of the miniature world. The margins in points, each with its paired interval, are printed
and written as CSV, with a provenance file next to it.
"""

from bentxt.agreement.class_mentions import names_in
from bentxt.atomic import write_text
from bentxt.errors import InputError
from bentxt.miniature.alike_classes import ALIKE_IN_RGB
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.reporting.modality_comparison import (
    ABOUT_CLASSES,
    COLUMNS,
    ITEM_COLUMNS,
    modality_leads,
    modality_report,
    modality_rows,
)
from bentxt.reporting.provenance import remarks_on_review, write_provenance
from bentxt.reporting.scored_items import ModelItems, read_scored_items
from bentxt.reporting.tables import csv_text, with_remarks


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--scores", nargs="+", required=True, help="score files of both models")
    parser.add_argument("--items", nargs="+", required=True, help="the table of items of each, in that order")
    parser.add_argument("--model", required=True, help="key of the model that was given all modalities")
    parser.add_argument("--rgb", required=True, help="key of the model that was given RGB alone")
    parser.add_argument("--out", required=True, help="CSV; the provenance is written next to it")
    args = parser.parse_args()

    found = read_scored_items(args.scores, args.items, ITEM_COLUMNS)
    models = (args.model, args.rgb)
    for key in [(model, task) for model in models for task in ABOUT_CLASSES]:
        if key not in found:
            raise InputError("no score file of this model and task", item="/".join(key))
    pairs = {task: tuple(ModelItems(key, "", *found[key, task]) for key in models) for task in ABOUT_CLASSES}
    leads = modality_leads(
        pairs,
        {
            task: [names_in(text) for text in full.table["input"].to_pylist()]
            for task, (full, _) in pairs.items()
        },
        list(ALIKE_IN_RGB.values()),
        resamples=setting(args.settings, "benchmark.bootstrap_resamples"),
        seed=setting(args.settings, "seed"),
    )
    rows = modality_rows(leads, setting(args.settings, "run"))
    print(modality_report(rows), flush=True)
    write_text(args.out, csv_text(COLUMNS, with_remarks(rows, remarks_on_review(args.scores))))
    write_provenance([args.out], lineage(args), [*args.scores, *args.items])


if __name__ == "__main__":
    run(main)
