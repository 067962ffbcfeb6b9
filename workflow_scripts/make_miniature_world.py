"""Make the miniature world: BigEarthNet v2.0's five files as published, with a few hundred invented patches.

In: nothing but the settings. Out: three archives and two metadata files in the published layout. What the
patches show is invented; from here on nothing in the workflow knows that.
"""

from pathlib import Path

from bentxt.miniature.world import plan, write_world
from bentxt.program.command_line import lineage, program_parser, run
from bentxt.program.progress_bars import progress
from bentxt.program.settings import setting


def main():
    """Read the arguments and write the five files."""
    parser = program_parser(__doc__)
    for name in ("reference-maps", "s1", "s2", "metadata", "excluded-metadata"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="target")
    parser.add_argument("--threads", type=int, default=1, help="processes that invent patches")
    args = parser.parse_args()
    seed = setting(args.settings, "seed")
    planned = plan(
        seed,
        setting(args.settings, "miniature.patches"),
        setting(args.settings, "miniature.snow_patches"),
        setting(args.settings, "miniature.cloud_patches"),
        setting(args.settings, "miniature.unlabelled_share"),
    )
    write_world(
        planned,
        seed,
        reference_maps=args.reference_maps,
        s1=args.s1,
        s2=args.s2,
        metadata=args.metadata,
        excluded_metadata=args.excluded_metadata,
        lineage=lineage(args, source="invented: the miniature world, not BigEarthNet v2.0"),
        workers=args.threads,
        watch=lambda patches: progress(patches, desc="patches", unit="patch"),
    )


if __name__ == "__main__":
    run(main)
