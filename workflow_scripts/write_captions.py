"""Write the template caption of every kept patch: attributes in fixed sentences (Section 3.1)."""

from bentxt.captions.caption_facts import Rules, read_facts
from bentxt.captions.template_captions import template_caption
from bentxt.program.command_line import collect_rarely, lineage, program_parser, run
from bentxt.program.progress_bars import progress
from bentxt.program.settings import section
from bentxt.tables.schemas.template_captions_schema import TEMPLATE_CAPTIONS
from bentxt.tables.table_files import TableWriter

BATCH = 16384


def main():
    """Parse the command line and write the captions."""
    parser = program_parser(__doc__)
    parser.add_argument("--patches", required=True, help="patches.parquet")
    parser.add_argument("--maps", required=True, help="maps.parquet")
    parser.add_argument("--instances", required=True, help="instances.parquet")
    parser.add_argument("--adjacencies", required=True, help="adjacencies.parquet")
    parser.add_argument("--out", required=True, help="template captions, in the order of the patches")
    args = parser.parse_args()
    collect_rarely()

    rules = section(args.settings, "captions", Rules)
    facts = read_facts(args.patches, args.maps, args.instances, args.adjacencies, rules)
    with TableWriter(args.out, TEMPLATE_CAPTIONS, lineage(args)) as writer:
        names, captions = [], []
        for patch in progress(facts, desc="template captions", unit="patch"):
            names.append(patch.patch_id)
            captions.append(template_caption(patch))
            if len(names) == BATCH:
                writer.write({"patch_id": names, "caption": captions})
                names, captions = [], []
        writer.write({"patch_id": names, "caption": captions})


if __name__ == "__main__":
    run(main)
