"""Measure how far annotations agree with the reference maps they were made from.

Reads rows of the release (Parquet with its columns, or JSON with at least patch_id, type, category, input
and output: lines, one array, or what the hub's viewer answers to /rows), understands each one whatever its
template, answers it from maps, metadata and climate raster, and counts by type and category: rows; parsed,
whose meaning was understood; answered, for which the map, the metadata or the raster was available; agreeing.
Rows that were not understood are counted and listed, never dropped. Of patches all of whose rows are given,
referring rows are also compared as sets: missing, of ours in the release; extra, of the release by our rules.
"""

import logging
import shutil
from contextlib import ExitStack
from pathlib import Path

from bentxt.agreement.evidence import Evidence
from bentxt.agreement.measurement import Measure, measure_agreement
from bentxt.agreement.released_rows import patch_ids
from bentxt.agreement.tally import CAPTION_COLUMNS, COLUMNS, agreement_report
from bentxt.atomic import atomic_path
from bentxt.captions.caption_facts import Rules
from bentxt.errors import InputError
from bentxt.patches.climate_legend import CLIMATE_ZONES, zone_names
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import section, setting
from bentxt.questions.box_targets import BoxSettings
from bentxt.reporting.provenance import write_provenance
from bentxt.reporting.tables import csv_text


def main():
    parser = program_parser(__doc__)
    parser.add_argument("--annotations", type=Path, required=True, help="released rows: Parquet or JSON")
    parser.add_argument("--reference-maps", type=Path, required=True, help="archive, or a folder like it")
    parser.add_argument("--metadata", type=Path, required=True, help="metadata.parquet")
    parser.add_argument("--climate-raster", type=Path, help="Köppen-Geiger GeoTIFF of Beck et al.")
    parser.add_argument("--climate-zones", default=CLIMATE_ZONES, help="its legend, CSV")
    parser.add_argument(
        "--complete", nargs="+", default=[], metavar="PATCH_ID", help="patches all of whose rows are given"
    )
    parser.add_argument("--out", type=Path, required=True, help="agreement by type and category, CSV")
    parser.add_argument("--disagreements", type=Path, required=True, help="rows that do not agree, CSV")
    parser.add_argument("--captions", type=Path, help="what captions state, by kind of statement, CSV")
    args = parser.parse_args()
    on_error = setting(args.settings, "agreement.on_error")
    if on_error not in ("report", "stop"):
        raise InputError(
            f"agreement.on_error is {on_error!r}; expected report or stop", item="agreement.on_error"
        )
    stop = on_error == "stop"

    targets = [args.disagreements, args.out]
    if args.captions:
        targets.append(args.captions)
    scratch = args.disagreements.parent / f".{args.disagreements.name}.attributes"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        evidence = Evidence(
            patch_ids(args.annotations),
            args.reference_maps,
            args.metadata,
            scratch,
            "stop" if stop else "skip",
            setting(args.settings, "reference_maps.maps_per_shard"),
            args.climate_zones,
            args.climate_raster,
        )
        measure = Measure(
            zone_names(args.climate_zones),
            section(args.settings, "questions", BoxSettings),
            setting(args.settings, "questions.adjacency_min_border"),
            section(args.settings, "captions", Rules),
            stop,
        )
        # All appear together, and a path that cannot be written is found before the work.
        with ExitStack() as stack:
            parts = [stack.enter_context(atomic_path(path)) for path in targets]
            with parts[0].open("w", encoding="utf-8", newline="") as findings:
                tally, statements = measure_agreement(
                    args.annotations, evidence, measure, findings, args.complete
                )
            rows = tally.rows()
            texts = (csv_text(COLUMNS, rows), csv_text(CAPTION_COLUMNS, statements))
            for part, text in zip(parts[1:], texts, strict=False):
                part.write_text(text, encoding="utf-8", newline="")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print(agreement_report(rows), flush=True)
    logging.info("%d maps available; findings: %s", evidence.maps, tally.findings or "none")
    notes = {"maps": evidence.maps, "findings": tally.findings, "captions": statements}
    inputs = [args.annotations, args.reference_maps, args.metadata]
    if args.climate_raster:
        inputs.append(args.climate_raster)
    write_provenance([args.out], lineage(args, **notes), inputs)


if __name__ == "__main__":
    run(main)
