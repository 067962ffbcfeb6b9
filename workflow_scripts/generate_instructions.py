"""Generate one captioning instruction per patch, answered by the patch's caption (Section 3.1)."""

from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.settings import setting
from bentxt.questions.captioning import generate_instructions
from bentxt.questions.templates import load_templates


def main():
    """Read captions and patches, write the instructions."""
    parser = program_parser(__doc__)
    parser.add_argument("--captions", required=True, nargs="+", help="shards of the augmented captions")
    parser.add_argument("--patches", required=True, help="patches.parquet")
    parser.add_argument("--templates", required=True, nargs="+", help="templates of type captioning, YAML")
    parser.add_argument("--out", required=True, help="the question table, Parquet")
    args = parser.parse_args()
    generate_instructions(
        setting(args.settings, "seed"),
        load_templates(args.templates, "captioning"),
        args.patches,
        args.captions,
        args.out,
        lineage(args),
    )


if __name__ == "__main__":
    run(main)
